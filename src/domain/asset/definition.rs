//! Definitions of processes.

use std::fmt;

/// Longest definition, in bytes.
pub const DEFINITION_MAX: usize = 1_000_000;

/// Text of a definition, with `\n` as the end of a line.
#[derive(Clone, PartialEq, Eq)]
pub struct DefinitionText(String);

/// Reason for refusing a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    #[error("is empty")]
    Empty,
    #[error("is longer than 1 MB")]
    TooLong,
    /// Control character other than tabs and line ends, in a line counted from 1.
    #[error("line {0} has a control character")]
    Control(usize),
}

impl DefinitionText {
    /// Parses a typed definition. Browsers send CR LF.
    ///
    /// # Errors
    /// See [`DefinitionError`]. PostgreSQL cannot store NUL, and other controls hide parts of the text.
    pub fn parse(typed: &str) -> Result<Self, DefinitionError> {
        let text = typed.replace("\r\n", "\n").replace('\r', "\n");
        if text.trim().is_empty() {
            return Err(DefinitionError::Empty);
        }
        if text.len() > DEFINITION_MAX {
            return Err(DefinitionError::TooLong);
        }
        let is_refused = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        match text.split('\n').position(|line| line.contains(is_refused)) {
            Some(above) => Err(DefinitionError::Control(above + 1)),
            None => Ok(Self(text)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DefinitionText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DefinitionText({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Result<String, DefinitionError> {
        DefinitionText::parse(typed).map(|text| text.0)
    }

    #[test]
    fn a_definition_keeps_everything_but_the_kind_of_its_line_ends() {
        assert_eq!(parse("\r\n one\r\n\ttwo\rthree <b>\n"), Ok("\n one\n\ttwo\nthree <b>\n".to_owned()));
    }

    #[test]
    fn a_definition_has_a_text_without_control_characters() {
        assert_eq!(parse(" \r\n\t"), Err(DefinitionError::Empty));
        for control in ['\0', '\u{1b}', '\u{7f}', '\u{9b}'] {
            assert_eq!(parse(&format!("one\r\ntwo{control}")), Err(DefinitionError::Control(2)), "{control:?}");
        }
    }

    #[test]
    fn a_definition_is_measured_in_bytes_as_stored() {
        let longest = format!("é{}", "\r\n".repeat(DEFINITION_MAX - 2));
        assert!(parse(&longest).is_ok());
        assert_eq!(parse(&format!("{longest}a")), Err(DefinitionError::TooLong));
    }
}
