//! Links that confirm or cancel a change of address.

pub mod confirm;
pub mod stop;
