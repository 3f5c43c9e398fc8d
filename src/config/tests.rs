//! Settings as a whole: their sources, and messages about wrong ones.

use std::{ffi::OsString, io::ErrorKind, os::unix::ffi::OsStringExt};

use super::*;

/// Settings from `variables` and a settings file with the text `file`.
fn load(file: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
    Settings::load_with(variables, |path| {
        assert!(path.ends_with("usher.toml"));
        Ok(file.to_owned())
    })
}

fn problems(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
    load(file, variables).unwrap_err().to_string().lines().map(str::to_owned).collect()
}

/// Settings without a file.
fn load_bare<const N: usize>(variables: [(OsString, OsString); N]) -> Result<Settings, SettingsError> {
    Settings::load_with(variables, |_| Err(ErrorKind::NotFound.into()))
}

#[test]
fn without_any_setting_everything_has_a_default() {
    let settings = load_bare([("HOME".into(), "/root".into()), ("USHERS".into(), "2".into())]).unwrap();
    assert_eq!(settings.data_dir, Path::new("./usher-data"));
    assert_eq!(settings.database_url, DatabaseUrl::Sqlite("./usher-data/usher.db".into()));
    assert_eq!(settings.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.public_url.origin(), "http://localhost:8080");
    assert!(!settings.public_url.is_set());
    assert_eq!(settings.mail_server, None);
    assert_eq!(settings.sender.to_string(), "usher@localhost");
    assert_eq!(settings.secret_key_file, Path::new("./usher-data/secret.key"));
    assert_eq!(settings.trusted_proxies, TrustedProxies::default());
    assert_eq!(settings.metrics_listen, None);
    assert_eq!((settings.log.to_string().as_str(), settings.log_format), ("info", LogFormat::Text));
}

#[test]
fn the_defaults_are_those_that_the_help_names() {
    let settings = load_bare([]).unwrap();
    for (setting, value) in settings.shown() {
        assert_eq!(value, setting.default.as_str().replace("<data folder>", "./usher-data"), "{}", setting.variable);
    }
}

#[test]
fn a_variable_goes_before_the_file_and_the_file_before_the_default() {
    let file = "listen = \"127.0.0.1:1\"\nlog_format = \"json\"\n";
    let variables = [("USHER_DATA_DIR", "/srv"), ("USHER_LISTEN", "127.0.0.1:2"), ("USHER_PUBLIC_URL", "https://usher.example.com")];
    let settings = load(file, &variables).unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!(settings.log_format, LogFormat::Json);
    assert_eq!(settings.database_url, DatabaseUrl::Sqlite("/srv/usher.db".into()));
    assert!(settings.public_url.is_set());
    let origins = [table::LISTEN, table::LOG_FORMAT, table::LOG].map(|setting| settings.origin(setting));
    assert_eq!(origins, [Origin::Variable, Origin::File, Origin::Default]);
}

#[test]
fn the_address_that_nobody_set_has_the_port_of_the_server() {
    let settings = load("", &[("USHER_LISTEN", "[::1]:9000")]).unwrap();
    assert_eq!(settings.public_url.origin(), "http://localhost:9000");
}

#[test]
fn metrics_have_an_address_of_their_own() {
    let settings = load("metrics_listen = \"[::1]:9464\"\n", &[]).unwrap();
    assert_eq!(settings.metrics_listen, Some("[::1]:9464".parse().unwrap()));
    assert_eq!(settings.listen.port(), 8080);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let file = "listen = 8080\nlog-format = \"json\"\ndata_dir = \"/srv\"\nmail_from = \"Maya\"\n\"a\\nb\" = 1\n";
    let variables = [
        ("USHER_LISTEN", "8080"),
        ("USHER_LISTN", "127.0.0.1:8080"),
        ("USHER_PORT", "8080"),
        ("USHER_METRICS", "127.0.0.1:9090"),
        ("USHER_MAIL_FROM", "maya@example.com"),
        ("USHER_LOG", ""),
        ("USHER_PUBLIC_URL", "http://usher.example.com"),
        ("USHER_SECRET_KEY_FILE", "secret.key\n"),
        ("USHER_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("USHER_METRICS_LISTEN", "9464"),
    ];
    let told = problems(file, &variables);
    for (i, start) in [
        "USHER_LISTN: is not a setting; did you mean USHER_LISTEN?",
        "USHER_PORT: is not a setting; the settings are USHER_DATA_DIR, USHER_DATABASE_URL, ",
        "USHER_METRICS: is not a setting; the settings are ",
        "a\\nb in ./usher-data/usher.toml: is not a setting; the settings are data_dir, ",
        "data_dir in ./usher-data/usher.toml: cannot be set in the folder that it names; set USHER_DATA_DIR instead",
        "log-format in ./usher-data/usher.toml: is not a setting; did you mean log_format?",
        "listen in ./usher-data/usher.toml: is a number and not text; write it in quotes: listen = \"…\"",
        "USHER_LISTEN: \"8080\" is not an address to listen on; write an IP address and a port, like 127.0.0.1:8080 or [::]:8080",
        "USHER_PUBLIC_URL: \"http://usher.example.com\" needs TLS",
        "mail_from in ./usher-data/usher.toml: \"Maya\" is not an email address; write one such as usher@example.com or Usher <usher@example.com>",
        "USHER_SECRET_KEY_FILE: begins or ends with a blank or a line break",
        "USHER_TRUSTED_PROXIES: \"10.0.0.1/8\" is neither an address nor the beginning of a network",
        "USHER_METRICS_LISTEN: \"9464\" is not an address to listen on; write an IP address and a port, like ",
        "USHER_LOG: is empty; leave it out for the default",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(told[i].starts_with(start), "{start}\n{}", told[i]);
    }
    assert_eq!(told.len(), 14, "{told:#?}");
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line_and_not_repeated() {
    let told = problems("log = \"info\"\nsmtp_url = smtps://maya:hidden@mail\n", &[("USHER_LOGS", "info")]);
    assert_eq!(
        told,
        [
            "USHER_LOGS: is not a setting; did you mean USHER_LOG?",
            "./usher-data/usher.toml: line 2 is not TOML; write lines such as listen = \"127.0.0.1:8080\""
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_stops_the_start() {
    let error = Settings::load_with([("USHER_DATA_DIR".into(), "/srv".into())], |_| Err(ErrorKind::PermissionDenied.into())).unwrap_err();
    assert_eq!(error.to_string(), "/srv/usher.toml: cannot be read: permission denied");
}

#[test]
fn the_file_is_read_from_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("usher.toml"), "log = \"debug\"\n").unwrap();
    let settings = Settings::load([("USHER_DATA_DIR".into(), folder.path().into())]).unwrap();
    assert_eq!(settings.log.to_string(), "debug");
}

#[test]
fn what_is_no_text_is_refused() {
    let bytes = || OsString::from_vec(vec![b'U', 0xff]);
    for name in ["USHER_LOG", "USHER_DATA_DIR"] {
        let error = load_bare([(name.into(), bytes()), ("USHER_LISTEN".into(), "all".into())]).unwrap_err().to_string();
        assert!(error.contains(&format!("{name}: is not text in UTF-8; write it anew")), "{error}");
        assert!(error.contains("USHER_LISTEN: \"all\" is not an address"), "{error}");
    }
    let name = OsString::from_vec([b"USHER_".as_slice(), &[0xff]].concat());
    let error = load_bare([(name, "1".into())]).unwrap_err();
    assert!(error.to_string().contains("USHER_\u{fffd}: is not a setting"), "{error}");
}

#[test]
fn what_kubernetes_says_about_a_service_named_usher_is_no_setting() {
    let settings = load(
        "",
        &[
            ("USHER_SERVICE_HOST", "10.0.0.7"),
            ("USHER_SERVICE_PORT_HTTP", "80"),
            ("USHER_PORT", "tcp://10.0.0.7:80"),
            ("USHER_PORT_80_TCP_ADDR", "10.0.0.7"),
        ],
    );
    assert!(settings.is_ok(), "{settings:?}");
}

#[test]
fn the_settings_are_shown_with_their_origins_and_without_secrets() {
    let file = "smtp_url = \"smtps://maya:hidden@mail.example.com\"\n";
    let settings = load(file, &[("USHER_DATABASE_URL", "postgres://maya:hidden@db/usher")]);
    let settings = settings.unwrap();
    let shown = settings.to_string();
    assert!(shown.contains("\nUSHER_DATABASE_URL     postgres://***@db/usher  (variable)\n"), "{shown}");
    assert!(shown.contains("\nUSHER_SMTP_URL         smtps://***@mail.example.com  (file)\n"), "{shown}");
    assert!(shown.contains("\nUSHER_LOG              info  (default)\n"), "{shown}");
    let names = shown.lines().filter_map(|line| line.split_whitespace().next()).collect::<Vec<_>>();
    assert_eq!(names, SETTINGS.iter().map(|setting| setting.variable).collect::<Vec<_>>());
    assert!(!shown.contains("hidden") && !format!("{settings:?}").contains("hidden"));
}
