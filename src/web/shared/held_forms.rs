//! Forms that are kept instead of lost: a sensitive one until its user has proved who they are, and one that came after the
//! end of its session until its user has signed in again. They are then submitted anew, with the id of the kept form in
//! place of its fields.

use actix_session::SessionExt as _;
use actix_web::{
    Error, FromRequest as _, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    cookie::{Cookie, CookieJar},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::{Bytes, Payload},
};

use crate::{
    domain::ids::{HeldFormId, UserId},
    usecases::held_forms::{self, HeldForm, Holder, WaitsFor},
};

use super::{
    cookies, csrf,
    error::WebError,
    extract::{self, KEPT, UNSENT},
    form::{self, CSRF, FORM_MAX, Fields, HELD, LONG_FORM_MAX, Submitted, address_of},
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

/// Fields with a secret of the user, or with a passkey's answer, which is for its session alone. Forms with one are not kept.
const SECRETS: [&str; 5] = ["current", "password", "code", "codes", "credential"];

/// Layer inside the sessions: keeps forms that a handler cannot answer yet.
pub(in crate::web) async fn serve(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(endpoint) = form_endpoint(&request) {
        let answer = if is_late(&request) {
            Some(answer_late(&mut request, endpoint).await)
        } else if let Some(user) = extract::closed_until_enrolment(request.request(), endpoint) {
            Some(answer_closed(&mut request, endpoint, user).await)
        } else {
            None
        };
        if let Some(answer) = answer {
            return Ok(request.into_response(answer.error_response()));
        }
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    let error = answer.response().extensions().get::<WebError>().cloned();
    let is_form = !answer.request().method().is_safe();
    let answer_later = match error {
        Some(WebError::ProofNeeded) => ask_for_proof(answer.request()).await,
        // The session ended while the form was on its way.
        Some(WebError::SignedOut { .. }) if is_form => Err(keep_submitted(answer.request()).await),
        Some(WebError::StaleForm) => offer_stale(answer.request()).await,
        _ => return Ok(answer),
    };
    let (request, _) = answer.into_parts();
    Ok(ServiceResponse::new(request, answer_later.unwrap_or_else(|error| error.error_response())))
}

/// Keeps the form of a request for its user in this browser. `None` where it is not kept.
async fn hold(request: &HttpRequest, user: UserId, body: &[u8], waits_for: WaitsFor) -> Result<Option<HeldFormId>, WebError> {
    let state = State::of(request)?;
    let Some(browser) = extract::browser(request, state) else { return Ok(None) };
    let form = HeldForm { address: address_of(request).to_owned(), body: body.to_vec() };
    state.run(move |ctx| held_forms::hold(ctx, Holder { user, browser }, &form, waits_for)).await
}

/// Answer to a sensitive request: the page that asks for the proof.
async fn ask_for_proof(request: &HttpRequest) -> Result<HttpResponse, WebError> {
    let page = |name: &str, value: &str| paths::with_query(paths::ConfirmIdentity {}, &[(name, value)]);
    if request.method().is_safe() {
        return respond::see_other(page("next", address_of(request)));
    }
    let user = extract::signed_in(request)?.ok_or(WebError::ProofNeeded)?.user.id;
    let Submitted(body) = request.extensions().get::<Submitted>().cloned().ok_or(WebError::ProofNeeded)?;
    let id = hold(request, user, &body, WaitsFor::Proof).await?.ok_or(WebError::ProofNeeded)?;
    respond::see_other(page("form", &id.to_string()))
}

/// Answer to a form of an earlier session of the signed-in user: it is offered at once.
async fn offer_stale(request: &HttpRequest) -> Result<HttpResponse, WebError> {
    let (user, Some(Submitted(body))) = (extract::signed_in(request)?, request.extensions().get::<Submitted>().cloned()) else {
        return Err(WebError::StaleForm);
    };
    let user = user.ok_or(WebError::StaleForm)?.user.id;
    let (fields, _) = form::read(request, body.clone()).await?;
    let endpoint = Endpoint::of(request).ok_or(WebError::StaleForm)?;
    let is_own = user_of_form(request, &fields) == Some(user);
    if !is_own || !is_worth_keeping(endpoint, &fields) {
        return Err(WebError::StaleForm);
    }
    hold(request, user, &body, WaitsFor::SignIn).await?.ok_or(WebError::StaleForm)?;
    respond::see_other(paths::UnsentForm {})
}

/// Answer to a form whose session ended on its way.
async fn keep_submitted(request: &HttpRequest) -> WebError {
    let user = extract::signed_in(request).ok().flatten().map(|signed_in| signed_in.user.id);
    let body = request.extensions().get::<Submitted>().cloned();
    let (Some(user), Some(Submitted(body)), Some(endpoint)) = (user, body, Endpoint::of(request)) else {
        return extract::late(request, UNSENT);
    };
    match form::read(request, body.clone()).await {
        Ok((fields, _)) => keep(request, endpoint, user, &fields, &body).await,
        Err(error) => error,
    }
}

/// The endpoint of a form for signed-in users.
fn form_endpoint(request: &ServiceRequest) -> Option<&'static Endpoint> {
    let endpoint = if request.method() == Method::POST { addresses::endpoint(request.path())? } else { return None };
    (endpoint.access.is_signed_in() && endpoint.kind.takes_form()).then_some(endpoint)
}

/// True for a form without a session.
fn is_late(request: &ServiceRequest) -> bool {
    let session = request.get_session();
    !session.contains_key(SIGNED_IN) && !session.contains_key(UNAVAILABLE)
}

/// Answer to a form without a session. A form of an ended session is kept, if it comes from the same browser.
async fn answer_late(request: &mut ServiceRequest, endpoint: &'static Endpoint) -> WebError {
    match read(request, endpoint).await {
        Ok(Some(Read { user, fields, body })) => keep(request.request(), endpoint, user, &fields, &body).await,
        Ok(None) => extract::late(request.request(), UNSENT),
        Err(error) => error,
    }
}

/// Answer to a form of a user who has to turn two-factor on first: it is offered after that.
async fn answer_closed(request: &mut ServiceRequest, endpoint: &'static Endpoint, user: UserId) -> WebError {
    match read(request, endpoint).await {
        Ok(Some(form)) if form.user == user && is_worth_keeping(endpoint, &form.fields) => {
            hold(request.request(), user, &form.body, WaitsFor::SignIn).await.err().unwrap_or(WebError::EnrolmentNeeded)
        }
        Ok(_) => WebError::EnrolmentNeeded,
        Err(error) => error,
    }
}

/// A form that was read before its handler.
struct Read {
    /// User of the session, ended or not, whose page sent the form.
    user: UserId,
    fields: Fields,
    body: Bytes,
}

/// Reads a form; `None` for one that is too large, or of nobody.
async fn read(request: &mut ServiceRequest, endpoint: &'static Endpoint) -> Result<Option<Read>, WebError> {
    let limit = limit(request.request(), endpoint);
    let (request, payload) = request.parts_mut();
    let body = Payload::from_request(request, payload).into_inner();
    let (true, Ok(body)) = (form::is_urlencoded(request), body) else { return Ok(None) };
    let Ok(Ok(body)) = form::in_time(request, body.to_bytes_limited(limit)).await? else { return Ok(None) };
    let (fields, _) = form::read(request, body.clone()).await?;
    Ok(user_of_form(request, &fields).map(|user| Read { user, fields, body }))
}

/// User of the session, ended or not, whose page sent the form.
fn user_of_form(request: &HttpRequest, fields: &Fields) -> Option<UserId> {
    csrf::user_of(&State::of(request).ok()?.ctx.key, fields.get(CSRF)?)
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

/// True for a form with something that was typed, and without a secret. Questions and selections are asked anew.
fn is_worth_keeping(endpoint: &Endpoint, fields: &Fields) -> bool {
    let has_text = || TEXTS.iter().any(|(name, _)| fields.get(name).is_some_and(|text| !text.trim().is_empty()));
    let has_secret = SECRETS.iter().any(|name| fields.get(name).is_some());
    !has_secret && (endpoint.kind == Kind::Wizard || has_text())
}

/// Keeps a late form for the next sign-in of its user in this browser.
async fn keep(request: &HttpRequest, endpoint: &Endpoint, user: UserId, fields: &Fields, body: &[u8]) -> WebError {
    let kept = match fields.get(HELD).and_then(|id| id.parse::<HeldFormId>().ok()) {
        // The session ended while the proof was asked for: the form that waits for it is offered.
        Some(id) if endpoint == paths::ConfirmIdentity::ENDPOINT => offer(request, user, id).await,
        _ if !is_worth_keeping(endpoint, fields) => Ok(false),
        _ => hold(request, user, body, WaitsFor::SignIn).await.map(|id| id.is_some()),
    };
    match kept {
        Ok(true) => extract::late(request, KEPT),
        Ok(false) => extract::late(request, UNSENT),
        Err(error) => error,
    }
}

async fn offer(request: &HttpRequest, user: UserId, id: HeldFormId) -> Result<bool, WebError> {
    let state = State::of(request)?;
    let Some(browser) = extract::browser(request, state) else { return Ok(false) };
    state.run(move |ctx| held_forms::offer(ctx, Holder { user, browser }, id)).await
}
