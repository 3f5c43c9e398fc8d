//! Choice of a new password, by the mailed link.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::credentials::{password::NewPassword, token::Token},
    usecases::{
        Context, LinkClosed, LinkError, SetPasswordError,
        credentials::password_reset::{self, Open},
    },
    web::{
        pages::credentials::{
            after::After,
            closed_link::{self, ClosedLink},
            new_password,
        },
        shared::{
            extract::AnonymousSession,
            form::Form,
            page::{DisplayTime, FormErrors, PublicLayout, SecretField},
            respond::{self, HandlerResult},
            routing::paths,
            state::State,
        },
    },
};

/// Form of an open link. Opening it changes nothing.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/password_reset/choose.html")]
pub struct ChoosePage {
    pub layout: PublicLayout,
    pub path: paths::PasswordReset,
    /// Address of the user.
    pub email: String,
    pub password: SecretField,
    /// Shortest password, in characters.
    pub password_min: usize,
    pub valid_until: DisplayTime,
}

impl ChoosePage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("password", self.password.error.as_ref())])
    }
}

/// Typed new password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChooseForm {
    password: String,
    /// Field for password managers; the user follows from the link.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `GET /reset/{token}`: shows the form and changes nothing.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    match closed_link::look(&state, &token, password_reset::look).await? {
        Ok(open) => respond::page(&page(&state, &anonymous, &token, open, SecretField::default())),
        Err(closed) => closed_page(&closed).answer(&state, &anonymous).await,
    }
}

/// `POST /reset/{token}`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    form: Form<ChooseForm>,
) -> HandlerResult {
    let open = match closed_link::look(&state, &token, password_reset::look).await? {
        Ok(open) => open,
        Err(closed) => return closed_page(&closed).answer(&state, &anonymous).await,
    };
    let password = match NewPassword::parse(&form.0.password, open.company.password_min) {
        Ok(password) => password,
        Err(error) => return respond::again(&page(&state, &anonymous, &token, open, SecretField::refused(error))),
    };
    let (link, client) = (closed_link::token(&token)?, anonymous.client.clone());
    let choose = move |ctx: &Context, link: &Token| password_reset::choose(ctx, link, password, &client);
    match new_password::run(&state, link, &anonymous.client.client_ip, choose).await? {
        Ok(()) => After::PasswordReset.sign_in(&request, &state),
        // The link was used meanwhile: its page tells the state.
        Err(SetPasswordError::Link(LinkError::NotOpen)) => show(state, anonymous, token).await,
        Err(SetPasswordError::Link(error)) => Err(error.into()),
        Err(SetPasswordError::Password(error)) => {
            new_password::again(error, state.ctx.now(), |refused| page(&state, &anonymous, &token, open, refused))
        }
    }
}

fn page(state: &State, anonymous: &AnonymousSession, token: &str, open: Open, password: SecretField) -> ChoosePage {
    ChoosePage {
        layout: respond::layout(state, anonymous, &open.company.name),
        path: paths::PasswordReset { token: token.to_owned() },
        email: open.user.email,
        password,
        password_min: open.company.password_min,
        valid_until: DisplayTime::new(open.expires_at, open.company.in_zone(state.ctx.now())),
    }
}

/// Page of a closed link.
fn closed_page(closed: &LinkClosed) -> ClosedLink {
    let ask_again = |ended: ClosedLink| ended.link("Request a new link", paths::ForgotPassword {});
    match closed {
        LinkClosed::Used { at } => ClosedLink::gone("This link was already used", "A new password was set on")
            .at(*at, ". Sign in with it.")
            .sign_in()
            .foot("Not you? Tell an administrator."),
        LinkClosed::Replaced { .. } => ClosedLink::gone("This link was replaced", "Use the link in the latest mail."),
        LinkClosed::Revoked => ask_again(ClosedLink::gone("This link no longer works", "Your sign-in changed after it was sent.")),
        LinkClosed::Expired { at, .. } => ask_again(ClosedLink::gone("This link has expired", "It was valid until").at(*at, ".")),
        LinkClosed::Unknown => ask_again(ClosedLink::unknown("This link isn’t valid", "request a new one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::credentials::password::PasswordError,
        web::shared::samples::{Sample, check},
    };

    fn page(sample: &Sample, password: SecretField) -> ChoosePage {
        ChoosePage {
            layout: sample.public_layout(),
            path: paths::PasswordReset { token: "0123456789abcdef".into() },
            email: sample.email.clone(),
            password,
            password_min: 15,
            valid_until: sample.display_time(0),
        }
    }

    #[test]
    fn renders() {
        check("reset-password", |sample| page(sample, SecretField::default()));
        check("reset-password-error", |sample| page(sample, SecretField::refused(PasswordError::Guessable)));
        closed_link::check_ended("reset-password-ended", closed_page);
    }
}
