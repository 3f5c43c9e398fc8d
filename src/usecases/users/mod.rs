//! Users: listed, shown, invited, edited, blocked, deleted and restored.

pub mod bulk;
pub mod deletion;
pub mod directory;
pub mod effective_permissions;
pub mod invite;
pub mod lifecycle;
pub mod list;
pub mod new_user;
pub mod page;
pub mod profile;
pub mod restoration;
pub mod two_factor;
