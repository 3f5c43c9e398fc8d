//! Connections of integrations: kind, base address and secret.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::domain::{
    clock::Random,
    ids::AssetId,
    secret::SecretKey,
    stored::stored_enum,
    text::{LineError, parse_line},
};

/// Longest base address, in characters.
const BASE_ADDRESS_MAX: usize = 2000;

/// Longest secret, in bytes.
const SECRET_MAX: usize = 4000;

/// Schemes of base addresses.
const SCHEMES: &[&str] = &[
    "http",
    "https",
    "ws",
    "wss",
    "sftp",
    "ssh",
    "ftp",
    "ftps",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlserver",
    "oracle",
    "mongodb",
    "redis",
    "amqp",
    "amqps",
];

/// Names of parameters that carry a secret, in letters and digits alone.
const SECRET_NAMES: &[&str] = &["auth", "key", "pass", "pw", "sas", "sig"];

/// Ends of further such names.
const SECRET_ENDINGS: &[&str] = &[
    "accesskey",
    "apikey",
    "appkey",
    "authkey",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "secretkey",
    "sessionid",
    "signature",
    "subscriptionkey",
    "token",
];

stored_enum! {
    /// Kind of a connection.
    ConnectionKind {
        Rest = "rest",
        GraphQl = "graphql",
        Soap = "soap",
        Sftp = "sftp",
        Webhook = "webhook",
        Database = "database",
        Other = "other",
    }
}

impl ConnectionKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Rest => "REST API",
            Self::GraphQl => "GraphQL",
            Self::Soap => "SOAP",
            Self::Sftp => "SFTP",
            Self::Webhook => "Webhook",
            Self::Database => "Database",
            Self::Other => "Other",
        }
    }
}

/// Address at which an integration is reached, as typed, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseAddress(String);

/// Reason for refusing a base address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseAddressError {
    #[error("is empty")]
    Empty,
    #[error("is longer than 2,000 characters")]
    TooLong,
    #[error("is not an address of a host")]
    Malformed,
    #[error("has a user name or a password")]
    Credentials,
    #[error("has a parameter with a secret")]
    SecretParameter,
}

impl BaseAddress {
    /// Parses a typed address.
    ///
    /// # Errors
    /// See [`BaseAddressError`]. Unknown schemes are malformed, and so are addresses without a host.
    pub fn parse(typed: &str) -> Result<Self, BaseAddressError> {
        let line = parse_line(typed, BASE_ADDRESS_MAX).map_err(|error| match error {
            LineError::Empty => BaseAddressError::Empty,
            LineError::TooLong(_) => BaseAddressError::TooLong,
            LineError::Unprintable | LineError::Markup => BaseAddressError::Malformed,
        })?;
        let url = Url::parse(&line).map_err(|_| BaseAddressError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseAddressError::Credentials);
        }
        let is_host = url.host_str().is_some_and(|host| !host.is_empty());
        let is_plain = line.contains("://") && !line.contains([' ', '"', '\\']);
        if names_of_parameters(&line).any(is_secret) {
            return Err(BaseAddressError::SecretParameter);
        }
        if SCHEMES.contains(&url.scheme()) && is_host && is_plain { Ok(Self(line)) } else { Err(BaseAddressError::Malformed) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names of the parameters in the path, the query and the fragment of an address, as they stand there.
fn names_of_parameters(address: &str) -> impl Iterator<Item = &str> {
    address.split(['?', '&', ';', '#']).skip(1).filter_map(|parameter| Some(parameter.split_once('=')?.0))
}

/// True for the name of a parameter that says that its value is a secret, such as "X-Amz-Signature".
fn is_secret(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
    let name = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    SECRET_NAMES.contains(&&*name) || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Secret of a connection, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionSecret(String);

/// Secret of more than [`SECRET_MAX`] bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is longer than 4,000 bytes")]
pub struct SecretTooLong;

impl ConnectionSecret {
    /// Parses a typed secret; `None` for an empty one. Keys have several lines.
    ///
    /// # Errors
    /// A secret that is too long.
    pub fn parse(typed: &str) -> Result<Option<Self>, SecretTooLong> {
        let secret = typed.replace("\r\n", "\n");
        if secret.trim().is_empty() {
            return Ok(None);
        }
        if secret.len() > SECRET_MAX { Err(SecretTooLong) } else { Ok(Some(Self(secret))) }
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Seals the secret, which then opens for its own asset only.
    pub fn seal(&self, key: &SecretKey, id: AssetId, random: &dyn Random) -> Vec<u8> {
        key.seal(&format!("secret of asset {id}"), self.0.as_bytes(), random)
    }
}

impl fmt::Debug for ConnectionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_leads_to_a_host() {
        for typed in [
            "https://api.bank.example/v2?format=json",
            "http://localhost:8080",
            "sftp://files.bank.example/out",
            "postgres://db:5432/ledger",
            "https://api.example/users/a@b",
        ] {
            assert_eq!(BaseAddress::parse(&format!(" {typed} ")).map(|address| address.0).as_deref(), Ok(typed));
        }
        for typed in [
            "api.bank.example",
            "javascript://a.example/%0aalert(1)",
            "file:///etc/passwd",
            "https://",
            "postgres:///ledger",
            "https:api.example",
            "https://a.example/<script>",
            "https://a.example\r\nX: y",
            "https://a.example/a b",
        ] {
            assert_eq!(BaseAddress::parse(typed), Err(BaseAddressError::Malformed), "{typed:?}");
        }
        assert_eq!(BaseAddress::parse(" "), Err(BaseAddressError::Empty));
        assert_eq!(BaseAddress::parse(&format!("https://a.example/{}", "x".repeat(2000))), Err(BaseAddressError::TooLong));
    }

    #[test]
    fn a_base_address_has_no_credentials() {
        for typed in
            ["https://usher:hunter2@a.example", "postgres://usher@db/ledger", "https://:hunter2@a.example", "sftp://usher:@a.example"]
        {
            assert_eq!(BaseAddress::parse(typed), Err(BaseAddressError::Credentials), "{typed:?}");
        }
    }

    #[test]
    fn a_base_address_has_no_parameter_that_carries_a_secret() {
        for parameters in [
            "?token=x",
            "?format=json&API_KEY=x",
            "?access_token=x",
            "?accessToken=x",
            "?api-key=x",
            "?key=x",
            "?sv=2024&sig=x",
            "?X-Amz-Signature=x",
            "?user=a&Password=x",
            "?client_secret=x",
            "?%74oken=x",
            "?to%6Ben%5B%5D=x",
            "?a=1;pwd=x",
            ";password=x",
            "#access_token=x&type=bearer",
            "#/start?token=x",
        ] {
            let typed = format!("https://a.example/v2{parameters}");
            assert_eq!(BaseAddress::parse(&typed), Err(BaseAddressError::SecretParameter), "{typed:?}");
        }
        for parameters in
            ["?format=json", "?max_tokens=100", "?tokenizer=standard", "?sort_key=name&keyboard=de", "?token", "?bypass=1", "#signature"]
        {
            assert!(BaseAddress::parse(&format!("https://a.example/v2{parameters}")).is_ok(), "{parameters}");
        }
        assert_eq!(BaseAddress::parse("postgres://db/ledger?password=x"), Err(BaseAddressError::SecretParameter));
    }

    #[test]
    fn a_secret_has_up_to_4_000_bytes_in_several_lines_and_shows_nothing() {
        let secret = ConnectionSecret::parse("one\r\ntwo").unwrap().unwrap();
        assert_eq!((secret.reveal(), format!("{secret:?}")), ("one\ntwo", "ConnectionSecret(…)".to_owned()));
        assert_eq!(ConnectionSecret::parse(" \r\n"), Ok(None));
        assert!(ConnectionSecret::parse(&"x".repeat(4000)).is_ok());
        assert_eq!(ConnectionSecret::parse(&"é".repeat(2001)), Err(SecretTooLong));
    }
}
