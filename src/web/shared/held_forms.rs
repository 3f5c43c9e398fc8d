//! Forms that are kept instead of lost: a sensitive one until its user has proved who they are, and one that came after the
//! end of its session until its user has signed in again. They are then submitted anew, with the id of the kept form in
//! place of its fields.

use actix_session::SessionExt as _;
use actix_web::{
    Error, FromRequest as _, HttpMessage, HttpRequest, ResponseError,
    body::{BoxBody, MessageBody},
    cookie::{Cookie, CookieJar},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Payload,
};

use crate::{
    domain::ids::{HeldFormId, UserId},
    usecases::held_forms::{self, HeldForm, WaitsFor},
};

use super::{
    cookies, csrf,
    error::WebError,
    extract::{self, HELD, UNSENT},
    form::{self, CSRF, FORM_MAX, Fields, LONG_FORM_MAX, Submitted, address_of},
    respond,
    routing::{
        addresses,
        endpoint::{Endpoint, Kind},
        paths,
    },
    session::{COOKIE, SIGNED_IN, UNAVAILABLE, cookie_key},
    state::State,
};

/// Fields that are typed as text, with their labels.
pub(in crate::web) const TEXTS: [(&str, &str); 10] = [
    ("first_name", "First Name"),
    ("last_name", "Last Name"),
    ("email", "Email Address"),
    ("name", "Name"),
    ("company", "Company"),
    ("website", "Website"),
    ("base_address", "Base address"),
    ("description", "Description"),
    ("notes", "Notes"),
    ("text", "Definition"),
];

/// Fields with a secret of the user. Forms with one are not kept.
const SECRETS: [&str; 4] = ["current", "password", "code", "codes"];

/// Layer inside the sessions: keeps forms that a handler cannot answer yet.
pub(in crate::web) async fn serve(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(endpoint) = is_late(&request) {
        let late = late(&mut request, endpoint).await.unwrap_or_else(|error| error);
        return Ok(request.into_response(late.error_response()));
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    let error = answer.response().extensions().get::<WebError>().cloned();
    let answer_later = match error {
        Some(WebError::ProofNeeded) => ask_for_proof(answer.request()).await,
        // The session ended while the form was on its way.
        Some(WebError::SignedOut { .. }) if !answer.request().method().is_safe() => Err(ended(answer.request()).await),
        _ => return Ok(answer),
    };
    let (request, _) = answer.into_parts();
    Ok(ServiceResponse::new(request, answer_later.unwrap_or_else(|error| error.error_response())))
}

/// Keeps the form of a request. `None` if its user is gone.
async fn hold(request: &HttpRequest, user: UserId, body: &[u8], waits_for: WaitsFor) -> Result<Option<HeldFormId>, WebError> {
    let form = HeldForm { address: address_of(request).to_owned(), body: body.to_vec() };
    State::of(request)?.run(move |ctx| held_forms::hold(ctx, user, &form, waits_for)).await
}

/// Answer to a sensitive request: the page that asks for the proof.
async fn ask_for_proof(request: &HttpRequest) -> Result<actix_web::HttpResponse, WebError> {
    let page = |name: &str, value: &str| paths::with_query(paths::ConfirmIdentity {}, &[(name, value)]);
    if request.method().is_safe() {
        return respond::see_other(page("next", address_of(request)));
    }
    let user = extract::signed_in(request)?.ok_or(WebError::ProofNeeded)?.user.id;
    let Submitted(body) = request.extensions().get::<Submitted>().cloned().ok_or(WebError::ProofNeeded)?;
    let id = hold(request, user, &body, WaitsFor::Proof).await?.ok_or(WebError::ProofNeeded)?;
    respond::see_other(page("form", &id.to_string()))
}

/// Answer to a form whose session ended on its way.
async fn ended(request: &HttpRequest) -> WebError {
    let user = extract::signed_in(request).ok().flatten().map(|signed_in| signed_in.user.id);
    let body = request.extensions().get::<Submitted>().cloned();
    let (Some(user), Some(Submitted(body)), Some(endpoint)) = (user, body, Endpoint::of(request)) else {
        return extract::late(request, UNSENT);
    };
    match form::read(request, body.clone()).await {
        Ok((fields, _)) => keep_late(request, endpoint, user, &fields, &body).await,
        Err(error) => error,
    }
}

/// The endpoint of a form for signed-in users that comes without a session.
fn is_late(request: &ServiceRequest) -> Option<&'static Endpoint> {
    if request.method() != Method::POST {
        return None;
    }
    let endpoint = addresses::endpoint(request.path())?;
    let session = request.get_session();
    let has_session = session.contains_key(SIGNED_IN) || session.contains_key(UNAVAILABLE);
    (endpoint.access.is_signed_in() && endpoint.kind.takes_form() && !has_session).then_some(endpoint)
}

/// Answer to a form without a session. A form of an ended session is kept.
async fn late(request: &mut ServiceRequest, endpoint: &'static Endpoint) -> Result<WebError, WebError> {
    let limit = limit(request.request(), endpoint);
    let (request, payload) = request.parts_mut();
    if !form::is_urlencoded(request) {
        return Ok(extract::late(request, UNSENT));
    }
    let Ok(body) = Payload::from_request(request, payload).into_inner() else { return Ok(extract::late(request, UNSENT)) };
    let Ok(Ok(body)) = form::in_time(request, body.to_bytes_limited(limit)).await? else { return Ok(extract::late(request, UNSENT)) };
    let (fields, _) = form::read(request, body.clone()).await?;
    let user = fields.get(CSRF).and_then(|token| csrf::user_of(&State::of(request).ok()?.ctx.key, token));
    match user {
        Some(user) => Ok(keep_late(request, endpoint, user, &fields, &body).await),
        None => Ok(extract::late(request, UNSENT)),
    }
}

/// Largest form to be read. Only a browser that had a session may send a long one.
fn limit(request: &HttpRequest, endpoint: &Endpoint) -> usize {
    let had_session = || {
        let state = State::of(request).ok()?;
        let name = cookies::full_name(COOKIE, state.trust.is_https);
        let mut jar = CookieJar::new();
        jar.add_original(Cookie::new(name.clone(), request.cookie(&name)?.value().to_owned()));
        jar.signed(&cookie_key(&state.ctx.key)).get(&name)
    };
    let is_long = endpoint == paths::EditDefinition::ENDPOINT && had_session().is_some();
    if is_long { LONG_FORM_MAX } else { FORM_MAX }
}

/// Keeps a form for the next sign-in of its user, unless it has a secret or nothing that was typed.
async fn keep_late(request: &HttpRequest, endpoint: &Endpoint, user: UserId, fields: &Fields, body: &[u8]) -> WebError {
    let has = |names: &[&str]| names.iter().any(|name| fields.get(name).is_some());
    let is_worth_it = endpoint.kind != Kind::Button || TEXTS.iter().any(|(name, _)| fields.get(name).is_some());
    if has(&SECRETS) || !is_worth_it {
        return extract::late(request, UNSENT);
    }
    match hold(request, user, body, WaitsFor::SignIn).await {
        Ok(Some(_)) => extract::late(request, HELD),
        Ok(None) => extract::late(request, UNSENT),
        Err(error) => error,
    }
}
