//! Common behaviour of all pages.

pub(crate) mod bad_input;
pub(crate) mod business;
pub(crate) mod drafts;
pub(crate) mod forms;
pub(crate) mod headers;
pub(crate) mod hostile;
pub(crate) mod long_names;
pub(crate) mod messages;
pub(crate) mod pickers;
pub(crate) mod routes;
pub(crate) mod sent_twice;
pub(crate) mod stale_edits;
pub(crate) mod steps;
pub(crate) mod time_zone;
