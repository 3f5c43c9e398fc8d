//! Failed attempts, password reset requests, recoveries and two-factor.

pub(in crate::store) mod pending_refusals;
pub mod recoveries;
pub mod refused_sign_ins;
pub mod reset_requests;
pub mod throttles;
pub mod two_factor;
