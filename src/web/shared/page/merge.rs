//! Merging of concurrent edits: each field is merged with the value that another user saved while the form was open.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::Field;

/// State of the form when it was opened, in hidden fields: the saved version, and a hash of each field. Values
/// themselves would not fit, since notes may be long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base {
    pub version: i32,
    pub was: String,
}

/// Result of merging a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merged {
    Mine,
    Theirs,
    /// Both changed the field, to different values.
    Both,
}

/// Merges the typed value with another user's, both based on an earlier one; `None` if that is unknown.
fn merge<T: PartialEq>(was: Option<T>, mine: T, theirs: T) -> Merged {
    match was {
        _ if mine == theirs => Merged::Mine,
        Some(was) if was == theirs => Merged::Mine,
        Some(was) if was == mine => Merged::Theirs,
        Some(_) | None => Merged::Both,
    }
}

impl Base {
    /// State of a form that is opened with these `values`, in the order of its fields.
    pub fn of<const N: usize>(version: i32, values: [&str; N]) -> Self {
        Self { version, was: values.map(mark).join(".") }
    }

    /// Merges the typed fields with the values `saved` meanwhile.
    pub fn merge<const N: usize>(&self, typed: [Field; N], saved: [&str; N]) -> [Field; N] {
        let marks = self.was.split('.').collect::<Vec<_>>();
        let marks = if marks.len() == N { marks } else { Vec::new() };
        let mut was = marks.into_iter();
        let mut saved = saved.into_iter();
        typed.map(|field| {
            let (was, theirs) = (was.next(), saved.next().unwrap_or_default());
            match merge(was, &mark(&field.value), &mark(theirs)) {
                Merged::Mine => Field { saved: None, ..field },
                Merged::Theirs => Field::new(theirs),
                Merged::Both => field.beside(theirs),
            }
        })
    }
}

/// Hash of a value with its line breaks as LF; browsers send CR LF.
fn mark(value: &str) -> String {
    let hash = Sha256::digest(value.replace("\r\n", "\n").trim());
    URL_SAFE_NO_PAD.encode(hash.get(..9).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_changed_a_field_alone_has_it_their_way() {
        for (was, mine, theirs, merged) in [
            (Some("a"), "a", "a", Merged::Mine),
            (Some("a"), "b", "a", Merged::Mine),
            (Some("a"), "a", "b", Merged::Theirs),
            (Some("a"), "", "a", Merged::Mine),
            (Some("a"), "a", "", Merged::Theirs),
            (Some("a"), "b", "b", Merged::Mine),
            (Some("a"), "b", "c", Merged::Both),
            (Some("a"), "", "c", Merged::Both),
            (None, "a", "a", Merged::Mine),
            (None, "a", "b", Merged::Both),
        ] {
            assert_eq!(merge(was, mine, theirs), merged, "{was:?} {mine:?} {theirs:?}");
        }
    }

    #[test]
    fn fields_are_merged_each_by_itself() {
        let base = Base::of(3, ["Jonas", "one\ntwo", "user", ""]);
        let typed = ["Johann", "one\r\ntwo ", "user", "mine"].map(Field::new);
        let merged = base.merge(typed, ["Jon", "three", "user", ""]);
        assert_eq!(merged.each_ref().map(|field| &*field.value), ["Johann", "three", "user", "mine"]);
        assert_eq!(merged.map(|field| field.saved), [Some("Jon".to_owned()), None, None, None]);
    }
}
