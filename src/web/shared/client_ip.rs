//! Network address of a request's client. Only trusted proxies may report another than their own.

use std::net::IpAddr;

use actix_web::HttpRequest;

use super::{error::WebError, state::State, steps};

/// Address of the client, as text.
///
/// # Errors
/// A trusted proxy that reports something other than an address.
pub(in crate::web) fn of(request: &HttpRequest) -> Result<String, WebError> {
    let Some(peer) = request.peer_addr() else { return Ok("unknown".to_owned()) };
    let is_trusted = &State::of(request)?.trust.is_trusted_proxy;
    let forwarded = request.headers().get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or("?"));
    let forwarded = forwarded.collect::<Vec<_>>().join(",");
    through(peer.ip(), &forwarded, |address| is_trusted(address)).map(|address| address.to_canonical().to_string())
}

/// Follows the list backwards from the peer, as long as each is a trusted proxy.
pub(in crate::web) fn through(peer: IpAddr, forwarded: &str, is_trusted: impl Fn(IpAddr) -> bool) -> Result<IpAddr, WebError> {
    let mut address = peer;
    let mut named = forwarded.rsplit(',').map(str::trim).filter(|name| !name.is_empty());
    while is_trusted(address) {
        steps::count(1);
        match named.next() {
            Some(name) => address = name.parse().map_err(|_| WebError::Malformed)?,
            None => break,
        }
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let table = [
            ("192.0.2.1", "", Some("192.0.2.1")),
            ("192.0.2.1", "198.51.100.7", Some("192.0.2.1")),
            ("10.0.0.1", "198.51.100.7", Some("198.51.100.7")),
            ("10.0.0.1", "203.0.113.9, 198.51.100.7", Some("198.51.100.7")),
            ("10.0.0.1", "198.51.100.7, 10.0.0.2", Some("198.51.100.7")),
            ("10.0.0.1", "", Some("10.0.0.1")),
            ("10.0.0.1", "unknown", None),
            ("10.0.0.1", "198.51.100.7, x", None),
            ("10.0.0.1", "x, 198.51.100.7", Some("198.51.100.7")),
        ];
        for (peer, forwarded, source) in table {
            let found = through(peer.parse().unwrap(), forwarded, |address| address.to_string().starts_with("10."));
            assert_eq!(found.ok().map(|address| address.to_string()).as_deref(), source, "{peer} {forwarded:?}");
        }
    }
}
