//! Confirmation of a new address, by the link mailed there.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;

use crate::{
    usecases::{
        LinkClosed, LinkError,
        credentials::email_change::{self, ConfirmError, Open},
    },
    web::{
        pages::credentials::{
            after::After,
            closed_link::{self, ClosedLink},
        },
        shared::{
            extract::AnonymousSession,
            form::{Button, Form},
            page::{DisplayTime, PublicLayout},
            respond::{self, HandlerResult},
            routing::paths,
            state::State,
        },
    },
};

/// Preview of the change. Opening it changes nothing.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/email_change/confirm.html")]
pub struct ConfirmEmailPage {
    pub layout: PublicLayout,
    pub path: paths::ConfirmEmail,
    pub new: String,
    /// Name of the acting user.
    pub asked_by: String,
    pub valid_until: DisplayTime,
}

/// `GET /confirm-email/{token}`: shows the change and changes nothing.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    match closed_link::look(&state, &token, email_change::look).await? {
        Ok(Open { change, company, .. }) => respond::page(&ConfirmEmailPage {
            layout: respond::layout(&state, &anonymous, &company.name),
            path: paths::ConfirmEmail { token: token.into_inner() },
            new: change.email,
            asked_by: change.asked_by.display_name(),
            valid_until: DisplayTime::new(change.until, company.in_zone(state.ctx.now())),
        }),
        Err(closed) => closed_page(&closed).answer(&state, &anonymous).await,
    }
}

/// `POST /confirm-email/{token}`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    _button: Form<Button>,
) -> HandlerResult {
    let (text, client_ip) = (token.clone(), anonymous.client.client_ip.clone());
    match state.try_run(move |ctx| email_change::confirm(ctx, &closed_link::token(&text)?, &client_ip)).await? {
        Ok(()) => After::EmailChange.sign_in(&request, &state),
        Err(ConfirmError::Taken) => {
            let text = "Someone else uses it now, so your email address stays as it was. Ask an administrator.";
            ClosedLink::conflict("This email address is in use", text).answer(&state, &anonymous).await
        }
        // The link's own page tells its state.
        Err(ConfirmError::Link(LinkError::NotOpen)) => show(state, anonymous, token).await,
        Err(ConfirmError::Link(error)) => Err(error.into()),
    }
}

/// Page of a closed link.
fn closed_page(closed: &LinkClosed) -> ClosedLink {
    match closed {
        LinkClosed::Used { at } => {
            ClosedLink::gone("This email address was already confirmed", "It was confirmed on").at(*at, ". Sign in with it.").sign_in()
        }
        LinkClosed::Replaced { .. } => {
            ClosedLink::gone("This link was replaced", "A newer change was requested. Use the link in the latest mail.")
        }
        LinkClosed::Revoked => ClosedLink::gone("This change was cancelled", "Your email address stays as it was."),
        LinkClosed::Expired { at, .. } => {
            ClosedLink::gone("This link has expired", "It was valid until").at(*at, ". Your email address stays as it was.")
        }
        LinkClosed::Unknown => ClosedLink::unknown("This link isn’t valid", "ask an administrator"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("confirm-email", |sample| ConfirmEmailPage {
            layout: sample.public_layout(),
            path: paths::ConfirmEmail { token: "0123456789abcdef".into() },
            new: sample.email.clone(),
            asked_by: sample.text.clone(),
            valid_until: sample.display_time(0),
        });
        closed_link::check_ended("confirm-email-ended", closed_page);
    }
}
