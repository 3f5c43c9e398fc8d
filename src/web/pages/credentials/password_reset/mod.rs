//! Reset of a forgotten password.

pub mod ask;
pub mod choose;
