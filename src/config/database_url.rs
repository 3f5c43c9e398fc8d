//! Location of the database.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use super::{public_url::other_scheme, secret_url::masked};
use crate::domain::host::is_this_machine;

/// Location of the database. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// File on this machine.
    Sqlite(PathBuf),
    /// Complete URL with its password, as libpq reads it.
    Postgres(String),
}

const RIGHT: &str = "write sqlite://path/to/file or postgres://user:password@host/database";

impl DatabaseUrl {
    /// Parses a database URL.
    ///
    /// # Errors
    /// A message about a text that is not a URL of a database that this build supports. It leaves out the text, which
    /// may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| format!("is not the URL of a database; {RIGHT}"))?;
        match scheme {
            "sqlite" => parse_sqlite(rest),
            "postgres" | "postgresql" => parse_postgres(text),
            other => Err(format!("{}; {RIGHT}", other_scheme(other))),
        }
    }

    /// False for a file that is not made yet.
    pub fn exists(&self) -> bool {
        match self {
            Self::Sqlite(path) => path.exists(),
            Self::Postgres(_) => true,
        }
    }

    /// True if the URL holds a password.
    pub(super) fn is_secret(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(url) => holds_password(url),
        }
    }

    /// Hosts to which the connection need not be encrypted, except this machine.
    pub(super) fn clear_hosts(&self) -> Vec<String> {
        let Self::Postgres(url) = self else { return Vec::new() };
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let parameters = form_urlencoded::parse(query.as_bytes()).collect::<Vec<_>>();
        // The last one counts of a parameter given twice.
        let last = |name| parameters.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.to_string());
        let tls = parameters.iter().rev().find(|(key, _)| key == "sslmode" || key == "ssl");
        if tls.is_some_and(|(key, value)| wants_tls(key, value)) {
            return Vec::new();
        }
        let authority = url.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
        let hosts = last("hostaddr").or_else(|| last("host")).unwrap_or_else(|| in_authority(authority));
        let is_elsewhere = |host: &&str| !host.is_empty() && !host.starts_with(['/', '@']) && !is_this_machine(host);
        hosts.split(',').filter(is_elsewhere).map(ToOwned::to_owned).collect()
    }

    /// Default database, in the data folder.
    pub fn in_folder(data_dir: &Path) -> Self {
        Self::Sqlite(data_dir.join("usher.db"))
    }
}

fn parse_sqlite(path: &str) -> Result<DatabaseUrl, String> {
    if path.is_empty() || path.ends_with('/') {
        return Err("names no file; write sqlite://relative/path.db or sqlite:///absolute/path.db".to_owned());
    }
    if path.contains(['?', '#']) {
        return Err("has options after the path; Usher sets SQLite up by itself, so write the path alone".to_owned());
    }
    if path.starts_with(':') {
        return Err("is a database in memory, which would be lost with the process; name a file".to_owned());
    }
    Ok(DatabaseUrl::Sqlite(path.into()))
}

fn parse_postgres(url: &str) -> Result<DatabaseUrl, String> {
    masked(url)?;
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(key, value)| wants_tls(key, value));
    match asked {
        Some((key, value)) if !cfg!(feature = "postgres-tls") => Err(format!(
            "asks for TLS ({key}={value}), which this build does not have; build with `--features postgres-tls`, \
             or reach the database in another protected way and leave {key} out"
        )),
        _ => Ok(DatabaseUrl::Postgres(url.to_owned())),
    }
}

/// True if a parameter requires TLS.
fn wants_tls(key: &str, value: &str) -> bool {
    match key {
        "sslmode" => ["require", "verify-ca", "verify-full"].contains(&value),
        // Other spelling of `sslmode=require` in libpq.
        "ssl" => value == "true",
        _ => false,
    }
}

/// Hosts between user and path, without ports, brackets and escapes.
fn in_authority(authority: &str) -> String {
    let host = |entry: &str| {
        let host = match entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => entry.split(':').next().unwrap_or_default(),
        };
        percent_decode_str(host).decode_utf8_lossy().into_owned()
    };
    authority.split(',').map(host).collect::<Vec<_>>().join(",")
}

/// True if there is a password before the host or among the parameters.
fn holds_password(url: &str) -> bool {
    let (url, query) = url.split_once('?').unwrap_or((url, ""));
    let user = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map_or("", |(user, _)| user);
    user.contains(':') || form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == "password" || key == "sslpassword")
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => f.write_str(masked(url).as_deref().unwrap_or("postgres://***")),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_or_absolute() {
        assert_eq!(DatabaseUrl::parse("sqlite://data/usher.db"), Ok(DatabaseUrl::Sqlite("data/usher.db".into())));
        assert_eq!(DatabaseUrl::parse("sqlite:///srv/usher.db"), Ok(DatabaseUrl::Sqlite("/srv/usher.db".into())));
        assert_eq!(DatabaseUrl::in_folder(Path::new("/srv")).to_string(), "sqlite:///srv/usher.db");
    }

    #[test]
    fn a_password_is_never_shown() {
        let text = "postgres://maya:hidden@db.example.com/usher?application_name=usher";
        let url = DatabaseUrl::parse(text).unwrap();
        assert_eq!(url, DatabaseUrl::Postgres(text.to_owned()));
        assert_eq!(url.to_string(), "postgres://***@db.example.com/usher?***");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(postgres://***@db.example.com/usher?***)");
    }

    #[test]
    fn what_libpq_takes_is_taken() {
        for text in [
            "postgresql:///usher",
            "postgres://h1:1,h2:2/usher",
            "postgres://%2Frun%2Fpostgresql/usher",
            "postgres://db/usher?sslmode=disable",
        ] {
            assert_eq!(DatabaseUrl::parse(text), Ok(DatabaseUrl::Postgres(text.to_owned())));
        }
    }

    #[test]
    fn tls_is_refused_by_a_build_without_it() {
        for option in ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "ssl=true", "ssl%6Dode=require"] {
            let url = DatabaseUrl::parse(&format!("postgres://db/usher?connect_timeout=5&{option}"));
            if cfg!(feature = "postgres-tls") {
                assert!(url.is_ok(), "{option}");
            } else {
                assert!(url.unwrap_err().contains("--features postgres-tls"), "{option}");
            }
        }
    }

    #[test]
    fn what_is_no_database_is_refused_without_being_repeated() {
        for (text, why) in [
            ("/srv/hidden.db", "is not the URL of a database"),
            ("sqlite:hidden.db", "is not the URL of a database"),
            ("mysql://maya:hidden@db/usher", "begins with mysql://"),
            ("sqlite://", "names no file"),
            ("sqlite:///srv/", "names no file"),
            ("sqlite://:memory:", "would be lost"),
            ("sqlite://usher.db?mode=rwc", "options after the path"),
            ("postgres://maya:hid/den@db/usher", "write @ as %40"),
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err();
            assert!(error.contains(why) && !error.contains("hid"), "{text}: {error}");
        }
    }
}
