//! Our cookies: bound to the host on HTTPS, and closed to scripts and to other sites.

use actix_web::{
    HttpMessage, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::state::State;

/// Cookies that the answer is to set.
#[derive(Debug, Clone, Default)]
struct NewCookies(Vec<Cookie<'static>>);

/// The name under which browsers keep it.
pub(super) fn full_name(name: &str, is_https: bool) -> String {
    if is_https { format!("__Host-{name}") } else { name.to_owned() }
}

/// What the browser sent.
pub(super) fn sent(request: &HttpRequest, state: &State, name: &str) -> Option<Cookie<'static>> {
    request.cookie(&full_name(name, state.reach.is_https))
}

/// Has the answer leave a cookie that stays when the browser is closed.
pub(super) fn keep(request: &HttpRequest, state: &State, name: &str, value: String, days: i64) {
    let is_https = state.reach.is_https;
    let cookie = Cookie::build(full_name(name, is_https), value)
        .path("/")
        .secure(is_https)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(days))
        .finish();
    let mut extensions = request.extensions_mut();
    let mut new = extensions.remove::<NewCookies>().unwrap_or_default();
    new.0.push(cookie);
    extensions.insert(new);
}

/// What the answer is to set.
pub(super) fn new(request: &HttpRequest) -> Vec<Cookie<'static>> {
    request.extensions().get::<NewCookies>().cloned().unwrap_or_default().0
}
