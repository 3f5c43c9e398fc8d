//! Choice of a new password, by a mailed link or one from the command line.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::credentials::{
        password::NewPassword,
        token::{Token, TokenPurpose},
    },
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
            error::WebError,
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
    pub path: String,
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
    open(&state, &anonymous, TokenPurpose::PasswordReset, &token).await
}

/// `POST /reset/{token}`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    form: Form<ChooseForm>,
) -> HandlerResult {
    save(&request, &state, &anonymous, TokenPurpose::PasswordReset, &token, &form.0).await
}

/// Page of a link for `purpose`.
pub(in crate::web) async fn open(state: &State, anonymous: &AnonymousSession, purpose: TokenPurpose, token: &str) -> HandlerResult {
    match look(state, purpose, token).await? {
        Ok(open) => respond::page(&page(state, anonymous, purpose, token, open, SecretField::default())),
        Err(closed) => closed_page(purpose, &closed).answer(state, anonymous).await,
    }
}

async fn look(state: &State, purpose: TokenPurpose, token: &str) -> Result<Result<Open, LinkClosed>, WebError> {
    closed_link::look(state, token, move |ctx, token| password_reset::look(ctx, purpose, token)).await
}

/// Saves the new password behind a link for `purpose`.
pub(in crate::web) async fn save(
    request: &HttpRequest,
    state: &State,
    anonymous: &AnonymousSession,
    purpose: TokenPurpose,
    token: &str,
    form: &ChooseForm,
) -> HandlerResult {
    let open = match look(state, purpose, token).await? {
        Ok(open) => open,
        Err(closed) => return closed_page(purpose, &closed).answer(state, anonymous).await,
    };
    let password = match NewPassword::parse(&form.password, open.company.password_min) {
        Ok(password) => password,
        Err(error) => return respond::again(&page(state, anonymous, purpose, token, open, SecretField::refused(error))),
    };
    let (link, client) = (closed_link::token(token)?, anonymous.client.clone());
    let choose = move |ctx: &Context, link: &Token| password_reset::choose(ctx, purpose, link, password, &client);
    match new_password::run(state, link, &anonymous.client.client_ip, choose).await? {
        Ok(()) => After::PasswordReset.sign_in(request, state),
        // The link was used meanwhile: its page tells the state.
        Err(SetPasswordError::Link(LinkError::NotOpen)) => self::open(state, anonymous, purpose, token).await,
        Err(SetPasswordError::Link(error)) => Err(error.into()),
        Err(SetPasswordError::Password(error)) => {
            new_password::again(error, state.ctx.now(), |refused| page(state, anonymous, purpose, token, open, refused))
        }
    }
}

fn page(state: &State, anonymous: &AnonymousSession, purpose: TokenPurpose, token: &str, open: Open, password: SecretField) -> ChoosePage {
    ChoosePage {
        layout: respond::layout(state, anonymous, &open.company.name),
        path: path(purpose, token),
        email: open.user.email,
        password,
        password_min: open.company.password_min,
        valid_until: DisplayTime::new(open.expires_at, open.company.in_zone(state.ctx.now())),
    }
}

fn path(purpose: TokenPurpose, token: &str) -> String {
    let token = token.to_owned();
    if purpose == TokenPurpose::Recovery { paths::Recovery { token }.to_string() } else { paths::PasswordReset { token }.to_string() }
}

/// Page of a closed link.
fn closed_page(purpose: TokenPurpose, closed: &LinkClosed) -> ClosedLink {
    let is_recovery = purpose == TokenPurpose::Recovery;
    let ask_again = |ended: ClosedLink| {
        if is_recovery {
            ended.foot("Run usher admin recover again for a new link.")
        } else {
            ended.link("Request a new link", paths::ForgotPassword {})
        }
    };
    match closed {
        LinkClosed::Used { at } => ClosedLink::gone("This link was already used", "A new password was set on")
            .at(*at, ". Sign in with it.")
            .sign_in()
            .foot("Not you? Tell an administrator."),
        LinkClosed::Replaced { .. } if is_recovery => ClosedLink::gone("This link was replaced", "A newer one was made. Use that one."),
        LinkClosed::Replaced { .. } => ClosedLink::gone("This link was replaced", "Use the link in the latest mail."),
        LinkClosed::Revoked => ask_again(ClosedLink::gone(
            "This link no longer works",
            if is_recovery { "Your sign-in changed after it was made." } else { "Your sign-in changed after it was sent." },
        )),
        LinkClosed::Expired { at, .. } => ask_again(ClosedLink::gone("This link has expired", "It was valid until").at(*at, ".")),
        LinkClosed::Unknown if is_recovery => ClosedLink::unknown("This link isn’t valid", "make a new one"),
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
            path: path(TokenPurpose::PasswordReset, "0123456789abcdef"),
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
        closed_link::check_ended("reset-password-ended", |closed| closed_page(TokenPurpose::PasswordReset, closed));
        closed_link::check_ended("recovery-ended", |closed| closed_page(TokenPurpose::Recovery, closed));
    }
}
