//! HTTP: routes, extractors, and one folder for each feature.

pub mod ops;
pub mod pages;
pub mod shared;

pub use ops::metrics::configure as configure_metrics;
pub use shared::form::BodyTime;
pub use shared::middleware::serve;
pub use shared::process_settings::{ProcessSetting, ProcessSettings};
pub use shared::routing::routes::configure;
pub use shared::state::{RequestTrust, State};
