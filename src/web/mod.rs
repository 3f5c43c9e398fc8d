//! HTTP: the site map, extractors, and one folder per feature.

pub mod accounts;
pub mod assets;
mod console;
mod cookies;
mod csrf;
mod draft;
pub mod email_change;
pub mod errors;
mod extract;
mod failure;
mod form;
pub mod groups;
mod hashing;
mod head;
mod home;
#[cfg(test)]
mod hostile_input;
pub mod invitation;
pub mod links;
pub mod manage;
mod metrics;
mod middleware;
mod new_password;
pub mod new_user;
pub mod page;
pub mod password_reset;
pub mod paths;
pub mod portfolios;
mod query;
mod resent;
mod respond;
pub mod roles;
mod routes;
mod rows;
#[cfg(test)]
mod samples;
mod session;
pub mod setup;
pub mod sign_in;
mod source;
mod state;
mod stay_signed_in;
mod steps;
pub mod users_and_groups;
pub mod users_and_permissions;

pub use form::BodyTime;
pub use metrics::configure as configure_metrics;
pub use middleware::serve;
pub use routes::configure;
pub use state::{Reach, State};
