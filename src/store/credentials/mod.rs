//! Second factors, passkeys, failed attempts, password reset requests and recoveries.

pub mod passkeys;
pub(in crate::store) mod pending_refusals;
pub mod recoveries;
pub mod refused_sign_ins;
pub mod reset_requests;
pub mod throttles;
pub mod two_factor;
