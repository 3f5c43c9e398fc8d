//! Texts that users type: one-line names of users and things, and notes of several lines.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// Reason for refusing a typed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    #[error("is empty")]
    Empty,
    #[error("is longer than {0} characters")]
    TooLong(usize),
    #[error("has a character that cannot be shown in one line")]
    Unprintable,
    #[error("has one of < and >")]
    Markup,
}

/// Longest name of anything, in characters.
pub const NAME_MAX: usize = 100;

/// Most characters that NFC composes into one (as for U+1F82).
const COMPOSED_MAX: usize = 4;

/// True if the text is longer than `max` characters in every normalization form, so that it need not be normalized.
pub(super) fn is_too_long(typed: &str, max: usize) -> bool {
    typed.chars().nth(max * COMPOSED_MAX).is_some()
}

/// Normalizes a line for storing: NFC, trimmed, runs of blanks as one.
///
/// # Errors
/// Line breaks and other controls, direction marks, and `<` or `>` are refused rather than dropped: they are never
/// typed into a name by accident, and names are shown in headers, mails and exports.
pub fn parse_line(typed: &str, max: usize) -> Result<String, LineError> {
    let typed = typed.trim();
    if is_too_long(typed, max) {
        return Err(LineError::TooLong(max));
    }
    let line = typed.nfc().collect::<String>();
    if line.is_empty() {
        return Err(LineError::Empty);
    }
    if line.chars().count() > max {
        return Err(LineError::TooLong(max));
    }
    if line.chars().any(is_unprintable) {
        return Err(LineError::Unprintable);
    }
    if line.contains(['<', '>']) {
        return Err(LineError::Markup);
    }
    Ok(line.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// True for controls, line and paragraph separators, direction marks (UAX #9), invisible fillers and private use.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFC}' | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Parses a typed name.
            ///
            /// # Errors
            /// See [`parse_line`]; at most [`NAME_MAX`] characters.
            pub fn parse(typed: &str) -> Result<Self, LineError> {
                parse_line(typed, NAME_MAX).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

lines! {
    /// A first or a last name, 1 to 100 characters.
    PersonName,
    /// A group's name, 1 to 100 characters.
    GroupName,
    /// The company's name, 1 to 100 characters.
    CompanyName,
    /// A portfolio's name, 1 to 100 characters.
    PortfolioName,
    /// An account's name, 1 to 100 characters.
    AccountName,
    /// An asset's name, 1 to 100 characters.
    AssetName,
    /// A passkey's name, 1 to 100 characters.
    PasskeyName,
}

/// Key under which names of one kind must be unique: equal for names that look alike (UTS #39), in any case, script and
/// width of letters.
fn name_key(name: &str) -> String {
    let name = name.nfkc().collect::<String>().to_lowercase();
    // Lower case comes last, since look-alikes include capitals: 0 for O.
    skeleton(&name).collect::<String>().to_lowercase()
}

macro_rules! keyed {
    ($($name:ident),* $(,)?) => {$(
        impl $name {
            /// Key under which these names must be unique; names that look alike share one.
            pub fn key(&self) -> String {
                name_key(&self.0)
            }
        }
    )*};
}

keyed!(GroupName, PortfolioName, AccountName);

/// Longest notes, in characters.
pub const NOTES_MAX: usize = 4000;

/// Notes about a thing, of up to 4,000 characters in any number of lines. May be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes(String);

impl Notes {
    /// Parses typed notes.
    ///
    /// # Errors
    /// Text that is too long or holds a control other than line breaks and tabs. Browsers send CR LF; LF alone is
    /// stored.
    pub fn parse(typed: &str) -> Result<Self, LineError> {
        let typed = typed.trim();
        if is_too_long(typed, NOTES_MAX) {
            return Err(LineError::TooLong(NOTES_MAX));
        }
        let notes = typed.replace("\r\n", "\n").replace('\t', " ").trim().nfc().collect::<String>();
        if notes.chars().count() > NOTES_MAX {
            return Err(LineError::TooLong(NOTES_MAX));
        }
        if notes.chars().any(|c| c != '\n' && is_unprintable(c)) {
            return Err(LineError::Unprintable);
        }
        Ok(Self(notes))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_composed() {
        assert_eq!(parse_line("  Jose\u{301}  van\tDijk ", 20), Err(LineError::Unprintable));
        assert_eq!(parse_line("  Jose\u{301}  van Dijk ", 20).as_deref(), Ok("José van Dijk"));
    }

    #[test]
    fn what_could_break_a_page_or_a_header_is_refused() {
        for (typed, why) in [
            ("", LineError::Empty),
            (" \u{a0} ", LineError::Empty),
            ("a\nb", LineError::Unprintable),
            ("a\r\nBcc: x", LineError::Unprintable),
            ("a\u{202E}b", LineError::Unprintable),
            ("a\u{2066}b", LineError::Unprintable),
            ("a\0b", LineError::Unprintable),
            ("<script>", LineError::Markup),
            ("abcdef", LineError::TooLong(5)),
        ] {
            assert_eq!(parse_line(typed, 5.max(typed.len() - usize::from(typed == "abcdef"))), Err(why), "{typed:?}");
        }
    }

    #[test]
    fn a_text_is_composed_before_it_is_measured_and_no_longer_than_that() {
        let composed = "\u{3b1}\u{313}\u{300}\u{345}".repeat(100);
        assert_eq!(parse_line(&composed, 100), Ok("\u{1f82}".repeat(100)));
        assert_eq!(parse_line(&format!("{composed}a"), 100), Err(LineError::TooLong(100)));
        assert_eq!(parse_line(&"\u{301}\u{316}".repeat(30_000), 100), Err(LineError::TooLong(100)));
        assert_eq!(Notes::parse(&"\u{301}\u{316}".repeat(30_000)), Err(LineError::TooLong(NOTES_MAX)));
    }

    #[test]
    fn names_of_many_scripts_pass() {
        for typed in ["Ó Briain", "Wiśniewska", "O’Neill-Łukasz", "山田 太郎", "نور", "Zoë 🌻", "Nguyễn"] {
            assert_eq!(PersonName::parse(typed).map(|name| name.to_string()), Ok(typed.nfc().collect()), "{typed:?}");
        }
    }

    #[test]
    fn notes_keep_their_lines_and_nothing_that_cannot_be_seen() {
        assert_eq!(Notes::parse(" one\r\ntwo <b>\tthree\n ").map(|notes| notes.0), Ok("one\ntwo <b> three".to_owned()));
        assert_eq!(Notes::parse("").map(|notes| notes.0), Ok(String::new()));
        assert_eq!(Notes::parse("a\0b"), Err(LineError::Unprintable));
        assert_eq!(Notes::parse("a\u{202E}b"), Err(LineError::Unprintable));
        assert_eq!(Notes::parse(&"x".repeat(4001)), Err(LineError::TooLong(4000)));
    }

    #[test]
    fn names_of_groups_are_compared_by_what_they_look_like() {
        let key = |name: &str| GroupName::parse(name).unwrap().key();
        for name in [
            "ADMINS",
            "\u{410}dmins",
            "adm\u{456}ns",
            "\u{391}DM\u{406}NS",
            "\u{FF21}\u{FF24}\u{FF2D}\u{FF29}\u{FF2E}\u{FF33}",
            "\u{1D400}\u{1D41D}\u{1D426}\u{1D422}\u{1D427}\u{1D42C}",
            "Ad\u{200D}mins",
            "Adrnins",
        ] {
            assert_eq!(key(name), key("Admins"), "{name}");
        }
        for (one, other) in
            [("Team 1", "team l"), ("Office 0", "Office O"), ("Back  office", "back\u{3000}office"), ("E\u{301}quipe", "équipe")]
        {
            assert_eq!(key(one), key(other), "{one}");
        }
        for (one, other) in
            [("Finance", "Finance 2"), ("Équipe", "Equipe"), ("Mail", "Mall"), ("Back office", "Backoffice"), ("東京", "京東")]
        {
            assert_ne!(key(one), key(other), "{one}");
        }
    }
}
