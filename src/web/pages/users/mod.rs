//! Users: the directory, their administration, and the wizard that invites one.

pub mod administered;
pub mod directory;
pub mod manage;
pub mod new_user;
