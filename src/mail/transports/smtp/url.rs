//! The address of a mail server, in lettre's form, read more strictly: a setting that is misspelt must not end in mails without encryption.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT, authentication::Credentials};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Where a mail server is and how it is spoken to.
pub(super) struct Server {
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
    /// The name that the server is greeted with; the machine's if none.
    pub(super) hello: Option<String>,
}

/// There is no "where possible": whoever sits in between could make it impossible (Django CVE-2026-7666).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    None,
    StartTls,
    Tls,
}

/// Why an address of a mail server is refused. Never shows the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpUrlError {
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
    #[error("needs TLS, which cannot be set up: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

impl Server {
    pub(super) fn parse(text: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(text)?;
        let encryption = encryption(&url)?;
        let host = url.host().filter(|host| *host != Host::Domain("")).ok_or(SmtpUrlError::NoHost)?;
        let credentials = credentials(&url)?;
        if credentials.is_some() && encryption == Encryption::None && !is_loopback(&host) {
            return Err(SmtpUrlError::ClearPassword);
        }
        let usual_port = match encryption {
            Encryption::None => SMTP_PORT,
            Encryption::StartTls => SUBMISSION_PORT,
            Encryption::Tls => SUBMISSIONS_PORT,
        };
        let host = match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let hello = Some(url.path().trim_matches('/')).filter(|name| !name.is_empty()).map(ToOwned::to_owned);
        Ok(Self { host, port: url.port().unwrap_or(usual_port), encryption, credentials, hello })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut server = f.debug_struct("Server");
        server.field("host", &self.host).field("port", &self.port).field("encryption", &self.encryption);
        server.field("signs_in", &self.credentials.is_some()).field("hello", &self.hello).finish()
    }
}

fn encryption(url: &Url) -> Result<Encryption, SmtpUrlError> {
    let of_scheme = match url.scheme() {
        "smtp" => Encryption::None,
        "smtps" => Encryption::Tls,
        _ => return Err(SmtpUrlError::Scheme),
    };
    if url.fragment().is_some() {
        return Err(SmtpUrlError::UnknownParameter);
    }
    let parameters = url.query_pairs().collect::<Vec<_>>();
    let parameters = parameters.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect::<Vec<_>>();
    match (parameters.as_slice(), of_scheme) {
        ([], _) => Ok(of_scheme),
        ([("tls", "required")], Encryption::Tls) => Ok(Encryption::Tls),
        ([("tls", "required")], _) => Ok(Encryption::StartTls),
        ([("tls", "opportunistic")], _) => Err(SmtpUrlError::Opportunistic),
        ([("tls", _)], _) => Err(SmtpUrlError::UnknownTls),
        _ => Err(SmtpUrlError::UnknownParameter),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, SmtpUrlError> {
    let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| SmtpUrlError::Encoding);
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err(SmtpUrlError::HalfCredentials),
        (user, password) => Ok(Some(Credentials::new(decoded(user)?.into_owned(), decoded(password)?.into_owned()))),
    }
}

/// Hosts of other schemes than the web's are not parsed further by `url`: 127.0.0.1 is a name to it.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain("localhost") => true,
        Host::Domain(name) => name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (String, u16, Encryption) {
        let server = Server::parse(url).unwrap();
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
        let refused = |url: &str| format!("{:?}", Server::parse(url).unwrap_err());
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
            let server = Server::parse(url).unwrap();
            assert_eq!(server.credentials, Some(Credentials::new("us@er".to_owned(), "s/e+cret".to_owned())));
            let shown = format!("{server:?}");
            assert!(shown.contains("signs_in: true") && !shown.contains("cret") && !shown.contains("us@er"), "{shown}");
        }
        for url in ["smtps://user:secret@", "smtps://user:sec?ret@h", "smtps://user:sec#ret@h", "ftp://user:secret@h"] {
            let error = Server::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("ret@"), "{error}");
        }
    }

    #[test]
    fn a_path_is_the_name_to_greet_with() {
        assert_eq!(Server::parse("smtp://h/console.example.com").unwrap().hello.as_deref(), Some("console.example.com"));
        assert_eq!(Server::parse("smtp://h/").unwrap().hello, None);
    }
}
