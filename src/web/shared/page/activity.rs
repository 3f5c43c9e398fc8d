//! Entries of the audit log in sentences.

use crate::{
    domain::{
        audit::{Names, SubjectKind},
        ids::{AccountId, AssetId, EntryId, GroupId, PortfolioId, UserId},
        time_zone::ZonedTime,
    },
    usecases::{AuditRow, ReadEntry, entry_key},
    web::shared::routing::paths,
};

use super::DisplayTime;

/// An event in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub text: String,
    /// `None` for an unreadable time.
    pub at: Option<DisplayTime>,
}

impl Event {
    /// Event of an entry, for the page of the user or thing `here`, named as in `"this user"`.
    pub(in crate::web) fn of(entry: &ReadEntry, here: (SubjectKind, i64), this: &str, now: ZonedTime) -> Self {
        Self::new(entry, now, |row| {
            let subject = if (row.subject_kind, row.subject_id) == here { this } else { &row.subject_name };
            let is_here = row.place_kind.zip(row.place_id) == Some(here);
            let place = if is_here { this } else { row.place_name.as_deref().unwrap_or_default() };
            described(row, Names { actor: &row.actor_name, subject, is_reader: false, place })
        })
    }

    /// Event of an entry for the user `me`: "You ended a session", "Maya Fischer assigned Fjord Foods to you".
    pub(in crate::web) fn of_oneself(entry: &ReadEntry, me: UserId, now: ZonedTime) -> Self {
        Self::new(entry, now, |row| {
            let is_reader = (row.subject_kind, row.subject_id) == (SubjectKind::User, me.0);
            let actor = if row.actor_id == Some(me) { "You" } else { &row.actor_name };
            let subject = if is_reader { "you" } else { &row.subject_name };
            described(row, Names { actor, subject, is_reader, place: row.place_name.as_deref().unwrap_or_default() })
        })
    }

    /// Event of an entry for a page about the whole company.
    pub(in crate::web) fn of_company(entry: &ReadEntry, now: ZonedTime) -> Self {
        Self::new(entry, now, |row| {
            let place = row.place_name.as_deref().unwrap_or_default();
            described(row, Names { actor: &row.actor_name, subject: &row.subject_name, is_reader: false, place })
        })
    }

    fn new(entry: &ReadEntry, now: ZonedTime, sentence: impl FnOnce(&AuditRow) -> Option<String>) -> Self {
        let key = entry_key(entry);
        let text = entry.as_ref().ok().and_then(sentence).unwrap_or_else(|| unreadable(key.sequence));
        Self { text, at: key.at.map(|at| DisplayTime::new(at, now)) }
    }
}

/// "Entry 412 can’t be read"
pub(in crate::web) fn unreadable(sequence: i64) -> String {
    format!("Entry {sequence} can’t be read")
}

fn described(row: &AuditRow, names: Names<'_>) -> Option<String> {
    let event = row.event().inspect_err(|error| tracing::error!(sequence = row.sequence, %error, "an audit entry cannot be read"));
    Some(event.ok()?.describe(names))
}

/// Part of a sentence: a name, which may be a link, or the text between names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentencePart {
    pub text: String,
    pub is_name: bool,
    pub href: Option<String>,
}

/// Marks of the names in a sentence, by which it is cut into parts. No name has control characters.
const ACTOR: char = '\u{1}';
const SUBJECT: char = '\u{2}';
const PLACE: char = '\u{3}';

/// Sentence of an entry with links to the users and things that `exists` accepts. An unreadable entry is itself a link.
/// Unreadable details have a sentence too.
pub(in crate::web) fn sentence(entry: &ReadEntry, exists: impl Fn(SubjectKind, i64) -> bool) -> Vec<SentencePart> {
    let row = match entry {
        Ok(row) => row,
        Err(entry) => {
            let href = paths::AuditEntry { entry: EntryId(entry.sequence) }.to_string();
            return vec![SentencePart { text: unreadable(entry.sequence), is_name: false, href: Some(href) }];
        }
    };
    let link = |kind: SubjectKind, id: i64| page_of(kind, id).filter(|_| exists(kind, id));
    let text = described(row, Names { actor: "\u{1}", subject: "\u{2}", is_reader: false, place: "\u{3}" });
    let text = text.unwrap_or_else(|| format!("{ACTOR}: {}, {SUBJECT} (details that this version cannot read)", row.action.label()));
    let name = |name: &str, href| SentencePart { text: name.to_owned(), is_name: true, href };
    let between = |text: &str| SentencePart { text: text.to_owned(), is_name: false, href: None };
    let part = |part: &str| match part.chars().next() {
        Some(ACTOR) => name(&row.actor_name, row.actor_id.and_then(|actor| link(SubjectKind::User, actor.0))),
        Some(SUBJECT) => name(&row.subject_name, link(row.subject_kind, row.subject_id)),
        Some(PLACE) => {
            let place = row.place_kind.zip(row.place_id).and_then(|(kind, id)| link(kind, id));
            name(row.place_name.as_deref().unwrap_or_default(), place)
        }
        _ => between(part),
    };
    let is_mark = |c: char| matches!(c, ACTOR | SUBJECT | PLACE);
    let pieces = text.split_inclusive(is_mark).flat_map(|piece| match piece.char_indices().next_back() {
        Some((at, mark)) if is_mark(mark) => [&piece[..at], &piece[at..]],
        _ => [piece, ""],
    });
    pieces.filter(|piece| !piece.is_empty()).map(part).collect()
}

/// Page of a user or thing.
pub(in crate::web) fn page_of(kind: SubjectKind, id: i64) -> Option<String> {
    match kind {
        SubjectKind::User => Some(paths::Manage { user: UserId(id) }.to_string()),
        SubjectKind::Group => Some(paths::Group { group: GroupId(id) }.to_string()),
        SubjectKind::Portfolio => Some(paths::Portfolio { portfolio: PortfolioId(id) }.to_string()),
        SubjectKind::Account => Some(paths::Account { account: AccountId(id) }.to_string()),
        SubjectKind::Asset => Some(paths::Asset { asset: AssetId(id) }.to_string()),
        SubjectKind::Company | SubjectKind::Mail => None,
    }
}
