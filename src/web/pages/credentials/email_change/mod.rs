//! What is behind the links that confirm another address, or stop it.

pub mod confirm;
pub mod stop;
