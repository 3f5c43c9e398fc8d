//! Every address of the product, and what answers there.

pub mod addresses;
pub mod endpoint;
pub mod paths;
pub(in crate::web) mod redirect;
pub(in crate::web) mod routes;
