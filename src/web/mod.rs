//! HTTP: the site map, extractors, and one folder per feature.

pub mod assets;
pub mod errors;
pub mod groups;
pub mod invitation;
pub mod page;
pub mod paths;
#[cfg(test)]
mod samples;
pub mod setup;
pub mod sign_in;
pub mod users_and_groups;
