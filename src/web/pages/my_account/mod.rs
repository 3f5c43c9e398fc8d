//! My account: what users see of themselves, and change.

pub mod appearance;
pub mod email;
pub mod name;
pub mod password;
pub mod sessions;
pub mod show;
