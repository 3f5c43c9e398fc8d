//! "Forgot password?": request for a link, with one answer for all addresses.

use actix_web::{
    HttpRequest,
    web::{Data, Query},
};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::{
    domain::email_address::EmailAddress,
    usecases::{company_name, credentials::password_reset},
    web::shared::{
        cookies,
        error::WebError,
        extract::AnonymousSession,
        form::Form,
        page::{Field, FormErrors, PublicLayout, parse, wait_in_words},
        respond::{self, HandlerResult},
        routing::paths,
        state::State,
    },
};

/// Remembered action of a request for a link.
const ASKED: &str = "password-reset-asked";

/// The form for an address.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/password_reset/ask.html")]
pub struct AskPage {
    pub layout: PublicLayout,
    pub email: Field,
    /// Wait after too many requests.
    pub wait: Option<TimeDelta>,
    /// True if mails are sent; without a mail server they are files for the operator.
    pub sends_mail: bool,
}

impl AskPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("email", self.email.error.as_ref())])
    }

    fn wait_in_words(&self) -> Option<String> {
        self.wait.as_ref().map(wait_in_words)
    }
}

/// Answer to every address.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/password_reset/asked.html")]
pub struct AskedPage {
    pub layout: PublicLayout,
    pub sends_mail: bool,
}

impl AskedPage {
    fn title(&self) -> &'static str {
        if self.sends_mail { "Check your email" } else { "Ask your administrator" }
    }
}

/// Query after a request.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AskQuery {
    #[serde(default)]
    sent: bool,
}

/// Typed address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskForm {
    email: String,
}

/// `GET /forgot-password`
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    query: Query<AskQuery>,
) -> HandlerResult {
    if query.sent && cookies::is_done(&request, &state, ASKED) {
        return respond::page(&AskedPage { layout: layout(&state, &anonymous).await?, sends_mail: state.ctx.sends_mail });
    }
    respond::page(&page(&state, &anonymous, Field::default()).await?)
}

/// `POST /forgot-password`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    form: Form<AskForm>,
) -> HandlerResult {
    let mut field = Field::default();
    let Some(email) = parse(&form.0.email, EmailAddress::parse, &mut field) else {
        return respond::again(&page(&state, &anonymous, field).await?);
    };
    let client_ip = anonymous.client.client_ip.clone();
    if let Some(until) = state.run(move |ctx| password_reset::ask(ctx, &email, &client_ip)).await? {
        let wait = until - state.ctx.now();
        return respond::wait(wait, &AskPage { wait: Some(wait), ..page(&state, &anonymous, Field::new(&*form.0.email)).await? });
    }
    cookies::keep_done(&request, &state, ASKED);
    // The address is left out of the URL, which would stay in the browser's history.
    respond::see_other(paths::with_query(paths::ForgotPassword {}, &[("sent", "true")]))
}

async fn page(state: &State, anonymous: &AnonymousSession, email: Field) -> Result<AskPage, WebError> {
    Ok(AskPage { layout: layout(state, anonymous).await?, email, wait: None, sends_mail: state.ctx.sends_mail })
}

async fn layout(state: &State, anonymous: &AnonymousSession) -> Result<PublicLayout, WebError> {
    let company = state.run(company_name).await?;
    Ok(respond::layout(state, anonymous, &company))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::email_address::EmailAddressError,
        web::shared::samples::{Sample, check},
    };

    #[test]
    fn renders() {
        let page = |sample: &Sample, email, sends_mail| AskPage { layout: sample.public_layout(), email, wait: None, sends_mail };
        check("forgot-password", |sample| page(sample, Field::new(&sample.email), true));
        check("forgot-password-error", |sample| page(sample, Field::refused(&sample.email, EmailAddressError::Malformed), true));
        check("forgot-password-too-many", |sample| AskPage {
            wait: Some(TimeDelta::minutes(15)),
            ..page(sample, Field::new(&sample.email), true)
        });
        check("forgot-password-without-mail", |sample| page(sample, Field::default(), false));
        check("forgot-password-sent", |sample| AskedPage { layout: sample.public_layout(), sends_mail: true });
        check("forgot-password-sent-without-mail", |sample| AskedPage { layout: sample.public_layout(), sends_mail: false });
    }
}
