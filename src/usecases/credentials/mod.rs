//! Signing in and out, invitations accepted, passwords, confirmed addresses, sessions.

pub mod current_password;
pub mod email_change;
pub mod enrolment;
pub mod identity;
pub mod invitation;
pub mod new_password;
pub(in crate::usecases) mod own_code;
pub mod passkey;
pub mod passkey_sign_in;
pub mod password_reset;
pub mod recovery;
mod refusal;
pub mod second_step;
pub mod sessions;
pub mod sign_in;
pub mod two_factor_app;
