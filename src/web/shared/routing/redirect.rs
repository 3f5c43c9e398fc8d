//! Addresses that answers lead on to.

use actix_web::http::header::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::paths;

/// Characters that cannot stand in a header, and the blank.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ');

/// An address as a header holds it. What cannot stand there is escaped, and one that would not be read loses its query, so that no address fails.
pub(in crate::web) fn location(address: &str) -> HeaderValue {
    let escaped = utf8_percent_encode(address, ESCAPED).to_string();
    let read = if escaped.len() <= paths::ADDRESS_MAX { &escaped } else { paths::path_of(&escaped) };
    HeaderValue::try_from(read).unwrap_or(HeaderValue::from_static(paths::Root::PATTERN))
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
