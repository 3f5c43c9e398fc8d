//! Stay signed in: a request that counts as one, and does nothing else.

use actix_web::{HttpResponse, web::Data};

use crate::web::shared::{
    extract::CurrentUser,
    form::{Button, Form},
    respond::HandlerResult,
    state::State,
};

/// `POST /stay-signed-in`: for the script that warns before a session ends, which stays on its page. Tells it how long the session holds now.
pub(in crate::web) async fn submit(state: Data<State>, user: CurrentUser, _button: Form<Button>) -> HandlerResult {
    Ok(HttpResponse::Ok().json(user.session_left(state.ctx.now())))
}
