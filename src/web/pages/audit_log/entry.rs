//! An entry of the audit log, with everything that it holds.

use actix_web::web::Path;
use askama::Template;

use super::Origin;
use crate::{
    domain::{
        audit::{Change, Fact, FactValue, SubjectKind, hex},
        ids::EntryId,
        time_zone::ZonedTime,
    },
    usecases::audit::log::{self, Entry},
    web::shared::{
        page::{DisplayTime, Layout, SentencePart, page_of, sentence},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Page of an entry.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/entry.html")]
pub struct AuditEntryPage {
    pub layout: Layout,
    pub way: EntryWay,
    pub sentence: Vec<SentencePart>,
    pub action: &'static str,
    pub at: DisplayTime,
    /// Time in UTC with microseconds, as the hash covers it.
    pub exact_time: String,
    pub actor: Named,
    pub subject: Named,
    pub place: Option<Named>,
    pub origin: Origin,
    pub changes: Vec<ChangeRow>,
    pub facts: Vec<FactRow>,
    /// Details as they are stored, if this version cannot read them.
    pub stored_details: Option<String>,
    /// Hexadecimal hashes.
    pub hash: String,
    pub previous_hash: String,
}

/// Page of an entry that cannot be read: its columns as they are stored.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/unreadable.html")]
pub struct UnreadableEntryPage {
    pub layout: Layout,
    pub way: EntryWay,
    /// Name and text of each column; `None` for a missing value.
    pub columns: Vec<(&'static str, Option<String>)>,
}

/// Title of an entry's page, and the ways to the entries beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryWay {
    pub entry: EntryId,
    pub is_newest: bool,
}

/// A user or thing of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// "User", "Portfolio"; empty for an actor.
    pub kind: &'static str,
    pub name: String,
    /// Its page, if it still exists.
    pub href: Option<String>,
    /// All entries by or about it.
    pub entries: Option<String>,
}

/// A changed field. Empty values are shown as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// A further field, with a text or a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    pub label: String,
    pub text: String,
    pub time: Option<DisplayTime>,
}

impl EntryWay {
    fn title(&self) -> String {
        format!("Entry {}", self.entry)
    }

    fn before(&self) -> Option<paths::AuditEntry> {
        (self.entry.0 > 1).then(|| paths::AuditEntry { entry: EntryId(self.entry.0 - 1) })
    }

    fn after(&self) -> Option<paths::AuditEntry> {
        (!self.is_newest).then(|| paths::AuditEntry { entry: EntryId(self.entry.0 + 1) })
    }
}

/// Label at the beginning of a line.
pub(super) fn capitalised(label: &str) -> String {
    let mut chars = label.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Entries about a user or thing.
pub(in crate::web) fn entries_about(kind: SubjectKind, id: i64) -> Option<String> {
    let name = match kind {
        SubjectKind::User => "user",
        SubjectKind::Group => "group",
        SubjectKind::Portfolio => "portfolio",
        SubjectKind::Account => "account",
        SubjectKind::Asset => "asset",
        SubjectKind::Company | SubjectKind::Mail => return None,
    };
    Some(paths::with_query(paths::AuditLog {}, &[(name, &id.to_string())]))
}

/// `GET /audit-log/{entry}`
pub(in crate::web) async fn show(context: PageContext, id: Path<EntryId>) -> HandlerResult {
    let id = *id;
    let (layout_data, Entry { entry, is_newest, existing }) = context.open(move |ctx, actor| log::entry(ctx, actor, id)).await?;
    let now = layout_data.now;
    let (layout, way) = (context.layout(&layout_data), EntryWay { entry: id, is_newest });
    let exists = |kind, id| existing.contains(&(kind, id));
    let sentence = sentence(&entry, exists);
    let row = match entry {
        Ok(row) => row,
        Err(unreadable) => return respond::page(&UnreadableEntryPage { layout, way, columns: unreadable.columns }),
    };
    let named = |kind: SubjectKind, id: i64, name: &str| Named {
        kind: kind.label(),
        name: name.to_owned(),
        href: page_of(kind, id).filter(|_| exists(kind, id)),
        entries: entries_about(kind, id),
    };
    let actor = row.actor_id.map(|actor| Named {
        entries: Some(paths::with_query(paths::AuditLog {}, &[("actor", &actor.to_string())])),
        ..named(SubjectKind::User, actor.0, &row.actor_name)
    });
    let place = row.place_kind.zip(row.place_id).map(|(kind, id)| named(kind, id, row.place_name.as_deref().unwrap_or_default()));
    let event = row.event().ok();
    respond::page(&AuditEntryPage {
        layout,
        way,
        sentence,
        action: row.action.label(),
        at: DisplayTime::new(row.at, now),
        exact_time: row.at.format("%Y-%m-%d %H:%M:%S%.6f UTC").to_string(),
        actor: actor.unwrap_or_else(|| Named { kind: "", name: row.actor_name.clone(), href: None, entries: None }),
        subject: named(row.subject_kind, row.subject_id, &row.subject_name),
        place,
        origin: Origin::of(&row),
        changes: event.as_ref().map(|event| event.changes().into_iter().map(ChangeRow::from).collect()).unwrap_or_default(),
        facts: event.as_ref().map(|event| event.facts().into_iter().map(|fact| FactRow::new(fact, now)).collect()).unwrap_or_default(),
        stored_details: event.is_none().then_some(row.details),
        hash: hex(&row.hash),
        previous_hash: hex(&row.previous_hash),
    })
}

impl From<Change> for ChangeRow {
    fn from(change: Change) -> Self {
        Self { label: capitalised(change.label), before: change.before, after: change.after }
    }
}

impl FactRow {
    fn new(fact: Fact, now: ZonedTime) -> Self {
        let (text, time) = match fact.value {
            FactValue::Text(text) => (text, None),
            FactValue::Time(time) => (String::new(), Some(DisplayTime::new(time, now))),
        };
        Self { label: capitalised(fact.label), text, time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let page = |sample: &Sample| {
            let named = |kind| Named {
                kind,
                name: sample.group(),
                href: Some("/portfolios/3".to_owned()),
                entries: Some("/audit-log?portfolio=3".to_owned()),
            };
            AuditEntryPage {
                layout: sample.layout(),
                way: EntryWay { entry: EntryId(412), is_newest: false },
                sentence: vec![SentencePart { text: sample.group(), is_name: true, href: Some("/portfolios/3".to_owned()) }],
                action: "Portfolio edited",
                at: sample.display_time(3),
                exact_time: "2026-11-22 09:20:00.000001 UTC".to_owned(),
                actor: Named { kind: "", entries: None, href: None, ..named("") },
                subject: named("Portfolio"),
                place: Some(named("Account")),
                origin: Origin { channel: "Page", address: "203.0.113.24".to_owned() },
                changes: sample.rows(|_, _| ChangeRow { label: "Name".to_owned(), before: sample.text.clone(), after: String::new() }),
                facts: sample.rows(|place, _| FactRow {
                    label: "Email".to_owned(),
                    text: sample.email.clone(),
                    time: (place == 1).then(|| sample.display_time(3)),
                }),
                stored_details: (sample.name == "hostile").then(|| sample.text.clone()),
                hash: "0f".repeat(32),
                previous_hash: "00".repeat(32),
            }
        };
        check("audit-entry", page);
        check("audit-entry-unreadable", |sample| UnreadableEntryPage {
            layout: sample.layout(),
            way: EntryWay { entry: EntryId(412), is_newest: sample.rows == 0 },
            columns: vec![("action", Some(sample.text.clone())), ("client_ip", None)],
        });
    }
}
