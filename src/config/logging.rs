//! Filter and format of the log.

use std::fmt;

use tracing_subscriber::EnvFilter;

/// Filter of the log in the syntax of `tracing`: a level, or levels by module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

/// Lines of text for people, or of JSON for log collectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl LogFilter {
    /// Parses a filter.
    ///
    /// # Errors
    /// Text that `tracing` cannot read, and a single word that is no level: `tracing` takes it for a module, so that
    /// `verbose` would silence the log.
    pub fn parse(text: &str) -> Result<Self, String> {
        let right = "write error, warn, info, debug, trace or off, or levels by part, such as info,usher=debug";
        let parts = text.split(',').map(str::trim).collect::<Vec<_>>();
        // Blanks are removed, since `tracing` misreads a part that begins with one.
        let filter = parts.join(",");
        if EnvFilter::builder().parse(&filter).is_err() {
            return Err(format!("{text:?} is not a filter for the log; {right}"));
        }
        let is_level = |part: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(part));
        match parts.iter().find(|part| !part.contains(['=', '[', ']']) && !is_level(part)) {
            Some(part) => Err(format!("{part:?} is not a level of the log; {right}")),
            None => Ok(Self(filter)),
        }
    }

    /// The filter for `tracing`, which accepts everything that [`Self::parse`] does. The library of passkeys would log
    /// what strangers send.
    pub fn to_env_filter(&self) -> EnvFilter {
        EnvFilter::builder().parse_lossy(format!("webauthn_rs=off,webauthn_rs_core=off,{}", self.0))
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl LogFormat {
    /// Parses `text` or `json`.
    ///
    /// # Errors
    /// Any other text.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(format!("{other:?} is not a format of the log; write text or json")),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_level_or_levels_by_part() {
        for text in
            ["info", "WARN", "off", "info,usher=debug", "warn, usher::web=trace", "info,[request]=debug", "info,[request{id=7}]=trace"]
        {
            assert!(LogFilter::parse(text).is_ok(), "{text}");
        }
        assert_eq!(
            LogFilter::parse("warn,usher=debug").unwrap().to_env_filter().to_string(),
            "webauthn_rs_core=off,webauthn_rs=off,usher=debug,warn"
        );
    }

    #[test]
    fn a_word_that_would_silence_the_log_is_refused() {
        for (text, why) in [
            ("verbose", "\"verbose\" is not a level"),
            ("info,usher", "\"usher\" is not a level"),
            ("info,", "\"\" is not a level"),
            ("usher=loud", "is not a filter"),
            ("usher==info", "is not a filter"),
        ] {
            let error = LogFilter::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_format_is_text_or_json() {
        for text in ["text", "json"] {
            assert_eq!(LogFormat::parse(text).unwrap().to_string(), text);
        }
        assert!(LogFormat::parse("JSON").unwrap_err().contains("write text or json"));
    }
}
