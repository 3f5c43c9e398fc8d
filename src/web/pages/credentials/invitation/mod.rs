//! Link of an invitation.

pub mod accept;
pub mod closed;
pub mod new_link;
