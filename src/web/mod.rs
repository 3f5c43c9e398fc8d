//! HTTP: the site map, extractors, and one folder per feature.

pub mod assets;
mod console;
mod csrf;
pub mod errors;
mod extract;
mod failure;
mod form;
pub mod groups;
mod home;
pub mod invitation;
mod middleware;
pub mod page;
pub mod paths;
mod query;
mod respond;
mod routes;
#[cfg(test)]
mod samples;
mod session;
pub mod setup;
pub mod sign_in;
mod source;
mod state;
pub mod users_and_groups;
pub mod users_and_permissions;

pub use middleware::serve;
pub use routes::configure;
pub use state::{Reach, State};
