//! Refused passwords and codes of known users, noted with the refused sign-ins.

use crate::{
    domain::{credentials::throttle, email_address::EmailAddress},
    store::{credentials::refused_sign_ins::RefusalReason, users::User},
    usecases::Context,
};

/// Notes a refusal. It may be lost.
pub(super) fn note(ctx: &Context, user: &User, client_ip: &str, reason: RefusalReason) {
    let email_key = EmailAddress::parse(&user.email).map_or_else(|_| user.email.clone(), |email| email.key().to_owned());
    ctx.store.note_refusal(&throttle::network(client_ip), &email_key, reason, ctx.now());
}
