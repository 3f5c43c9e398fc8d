//! Our cookies: bound to the host on HTTPS, and closed to scripts and to other sites.

use actix_web::{
    HttpMessage, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::state::State;

/// The cookie of what was done last without a session. Pages that say it was done need it, so that no link has them say so.
const DONE: &str = "usher-done";
const DONE_MINUTES: i64 = 10;

/// Cookies that the answer is to set.
#[derive(Debug, Clone, Default)]
struct NewCookies(Vec<Cookie<'static>>);

/// The name under which browsers keep it.
pub(in crate::web) fn full_name(name: &str, is_https: bool) -> String {
    if is_https { format!("__Host-{name}") } else { name.to_owned() }
}

/// Cookies that the browser sent.
pub(in crate::web) fn sent(request: &HttpRequest, state: &State, name: &str) -> Option<Cookie<'static>> {
    request.cookie(&full_name(name, state.trust.is_https))
}

/// Has the answer leave a cookie that stays when the browser is closed.
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

/// Has the browser remember what was done.
pub(in crate::web) fn keep_done(request: &HttpRequest, state: &State, what: &str) {
    keep(request, state, DONE, what.to_owned(), Duration::minutes(DONE_MINUTES));
}

/// Tells whether this is what was done last with the browser that asks.
pub(in crate::web) fn is_done(request: &HttpRequest, state: &State, what: &str) -> bool {
    sent(request, state, DONE).is_some_and(|cookie| cookie.value() == what)
}

/// Cookies that the answer sets.
pub(in crate::web) fn new(request: &HttpRequest) -> Vec<Cookie<'static>> {
    request.extensions().get::<NewCookies>().cloned().unwrap_or_default().0
}
