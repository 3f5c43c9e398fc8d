//! Forms that waited, and are submitted by their ids.

use actix_web::{HttpRequest, web::Bytes};

use crate::{
    domain::ids::HeldFormId,
    usecases::held_forms::{self, Holder},
    web::shared::{error::WebError, extract, routing::paths, state::State},
};

/// Path and query of a request.
pub(in crate::web) fn address_of(request: &HttpRequest) -> &str {
    request.uri().path_and_query().map_or("", |address| address.as_str())
}

/// Opens a waiting form of the signed-in user, if it belongs to the requested address. `None` at the address that asks for
/// a proof, which leads on to the form's own.
///
/// # Errors
/// [`WebError::Refused`] once it has waited for too long.
pub(super) async fn open(request: &HttpRequest, id: &str) -> Result<Option<Bytes>, WebError> {
    if request.path() == paths::ConfirmIdentity::PATTERN {
        return Ok(None);
    }
    let state = State::of(request)?;
    let user = extract::signed_in(request)?.ok_or(WebError::Malformed)?.user.id;
    let id = id.parse::<HeldFormId>().map_err(|_| WebError::Malformed)?;
    let holder = Holder { user, browser: extract::browser(request, state).ok_or_else(WebError::form_gone)? };
    let form = state.run(move |ctx| held_forms::find(ctx, holder, id)).await?.ok_or_else(WebError::form_gone)?;
    if form.address != address_of(request) {
        return Err(WebError::Malformed);
    }
    state.run(move |ctx| held_forms::settle(ctx, user, id)).await?;
    Ok(Some(form.body.into()))
}
