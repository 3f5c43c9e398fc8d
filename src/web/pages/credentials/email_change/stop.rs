//! Cancellation of a change of address, by the link mailed to the old one.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;

use crate::{
    usecases::{
        LinkClosed, LinkError,
        credentials::email_change::{self, Open},
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
#[template(path = "credentials/email_change/stop.html")]
pub struct StopEmailChangePage {
    pub layout: PublicLayout,
    pub path: paths::StopEmailChange,
    pub old: String,
    pub new: String,
    /// Name of the acting user.
    pub asked_by: String,
    pub valid_until: DisplayTime,
}

/// `GET /stop-email-change/{token}`: shows the change and changes nothing.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    match closed_link::look(&state, &token, email_change::look_at_stop).await? {
        Ok(Open { user, change, company }) => respond::page(&StopEmailChangePage {
            layout: respond::layout(&state, &anonymous, &company.name),
            path: paths::StopEmailChange { token: token.into_inner() },
            old: user.email,
            new: change.email,
            asked_by: change.asked_by.display_name(),
            valid_until: DisplayTime::new(change.until, company.in_zone(state.ctx.now())),
        }),
        Err(closed) => closed_page(&closed).answer(&state, &anonymous).await,
    }
}

/// `POST /stop-email-change/{token}`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    _button: Form<Button>,
) -> HandlerResult {
    let (text, client_ip) = (token.clone(), anonymous.client.client_ip.clone());
    match state.try_run(move |ctx| email_change::stop(ctx, &closed_link::token(&text)?, &client_ip)).await? {
        Ok(()) => After::EmailChangeStop.sign_in(&request, &state),
        // The link's own page tells its state.
        Err(LinkError::NotOpen) => show(state, anonymous, token).await,
        Err(error) => Err(error.into()),
    }
}

/// Page of a closed link.
fn closed_page(closed: &LinkClosed) -> ClosedLink {
    match closed {
        LinkClosed::Used { at } => {
            ClosedLink::gone("The change was already cancelled", "You cancelled it on").at(*at, ". Your email address stays as it was.")
        }
        LinkClosed::Replaced { .. } => {
            ClosedLink::gone("This link was replaced", "Another change was requested. Use the link in the latest mail.")
        }
        LinkClosed::Revoked => ClosedLink::gone("There is no change to cancel", "It has been confirmed or cancelled since.")
            .foot("Not you? Tell an administrator."),
        LinkClosed::Expired { at, .. } => {
            ClosedLink::gone("There is no change to cancel", "It was not confirmed by").at(*at, ". Your email address stays as it was.")
        }
        LinkClosed::Unknown => ClosedLink::unknown("This link isn’t valid", "tell an administrator"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("stop-email-change", |sample| StopEmailChangePage {
            layout: sample.public_layout(),
            path: paths::StopEmailChange { token: "0123456789abcdef".into() },
            old: sample.email.clone(),
            new: sample.email.clone(),
            asked_by: sample.text.clone(),
            valid_until: sample.display_time(0),
        });
        closed_link::check_ended("stop-email-change-ended", closed_page);
    }
}
