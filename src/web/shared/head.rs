//! Checks of a request's head: its length, and the encoding of its body.

use actix_web::{
    HttpRequest,
    dev::ServiceRequest,
    http::header::{self, HeaderName, HeaderValue},
};

use super::{error::WebError, routing::paths::ADDRESS_MAX, steps};

/// Longest answered head, in bytes: an address, a `Referer` and the cookies of a browser that has many.
const HEAD_MAX: usize = 32 * 1024;

/// Header in which browsers tell the origin of a request: `same-origin`, `same-site`, `cross-site`, or `none` for a
/// typed address.
pub(in crate::web) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses heads that are too long, and compressed bodies: 64 kB could inflate a thousandfold before they can be
/// measured.
pub(in crate::web) fn check(request: &ServiceRequest) -> Result<(), WebError> {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > ADDRESS_MAX {
        return Err(WebError::AddressTooLong);
    }
    let length = |(name, value): (&HeaderName, &HeaderValue)| {
        steps::count(1);
        name.as_str().len() + value.len()
    };
    let headers = request.headers().iter().map(length).sum::<usize>();
    if address + headers > HEAD_MAX {
        return Err(WebError::HeadTooLong);
    }
    let is_plain = |encoding: &[u8]| encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity");
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING).map(|value| value.as_bytes().trim_ascii());
    if encodings.all(is_plain) { Ok(()) } else { Err(WebError::Encoded) }
}

/// Drops cookies that are not text. A single one, of another site, would make all unreadable; Usher's are text.
pub(in crate::web) fn drop_unreadable_cookies(request: &mut ServiceRequest) {
    let is_text = |bytes: &[u8]| str::from_utf8(bytes).is_ok();
    let headers = request.headers();
    if headers.get_all(header::COOKIE).all(|cookies| is_text(cookies.as_bytes())) {
        return;
    }
    let cookies = headers.get_all(header::COOKIE).flat_map(|cookies| cookies.as_bytes().split(|byte| *byte == b';'));
    let readable = cookies.filter(|cookie| is_text(cookie)).collect::<Vec<_>>().join(&b';');
    steps::count(readable.len());
    let headers = request.headers_mut();
    headers.remove(header::COOKIE);
    if let Ok(readable) = HeaderValue::from_bytes(&readable) {
        headers.insert(header::COOKIE, readable);
    }
}

/// Refuses pages that write when they are opened, where another site led to them. Browsers that say nothing are believed, as for every page.
pub(in crate::web) fn require_same_site(request: &HttpRequest) -> Result<(), WebError> {
    let site = request.headers().get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    let is_ours = matches!(site, None | Some(b"same-origin" | b"none"));
    if is_ours { Ok(()) } else { Err(WebError::FromElsewhere) }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn checked(request: TestRequest) -> Result<(), u16> {
        use actix_web::ResponseError as _;
        check(&request.to_srv_request()).map_err(|failure| failure.status_code().as_u16())
    }

    #[test]
    fn an_address_is_read_up_to_its_limit() {
        let address = |length: usize| TestRequest::get().uri(&format!("/{}", "a".repeat(length - 1)));
        assert_eq!(checked(address(ADDRESS_MAX)), Ok(()));
        assert_eq!(checked(address(ADDRESS_MAX + 1)), Err(414));
        let query = format!("/sign-in?next={}", "a".repeat(ADDRESS_MAX));
        assert_eq!(checked(TestRequest::get().uri(&query)), Err(414));
    }

    #[test]
    fn a_cookie_that_is_no_text_takes_no_other_with_it() {
        let sent = [&b"\xff=a; usher=b; c=\xc3"[..], b"\xe2\x82", b"d=%FF;usher-rows=\xe2\x82\xac; \xff"];
        let request = sent
            .iter()
            .fold(TestRequest::get(), |request, cookies| request.append_header(("cookie", HeaderValue::from_bytes(cookies).unwrap())));
        let mut request = request.to_srv_request();
        drop_unreadable_cookies(&mut request);
        let read = |name| request.cookie(name).map(|cookie| cookie.value().to_owned());
        assert_eq!((read("usher").as_deref(), read("usher-rows").as_deref(), read("c")), (Some("b"), Some("€"), None));
        let [half, all] = [2000, 4000].map(|size| {
            let cookies = HeaderValue::from_bytes(&b"a=b;\xff;".repeat(size)).unwrap();
            let mut request = TestRequest::get().insert_header(("cookie", cookies)).to_srv_request();
            steps::of(|| drop_unreadable_cookies(&mut request))
        });
        assert!(half > 0 && 2 * all <= 5 * half, "{half} {all}");
    }

    #[test]
    fn all_headers_count_towards_the_limit_of_the_head() {
        let heads = |count, length| {
            let header = |request: TestRequest, _| request.append_header(("cookie", "a".repeat(length)));
            checked((0..count).fold(TestRequest::get(), header))
        };
        assert_eq!(heads(1, 32_000), Ok(()));
        assert_eq!(heads(1, HEAD_MAX), Err(431));
        assert_eq!(heads(30, 1_000), Ok(()));
        assert_eq!(heads(40, 1_000), Err(431));
    }

    #[test]
    fn a_body_with_an_encoding_is_refused() {
        for (encodings, refused) in [
            (&[][..], false),
            (&["identity"], false),
            (&[" Identity "], false),
            (&[""], false),
            (&["gzip"], true),
            (&["deflate"], true),
            (&["br"], true),
            (&["unknown"], true),
            (&["identity", "gzip"], true),
            (&["identity, gzip"], true),
            (&["gzip, identity"], true),
        ] {
            let encoded = |request: TestRequest, encoding: &&str| request.append_header(("content-encoding", *encoding));
            for request in [TestRequest::get(), TestRequest::post()] {
                assert_eq!(checked(encodings.iter().fold(request, encoded)).is_err(), refused, "{encodings:?}");
            }
        }
    }

    #[test]
    fn a_page_that_writes_is_asked_for_from_here() {
        let asked = |site: Option<&str>| {
            let request = site.into_iter().fold(TestRequest::get(), |request, site| request.insert_header((SEC_FETCH_SITE, site)));
            require_same_site(&request.to_http_request()).is_ok()
        };
        for (from, is_ours) in [
            (None, true),
            (Some("same-origin"), true),
            (Some("none"), true),
            (Some("same-site"), false),
            (Some("cross-site"), false),
            (Some(""), false),
            (Some("same-origin, cross-site"), false),
        ] {
            assert_eq!(asked(from), is_ours, "{from:?}");
        }
    }
}
