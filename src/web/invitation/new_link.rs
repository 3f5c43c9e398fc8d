//! "Send me a new link", from an invitation that has expired.

use actix_web::web::{Data, Path};

use crate::{
    domain::{email_address::masked, token::Token},
    usecases::invitations::{self, AcceptError, Found},
    web::{
        extract::Guest,
        form::{Button, Form},
        paths,
        respond::{self, Answer},
        state::State,
    },
};

use super::ended::{self, Ended};

/// `GET /invitation/{token}/new-link`: what came of it.
pub(in crate::web) async fn show(state: Data<State>, guest: Guest, token: Path<String>) -> Answer {
    match ended::look(&state, &token).await? {
        Found::Replaced { again_to: Some(email) } => ended::page(&state, &guest, Ended::NewLinkSent { masked_email: masked(&email) }).await,
        found => ended::page_of(&state, &guest, &token, found).await,
    }
}

/// `POST /invitation/{token}/new-link`
pub(in crate::web) async fn submit(state: Data<State>, guest: Guest, token: Path<String>, _button: Form<Button>) -> Answer {
    let token = token.into_inner();
    let (text, source) = (token.clone(), guest.visitor.source);
    let sent =
        state.try_run(move |ctx| invitations::send_new_link(ctx, &Token::parse(&text).ok_or(AcceptError::NotOpen)?, &source)).await?;
    match sent {
        // What became of the link, now or meanwhile, is said where this leads.
        Ok(()) | Err(AcceptError::NotOpen) => respond::see_other(paths::InvitationNewLink { token }),
        Err(error) => Err(error.into()),
    }
}
