//! The audit log, newest first.

use std::collections::HashMap;

use askama::Template;

use super::{
    EntryRow, Origin,
    paging::Stopped,
    proof::ProofState,
    query::{DateErrors, LogQuery},
};
use crate::{
    domain::{
        audit::{ActionGroup, AuditAction, ExportFormat, SubjectKind},
        ids::EntryId,
    },
    usecases::{
        ReadEntry,
        audit::{
            log::{self, Log, LogFilter, Thing},
            proof,
        },
        entry_key,
    },
    web::shared::{
        page::{Chip, DisplayTime, Field, FormErrors, Layout, Pager, sentence},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// List of entries.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/list.html")]
pub struct AuditLogPage {
    pub layout: Layout,
    pub toolbar: Toolbar,
    pub chips: Vec<Chip>,
    pub rows: Vec<EntryRow>,
    pub pager: Pager,
    pub stopped: Option<Stopped>,
    pub is_narrowed: bool,
    pub proof: ProofState,
    /// Query of this view.
    pub query: String,
}

/// Text, actions and days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolbar {
    pub q: String,
    pub action: String,
    pub from: Field,
    pub to: Field,
    /// Filters that are set elsewhere, submitted along with the form.
    pub hidden: Vec<(&'static str, String)>,
}

impl AuditLogPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("from", self.toolbar.from.error.as_ref()), ("to", self.toolbar.to.error.as_ref())])
    }

    fn export_href(&self, format: ExportFormat) -> String {
        let query = LogQuery::returned(&self.query);
        let fields = query.filters().into_iter().chain([("format", format.as_str())]).collect::<Vec<_>>();
        paths::with_query(paths::ExportAuditLog {}, &fields)
    }

    fn place_href(&self) -> String {
        paths::with_query(paths::AuditLogPlace {}, &[("return", &self.query)])
    }

    fn person_href(&self, role: &str) -> String {
        paths::with_query(paths::AuditLogPerson {}, &[("as", role), ("return", &self.query)])
    }
}

impl Toolbar {
    fn new(query: &LogQuery, errors: DateErrors) -> Self {
        let shown = ["q", "action", "from", "to"];
        let hidden = query.filters().into_iter().chain([("rows", &*query.rows)]);
        let hidden = hidden.filter(|(name, value)| !shown.contains(name) && !value.is_empty());
        Self {
            q: query.q.clone(),
            action: query.action.clone(),
            from: Field { error: errors.from, ..Field::new(&query.from) },
            to: Field { error: errors.to, ..Field::new(&query.to) },
            hidden: hidden.map(|(name, value)| (name, value.to_owned())).collect(),
        }
    }
}

/// Filters by users and things.
fn chips(query: &LogQuery, filter: &LogFilter, names: &HashMap<Thing, String>) -> Vec<Chip> {
    let chip = |label, thing: Thing, without: LogQuery| Chip {
        label,
        name: names.get(&thing).cloned().unwrap_or_default(),
        without: without.path(),
    };
    let actor = filter.actor.map(|actor| {
        let without = query.changed(|query| query.actor.clear());
        chip("By", (SubjectKind::User, actor.0), without)
    });
    let about = filter.about.iter().map(|thing| {
        let without = query.changed(|query| match thing.0 {
            SubjectKind::User => query.user.clear(),
            SubjectKind::Group => query.group.clear(),
            SubjectKind::Portfolio => query.portfolio.clear(),
            SubjectKind::Account => query.account.clear(),
            SubjectKind::Asset => query.asset.clear(),
            SubjectKind::Company | SubjectKind::Mail => {}
        });
        chip(if thing.0 == SubjectKind::User { "About" } else { thing.0.label() }, *thing, without)
    });
    actor.into_iter().chain(about).collect()
}

/// Filters in words, for the record of an export: "By: Maya Fischer; Action: Mail; From: 2026-11-01".
pub(super) fn in_words(query: &LogQuery, chips: &[Chip]) -> String {
    let action = match query.action.parse::<ActionGroup>() {
        Ok(group) => group.label(),
        Err(_) => query.action.parse::<AuditAction>().map_or("", AuditAction::label),
    };
    let others = [("Action", action), ("From", &*query.from), ("To", &*query.to), ("Text", &*query.q)];
    let chips = chips.iter().map(|chip| (chip.label, &*chip.name));
    let all = chips.chain(others.into_iter().filter(|(_, value)| !value.is_empty()));
    all.map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join("; ")
}

/// Filters in words with the names of users and things.
pub(super) fn words_of(query: &LogQuery, filter: &LogFilter, names: &HashMap<Thing, String>) -> String {
    in_words(query, &chips(query, filter, names))
}

/// `GET /audit-log`
pub(in crate::web) async fn list(context: PageContext, query: LogQuery) -> HandlerResult {
    let (filter, paging) = (query.filter()?, query.paging()?);
    let (span, errors) = match query.span(context.now().zone) {
        Ok(span) => (Some(span), DateErrors::default()),
        Err(errors) => (None, errors),
    };
    let (position, limit, by) = (paging.position.clone(), paging.limit, filter.clone());
    let read = move |ctx: &_, actor: &_| {
        // Without a span of days nothing is listed; the names of the filters are shown all the same.
        let list = |(since, until)| log::list(ctx, actor, &LogFilter { since, until, ..by.clone() }, &position, limit);
        Ok((log::names(ctx, actor, &by)?, span.map(list).transpose()?, proof::show(ctx, actor)?))
    };
    let (layout_data, (names, found, proof)) = context.open(read).await?;
    let moment = |at| DisplayTime::new(at, layout_data.now);
    let row = |entry: &ReadEntry, log: &Log| EntryRow {
        entry: EntryId(entry_key(entry).sequence),
        sentence: sentence(entry, |kind, id| log.existing.contains(&(kind, id))),
        at: entry_key(entry).at.map(moment),
        origin: entry.as_ref().map(Origin::of).unwrap_or_default(),
    };
    let link = |page: &str| query.on_page(page);
    let sized = |rows: crate::web::shared::page_size::PageSize| query.changed(|query| query.rows = rows.to_string()).path();
    let is_refused = found.is_none();
    let page = AuditLogPage {
        layout: context.layout(&layout_data),
        chips: chips(&query, &filter, &names),
        toolbar: Toolbar::new(&query, errors),
        rows: found.iter().flat_map(|log| log.page.rows.rows.iter().map(|entry| row(entry, log))).collect(),
        pager: found.as_ref().map(|log| paging.pager(&log.page, log.count, link, sized)).unwrap_or_default(),
        stopped: found.as_ref().and_then(|log| paging.stopped(&log.page, moment, link)),
        is_narrowed: query.is_narrowed(),
        proof: ProofState::of(proof, layout_data.now),
        query: query.text(),
    };
    if is_refused { respond::again(&page) } else { respond::page(&page) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::proof::{LastVerification, Newest},
        *,
    };
    use crate::{
        domain::audit::AuditAction,
        web::shared::{
            page::{FieldError, SentencePart},
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample, query: &LogQuery) -> AuditLogPage {
        let name = |text: &str, href| SentencePart { text: text.to_owned(), is_name: true, href };
        let row = |place: usize, user: crate::web::shared::page::UserLabel| EntryRow {
            entry: EntryId(i64::try_from(place).unwrap() + 1),
            sentence: vec![
                name(&user.name, Some("/users-and-permissions/7".to_owned())),
                SentencePart { text: " invited ".to_owned(), is_name: false, href: None },
                name(&sample.group(), None),
            ],
            at: Some(sample.display_time(place)),
            origin: Origin { channel: "Page", address: if place == 1 { String::new() } else { "203.0.113.24".to_owned() } },
        };
        AuditLogPage {
            layout: sample.layout(),
            toolbar: Toolbar::new(query, DateErrors::default()),
            chips: vec![Chip { label: "By", name: sample.group(), without: "/audit-log".to_owned() }],
            rows: sample.rows(row),
            pager: Pager { next: Some("?page=a".into()), ..Pager::single("1–50 of 412 entries") },
            stopped: Some(Stopped { at: Some(sample.display_time(9)), is_forward: false, href: "/audit-log?page=a".to_owned() }),
            is_narrowed: true,
            proof: ProofState {
                newest: Some(Newest { head: String::new(), sequence: 412, hash: "3f".repeat(32), at: Some(sample.display_time(0)) }),
                verified: Some(LastVerification { at: sample.display_time(1), sequence: 400, damaged_at: (sample.rows == 0).then_some(7) }),
            },
            query: query.text(),
        }
    }

    #[test]
    fn renders() {
        let query = |sample: &Sample| LogQuery { q: sample.text.clone(), action: "mail".to_owned(), ..LogQuery::default() };
        check("audit-log", |sample| page(sample, &query(sample)));
        check("audit-log-error", |sample| {
            let mut page = page(sample, &query(sample));
            page.toolbar.to = Field::refused("x", FieldError::Message("Choose a date on or after the From date".to_owned()));
            AuditLogPage { rows: Vec::new(), stopped: None, pager: Pager::default(), ..page }
        });
    }

    #[test]
    fn filters_are_told_in_words() {
        let query = LogQuery { q: "ma".to_owned(), action: "mail".to_owned(), from: "2026-11-01".to_owned(), ..LogQuery::default() };
        let chips = [Chip { label: "By", name: "Maya Fischer".to_owned(), without: String::new() }];
        assert_eq!(in_words(&query, &chips), "By: Maya Fischer; Action: Mail; From: 2026-11-01; Text: ma");
        let query = LogQuery { action: AuditAction::UserInvited.as_str().to_owned(), ..LogQuery::default() };
        assert_eq!(in_words(&query, &[]), "Action: Invited");
    }
}
