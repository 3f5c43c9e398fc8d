//! Answers: a page, a form again, the way to another page with what happened.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use askama::Template;
use chrono::TimeDelta;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{error::WebError, extract::AnonymousSession, page::PublicLayout, routing::paths, state::State};

/// What every handler answers.
pub(in crate::web) type HandlerResult = Result<HttpResponse, WebError>;

/// A page.
pub(in crate::web) fn page(page: &impl Template) -> HandlerResult {
    with_status(StatusCode::OK, page)
}

/// The form again, with what is wrong with it.
pub(in crate::web) fn again(page: &impl Template) -> HandlerResult {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// The form again, for whoever has to wait before it is looked at.
pub(in crate::web) fn wait(wait: TimeDelta, page: &impl Template) -> HandlerResult {
    let mut answer = with_status(StatusCode::TOO_MANY_REQUESTS, page)?;
    answer.headers_mut().insert(header::RETRY_AFTER, (wait.num_seconds() + 1).into());
    Ok(answer)
}

pub(in crate::web) fn with_status(status: StatusCode, page: &impl Template) -> HandlerResult {
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(super::page::render(page)?))
}

/// On to another page, which a reload then repeats.
#[expect(clippy::unnecessary_wraps, reason = "it ends handlers, like the other answers")]
pub(in crate::web) fn see_other(path: impl ToString) -> HandlerResult {
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location(&path.to_string()))).finish())
}

/// Characters that cannot stand in a header, and the blank.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ');

/// An address as a header holds it. What cannot stand there is escaped, and one that would not be read loses its query, so that no address fails.
pub(in crate::web) fn location(address: &str) -> HeaderValue {
    let escaped = utf8_percent_encode(address, ESCAPED).to_string();
    let read = if escaped.len() <= paths::ADDRESS_MAX { &escaped } else { paths::path_of(&escaped) };
    HeaderValue::try_from(read).unwrap_or(HeaderValue::from_static(paths::Root::PATTERN))
}

/// The frame of a page that needs no session.
pub(in crate::web) fn gate(state: &State, guest: &AnonymousSession, company: &str) -> PublicLayout {
    PublicLayout { company: company.to_owned(), csrf: guest.csrf(state), flash: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_can_stand_in_a_header() {
        for (address, written) in [
            ("/portfolios?q=a%20b", "/portfolios?q=a%20b"),
            ("/a\r\nSet-Cookie: b=c", "/a%0D%0ASet-Cookie:%20b=c"),
            ("/\0é\u{7f}", "/%00%C3%A9%7F"),
        ] {
            assert_eq!(location(address), written);
        }
    }

    #[test]
    fn no_address_leads_where_it_is_refused() {
        let address = |length: usize| format!("/portfolios?q={}", "a".repeat(length - 14));
        assert_eq!(location(&address(paths::ADDRESS_MAX)), address(paths::ADDRESS_MAX));
        assert_eq!(location(&address(paths::ADDRESS_MAX + 1)), "/portfolios");
    }
}
