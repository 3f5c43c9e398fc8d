//! Text formatting for mails: single lines, wrapping, and lengths of subjects.

use crate::domain::{clock::Timestamp, text::is_unprintable, time_zone::TimeZone};

/// Longest subject, in characters: mail programs list some 60.
pub(super) const SUBJECT_MAX: usize = 59;

/// Width of the plain text, in characters; links may be longer.
const COLUMNS: usize = 72;

/// `text` in one line: line breaks become blanks, direction marks are removed.
///
/// Names are checked when they are typed. A second check here is a safeguard: a line break in a header would add
/// headers.
pub(super) fn one_line(text: &str) -> String {
    let printable = text.chars().filter_map(|c| match c {
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => Some(' '),
        c if is_unprintable(c) => None,
        c => Some(c),
    });
    printable.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// [`one_line`], or `otherwise` for an empty text.
pub(super) fn named(text: &str, otherwise: &str) -> String {
    let line = one_line(text);
    if line.is_empty() { otherwise.to_owned() } else { line }
}

/// `text` in lines of at most 72 characters. A longer word has a line of its own.
pub(super) fn wrapped(text: &str) -> String {
    wrapped_words(text.split_whitespace())
}

/// [`wrapped`] for words that may have blanks inside, at which lines do not break.
pub(super) fn wrapped_words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut lines = Vec::<String>::new();
    let mut room = 0;
    for word in words {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if length < room => {
                line.push(' ');
                line.push_str(word);
                room -= length + 1;
            }
            _ => {
                lines.push(word.to_owned());
                room = COLUMNS.saturating_sub(length);
            }
        }
    }
    lines.join("\n")
}

/// `names` cut to `room` characters together. Short ones stay whole; long ones share the rest.
pub(super) fn fit<const N: usize>(names: [&str; N], room: usize) -> [String; N] {
    let lengths = names.map(|name| name.chars().count());
    let mut shortest_first = std::array::from_fn::<_, N, _>(|i| i);
    shortest_first.sort_by_key(|&i| lengths[i]);
    let mut allowed = [0; N];
    let mut left = room;
    for (done, &i) in shortest_first.iter().enumerate() {
        allowed[i] = lengths[i].min(left / (N - done));
        left -= allowed[i];
    }
    std::array::from_fn(|i| cut(names[i], allowed[i]))
}

/// First words of `text` and an ellipsis, in `max` characters; cuts inside a long word.
fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let start = text.chars().take(max.saturating_sub(1)).collect::<String>();
    let whole_words = start.rfind(' ').filter(|&end| end >= start.len() / 2);
    let start = whole_words.map_or(start.as_str(), |end| &start[..end]);
    format!("{}…", start.trim_end_matches([' ', ',', '.', '-', '\u{200D}']))
}

/// "27 November 2026, 09:20 UTC", "27 November 2026, 10:20 (Europe/Berlin)".
pub(super) fn date(at: Timestamp, zone: TimeZone) -> String {
    format!("{} {}", zone.local(at).format("%-d %B %Y, %H:%M"), zone.after_time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_breaks_and_no_marks_of_direction() {
        assert_eq!(one_line(" Maya\r\nBcc: x@example.com\u{2028}\u{202E}Fischer\0 "), "Maya Bcc: x@example.com Fischer");
        assert_eq!(named("\u{200B}\n", "somebody"), "somebody");
    }

    #[test]
    fn lines_end_before_column_73_and_long_words_stay_whole() {
        let address = format!("https://usher.example/{}", "x".repeat(80));
        let text = wrapped(&format!("{} {address} end", "word ".repeat(40)));
        assert!(text.lines().all(|line| line.chars().count() <= 72 || line == address), "{text}");
        assert_eq!(text.lines().next().map(str::len), Some(69));
        assert!(text.lines().any(|line| line == address));
        assert_eq!(wrapped(&format!("{} b", "a".repeat(70))), format!("{} b", "a".repeat(70)));
        assert_eq!(wrapped(&format!("{} b", "a".repeat(71))), format!("{}\nb", "a".repeat(71)));
        assert_eq!(wrapped(""), "");
        let lead = "a".repeat(60);
        assert_eq!(wrapped_words([lead.as_str(), "27 November 2026."]), format!("{lead}\n27 November 2026."));
    }

    #[test]
    fn names_share_the_room() {
        assert_eq!(fit(["Maya Fischer", "Northwind Trading"], 43), ["Maya Fischer", "Northwind Trading"]);
        assert_eq!(fit(["Maya", &"x".repeat(100)], 43), ["Maya".to_owned(), format!("{}…", "x".repeat(38))]);
        assert_eq!(fit([&"x".repeat(100), &"ö".repeat(100)], 20), [format!("{}…", "x".repeat(9)), format!("{}…", "ö".repeat(9))]);
        assert_eq!(fit(["The Very Long Northwind Trading Company, Limited"], 40), ["The Very Long Northwind Trading…"]);
        assert_eq!(fit([""], 0), [""]);
    }

    #[test]
    fn a_date_is_written_out() {
        let at = chrono::NaiveDate::from_ymd_opt(2026, 11, 7).unwrap().and_hms_opt(9, 20, 59).unwrap();
        assert_eq!(date(at, TimeZone::UTC), "7 November 2026, 09:20 UTC");
        assert_eq!(date(at, "Europe/Berlin".parse().unwrap()), "7 November 2026, 10:20 (Europe/Berlin)");
        assert_eq!(date(at, "Pacific/Kiritimati".parse().unwrap()), "7 November 2026, 23:20 (Pacific/Kiritimati)");
        assert_eq!(date(at, "America/St_Johns".parse().unwrap()), "7 November 2026, 05:50 (America/St_Johns)");
    }
}
