//! Users: their lists and pages.

pub(crate) mod bulk;
pub(crate) mod directory;
pub(crate) mod existing_user;
pub(crate) mod invitation_quota;
pub(crate) mod lifecycle;
pub(crate) mod list;
pub(crate) mod manage;
pub(crate) mod new_user;
