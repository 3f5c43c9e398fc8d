//! Outermost layer of every request: id, log line, headers, check of forms' origin, and error pages.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use tracing::Instrument as _;

use crate::{
    domain::{
        caught::{Panicked, caught},
        clock::random_bytes,
    },
    usecases::Commits,
    web::ops::metrics::NO_ROUTE,
};

use super::{
    cookies, csrf,
    error::{self, WebError},
    extract::{self, SeenUser},
    head,
    routing::endpoint::{Access, Endpoint},
    state::{COMMITS, State},
};

/// Policy without inline code and without foreign sources.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// Default headers of every answer.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The outermost layer. Each request is counted and has one line in the log, with the route's pattern and never the address, which may hold
/// a token. Each that failed has one more, which says why.
pub async fn serve(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let Some(state) = request.app_data::<Data<State>>().cloned() else {
        tracing::error!("a request failed: the application has no state");
        return Err(WebError::Internal("no state".to_owned()).into());
    };
    let _in_flight = state.metrics.requests.begin();
    let id = request_id(&state);
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let span = tracing::info_span!("request", id);
    let commits = Commits::default();
    let answer = async {
        match head::check(&request).and_then(|()| csrf::check_origin(&request, &state.trust)) {
            Ok(()) => {
                head::drop_unreadable_cookies(&mut request);
                match caught(next.call(request)).await {
                    Ok(answer) => answer.map(ServiceResponse::map_into_boxed_body),
                    Err(Panicked) => Err(WebError::Internal("a handler panicked".to_owned()).into()),
                }
            }
            Err(failure) => Ok(request.error_response(failure)),
        }
    };
    let answer = COMMITS.scope(commits.clone(), answer.instrument(span.clone())).await;
    let _entered = span.enter();
    // Safe requests save nothing.
    let facts = RequestFacts { id: &id, path: &path, saved: commits.any() && !method.is_safe() };
    let (route, user, status, reason, answer) = match answer {
        Ok(answer) => {
            let (request, response) = answer.into_parts();
            let reason = error::reason(&response, None);
            let response = finished(response, Some(&request), &state, &facts);
            let route = request.match_pattern();
            let user = request.extensions().get::<SeenUser>().map(|user| user.id.0);
            (route, user, response.status(), reason, Ok(ServiceResponse::new(request, response)))
        }
        // Errors from between the layers carry no request.
        Err(error) => {
            let response = error.error_response();
            let reason = error::reason(&response, Some(&error));
            let response = finished(response, None, &state, &facts);
            (None, None, response.status(), reason, Err(InternalError::from_response(error, response).into()))
        }
    };
    let route = route.as_deref().unwrap_or(NO_ROUTE);
    let took = started.elapsed();
    state.metrics.requests.note(&method, route, status, took);
    if let Some(reason) = reason {
        tracing::error!(%method, route, status = status.as_u16(), reason, "a request failed");
    }
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, route, status = status.as_u16(), milliseconds, user, "request");
    answer
}

/// "7F3A-21C0": short enough for the telephone.
fn request_id(state: &State) -> String {
    let [a, b, c, d] = random_bytes(&*state.ctx.random);
    format!("{a:02X}{b:02X}-{c:02X}{d:02X}")
}

/// Facts about a request for its error page.
struct RequestFacts<'a> {
    id: &'a str,
    path: &'a str,
    /// True if a change may have been saved.
    saved: bool,
}

/// Answer with headers, and with an error page if it failed without one.
fn finished(response: HttpResponse, request: Option<&HttpRequest>, state: &State, facts: &RequestFacts<'_>) -> HttpResponse {
    let mut response = with_page(response, request, facts);
    let headers = response.headers_mut();
    if request.and_then(Endpoint::of).is_some_and(|endpoint| endpoint.access == Access::Token) {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    for (name, value) in HEADERS {
        set_default(headers, name, value);
    }
    if state.trust.is_https {
        set_default(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if let Ok(id) = HeaderValue::from_str(facts.id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    for cookie in request.map(cookies::new).unwrap_or_default() {
        // Fails for characters that a header cannot hold, which no cookie of Usher has.
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
    response
}

/// Adds the error page to an answer that needs one.
fn with_page(response: HttpResponse, request: Option<&HttpRequest>, facts: &RequestFacts<'_>) -> HttpResponse {
    let status = response.status();
    let failure = response.extensions().get::<WebError>().cloned();
    let has_page =
        failure.is_none() && response.headers().get(header::CONTENT_TYPE).is_some_and(|is| is.as_bytes().starts_with(b"text/html"));
    if !(status.is_client_error() || status.is_server_error()) || has_page {
        return response;
    }
    let page = error::page(failure.as_ref(), status, facts.id, facts.path, facts.saved);
    // The way back from a form that was submitted twice would lead to that form again.
    let goes_back = status.is_client_error() && !matches!(failure, Some(WebError::SentTwice));
    let back = request.filter(|_| goes_back).and_then(extract::way_back);
    let seen = request.and_then(|request| request.extensions().get::<SeenUser>().copied());
    let page = page.with_back(back).in_appearance(seen.map(|user| user.appearance));
    let html = super::page::render(&page).unwrap_or_default();
    let mut page = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html);
    for name in [header::ALLOW, header::RETRY_AFTER, header::SET_COOKIE] {
        for value in response.headers().get_all(&name) {
            page.headers_mut().append(name.clone(), value.clone());
        }
    }
    page
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
