//! Protection against forged forms: by a token bound to the session, or to a cookie of the browser before signing in,
//! and by the headers in which browsers tell the origin of a request (OWASP CSRF Prevention, Fetch Metadata).

use actix_web::{
    dev::ServiceRequest,
    http::header::{self, HeaderName},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use crate::domain::{
    clock::{Random, random_bytes},
    credentials::token::TokenHash,
    ids::{SessionId, UserId},
    secret::SecretKey,
};

use super::{error::WebError, head::SEC_FETCH_SITE, state::RequestTrust};

/// Label for deriving the codes from the instance's key.
const LABEL: &str = "form";

/// Longest `Origin` read, in bytes: a scheme, a host and a port.
const ORIGIN_MAX: usize = 300;

/// Longest logged part of a header, in bytes.
const SAID_MAX: usize = 200;

/// Longest text of a token: 80 bytes in base64.
const TOKEN_MAX: usize = 107;

/// Thing that a form's token is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum FormSeed {
    /// A session, by its id, which stays when its token is renewed and is never given to another session.
    Session(SessionId, UserId),
    /// A browser, before signing in.
    Browser(TokenHash),
}

impl FormSeed {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Session(session, user) => [b"session ".as_slice(), &session.0.to_be_bytes(), &user.0.to_be_bytes()].concat(),
            Self::Browser(browser) => [b"browser ".as_slice(), &browser.0].concat(),
        }
    }
}

/// Token for forms bound to `seed`. Each page gets another encoding, so that compression reveals nothing about it
/// (BREACH). The token of a session names the session and its user, who are recognised after its end.
pub(in crate::web) fn token(key: &SecretKey, seed: FormSeed, random: &dyn Random) -> String {
    let mask = random_bytes::<32>(random);
    let masked = xor(key.sign(LABEL, &seed.bytes()), mask);
    let ids = match seed {
        FormSeed::Session(session, user) => [session.0.to_be_bytes(), user.0.to_be_bytes()].concat(),
        FormSeed::Browser(_) => Vec::new(),
    };
    URL_SAFE_NO_PAD.encode([mask.as_slice(), &masked, &ids].concat())
}

/// True if `token` was made by [`token`] for `seed`.
pub(in crate::web) fn is_valid(key: &SecretKey, seed: FormSeed, token: &str) -> bool {
    let Some((code, ids)) = decoded(token) else { return false };
    let is_of_session = matches!(seed, FormSeed::Session(..));
    is_of_session == ids.is_some() && key.verify(LABEL, &seed.bytes(), &code)
}

/// User of the session for which [`token`] made `token`. The session may have ended.
pub(in crate::web) fn user_of(key: &SecretKey, token: &str) -> Option<UserId> {
    let (code, ids) = decoded(token)?;
    let (session, user) = ids?;
    key.verify(LABEL, &FormSeed::Session(session, user).bytes(), &code).then_some(user)
}

/// A session and its user.
type Ids = (SessionId, UserId);

/// Code of a token, with the ids in the token of a session.
fn decoded(token: &str) -> Option<([u8; 32], Option<Ids>)> {
    if token.len() > TOKEN_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (mask, rest) = bytes.split_first_chunk::<32>()?;
    let (masked, ids) = rest.split_first_chunk::<32>()?;
    let ids = match ids.split_first_chunk::<8>() {
        None if ids.is_empty() => None,
        Some((session, user)) => Some((SessionId(i64::from_be_bytes(*session)), UserId(i64::from_be_bytes(user.try_into().ok()?)))),
        None => return None,
    };
    Some((xor(*masked, *mask), ids))
}

fn xor(mut one: [u8; 32], other: [u8; 32]) -> [u8; 32] {
    one.iter_mut().zip(other).for_each(|(one, other)| *one ^= other);
    one
}

/// Refuses unsafe requests from other sites. Requests of browsers without these headers pass.
pub(in crate::web) fn check_origin(request: &ServiceRequest, trust: &RequestTrust) -> Result<(), WebError> {
    if request.method().is_safe() {
        return Ok(());
    }
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(SEC_FETCH_SITE);
    let is_ours = match (text(header::ORIGIN), site) {
        // Pages with a token in their address send no referrer, and browsers then send no origin either.
        (None | Some("null"), Some(site)) => site == "same-origin",
        (Some(origin), None | Some("same-origin")) => is_own_origin(origin, text(header::HOST), trust),
        (None, None) | (Some(_), Some(_)) => false,
    };
    if is_ours {
        return Ok(());
    }
    tracing::warn!(
        origin = said(request, &header::ORIGIN),
        sec_fetch_site = said(request, &SEC_FETCH_SITE),
        host = said(request, &header::HOST),
        expected = trust.origin,
        "a form was refused for where it comes from: if that is where people reach Usher, USHER_PUBLIC_URL is wrong"
    );
    Err(WebError::StaleForm)
}

/// A header's value for the log, bounded and escaped: a stranger may have written it.
fn said(request: &ServiceRequest, name: &HeaderName) -> String {
    let Some(value) = request.headers().get(name) else { return "(none)".to_owned() };
    let bytes = value.as_bytes();
    let shown = bytes.get(..SAID_MAX).unwrap_or(bytes).escape_ascii();
    if bytes.len() > SAID_MAX { format!("{shown}…") } else { shown.to_string() }
}

/// True if `origin` is the public URL's. If that was not set, any name and port of this machine counts that the request
/// itself was sent to.
pub(in crate::web) fn is_own_origin(origin: &str, host: Option<&str>, trust: &RequestTrust) -> bool {
    if origin == trust.origin {
        return true;
    }
    if !trust.any_loopback || origin.len() > ORIGIN_MAX {
        return false;
    }
    let Ok(url) = Url::parse(origin) else { return false };
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_loopback && host.is_some_and(|host| origin == format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::test::TestRequest;

    use super::*;
    use crate::domain::clock::SystemRandom;

    fn trust(any_loopback: bool) -> RequestTrust {
        let origin = if any_loopback { "http://localhost:8080" } else { "https://usher.example.com" };
        RequestTrust { origin: origin.to_owned(), is_https: !any_loopback, any_loopback, is_trusted_proxy: Arc::new(|_| false) }
    }

    fn is_let_in(trust: &RequestTrust, origin: Option<&str>, site: Option<&str>, host: &str) -> bool {
        let mut request = TestRequest::post().insert_header(("host", host));
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                request = request.insert_header((name, value));
            }
        }
        check_origin(&request.to_srv_request(), trust).is_ok()
    }

    #[test]
    fn a_token_is_good_for_its_seed_in_every_spelling() {
        let key = SecretKey::new(&SystemRandom);
        let seeds = [
            FormSeed::Session(SessionId(1), UserId(2)),
            FormSeed::Session(SessionId(2), UserId(1)),
            FormSeed::Browser(TokenHash([1; 32])),
            FormSeed::Browser(TokenHash([2; 32])),
        ];
        for seed in seeds {
            let tokens = [token(&key, seed, &SystemRandom), token(&key, seed, &SystemRandom)];
            assert_ne!(tokens[0], tokens[1]);
            for token in &tokens {
                assert_eq!(seeds.map(|other| is_valid(&key, other, token)), seeds.map(|other| other == seed));
                assert!(!is_valid(&SecretKey::new(&SystemRandom), seed, token));
            }
            for token in ["", "x", &"A".repeat(86), &"A".repeat(107), &tokens[0][..80], &format!("{}A", tokens[0])] {
                assert!(!is_valid(&key, seed, token), "{token:?}");
            }
        }
    }

    #[test]
    fn a_token_of_a_session_names_its_user() {
        let key = SecretKey::new(&SystemRandom);
        let of_session = token(&key, FormSeed::Session(SessionId(1), UserId(2)), &SystemRandom);
        assert_eq!(user_of(&key, &of_session), Some(UserId(2)));
        assert_eq!(user_of(&SecretKey::new(&SystemRandom), &of_session), None);
        let mut forged = URL_SAFE_NO_PAD.decode(&of_session).unwrap();
        *forged.last_mut().unwrap() += 1;
        assert_eq!(user_of(&key, &URL_SAFE_NO_PAD.encode(forged)), None);
        assert_eq!(user_of(&key, &token(&key, FormSeed::Browser(TokenHash([1; 32])), &SystemRandom)), None);
    }

    #[test]
    fn only_forms_of_the_public_url_are_accepted() {
        let (trust, ours) = (trust(false), "https://usher.example.com");
        let host = "usher.example.com";
        for (origin, site, accepted) in [
            (Some(ours), None, true),
            (Some(ours), Some("same-origin"), true),
            (None, Some("same-origin"), true),
            (Some("null"), Some("same-origin"), true),
            (None, None, false),
            (Some("null"), None, false),
            (Some("null"), Some("cross-site"), false),
            (Some(ours), Some("cross-site"), false),
            (None, Some("same-site"), false),
            (None, Some("none"), false),
            (Some("https://evil.example.com"), None, false),
            (Some("https://evil.example.com"), Some("same-origin"), false),
            (Some("http://usher.example.com"), None, false),
            (Some("http://localhost:8080"), Some("same-origin"), false),
        ] {
            assert_eq!(is_let_in(&trust, origin, site, host), accepted, "{origin:?} {site:?}");
        }
    }

    #[test]
    fn without_a_public_url_any_name_of_this_machine_will_do_that_the_request_goes_to() {
        let trust = trust(true);
        for (origin, host, accepted) in [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://127.0.0.1:9999", "127.0.0.1:9999", true),
            ("http://[::1]:8080", "[::1]:8080", true),
            ("http://127.0.0.1:9999", "127.0.0.1:8080", false),
            ("http://evil.example", "evil.example", false),
            ("http://localhost.evil.example", "localhost.evil.example", false),
        ] {
            assert_eq!(is_let_in(&trust, Some(origin), Some("same-origin"), host), accepted, "{origin} {host}");
        }
    }

    #[test]
    fn links_are_followed_from_anywhere() {
        let request = TestRequest::get().insert_header(("sec-fetch-site", "cross-site")).to_srv_request();
        assert!(check_origin(&request, &trust(false)).is_ok());
    }
}
