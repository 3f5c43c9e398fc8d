//! Second factors, passkeys, failed attempts and password reset requests.

pub mod passkeys;
pub(in crate::store) mod pending_refusals;
pub mod refused_sign_ins;
pub mod reset_requests;
pub mod throttles;
pub mod two_factor;
