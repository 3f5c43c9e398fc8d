//! Link of an invitation.

pub mod accept;
pub mod ended;
pub mod new_link;
