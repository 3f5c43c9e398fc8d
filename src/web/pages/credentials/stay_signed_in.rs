//! Stay signed in: a request that only renews the session.

use actix_web::{HttpResponse, web::Data};

use crate::web::shared::{
    extract::CurrentUser,
    form::{Button, Form},
    respond::HandlerResult,
    state::State,
};

/// `POST /stay-signed-in`: for the script that warns before a session ends. Answers with the session's new lifetime.
pub(in crate::web) async fn submit(state: Data<State>, user: CurrentUser, _button: Form<Button>) -> HandlerResult {
    Ok(HttpResponse::Ok().json(user.session_left(state.ctx.now())))
}
