//! Cookies of Usher: bound to the host on HTTPS, and hidden from scripts and other sites.

use actix_web::{
    HttpMessage, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::state::State;

/// Cookie that names the last action without a session. Pages that confirm an action require it, so that a mere link
/// cannot make them do so.
const DONE: &str = "usher-done";
const DONE_MINUTES: i64 = 10;

/// Cookies that the answer sets.
#[derive(Debug, Clone, Default)]
struct NewCookies(Vec<Cookie<'static>>);

/// Name of the cookie in browsers, with its prefix.
pub(in crate::web) fn full_name(name: &str, is_https: bool) -> String {
    if is_https { format!("__Host-{name}") } else { name.to_owned() }
}

/// Reads a cookie of the request.
pub(in crate::web) fn sent(request: &HttpRequest, state: &State, name: &str) -> Option<Cookie<'static>> {
    request.cookie(&full_name(name, state.trust.is_https))
}

/// Sets a cookie that outlives the browser's session.
pub(in crate::web) fn keep(request: &HttpRequest, state: &State, name: &str, value: String, lasts: Duration) {
    let is_https = state.trust.is_https;
    let cookie = Cookie::build(full_name(name, is_https), value)
        .path("/")
        .secure(is_https)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(lasts)
        .finish();
    let mut extensions = request.extensions_mut();
    let mut new = extensions.remove::<NewCookies>().unwrap_or_default();
    new.0.push(cookie);
    extensions.insert(new);
}

/// Remembers an action in the browser.
pub(in crate::web) fn keep_done(request: &HttpRequest, state: &State, what: &str) {
    keep(request, state, DONE, what.to_owned(), Duration::minutes(DONE_MINUTES));
}

/// True if this was the browser's last action.
pub(in crate::web) fn is_done(request: &HttpRequest, state: &State, what: &str) -> bool {
    sent(request, state, DONE).is_some_and(|cookie| cookie.value() == what)
}

/// Cookies that the answer sets.
pub(in crate::web) fn new(request: &HttpRequest) -> Vec<Cookie<'static>> {
    request.extensions().get::<NewCookies>().cloned().unwrap_or_default().0
}
