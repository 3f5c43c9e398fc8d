//! Shared parts of pages: their layout and small elements.

mod activity;
mod chip;
mod display_time;
mod existing_user;
mod finder;
mod form;
mod layout;
mod merge;
mod number;
mod pager;
mod passkey;
mod permissions;
mod picker;
mod user;

use askama::Template;

pub use activity::{Event, SentencePart};
pub(in crate::web) use activity::{page_of, sentence, unreadable};
pub use chip::Chip;
pub use display_time::{DisplayTime, date_in_words};
pub use existing_user::{ExistingUserActions, already_known};
pub use finder::{FindQuery, Finder, RESULTS_MAX};
pub use form::{Field, FieldError, FormErrors, SecretField, parse};
pub use layout::{Flash, FlashAction, FlashKind, Layout, NavEntry, NavGroup, PublicLayout, RecoveryNotice, SessionLeft, navigation};
pub use merge::Base;
pub use number::{
    Count, NAMED, NO_MORE_ATTEMPTS, assigned_in_short, counted, grouped, listed, names_in_short, too_many_attempts, wait_in_words,
};
pub use pager::{Pager, RowsLink};
pub(in crate::web) use pager::{before, first_row};
pub use passkey::PasskeyPrompt;
pub use permissions::{Ability, gives, in_words, toggles};
pub use picker::{PICKS_MAX, Picker, PickerKind, PickerOption};
pub use user::{Badge, UserLabel};

/// Renders a page as HTML.
///
/// # Errors
/// Failure to write to the memory of the text, which does not happen; callers treat it like any other failure.
pub fn render(page: &impl Template) -> askama::Result<String> {
    page.render()
}

/// `path` with the query of a list, so that an action returns to that view of the list.
pub fn with_query(path: impl std::fmt::Display, query: &str) -> String {
    if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
}
