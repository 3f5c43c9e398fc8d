//! Table of all process settings, from which the reader, the help and `usher check` follow.

/// One process setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Environment variable.
    pub variable: &'static str,
    /// Value of an unset setting.
    pub default: DefaultValue,
    /// Description, in whole lines.
    pub about: &'static [&'static str],
}

/// Value of an unset setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// Text that is parsed like a set one.
    Text(&'static str),
    /// Value that follows from other settings; the text describes it.
    Derived(&'static str),
}

impl DefaultValue {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text(text) | Self::Derived(text) => text,
        }
    }
}

/// Prefix of the names of all variables.
pub(super) const PREFIX: &str = "USHER_";

/// Name of the settings file in the data folder.
pub(super) const FILE_NAME: &str = "usher.toml";

impl Setting {
    /// Name in `usher.toml`.
    pub fn key(&self) -> String {
        self.variable.trim_start_matches(PREFIX).to_ascii_lowercase()
    }
}

macro_rules! settings {
    ($($name:ident: $default:ident($text:literal), $($about:literal)*;)*) => {
        $(pub(super) const $name: &Setting =
            &Setting { variable: concat!("USHER_", stringify!($name)), default: DefaultValue::$default($text), about: &[$($about),*] };)*

        /// All settings, in the order of the help.
        pub const SETTINGS: &[&Setting] = &[$($name),*];
    };
}

settings! {
    DATA_DIR: Text("./usher-data"),
        "The data folder: the database, the secret key and usher.toml. Created if it does not exist."
        "Can only be set as a variable.";
    DATABASE_URL: Derived("sqlite://<data folder>/usher.db"),
        "sqlite://relative/path, sqlite:///absolute/path, or postgres://user:password@host:port/database.";
    LISTEN: Text("127.0.0.1:8080"),
        "The IP address and port on which pages are served.";
    PUBLIC_URL: Derived("http://localhost:8080"),
        "The address at which users reach Usher; links in mails begin with it. Must be HTTPS, except on"
        "this machine. The default uses the port of USHER_LISTEN.";
    SMTP_URL: Derived("none"),
        "The mail server: smtps://user:password@host, or smtp://host?tls=required for STARTTLS. Without one,"
        "mails are saved as .eml files in the data folder's mail and not sent.";
    MAIL_FROM: Text("usher@localhost"),
        "The sender of mails, with or without a name: Usher <usher@example.com>. Without one, mails name the"
        "company and Usher.";
    SECRET_KEY_FILE: Derived("<data folder>/secret.key"),
        "The key that encrypts secrets in the database. Created at the first start; keep a copy, and let"
        "only the server read it. Usher does not start with another key or without one, except with"
        "usher serve --new-key.";
    TRUSTED_PROXIES: Derived("none"),
        "Proxies whose X-Forwarded-For is trusted: IP addresses and networks, separated by"
        "commas, such as 10.0.0.7, 192.168.0.0/16.";
    METRICS_LISTEN: Derived("off"),
        "The IP address and port, such as 127.0.0.1:9464, on which GET /metrics answers monitoring: numbers"
        "about requests, sign-ins, mails and the database, and nothing about people. Anyone who can"
        "reach it can read them, so keep it off public networks.";
    LOG: Text("info"),
        "What is logged: error, warn, info, debug, trace or off, also by part of the program, such as"
        "info,usher=debug.";
    LOG_FORMAT: Text("text"),
        "How it is logged: text or json, one line for each event.";
}

/// Chapter on settings in the program's help.
pub fn help() -> String {
    let mut lines = vec![
        "Settings:".to_owned(),
        format!("  Each is read from its variable, else from {FILE_NAME} in the data folder, where its name is in lower"),
        format!("  case and without {PREFIX}, such as listen = \"0.0.0.0:8080\". Paths are relative to the folder in"),
        "  which usher is started. An unknown or wrong setting stops the start.".to_owned(),
    ];
    for setting in SETTINGS {
        lines.push(String::new());
        lines.push(format!("  {} (default: {})", setting.variable, setting.default.as_str()));
        lines.extend(setting.about.iter().map(|line| format!("      {line}")));
    }
    lines.join("\n")
}

/// Setting whose variable has the most similar name; `None` if none is similar enough.
pub(super) fn nearest(variable: &str) -> Option<&'static Setting> {
    let name = variable.to_ascii_uppercase();
    let name = name.strip_prefix(PREFIX).unwrap_or(&name);
    let enough = (name.len() / 3).max(2);
    SETTINGS
        .iter()
        .map(|setting| (strsim::levenshtein(name, setting.variable.trim_start_matches(PREFIX)), *setting))
        .filter(|(distance, _)| *distance <= enough)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, setting)| setting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_file_is_short_and_in_lower_case() {
        assert_eq!(LISTEN.key(), "listen");
        assert_eq!(SECRET_KEY_FILE.key(), "secret_key_file");
    }

    #[test]
    fn a_slip_of_the_hand_is_understood() {
        for (typed, meant) in [
            ("USHER_LISTN", Some(LISTEN)),
            ("USHER_DATABASE_URI", Some(DATABASE_URL)),
            ("USHER_LOGFORMAT", Some(LOG_FORMAT)),
            ("USHER_TRUSTED_PROXY", Some(TRUSTED_PROXIES)),
            ("usher_listen", Some(LISTEN)),
            ("data-dir", Some(DATA_DIR)),
            ("USHER_DB_URL", None),
            ("USHER_", None),
            ("USHER_ÜBER_ALL_THINGS", None),
        ] {
            assert_eq!(nearest(typed), meant, "{typed}");
        }
    }

    #[test]
    fn the_help_fits_a_terminal() {
        for line in help().lines() {
            assert!(line.len() <= 105, "{line}");
        }
    }
}
