//! URLs with passwords, and their display without them.

use super::public_url::other_scheme;
use crate::domain::mail_server::{MailServer, MailServerError};

/// Parses the address of a mail server.
///
/// # Errors
/// A message about a text that is not such an address. It leaves out the text, which may hold a password.
pub(super) fn parse_mail_server(text: &str) -> Result<MailServer, String> {
    const RIGHT: &str = "write smtps://user:password@host, or smtp://host?tls=required for STARTTLS";
    masked(text)?;
    MailServer::parse(text).map_err(|why| match why {
        MailServerError::Scheme => format!("{}; {RIGHT}", other_scheme(text.split(':').next().unwrap_or_default())),
        MailServerError::Malformed(_) | MailServerError::NoHost => format!("{why}; {RIGHT}"),
        _ => why.to_string(),
    })
}

/// The URL with stars in place of user, password and query. The user is hidden too, since some mail services use keys
/// as names.
///
/// # Errors
/// A URL whose user or password has an unescaped @, / or ?: the end of the password would be a guess.
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
            let error = parse_mail_server(url).unwrap_err();
            assert!(error.contains(why) && !error.contains("hidden"), "{url}: {error}");
        }
    }
}
