//! "Forgot password?": asking for a link, with the same answer whatever address is typed.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::email_address::EmailAddress,
    usecases::{directory, password_reset},
    web::{
        extract::Guest,
        failure::Failure,
        form::Form,
        page::{Field, FormErrors, Gate, parse},
        paths,
        respond::{self, Answer},
        state::State,
    },
};

/// The form for an address.
#[derive(Debug, Clone, Template)]
#[template(path = "password_reset/ask.html")]
pub struct AskPage {
    pub gate: Gate,
    pub email: Field,
}

impl AskPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("email", self.email.error.as_ref())])
    }
}

/// The answer to every address.
#[derive(Debug, Clone, Template)]
#[template(path = "password_reset/asked.html")]
pub struct AskedPage {
    pub gate: Gate,
}

/// Whether a link was just asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskQuery {
    #[serde(default)]
    sent: bool,
}

/// One address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskForm {
    email: String,
}

/// `GET /forgot-password`
pub(in crate::web) async fn show(state: Data<State>, guest: Guest, query: Query<AskQuery>) -> Answer {
    let gate = gate(&state, &guest).await?;
    if query.sent { respond::page(&AskedPage { gate }) } else { respond::page(&AskPage { gate, email: Field::default() }) }
}

/// `POST /forgot-password`
pub(in crate::web) async fn submit(state: Data<State>, guest: Guest, form: Form<AskForm>) -> Answer {
    let mut field = Field::default();
    let Some(email) = parse(&form.0.email, EmailAddress::parse, &mut field) else {
        return respond::again(&AskPage { gate: gate(&state, &guest).await?, email: field });
    };
    let source = guest.visitor.source;
    state.run(move |ctx| password_reset::ask(ctx, &email, &source)).await?;
    // Without the address, which would stay in the browser's history.
    respond::see_other(paths::with_query(paths::ForgotPassword {}, &[("sent", "true")]))
}

async fn gate(state: &State, guest: &Guest) -> Result<Gate, Failure> {
    let company = state.run(directory::company_name).await?;
    Ok(respond::gate(state, guest, &company))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::email_address::EmailAddressError, web::samples::check};

    #[test]
    fn renders() {
        check("forgot-password", |sample| AskPage { gate: sample.gate(), email: Field::new(&sample.email) });
        check("forgot-password-error", |sample| AskPage {
            gate: sample.gate(),
            email: Field::refused(&sample.email, EmailAddressError::Malformed),
        });
        check("forgot-password-sent", |sample| AskedPage { gate: sample.gate() });
    }
}
