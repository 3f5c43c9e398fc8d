//! What somebody invited sees behind the link.

pub mod accept;
pub mod ended;
pub mod new_link;
