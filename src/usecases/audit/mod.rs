//! The audit log's proof: verification by the server, and the newest hash for keeping elsewhere.

pub mod proof;
pub mod verification;
