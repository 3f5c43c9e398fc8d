//! Sources of settings: environment variables, then the file in the data folder.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::table::{DATA_DIR, DefaultValue, FILE_NAME, PREFIX, SETTINGS, Setting, nearest};

/// Source of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Default,
    Variable,
    File,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::Variable => "variable",
            Self::File => "file",
        })
    }
}

/// Reads settings one by one and collects their problems, so that one start reports all.
#[derive(Debug, Default)]
pub(super) struct Source {
    variables: BTreeMap<String, OsString>,
    file: Table,
    file_path: PathBuf,
    pub(super) origins: BTreeMap<&'static str, Origin>,
    pub(super) problems: Vec<String>,
}

impl Source {
    /// Takes the variables that begin with `USHER_` from `environment`.
    pub(super) fn new(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut source = Self::default();
        for (name, value) in environment {
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with(PREFIX) || is_service_link(&name, &value) {
                continue;
            }
            if SETTINGS.iter().any(|setting| setting.variable == name) {
                source.variables.insert(name, value);
            } else {
                source.problems.push(unknown(&name, &name, |setting| setting.variable.to_owned()));
            }
        }
        source
    }

    /// Adds the settings in the file in the data folder. A missing file is not a problem.
    pub(super) fn add_file(&mut self, data_dir: &Path, read_file: impl FnOnce(&Path) -> io::Result<String>) {
        self.file_path = data_dir.join(FILE_NAME);
        let path = self.file_path.display();
        let text = match read_file(&self.file_path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => return self.problems.push(format!("{path}: cannot be read: {error}")),
            Ok(text) => text,
        };
        match text.parse::<Table>() {
            // Without the error's own text, which repeats the line and a password in it.
            Err(error) => {
                let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|c| *c == b'\n').count() + 1);
                self.problems.push(format!("{path}: line {line} is not TOML; write lines such as listen = \"127.0.0.1:8080\""));
            }
            Ok(table) => self.take_table(table),
        }
    }

    fn take_table(&mut self, table: Table) {
        for (key, value) in table {
            let place = self.place(&key);
            if key == DATA_DIR.key() {
                self.problems.push(format!("{place}: cannot be set in the folder that it names; set {} instead", DATA_DIR.variable));
            } else if SETTINGS.iter().any(|setting| setting.key() == key) {
                self.file.insert(key, value);
            } else {
                self.problems.push(unknown(&place, &key, Setting::key));
            }
        }
    }

    /// Name of a key of the file in messages.
    fn place(&self, key: &str) -> String {
        format!("{} in {}", key.escape_default(), self.file_path.display())
    }

    /// Value of `setting`: from its variable, else from the file, else its default text. `None` if it is not set and
    /// has no default text, or if it is wrong. Problems are collected, also those of a value in the file that a
    /// variable overrides.
    pub(super) fn read<T>(&mut self, setting: &'static Setting, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let parse = |text: &str| checked(text).and_then(&parse);
        let mut found = None;
        let key = setting.key();
        if let Some(value) = self.file.remove(&key) {
            let parsed = match &value {
                Value::String(text) => parse(text),
                other => Err(format!("is {} and not text; write it in quotes: {key} = \"…\"", kind(other))),
            };
            found = self.keep(parsed, setting, Origin::File, &self.place(&key));
        }
        if let Some(value) = self.variables.remove(setting.variable) {
            let parsed = value.to_str().ok_or_else(|| "is not text in UTF-8; write it anew".to_owned()).and_then(&parse);
            found = self.keep(parsed, setting, Origin::Variable, setting.variable);
        }
        match setting.default {
            _ if self.origins.contains_key(setting.variable) => found,
            DefaultValue::Derived(_) => None,
            DefaultValue::Text(text) => self.keep(parse(text), setting, Origin::Default, setting.variable),
        }
    }

    fn keep<T>(&mut self, parsed: Result<T, String>, setting: &'static Setting, origin: Origin, place: &str) -> Option<T> {
        self.origins.insert(setting.variable, origin);
        parsed.map_err(|why| self.problems.push(format!("{place}: {why}"))).ok()
    }
}

/// Refuses empty texts, surrounding blanks and controls. An empty secret that was not filled in must not count as
/// unset, which would start another instance.
fn checked(text: &str) -> Result<&str, String> {
    if text.trim().is_empty() {
        Err("is empty; leave it out for the default".to_owned())
    } else if text.trim() != text {
        Err("begins or ends with a blank or a line break; write it without".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("has a line break or another control character; write it in one line".to_owned())
    } else {
        Ok(text)
    }
}

fn unknown(place: &str, name: &str, spelling: impl Fn(&Setting) -> String) -> String {
    let right = match nearest(name) {
        Some(setting) => format!("did you mean {}?", spelling(setting)),
        None => format!("the settings are {}", SETTINGS.iter().map(|setting| spelling(setting)).collect::<Vec<_>>().join(", ")),
    };
    format!("{place}: is not a setting; {right}")
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// True for variables that Kubernetes gives every container about a service named "usher"; they are not settings.
fn is_service_link(name: &str, value: &OsStr) -> bool {
    ["_SERVICE_HOST", "_SERVICE_PORT", "_TCP", "_UDP", "_SCTP"].iter().any(|part| name.contains(part))
        || name.ends_with("_PORT") && value.to_string_lossy().contains("://")
}
