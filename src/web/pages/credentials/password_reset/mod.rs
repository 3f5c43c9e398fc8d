//! What somebody sees who forgot a password.

pub mod ask;
pub mod choose;
