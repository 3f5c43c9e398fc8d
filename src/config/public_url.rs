//! Public address of Usher.

use std::fmt;

use url::{Host, Url};

/// Scheme, host and port of the public address. Links in mails begin with it; a request's Host header is never used for
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    is_https: bool,
    is_set: bool,
}

const RIGHT: &str = "write a scheme, a host and maybe a port, such as https://usher.example.com";

impl PublicUrl {
    /// Parses a public URL.
    ///
    /// # Errors
    /// Text that has more than scheme, host and port, and plain HTTP except on this machine.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once("://") else { return Err(format!("{text:?} is not a URL; {RIGHT}")) };
        if !["http", "https"].contains(&scheme) {
            return Err(format!("{}; {RIGHT}", other_scheme(scheme)));
        }
        // Checked in the text, since a parsed URL no longer tells "host/?" from "host". Such a text may hold a
        // password, so the message does not repeat it.
        if rest.contains(['@', '?', '#', '\\']) || rest.trim_end_matches('/').contains('/') {
            return Err(format!("has more than a host and a port; {RIGHT}"));
        }
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL ({error}); {RIGHT}"))?;
        let is_https = url.scheme() == "https";
        let Some(host) = url.host() else { return Err(format!("{text:?} has no host; {RIGHT}")) };
        if url.port() == Some(0) {
            return Err(format!("{text:?} has port 0, which nobody can open; {RIGHT}"));
        }
        if !is_https && !is_loopback(&host) {
            return Err(format!(
                "{text:?} needs TLS, since passwords and session cookies would travel in clear; write https://{host} and let a proxy in \
                 front of Usher speak TLS (http:// is for this machine itself, such as http://localhost:8080)"
            ));
        }
        Ok(Self { origin: url.origin().ascii_serialization(), host: host.to_string(), is_https, is_set: true })
    }

    /// Default address, on this machine.
    pub fn on_this_machine(port: u16) -> Self {
        let origin = if port == 80 { "http://localhost".to_owned() } else { format!("http://localhost:{port}") };
        Self { origin, host: "localhost".to_owned(), is_https: false, is_set: false }
    }

    /// Origin as in the header of that name: no slash at the end, no default port, ASCII.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, in ASCII; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// True for HTTPS; the session cookie's name and its `Secure` depend on it.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// True if the URL was set. Without one, forms may come from any loopback address.
    pub fn is_set(&self) -> bool {
        self.is_set
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// True for names that browsers treat as this machine without asking a name server.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Message about a URL of another scheme. It repeats the scheme only if it looks like one.
pub(super) fn other_scheme(scheme: &str) -> String {
    if scheme.len() <= 20 && scheme.bytes().all(|c| c.is_ascii_alphanumeric()) {
        format!("begins with {scheme}://")
    } else {
        "begins with a scheme that Usher does not know".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, origin, host) in [
            ("https://usher.example.com", "https://usher.example.com", "usher.example.com"),
            ("https://Usher.Example.com:443/", "https://usher.example.com", "usher.example.com"),
            ("https://usher.example.com:8443", "https://usher.example.com:8443", "usher.example.com"),
            ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("http://localhost:8080", "http://localhost:8080", "localhost"),
            ("http://usher.localhost", "http://usher.localhost", "usher.localhost"),
            ("http://127.0.0.1:80", "http://127.0.0.1", "127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080", "[::1]"),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.origin(), url.host(), url.is_set()), (origin, host, true), "{text}");
            assert_eq!(url.is_https(), text.starts_with("https:"), "{text}");
        }
    }

    #[test]
    fn the_address_that_nobody_set_says_so() {
        for port in [80, 8080] {
            let unset = PublicUrl::on_this_machine(port);
            let set = PublicUrl::parse(&format!("http://localhost:{port}")).unwrap();
            assert_eq!((unset.origin(), unset.host(), unset.is_https(), unset.is_set()), (set.origin(), set.host(), false, false));
        }
    }

    #[test]
    fn what_is_not_scheme_host_and_port_is_refused() {
        for (text, why) in [
            ("usher.example.com", "is not a URL"),
            ("localhost:8080", "is not a URL"),
            ("ftp://usher.example.com", "begins with ftp://"),
            ("https://", "is not a URL"),
            ("https://usher.example.com/console", "more than a host and a port"),
            ("https://usher.example.com?", "more than a host and a port"),
            ("https://usher.example.com/#", "more than a host and a port"),
            ("https://maya:secret@usher.example.com", "more than a host and a port"),
            ("https://usher.example.com\\console", "more than a host and a port"),
            ("https://usher example.com", "is not a URL"),
            ("https://usher.example.com:0", "port 0"),
            ("https://usher.example.com:https", "is not a URL"),
            ("http://usher.example.com", "needs TLS"),
            ("http://10.0.0.7:8080", "write https://10.0.0.7"),
            ("http://localhost.example.com", "needs TLS"),
            ("http://0.0.0.0:8080", "needs TLS"),
        ] {
            let error = PublicUrl::parse(text).unwrap_err();
            assert!(error.contains(why) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
