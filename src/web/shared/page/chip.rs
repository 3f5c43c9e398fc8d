//! Filters of a list that are set elsewhere than in its toolbar.

/// A filter that can be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// "Owned by"
    pub label: &'static str,
    pub name: String,
    /// Address of the list without it.
    pub without: String,
}
