//! Pages: one folder for each feature, one file for each action with form, page, handler and tests.

pub mod accounts;
pub mod assets;
pub mod audit_log;
pub mod credentials;
pub mod groups;
pub mod home;
pub mod my_account;
pub mod portfolios;
pub mod roles;
pub mod settings;
pub mod setup;
pub mod users;
