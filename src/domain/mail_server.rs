//! Address of the mail server, parsed strictly: a misspelt setting must not lead to mails without encryption.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::host::is_this_machine;

/// Ports of SMTP by encryption (RFC 5321, RFC 6409, RFC 8314).
const SMTP_PORT: u16 = 25;
const SUBMISSION_PORT: u16 = 587;
const SUBMISSIONS_PORT: u16 = 465;

/// A mail server and its encryption. Shown without its credentials.
///
/// - `smtps://user:password@host`: TLS from the first byte, port 465.
/// - `smtp://user:password@host?tls=required`: STARTTLS, port 587; a server without it gets no mail.
/// - `smtp://host`: plain text, port 25, for a server on this machine or its network.
///
/// A path, as in `smtp://host/console.example.com`, is the name sent in EHLO.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    /// A name or an address, without brackets.
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    pub credentials: Option<Credentials>,
    /// Name sent in EHLO; the machine's host name by default.
    pub hello: Option<String>,
}

/// Credentials at the mail server. Some mail services use keys as user names, so both parts are hidden.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// Encryption of the connection. Opportunistic TLS is missing on purpose: an attacker on the path can suppress it
/// (Django CVE-2026-7666).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    None,
    StartTls,
    Tls,
}

/// Reason for refusing an address of a mail server. Never shows the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum MailServerError {
    #[error("is not an address like smtps://user:password@mail.example.com: {0}")]
    Malformed(#[from] url::ParseError),
    #[error("starts with neither smtps:// nor smtp://")]
    Scheme,
    #[error("names no server")]
    NoHost,
    #[error("has tls=opportunistic, which sends mails without encryption when somebody in between wants it: write tls=required")]
    Opportunistic,
    #[error("has a value for tls other than required, the only one there is")]
    UnknownTls,
    #[error("has something after ? or # other than tls=required; write these characters as %3F and %23 in a password")]
    UnknownParameter,
    #[error("has a user without a password, or a password without a user")]
    HalfCredentials,
    #[error("has a user or password that is not UTF-8 in percent-encoding")]
    Encoding,
    #[error("would send the password without encryption: write smtps://, or add ?tls=required")]
    ClearPassword,
}

impl MailServer {
    /// # Errors
    /// See [`MailServerError`].
    pub fn parse(text: &str) -> Result<Self, MailServerError> {
        let url = Url::parse(text)?;
        let encryption = encryption(&url)?;
        let host = url.host().filter(|host| *host != Host::Domain("")).ok_or(MailServerError::NoHost)?;
        let credentials = credentials(&url)?;
        if credentials.is_some() && encryption == Encryption::None && !is_this_machine(&host.to_string()) {
            return Err(MailServerError::ClearPassword);
        }
        let host = match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let hello = Some(url.path().trim_matches('/')).filter(|name| !name.is_empty()).map(ToOwned::to_owned);
        Ok(Self { host, port: url.port().unwrap_or(encryption.usual_port()), encryption, credentials, hello })
    }
}

impl MailServer {
    /// True if mails cross a network without encryption.
    pub fn is_exposed(&self) -> bool {
        self.encryption == Encryption::None && !is_this_machine(&self.host)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Encryption {
    fn usual_port(self) -> u16 {
        match self {
            Self::None => SMTP_PORT,
            Self::StartTls => SUBMISSION_PORT,
            Self::Tls => SUBMISSIONS_PORT,
        }
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, query) = match self.encryption {
            Encryption::None => ("smtp", ""),
            Encryption::StartTls => ("smtp", "?tls=required"),
            Encryption::Tls => ("smtps", ""),
        };
        write!(f, "{scheme}://{}", if self.credentials.is_some() { "***@" } else { "" })?;
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if self.port != self.encryption.usual_port() {
            write!(f, ":{}", self.port)?;
        }
        self.hello.iter().try_for_each(|hello| write!(f, "/{hello}"))?;
        f.write_str(query)
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({self})")
    }
}

fn encryption(url: &Url) -> Result<Encryption, MailServerError> {
    let of_scheme = match url.scheme() {
        "smtp" => Encryption::None,
        "smtps" => Encryption::Tls,
        _ => return Err(MailServerError::Scheme),
    };
    if url.fragment().is_some() {
        return Err(MailServerError::UnknownParameter);
    }
    let parameters = url.query_pairs().collect::<Vec<_>>();
    let parameters = parameters.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect::<Vec<_>>();
    match (parameters.as_slice(), of_scheme) {
        ([], _) => Ok(of_scheme),
        ([("tls", "required")], Encryption::Tls) => Ok(Encryption::Tls),
        ([("tls", "required")], _) => Ok(Encryption::StartTls),
        ([("tls", "opportunistic")], _) => Err(MailServerError::Opportunistic),
        ([("tls", _)], _) => Err(MailServerError::UnknownTls),
        _ => Err(MailServerError::UnknownParameter),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailServerError> {
    let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| MailServerError::Encoding);
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err(MailServerError::HalfCredentials),
        (user, password) => Ok(Some(Credentials { user: decoded(user)?.into_owned(), password: decoded(password)?.into_owned() })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (String, u16, Encryption) {
        let server = MailServer::parse(url).unwrap();
        (server.host, server.port, server.encryption)
    }

    #[test]
    fn encryption_is_what_the_address_says() {
        assert_eq!(parsed("smtp://mail.example.com"), ("mail.example.com".to_owned(), 25, Encryption::None));
        assert_eq!(parsed("smtp://mail.example.com:2525/"), ("mail.example.com".to_owned(), 2525, Encryption::None));
        assert_eq!(parsed("smtp://mail.example.com?tls=required"), ("mail.example.com".to_owned(), 587, Encryption::StartTls));
        assert_eq!(parsed("smtps://mail.example.com"), ("mail.example.com".to_owned(), 465, Encryption::Tls));
        assert_eq!(parsed("smtps://mail.example.com?tls=required"), ("mail.example.com".to_owned(), 465, Encryption::Tls));
        assert_eq!(parsed("smtp://[::1]:2525"), ("::1".to_owned(), 2525, Encryption::None));
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        let refused = |url: &str| format!("{:?}", MailServer::parse(url).unwrap_err());
        for (url, reason) in [
            ("smtp://h?tls=opportunistic", "Opportunistic"),
            ("smtps://h?tls=opportunistic", "Opportunistic"),
            ("smtp://h?tls=Required", "UnknownTls"),
            ("smtp://h?tls=", "UnknownTls"),
            ("smtp://h?TLS=required", "UnknownParameter"),
            ("smtp://h?tls=required&tls=opportunistic", "UnknownParameter"),
            ("smtp://h#tls=required", "UnknownParameter"),
            ("http://h", "Scheme"),
            ("smtp:///mail", "NoHost"),
            ("mail.example.com", "Malformed(RelativeUrlWithoutBase)"),
            ("smtps://user@h", "HalfCredentials"),
            ("smtps://:secret@h", "HalfCredentials"),
            ("smtps://user:%FF@h", "Encoding"),
            ("smtp://user:secret@mail.example.com", "ClearPassword"),
        ] {
            assert_eq!(refused(url), reason, "{url}");
        }
    }

    #[test]
    fn a_password_is_decoded_and_never_shown() {
        for url in ["smtps://us%40er:s%2Fe+cret@h", "smtp://us%40er:s%2Fe+cret@h?tls=required", "smtp://us%40er:s%2Fe+cret@127.0.0.1:1025"]
        {
            let server = MailServer::parse(url).unwrap();
            let shown = format!("{server} {server:?}");
            let credentials = server.credentials.unwrap();
            assert_eq!((&*credentials.user, &*credentials.password), ("us@er", "s/e+cret"));
            assert!(shown.contains("***@") && !shown.contains("cret") && !shown.contains("us@er"), "{shown}");
        }
        for url in ["smtps://user:secret@", "smtps://user:sec?ret@h", "smtps://user:sec#ret@h", "ftp://user:secret@h"] {
            let error = MailServer::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("ret@"), "{error}");
        }
    }

    #[test]
    fn a_server_is_shown_as_it_is_set() {
        for url in [
            "smtp://[::1]:2525",
            "smtp://mail.example.com/console.example.com?tls=required",
            "smtps://mail.example.com",
            "smtp://localhost",
        ] {
            assert_eq!(MailServer::parse(url).unwrap().to_string(), url);
        }
    }

    #[test]
    fn a_path_is_the_name_to_greet_with() {
        assert_eq!(MailServer::parse("smtp://h/console.example.com").unwrap().hello.as_deref(), Some("console.example.com"));
        assert_eq!(MailServer::parse("smtp://h/").unwrap().hello, None);
    }
}
