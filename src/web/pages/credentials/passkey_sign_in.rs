//! Sign-in with a passkey.

use actix_session::Session;
use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Deserialize;

use crate::{
    usecases::credentials::{passkey::PasskeyAnswer, passkey_sign_in, sign_in::SignInError},
    web::shared::{
        error::WebError,
        extract::AnonymousSession,
        form::Form,
        respond::{self, HandlerResult},
        state::State,
    },
};

use super::{
    after,
    sign_in::{self, SignInProblem, SignInQuery},
};

/// Answer of the browser to the ceremony of the page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyForm {
    ceremony: String,
    credential: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    unsent: bool,
}

/// `POST /sign-in/passkey`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    session: Session,
    form: Form<PasskeyForm>,
) -> HandlerResult {
    let PasskeyForm { ceremony, credential, next, unsent } = form.0;
    let (answer, client) = (PasskeyAnswer { ceremony, credential }, anonymous.client.clone());
    let signed_in = state.try_run(move |ctx| passkey_sign_in::sign_in(ctx, &answer, &client)).await?;
    state.metrics.sign_ins.note_passkey(&signed_in);
    let problem = match signed_in {
        Ok(begun) => return after::go_on(&state, &anonymous, &session, &begun, (&next, unsent)).await,
        Err(SignInError::Wrong | SignInError::Closed) => SignInProblem::Passkey,
        Err(SignInError::Deactivated) => SignInProblem::Deactivated,
        Err(SignInError::Throttled { until }) => SignInProblem::TooMany(until - state.ctx.now()),
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(SignInError::Hashing(error)) => return Err(WebError::Internal(error.to_string())),
    };
    let query = SignInQuery::to(next, unsent);
    let page = sign_in::page(&request, &state, &anonymous, String::new(), query, Some(problem)).await?;
    match problem {
        SignInProblem::TooMany(wait) => respond::wait(wait, &page),
        _ => respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page),
    }
}
