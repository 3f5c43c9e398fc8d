//! Log: one line for each event, on standard error. Standard output is for results of commands, such as the setup
//! address.

use std::fmt::{self, Write};

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    Layer,
    fmt::{
        FmtContext, MakeWriter,
        format::{FormatEvent, FormatFields, Writer},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{
    config::{LogFilter, LogFormat},
    domain::text::is_unprintable,
};

/// The log was already set up in this process.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the log: {0}")]
pub struct TelemetryError(String);

/// Sends the events of the whole process to standard error.
pub fn init(filter: &LogFilter, format: LogFormat) -> Result<(), TelemetryError> {
    subscriber(filter, format, std::io::stderr).try_init().map_err(|error| TelemetryError(error.to_string()))
}

fn subscriber<W>(filter: &LogFilter, format: LogFormat, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let lines = match format {
        LogFormat::Text => lines.map_event_format(|inner| OneLine { inner, escape: escape_text }).boxed(),
        LogFormat::Json => lines.json().map_event_format(|inner| OneLine { inner, escape: escape_json }).boxed(),
    };
    tracing_subscriber::registry().with(filter.to_env_filter()).with(lines)
}

/// Formats an event as `inner` does, with every character escaped that could end the line or change how it reads.
///
/// The formats of `tracing-subscriber` keep line breaks in messages, and direction marks everywhere: a made-up name or
/// address could write lines of its own into the log.
struct OneLine<F> {
    inner: F,
    escape: fn(&mut String, char) -> fmt::Result,
}

impl<S, N, F> FormatEvent<S, N> for OneLine<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut text = String::new();
        self.inner.format_event(context, Writer::new(&mut text), event)?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let mut line = String::with_capacity(text.len() + 1);
        for c in text.chars() {
            if is_unprintable(c) { (self.escape)(&mut line, c)? } else { line.push(c) }
        }
        line.push('\n');
        writer.write_str(&line)
    }
}

/// Rust's escapes: `\n`, `\u{202e}`.
fn escape_text(line: &mut String, c: char) -> fmt::Result {
    write!(line, "{}", c.escape_default())
}

/// JSON's escapes: `\u202e`. Outside of strings JSON has no such characters, so that the line stays JSON.
fn escape_json(line: &mut String, c: char) -> fmt::Result {
    c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(line, "\\u{unit:04x}"))
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use parking_lot::Mutex;
    use tracing::subscriber::with_default;

    use super::*;

    /// Collects written bytes.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Lines {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    /// A line break, a terminal's escape, DEL, a C1 control, a line separator, a mark of direction, a character above
    /// U+FFFF.
    const HOSTILE: &str = "Maya\r\nERROR forged \u{1b}[2J\u{7f}\u{9b}\u{2028}\u{202e}\u{e0001}é";

    /// Log of one event with hostile text in every part, and of one below the level.
    fn logged(filter: &str, format: LogFormat) -> String {
        let lines = Lines::default();
        with_default(subscriber(&LogFilter::parse(filter).unwrap(), format, lines.clone()), || {
            let span = tracing::info_span!("request", id = %HOSTILE);
            let _entered = span.enter();
            tracing::info!(debug = ?HOSTILE, display = %HOSTILE, text = HOSTILE, "signed in: {HOSTILE}");
            tracing::debug!("not logged");
        });
        let bytes = lines.0.lock().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn assert_one_printable_line(log: &str) {
        let line = log.strip_suffix('\n').unwrap();
        assert_eq!(line.chars().find(|c| is_unprintable(*c)), None, "{line:?}");
    }

    #[test]
    fn an_event_is_one_line_of_text_whatever_is_in_it() {
        let log = logged("info", LogFormat::Text);
        assert_one_printable_line(&log);
        assert!(log.contains("INFO request{id=Maya\\r\\nERROR forged"), "{log}");
        assert!(log.contains("signed in: Maya\\r\\nERROR forged \\x1b[2J\\x7f\\u{9b}\\u{2028}\\u{202e}\\u{e0001}é"), "{log}");
    }

    #[test]
    fn an_event_is_one_line_of_json_that_says_what_was_said() {
        let log = logged("info", LogFormat::Json);
        assert_one_printable_line(&log);
        let event: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(event["level"], "INFO");
        assert_eq!(event["fields"]["message"], format!("signed in: {HOSTILE}"));
        assert_eq!(event["fields"]["display"], HOSTILE);
        assert_eq!(event["fields"]["text"], HOSTILE);
        assert_eq!(event["span"]["id"], HOSTILE);
    }

    #[test]
    fn the_filter_decides_what_is_logged() {
        assert_eq!(logged("warn", LogFormat::Text), "");
        assert_eq!(logged("warn,usher=info", LogFormat::Json).lines().count(), 1);
        assert_eq!(logged("debug", LogFormat::Text).lines().count(), 2);
    }
}
