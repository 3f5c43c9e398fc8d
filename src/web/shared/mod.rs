//! Shared parts of all pages: routes, sessions, forms, lists, errors and layouts.

pub mod assets;
pub(super) mod client_ip;
pub(super) mod cookies;
pub(super) mod csrf;
mod entry_point;
pub(super) mod error;
pub mod error_page;
pub(super) mod exports;
pub(super) mod extract;
pub(super) mod form;
pub(super) mod hashing;
pub(super) mod head;
pub(super) mod held_forms;
#[cfg(test)]
pub(super) mod hostile_input;
pub(super) mod invitation_flash;
pub(super) mod list_query;
pub(super) mod middleware;
pub mod page;
pub(super) mod page_context;
pub(super) mod page_key;
pub(super) mod page_size;
pub mod process_settings;
pub(super) mod respond;
pub mod routing;
#[cfg(test)]
pub(super) mod samples;
pub(super) mod session;
pub(super) mod state;
pub(super) mod steps;
pub(super) mod wizard;
