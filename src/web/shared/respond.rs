//! Answers of handlers: a page, a form with errors, or a redirect.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use chrono::TimeDelta;

use crate::domain::clock::Timestamp;

use super::{
    error::WebError,
    extract::AnonymousSession,
    page::{PublicLayout, SecretField, too_many_attempts},
    routing::redirect::location,
    state::State,
};

/// Result of a handler.
pub(in crate::web) type HandlerResult = Result<HttpResponse, WebError>;

/// A page.
pub(in crate::web) fn page(page: &impl Template) -> HandlerResult {
    with_status(StatusCode::OK, page)
}

/// 422: the form with its errors.
pub(in crate::web) fn again(page: &impl Template) -> HandlerResult {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// 429: the form for a user who has to wait.
pub(in crate::web) fn wait(wait: TimeDelta, page: &impl Template) -> HandlerResult {
    let mut answer = with_status(StatusCode::TOO_MANY_REQUESTS, page)?;
    answer.headers_mut().insert(header::RETRY_AFTER, (wait.num_seconds() + 1).into());
    Ok(answer)
}

/// 429: the form again, built by `page` from a field whose attempts are held until `until`.
pub(in crate::web) fn held<P: Template>(until: Timestamp, now: Timestamp, page: impl FnOnce(SecretField) -> P) -> HandlerResult {
    let left = (until - now).max(TimeDelta::zero());
    wait(left, &page(SecretField::message(too_many_attempts(&left))))
}

pub(in crate::web) fn with_status(status: StatusCode, page: &impl Template) -> HandlerResult {
    Ok(html(status, super::page::render(page)?))
}

/// A page with a long text, rendered outside the threads that serve pages.
pub(in crate::web) async fn long_page(status: StatusCode, page: impl Template + Send + 'static) -> HandlerResult {
    let rendered = actix_web::web::block(move || super::page::render(&page)).await;
    Ok(html(status, rendered.map_err(|_| WebError::Internal("a page was not rendered".to_owned()))??))
}

fn html(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html)
}

/// 303: redirect after a form, so that a reload repeats nothing.
#[expect(clippy::unnecessary_wraps, reason = "it ends handlers, like the other answers")]
pub(in crate::web) fn see_other(path: impl ToString) -> HandlerResult {
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location(&path.to_string()))).finish())
}

/// Layout of a page without a session.
pub(in crate::web) fn layout(state: &State, anonymous: &AnonymousSession, company: &str) -> PublicLayout {
    PublicLayout { company: company.to_owned(), csrf: anonymous.csrf(state), flash: None }
}
