//! Acceptance of an invitation, with name and password.

use askama::Template;

use super::closed::closed_page;
use crate::{
    domain::{
        credentials::{password::NewPassword, token::Token},
        text::{PasskeyName, PersonName},
    },
    usecases::{
        Context, LinkError, SetPasswordError,
        credentials::{
            invitation::{self, AcceptPasskeyError, Open},
            passkey::PasskeyAnswer,
        },
    },
    web::{
        pages::{
            credentials::{closed_link, new_password},
            my_account::passkeys,
        },
        shared::{
            error::WebError,
            extract::AnonymousSession,
            form::Form,
            page::{DisplayTime, Field, FieldError, Flash, FlashKind, FormErrors, PasskeyPrompt, PublicLayout, SecretField, parse},
            respond::{self, HandlerResult},
            routing::paths,
            session,
            state::State,
        },
    },
};
use actix_session::Session;
use actix_web::web::{Data, Path};
use serde::Deserialize;

/// Form of an open invitation. Opening it changes nothing.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/invitation/accept.html")]
pub struct AcceptPage {
    pub layout: PublicLayout,
    pub path: paths::Invitation,
    /// Name of the inviting user; `None` if that user was removed.
    pub inviter: Option<String>,
    /// Invited address.
    pub email: String,
    pub fields: AcceptFields,
    /// Shortest password, in characters.
    pub password_min: usize,
    pub valid_until: DisplayTime,
    /// Name of another user signed in with this browser, who will be signed out.
    pub signed_in_as: Option<String>,
    /// Passkey in place of the password; `None` where Usher's address can have none.
    pub passkey: Option<PasskeyPrompt>,
    /// Refusal of a passkey.
    pub problem: Option<&'static str>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptFields {
    pub first_name: Field,
    pub last_name: Field,
    pub password: SecretField,
}

impl AcceptFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("first-name", self.first_name.error.as_ref()),
            ("last-name", self.last_name.error.as_ref()),
            ("password", self.password.error.as_ref()),
        ])
    }
}

/// Typed name and password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptForm {
    first_name: String,
    last_name: String,
    password: String,
    #[serde(default)]
    ceremony: String,
    /// Answer of a browser that made a passkey; empty for a password.
    #[serde(default)]
    credential: String,
    /// Field for password managers; the user follows from the link.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `GET /invitation/{token}`: shows the invitation and changes nothing.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    match closed_link::look(&state, &token, invitation::look).await? {
        Ok(open) => {
            let fields = AcceptFields {
                first_name: Field::new(&*open.user.first_name),
                last_name: Field::new(&*open.user.last_name),
                password: SecretField::default(),
            };
            respond::page(&accept_page(&state, &anonymous, &token, &open, fields))
        }
        Err(closed) => closed_page(&closed, &token, &state).answer(&state, &anonymous).await,
    }
}

/// `POST /invitation/{token}`
pub(in crate::web) async fn submit(
    state: Data<State>,
    anonymous: AnonymousSession,
    session: Session,
    token: Path<String>,
    form: Form<AcceptForm>,
) -> HandlerResult {
    let open = match closed_link::look(&state, &token, invitation::look).await? {
        Ok(open) => open,
        Err(closed) => return closed_page(&closed, &token, &state).answer(&state, &anonymous).await,
    };
    if !form.0.credential.is_empty() {
        return submit_passkey(state, anonymous, session, token, form.0, &open).await;
    }
    let (first_name, last_name, password) = match form.0.parse(&open) {
        Ok(parsed) => parsed,
        Err(mut fields) => {
            let known = vec![open.user.email.clone(), open.company.name.clone()];
            let (link, client_ip, min) = (closed_link::token(&token)?, &anonymous.client.client_ip, open.company.password_min);
            fields.password = new_password::review(&state, link, client_ip, &form.0.password, min, known).await?;
            return respond::again(&accept_page(&state, &anonymous, &token, &open, *fields));
        }
    };
    let (link, client) = (closed_link::token(&token)?, anonymous.client.clone());
    let accept = move |ctx: &Context, link: &Token| invitation::accept(ctx, link, &first_name, &last_name, password, &client);
    match new_password::run(&state, link, &anonymous.client.client_ip, accept).await? {
        Ok(begun) => welcome(&session, &begun, &open, &form.0.first_name),
        // The link was used meanwhile: its page tells the state.
        Err(SetPasswordError::Link(LinkError::NotOpen)) => show(state, anonymous, token).await,
        Err(SetPasswordError::Link(error)) => Err(error.into()),
        Err(SetPasswordError::Password(error)) => new_password::again(error, state.ctx.now(), |password| {
            let fields = AcceptFields { first_name: Field::new(&*form.0.first_name), last_name: Field::new(&*form.0.last_name), password };
            accept_page(&state, &anonymous, &token, &open, fields)
        }),
    }
}

/// Stores the session, and says welcome on the next page.
fn welcome(session: &Session, begun: &Token, open: &Open, first_name: &str) -> HandlerResult {
    session::begin(session, begun)?;
    session::flash(session, &Flash::new(FlashKind::Ok, format!("Welcome to {}, {}.", open.company.name, first_name.trim())));
    respond::see_other(paths::Root {})
}

/// Accepts the invitation with a passkey.
async fn submit_passkey(
    state: Data<State>,
    anonymous: AnonymousSession,
    session: Session,
    token: Path<String>,
    form: AcceptForm,
    open: &Open,
) -> HandlerResult {
    let mut fields = AcceptFields::default();
    let (Some(first_name), Some(last_name)) = form.names(&mut fields) else {
        return respond::again(&accept_page(&state, &anonymous, &token, open, fields));
    };
    let (link, client) = (closed_link::token(&token)?, anonymous.client.clone());
    let name = PasskeyName::parse(&passkeys::default_name(&client.user_agent)).map_err(|error| WebError::Internal(error.to_string()))?;
    let answer = PasskeyAnswer { ceremony: form.ceremony, credential: form.credential };
    let accept = move |ctx: &Context| invitation::accept_with_passkey(ctx, &link, &first_name, &last_name, (&answer, &name), &client);
    match state.try_run(accept).await? {
        Ok(begun) => welcome(&session, &begun, open, &form.first_name),
        Err(AcceptPasskeyError::Refused) => {
            let page = accept_page(&state, &anonymous, &token, open, fields);
            respond::again(&AcceptPage { problem: Some(passkeys::REFUSED), ..page })
        }
        Err(AcceptPasskeyError::Link(LinkError::NotOpen)) => show(state, anonymous, token).await,
        Err(AcceptPasskeyError::Link(error)) => Err(error.into()),
    }
}

fn accept_page(state: &State, anonymous: &AnonymousSession, token: &str, open: &Open, fields: AcceptFields) -> AcceptPage {
    let path = paths::Invitation { token: token.to_owned() };
    let ceremony = closed_link::token(token).ok().and_then(|link| invitation::begin_passkey(&state.ctx, &link, &open.user));
    AcceptPage {
        layout: respond::layout(state, anonymous, &open.company.name),
        passkey: ceremony.map(|ceremony| PasskeyPrompt::new(ceremony, &path)),
        problem: None,
        path,
        inviter: Some(open.invited_by.clone()).filter(|name| !name.is_empty()),
        email: open.user.email.clone(),
        fields,
        password_min: open.company.password_min,
        valid_until: DisplayTime::new(open.expires_at, open.company.in_zone(state.ctx.now())),
        signed_in_as: anonymous.signed_in.as_ref().map(crate::usecases::User::display_name),
    }
}

impl AcceptForm {
    fn names(&self, fields: &mut AcceptFields) -> (Option<PersonName>, Option<PersonName>) {
        let first_name = parse(&self.first_name, FieldError::first_name(), &mut fields.first_name);
        (first_name, parse(&self.last_name, FieldError::last_name(), &mut fields.last_name))
    }

    fn parse(&self, open: &Open) -> Result<(PersonName, PersonName, NewPassword), Box<AcceptFields>> {
        let mut fields = AcceptFields::default();
        let (first_name, last_name) = self.names(&mut fields);
        let password = NewPassword::parse(&self.password, open.company.password_min);
        let password = password.map_err(|error| fields.password = SecretField::refused(error)).ok();
        match (first_name, last_name, password) {
            (Some(first_name), Some(last_name), Some(password)) => Ok((first_name, last_name, password)),
            _ => Err(Box::new(fields)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{credentials::password::PasswordError, text::LineError},
        web::shared::{
            page::FieldError,
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample) -> AcceptPage {
        AcceptPage {
            layout: sample.public_layout(),
            path: paths::Invitation { token: "0123456789abcdef".into() },
            inviter: Some(sample.user(11).name),
            email: sample.email.clone(),
            fields: AcceptFields {
                first_name: Field::new(&sample.text),
                last_name: Field::new(&sample.text),
                password: SecretField::default(),
            },
            password_min: 15,
            valid_until: sample.display_time(0),
            signed_in_as: None,
            passkey: Some(PasskeyPrompt::sample()),
            problem: None,
        }
    }

    #[test]
    fn renders() {
        check("accept-invitation", page);
        check("accept-invitation-signed-in", |sample| AcceptPage { signed_in_as: Some(sample.user(2).name), ..page(sample) });
        check("accept-invitation-passkey", |sample| AcceptPage { problem: Some(passkeys::REFUSED), ..page(sample) });
        check("accept-invitation-error", |sample| {
            let name = |what| Field::refused(&sample.text, FieldError::Line { what, error: LineError::Empty });
            let fields = AcceptFields {
                first_name: name("a first name"),
                last_name: name("a last name"),
                password: SecretField::refused(PasswordError::Guessable),
            };
            AcceptPage { inviter: None, fields, ..page(sample) }
        });
    }
}
