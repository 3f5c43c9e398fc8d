//! Users: the directory, their administration, and the wizard that invites one.

pub mod bulk;
pub mod directory;
pub mod link;
pub mod list;
pub mod manage;
pub mod new_user;
pub mod revoke;
mod screen;
pub mod status_actions;
