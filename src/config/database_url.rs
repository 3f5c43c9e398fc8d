//! Which database keeps everything.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use url::form_urlencoded;

use super::{public_url::other_scheme, secret_url::masked};

/// Which database keeps everything. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// The whole URL, password and all, as libpq reads it.
    Postgres(String),
}

const RIGHT: &str = "write sqlite://path/to/file or postgres://user:password@host/database";

impl DatabaseUrl {
    /// # Errors
    /// What is no URL of a database that this build can speak to. The text itself is not in the message, since it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| format!("is not the URL of a database; {RIGHT}"))?;
        match scheme {
            "sqlite" => parse_sqlite(rest),
            "postgres" | "postgresql" => parse_postgres(text),
            other => Err(format!("{}; {RIGHT}", other_scheme(other))),
        }
    }

    /// The database of an instance that nobody told about another.
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
    let wants_tls = form_urlencoded::parse(query.as_bytes()).find(|(key, value)| match key.as_ref() {
        "sslmode" => ["require", "verify-ca", "verify-full"].contains(&value.as_ref()),
        // libpq's other spelling of sslmode=require.
        "ssl" => value == "true",
        _ => false,
    });
    match wants_tls {
        Some((key, value)) if !cfg!(feature = "postgres-tls") => Err(format!(
            "asks for TLS ({key}={value}), which this build does not have; build with `--features postgres-tls`, \
             or reach the database in another protected way and leave {key} out"
        )),
        _ => Ok(DatabaseUrl::Postgres(url.to_owned())),
    }
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
