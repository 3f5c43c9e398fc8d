//! Settings of the process, from environment variables, else from the file in the data folder, else from defaults that
//! suit a trial on one machine.
//!
//! Settings of the company, such as the term of invitations, are in the database.

mod database_url;
mod file_modes;
mod key_file;
mod logging;
mod proxies;
mod public_url;
mod secret_url;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod warnings;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

pub use database_url::DatabaseUrl;
pub use file_modes::{Exposed, FileModeError};
pub use key_file::{KeyFileError, load_or_create_key, make_data_dir, read_key};
pub use logging::{LogFilter, LogFormat};
pub use proxies::TrustedProxies;
pub use public_url::PublicUrl;
pub use source::Origin;
pub use table::{DefaultValue, SETTINGS, Setting, help};

use crate::domain::{mail_server::MailServer, sender::Sender};
use source::Source;

/// Settings of the process, parsed. Its `Display` has a line for each, without secrets.
#[derive(Debug, Clone)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub database_url: DatabaseUrl,
    pub listen: SocketAddr,
    pub public_url: PublicUrl,
    /// Mail server; without one, mails are written to files.
    pub mail_server: Option<MailServer>,
    pub sender: Sender,
    pub secret_key_file: PathBuf,
    pub trusted_proxies: TrustedProxies,
    /// Listener for monitoring; off by default.
    pub metrics_listen: Option<SocketAddr>,
    pub log: LogFilter,
    pub log_format: LogFormat,
    origins: BTreeMap<&'static str, Origin>,
}

/// All problems of the settings, a line for each.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(Vec<String>);

impl Settings {
    /// Reads the settings from `environment`, such as `std::env::vars_os()`, and from the file in the data folder.
    /// Makes no files.
    ///
    /// # Errors
    /// All unknown and all wrong settings together.
    pub fn load(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, SettingsError> {
        Self::load_with(environment, |path| fs::read_to_string(path))
    }

    fn load_with(
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        read_file: impl FnOnce(&Path) -> io::Result<String>,
    ) -> Result<Self, SettingsError> {
        let mut source = Source::new(environment);
        let data_dir = source.read(table::DATA_DIR, parse_path);
        if let Some(data_dir) = &data_dir {
            source.add_file(data_dir, read_file);
        }
        match Self::read(data_dir, &mut source) {
            Some(settings) if source.problems.is_empty() => Ok(Self { origins: source.origins, ..settings }),
            _ => Err(SettingsError(source.problems)),
        }
    }

    /// Reads the settings. Every one is read before the first `?`, so that the list of problems is complete.
    fn read(data_dir: Option<PathBuf>, source: &mut Source) -> Option<Self> {
        let database_url = source.read(table::DATABASE_URL, DatabaseUrl::parse);
        let listen = source.read(table::LISTEN, parse_listen);
        let public_url = source.read(table::PUBLIC_URL, PublicUrl::parse);
        let mail_server = source.read(table::SMTP_URL, secret_url::parse_mail_server);
        let sender = source.read(table::MAIL_FROM, parse_sender);
        let secret_key_file = source.read(table::SECRET_KEY_FILE, parse_path);
        let trusted_proxies = source.read(table::TRUSTED_PROXIES, TrustedProxies::parse);
        let metrics_listen = source.read(table::METRICS_LISTEN, parse_listen);
        let log = source.read(table::LOG, LogFilter::parse);
        let log_format = source.read(table::LOG_FORMAT, LogFormat::parse);
        let (data_dir, listen) = (data_dir?, listen?);
        Some(Self {
            database_url: database_url.unwrap_or_else(|| DatabaseUrl::in_folder(&data_dir)),
            listen,
            public_url: public_url.unwrap_or_else(|| PublicUrl::on_this_machine(listen.port())),
            mail_server,
            sender: sender?,
            secret_key_file: secret_key_file.unwrap_or_else(|| data_dir.join("secret.key")),
            trusted_proxies: trusted_proxies.unwrap_or_default(),
            metrics_listen,
            log: log?,
            log_format: log_format?,
            data_dir,
            origins: BTreeMap::new(),
        })
    }

    /// Source of `setting`.
    pub fn origin(&self, setting: &Setting) -> Origin {
        self.origins.get(setting.variable).copied().unwrap_or(Origin::Default)
    }

    /// Each setting with its value, secrets left out.
    pub fn shown(&self) -> [(&'static Setting, String); 11] {
        [
            (table::DATA_DIR, self.data_dir.display().to_string()),
            (table::DATABASE_URL, self.database_url.to_string()),
            (table::LISTEN, self.listen.to_string()),
            (table::PUBLIC_URL, self.public_url.to_string()),
            (table::SMTP_URL, self.mail_server.as_ref().map_or_else(|| "none".to_owned(), MailServer::to_string)),
            (table::MAIL_FROM, self.sender.to_string()),
            (table::SECRET_KEY_FILE, self.secret_key_file.display().to_string()),
            (table::TRUSTED_PROXIES, self.trusted_proxies.to_string()),
            (table::METRICS_LISTEN, self.metrics_listen.map_or_else(|| "off".to_owned(), |address| address.to_string())),
            (table::LOG, self.log.to_string()),
            (table::LOG_FORMAT, self.log_format.to_string()),
        ]
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (setting, value) in self.shown() {
            writeln!(f, "{:<22} {value}  ({})", setting.variable, self.origin(setting))?;
        }
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every parser has the same shape")]
fn parse_path(text: &str) -> Result<PathBuf, String> {
    Ok(text.into())
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is not an address to listen on; write an IP address and a port, like 127.0.0.1:8080 or [::]:8080"))
}

fn parse_sender(text: &str) -> Result<Sender, String> {
    Sender::parse(text).map_err(|why| format!("{text:?} {why}; write one such as usher@example.com or Usher <usher@example.com>"))
}
