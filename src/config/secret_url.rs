//! URLs with a password inside, and how they are shown without it.

use std::fmt;

use url::Url;

use super::{public_url::other_scheme, warnings::is_this_machine};

/// Where mails are handed over. Holds a password, so that it is shown only in part.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

impl SmtpUrl {
    /// # Errors
    /// The refusal of a text that is no URL of a mail server. The text itself is not in the message, since it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        const RIGHT: &str = "write smtps://user:password@host, or smtp:// for port 587";
        masked(text)?;
        match Url::parse(text) {
            Ok(url) if !["smtp", "smtps"].contains(&url.scheme()) => Err(format!("{}; {RIGHT}", other_scheme(url.scheme()))),
            Ok(url) if url.host_str().is_none_or(str::is_empty) => Err(format!("has no host; {RIGHT}")),
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(format!("is not a URL ({error}); {RIGHT}")),
        }
    }

    /// Tells if the URL holds a password.
    pub(super) fn is_secret(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.password().is_some())
    }

    /// The host to which mails go without encryption; `None` where it is this machine.
    pub(super) fn clear_host(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok().filter(|url| url.scheme() == "smtp")?;
        let is_encrypted = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        url.host_str().filter(|host| !is_encrypted && !is_this_machine(host)).map(ToOwned::to_owned)
    }

    /// The whole URL, for the one that opens the connection.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({self})")
    }
}

/// A URL with stars for its user, its password and its query. The user goes too: mail services take keys as names.
///
/// # Errors
/// Where a password could end is a guess when it has an @, a / or a ? as it is. Such a URL is refused rather than cut in the wrong place.
pub(super) fn masked(url: &str) -> Result<String, String> {
    let (scheme, rest) = url.split_once("://").ok_or("is not a URL, such as scheme://host")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.matches('@').count() > 1 || tail.contains('@') {
        return Err(
            "has an @ where none can be; in a user or a password, write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25".to_owned()
        );
    }
    let host = authority.rsplit_once('@').map_or_else(|| authority.to_owned(), |(_, host)| format!("***@{host}"));
    let (path, query) = tail.split_at(tail.find(['?', '#']).unwrap_or(tail.len()));
    Ok(format!("{scheme}://{host}{path}{}", if query.is_empty() { "" } else { "?***" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("smtps://key:hidden@mail.example.com:465?tls=required", "smtps://***@mail.example.com:465?***"),
            ("smtp://mail.example.com", "smtp://mail.example.com"),
            ("postgres://maya:hidden@h1:1,h2:2/usher?password=hidden", "postgres://***@h1:1,h2:2/usher?***"),
            ("postgres://hidden@[::1]/usher#hidden", "postgres://***@[::1]/usher?***"),
        ] {
            assert_eq!(masked(url).as_deref(), Ok(shown));
        }
        let url = SmtpUrl::parse("smtps://maya:hidden@mail.example.com").unwrap();
        assert_eq!(format!("{url} {url:?}"), "smtps://***@mail.example.com SmtpUrl(smtps://***@mail.example.com)");
        assert_eq!(url.reveal(), "smtps://maya:hidden@mail.example.com");
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_being_repeated() {
        for (url, why) in [
            ("mail.example.com", "is not a URL"),
            ("hidden", "is not a URL"),
            ("smtp://", "write smtps://"),
            ("smtp:mail.example.com", "is not a URL"),
            ("https://maya:hidden@mail.example.com", "begins with https://"),
            ("smtp://maya:hi/dden@mail.example.com", "write @ as %40"),
            ("smtp://maya:hi@dden@mail.example.com", "write @ as %40"),
            ("smtp://maya:12?hidden@mail.example.com", "write @ as %40"),
            ("smtp://maya:hidden@mail.example.com:smtp", "invalid port"),
        ] {
            let error = SmtpUrl::parse(url).unwrap_err();
            assert!(error.contains(why) && !error.contains("hidden"), "{url}: {error}");
        }
    }
}
