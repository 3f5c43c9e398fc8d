//! "Send me a new link", for an expired invitation.

use actix_web::web::{Data, Path};

use crate::{
    domain::credentials::token::Token,
    usecases::{LinkClosed, LinkError, credentials},
    web::{
        pages::credentials::closed_link,
        shared::{
            extract::AnonymousSession,
            form::{Button, Form},
            respond::{self, HandlerResult},
            routing::paths,
            state::State,
        },
    },
};

use super::closed::{closed_page, new_link_sent};

/// `GET /invitation/{token}/new-link`: the outcome.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    match closed_link::look(&state, &token, credentials::invitation::look).await? {
        // An open link has its own page.
        Ok(_) => respond::see_other(paths::Invitation { token: token.into_inner() }),
        Err(LinkClosed::Replaced { again_to: Some(email) }) => new_link_sent(&email, state.ctx.sends_mail).answer(&state, &anonymous).await,
        Err(closed) => closed_page(&closed, &token, &state).answer(&state, &anonymous).await,
    }
}

/// `POST /invitation/{token}/new-link`
pub(in crate::web) async fn submit(
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    _button: Form<Button>,
) -> HandlerResult {
    if Token::parse(&token).is_none() {
        return show(state, anonymous, token).await;
    }
    let token = token.into_inner();
    let (text, client_ip) = (token.clone(), anonymous.client.client_ip);
    match state.try_run(move |ctx| credentials::invitation::send_new_link(ctx, &closed_link::token(&text)?, &client_ip)).await? {
        // The redirect leads to the page that tells the link's state.
        Ok(()) | Err(LinkError::NotOpen) => respond::see_other(paths::InvitationNewLink { token }),
        Err(error) => Err(error.into()),
    }
}
