//! Undoing a confirmed change of address, by the link mailed to the old one.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{credentials::password::Password, user::Who},
    usecases::{
        LinkClosed, LinkError,
        credentials::{
            current_password::{self, CurrentPasswordError},
            email_change::undo::{self, UndoError, Undoable},
        },
    },
    web::{
        pages::credentials::{
            after::After,
            closed_link::{self, ClosedLink},
        },
        shared::{
            error::WebError,
            extract::AnonymousSession,
            form::Form,
            hashing::HashingClass,
            page::{DisplayTime, FormErrors, PublicLayout, SecretField},
            respond::{self, HandlerResult},
            routing::paths,
            state::State,
        },
    },
};

/// Preview of what is undone. Opening it changes nothing. The present address is left out: a later one may be nobody's
/// business at the old address.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/email_change/undo.html")]
pub struct UndoEmailChangePage {
    pub layout: PublicLayout,
    pub path: paths::UndoEmailChange,
    /// Address that the user would have again.
    pub old: String,
    /// Name of the user who asked for the change; empty for one who is gone.
    pub asked_by: String,
    /// Current password, for a change that the user asked for.
    pub password: Option<SecretField>,
    pub valid_until: DisplayTime,
}

impl UndoEmailChangePage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("current", self.password.as_ref().and_then(|password| password.error.as_ref()))])
    }
}

/// Typed password, if one is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoForm {
    #[serde(default)]
    current: String,
    /// Field for password managers.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `GET /undo-email-change/{token}`: shows the change and changes nothing.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    match closed_link::look(&state, &token, undo::look).await? {
        Ok(undoable) if undoable.lacks_password => lacks_password().answer(&state, &anonymous).await,
        Ok(undoable) => respond::page(&page(&state, &anonymous, &token, &undoable, SecretField::default())),
        Err(closed) => closed_page(&closed).answer(&state, &anonymous).await,
    }
}

/// `POST /undo-email-change/{token}`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    form: Form<UndoForm>,
) -> HandlerResult {
    let undoable = match closed_link::look(&state, &token, undo::look).await? {
        Ok(undoable) => undoable,
        Err(closed) => return closed_page(&closed).answer(&state, &anonymous).await,
    };
    if undoable.lacks_password {
        return lacks_password().answer(&state, &anonymous).await;
    }
    if undoable.is_own && form.0.current.is_empty() {
        return respond::again(&page(&state, &anonymous, &token, &undoable, SecretField::current("")));
    }
    match undo(&state, &undoable, &token, &form.0.current, &anonymous.client.client_ip).await? {
        Ok(()) => After::EmailChangeUndo.sign_in(&request, &state),
        Err(UndoError::Taken) => {
            let text = "Someone else uses it now, so the change cannot be undone. Ask an administrator.";
            ClosedLink::conflict("Your earlier email address is in use", text).answer(&state, &anonymous).await
        }
        // The link's own page tells its state.
        Err(UndoError::Link(LinkError::NotOpen)) => show(state, anonymous, token).await,
        Err(UndoError::Link(error)) => Err(error.into()),
        Err(UndoError::Password(error)) => again(&state, &anonymous, &token, &undoable, error),
    }
}

/// Undoes the change. A password is verified in the hashing queue.
async fn undo(state: &State, undoable: &Undoable, token: &str, typed: &str, client_ip: &str) -> Result<Result<(), UndoError>, WebError> {
    let (token, user, client_ip) = (closed_link::token(token)?, undoable.user.id, client_ip.to_owned());
    if !undoable.is_own {
        return state.try_run(move |ctx| undo::undo(ctx, &token, None, &client_ip)).await;
    }
    let (typed, ip) = (Password::typed(typed), client_ip.clone());
    if let Err(error) = state.try_run(move |ctx| current_password::admit_behind_link(ctx, user, &ip)).await? {
        return Ok(Err(error.into()));
    }
    state.try_run_hashing(HashingClass::Known, move |ctx| undo::undo(ctx, &token, Some(&typed), &client_ip)).await
}

/// The form again, with the reason at the password.
fn again(state: &State, anonymous: &AnonymousSession, token: &str, undoable: &Undoable, error: CurrentPasswordError) -> HandlerResult {
    let page = |field| page(state, anonymous, token, undoable, field);
    match error {
        CurrentPasswordError::Wrong => respond::again(&page(SecretField::message("This is not your current password"))),
        CurrentPasswordError::Throttled { until } => respond::held(until, state.ctx.now(), page),
        CurrentPasswordError::Store(error) => Err(error.into()),
    }
}

fn page(state: &State, anonymous: &AnonymousSession, token: &str, undoable: &Undoable, password: SecretField) -> UndoEmailChangePage {
    let Undoable { old, asked_by, is_own, until, company, .. } = undoable;
    UndoEmailChangePage {
        layout: respond::layout(state, anonymous, &company.name),
        path: paths::UndoEmailChange { token: token.to_owned() },
        old: old.clone(),
        asked_by: asked_by.as_ref().map(Who::display_name).unwrap_or_default(),
        password: is_own.then_some(password),
        valid_until: DisplayTime::new(*until, company.in_zone(state.ctx.now())),
    }
}

/// Page for a user with passkeys only, whose own change takes a password.
fn lacks_password() -> ClosedLink {
    let text = "Sign in with your passkey and change your email address back in My account, or ask an administrator.";
    ClosedLink::conflict("You have no password", text).sign_in()
}

/// Page of a closed link.
fn closed_page(closed: &LinkClosed) -> ClosedLink {
    match closed {
        LinkClosed::Used { at } => {
            ClosedLink::gone("The change was already undone", "You undid it on").at(*at, ". Sign in with your earlier address.").sign_in()
        }
        LinkClosed::Replaced { .. } | LinkClosed::Revoked => {
            ClosedLink::gone("There is no change to undo", "Your email address has been set back since.")
                .foot("Not you? Tell an administrator.")
        }
        LinkClosed::Expired { at, .. } => {
            ClosedLink::gone("It is too late to undo the change", "It was possible until").at(*at, ". Ask an administrator.")
        }
        LinkClosed::Unknown => ClosedLink::unknown("This link isn’t valid", "tell an administrator"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, password: Option<SecretField>) -> UndoEmailChangePage {
        UndoEmailChangePage {
            layout: sample.public_layout(),
            path: paths::UndoEmailChange { token: "0123456789abcdef".into() },
            old: sample.email.clone(),
            asked_by: sample.text.clone(),
            password,
            valid_until: sample.display_time(0),
        }
    }

    #[test]
    fn renders() {
        check("undo-email-change", |sample| page(sample, None));
        check("undo-email-change-own", |sample| page(sample, Some(SecretField::default())));
        check("undo-email-change-error", |sample| page(sample, Some(SecretField::current(""))));
        closed_link::check_ended("undo-email-change-ended", closed_page);
    }
}
