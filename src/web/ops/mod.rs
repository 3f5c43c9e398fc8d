//! Endpoints for monitoring and load balancers.

pub(super) mod health;
pub(super) mod metrics;
