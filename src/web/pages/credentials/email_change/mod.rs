//! Links that confirm, cancel or undo a change of address.

pub mod confirm;
pub mod stop;
pub mod undo;
