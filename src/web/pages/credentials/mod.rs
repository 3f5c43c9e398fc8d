//! Pages before and around sign-in: passwords, invitations, changes of address.

pub mod after;
pub mod closed_link;
pub mod confirm_identity;
pub mod email_change;
pub mod invitation;
pub(in crate::web) mod new_password;
pub mod passkey_sign_in;
pub mod password_reset;
pub(in crate::web) mod recovery;
pub mod second_step;
pub mod sign_in;
pub(in crate::web) mod stay_signed_in;
pub mod unsent_form;
