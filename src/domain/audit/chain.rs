//! Hash chain of the audit log, which reveals entries that were altered afterwards.

use std::{borrow::Cow, fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// SHA-256 of an entry and of the hash before it.
pub type ChainHash = [u8; 32];

/// Digits of bytes in hexadecimal.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Hash of an entry with these fields, whose predecessor has the hash `previous`.
///
/// Input of the hash: `previous`, then each field as its length (8 bytes, big endian) and its bytes. A field without a
/// value is a length of eight bytes 0xFF, and nothing else.
pub fn chain_hash(previous: &ChainHash, fields: &[Option<Cow<'_, str>>]) -> ChainHash {
    let mut hash = Sha256::new_with_prefix(previous);
    for field in fields {
        let length = field.as_deref().map_or(u64::MAX, |text| text.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(field.as_deref().unwrap_or_default());
    }
    hash.finalize().into()
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().map_or('?', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Sequence and hash of the entry that was the newest at some time. Kept elsewhere, it reveals entries that were cut off
/// or rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChainHead {
    pub sequence: i64,
    pub hash: ChainHash,
}

impl ChainHead {
    /// Head of an empty log.
    pub const START: Self = Self { sequence: 0, hash: [0; 32] };
}

/// `SEQUENCE:HASH`, the hash in hexadecimal.
impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, hex(&self.hash))
    }
}

/// Text that is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not SEQUENCE:HASH, a number and 64 hexadecimal digits")]
pub struct NoHead;

impl FromStr for ChainHead {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let (sequence, digits) = text.split_once(':').ok_or(NoHead)?;
        let sequence = sequence.parse().ok().filter(|sequence| *sequence >= 0).ok_or(NoHead)?;
        let digits = digits.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>().ok_or(NoHead)?;
        let bytes = digits.chunks(2).map(|pair| if let [high, low] = pair { u8::try_from(high * 16 + low).ok() } else { None });
        let bytes = bytes.collect::<Option<Vec<_>>>().ok_or(NoHead)?;
        Ok(Self { sequence, hash: bytes.try_into().map_err(|_| NoHead)? })
    }
}

/// First place at which the chain does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainBreak {
    /// Sequence of the first entry that does not fit.
    pub entry: i64,
    /// Head kept elsewhere, where that alone reveals the break.
    pub kept: Option<ChainHead>,
}

impl fmt::Display for ChainBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { entry, kept: None } => write!(f, "entry {entry} was changed or is missing"),
            Self { entry, kept: Some(kept) } => write!(f, "entry {entry} was changed or is missing, since the kept {kept} is not there"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_cannot_move_from_one_field_to_the_next() {
        let hash = |fields: [&'static str; 2]| chain_hash(&[0; 32], &fields.map(|field| Some(field.into())));
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }

    #[test]
    fn a_missing_field_differs_from_an_empty_one() {
        assert_ne!(chain_hash(&[0; 32], &[None]), chain_hash(&[0; 32], &[Some("".into())]));
    }

    #[test]
    fn a_head_is_read_back_as_it_is_written() {
        let hash = std::array::from_fn(|place| u8::try_from(place * 7).unwrap());
        let head = ChainHead { sequence: 412, hash };
        assert!(head.to_string().starts_with("412:00070e15"), "{head}");
        assert_eq!(head.to_string().parse(), Ok(head));
    }

    #[test]
    fn text_that_is_no_head_is_refused() {
        let zeros = "0".repeat(64);
        for text in
            ["", "412", "412:", &zeros, &format!("-1:{zeros}"), &format!("x:{zeros}"), &format!("1:{zeros}0"), &format!("1:é{zeros}")]
        {
            assert_eq!(text.parse::<ChainHead>(), Err(NoHead), "{text}");
        }
    }
}
