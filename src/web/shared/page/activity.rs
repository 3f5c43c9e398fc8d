//! Recent activity on a page.

use crate::{
    domain::audit::{Names, SubjectKind},
    usecases::AuditRow,
};

use super::DisplayTime;

/// An event in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub text: String,
    pub at: DisplayTime,
}

impl Event {
    /// Event of an entry, for the page of a thing of this kind, named as in `"this user"`. `None` for unreadable
    /// details.
    pub(in crate::web) fn of(row: &AuditRow, here: SubjectKind, this: &str, at: DisplayTime) -> Option<Self> {
        let subject = if row.subject_kind == here { this } else { &row.subject_name };
        let place = if row.place_kind == Some(here) { this } else { row.place_name.as_deref().unwrap_or_default() };
        let event = row.event().inspect_err(|error| tracing::error!(sequence = row.sequence, %error, "an audit entry cannot be read"));
        Some(Self { text: event.ok()?.describe(Names { actor: &row.actor_name, subject, place }), at })
    }
}
