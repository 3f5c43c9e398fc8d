//! Access on a date: of a user, or to a portfolio or account, as it was at the end of that day.

use std::future::ready;

use actix_web::{
    http::StatusCode,
    web::{Path, Query},
};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::query::day;
use crate::{
    domain::{
        audit::{Named, SubjectKind},
        time_zone::ZonedTime,
        user::Status,
    },
    usecases::audit::{
        HistoryOf,
        access_on::{self, AccessOn, Through},
    },
    web::shared::{
        error::WebError,
        exports::{Export, csv_line},
        page::{self, DisplayTime, Field, FieldError, FormErrors, Layout, date_in_words, page_of},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Most rows on the page. The export has all.
const ROWS_MAX: usize = 500;

const HEADER: &str = "\"User id\",\"User\",\"Email\",\"Status\",\"Portfolio id\",\"Portfolio\",\"Account id\",\"Account\",\"Access\",\"Since (UTC)\",\"Given by\"\r\n";

/// Page with a date and the access at its end.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/access_on.html")]
pub struct AccessOnPage {
    pub layout: Layout,
    pub of: SubjectKind,
    pub name: Link,
    /// List in which the user, portfolio or account is, with its address.
    pub section: (&'static str, String),
    pub action: String,
    pub on: Field,
    /// `None` for an invalid date.
    pub shown: Option<ShownDay>,
}

/// A name with its page, as far as it still exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub name: String,
    pub href: Option<String>,
}

/// Access at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownDay {
    /// "3 Sep 2026"
    pub day: String,
    /// Entry that cannot be read, so that the access is unknown.
    pub unreadable: Option<paths::AuditEntry>,
    /// True if the day lies before the first entry.
    pub is_before_records: bool,
    /// Time of the first entry; `None` without entries.
    pub recorded_since: Option<DisplayTime>,
    pub facts: Vec<(&'static str, String)>,
    /// True if the portfolio was deactivated.
    pub is_deactivated: bool,
    pub rows: Vec<Row>,
    /// Number of all rows.
    pub count: usize,
    pub export: String,
}

/// A user's access to a portfolio or account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub user: Link,
    pub email: String,
    pub status: Status,
    /// Account with its portfolio, or the portfolio; empty for Admins.
    pub place: Vec<Link>,
    pub access: &'static str,
    pub since: DisplayTime,
    pub by: String,
}

impl AccessOnPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("on", self.on.error.as_ref())])
    }

    fn is_of_user(&self) -> bool {
        self.of == SubjectKind::User
    }

    fn is_of_account(&self) -> bool {
        self.of == SubjectKind::Account
    }
}

impl ShownDay {
    fn new(of: HistoryOf, day: NaiveDate, found: &AccessOn, now: ZonedTime) -> Self {
        let end = now.zone.end(day);
        let mut facts = Vec::new();
        if let HistoryOf::Account(_) = of {
            facts.extend(found.portfolio.as_ref().map(|portfolio| ("Portfolio", portfolio.name.clone())));
        }
        if let Some(user) = &found.user {
            let groups = if user.groups.is_empty() { "None".to_owned() } else { user.groups.join(", ") };
            facts.extend([("Status", user.status.label().to_owned()), ("Role", user.role.label().to_owned()), ("Groups", groups)]);
        }
        let rows = found.rows.iter().take(ROWS_MAX).map(|row| Row::new(row, found, now));
        Self {
            day: date_in_words(day),
            unreadable: found.unreadable.map(|entry| paths::AuditEntry { entry }),
            is_before_records: found.recorded_since.is_none_or(|first| end <= first),
            recorded_since: found.recorded_since.map(|first| DisplayTime::new(first, now)),
            facts,
            is_deactivated: found.is_deactivated,
            rows: rows.collect(),
            count: found.rows.len(),
            export: paths::with_query(export_path(of), &[("on", &day.to_string())]),
        }
    }

    /// Text below the table.
    fn counted(&self) -> String {
        let all = page::grouped(self.count as u64);
        match self.rows.len() {
            1 => "1 entry".to_owned(),
            shown if shown < self.count => format!("The first {shown} of {all} entries. The export has all of them."),
            _ => format!("{all} entries"),
        }
    }
}

impl Row {
    fn new(row: &access_on::AccessRow, found: &AccessOn, now: ZonedTime) -> Self {
        let link = |kind: SubjectKind, named: &Named| {
            let href = found.existing.contains(&(kind, named.id)).then(|| page_of(kind, named.id)).flatten();
            Link { name: named.name.clone(), href }
        };
        let account = row.account.as_ref().map(|account| link(SubjectKind::Account, account));
        let portfolio = row.portfolio.as_ref().map(|portfolio| link(SubjectKind::Portfolio, portfolio));
        Self {
            user: link(SubjectKind::User, &row.user),
            email: row.email.clone(),
            status: row.status,
            place: account.into_iter().chain(portfolio).collect(),
            access: access(row),
            since: DisplayTime::new(row.since, now),
            by: row.by_name.clone(),
        }
    }
}

/// Access in words.
fn access(row: &access_on::AccessRow) -> &'static str {
    match row.through {
        _ if row.is_suspended => "None, as the portfolio was deactivated",
        Through::Account(permissions) => page::gives(permissions),
        Through::Portfolio => "Everything, as Portfolio Admin",
        Through::Admin => "Everything, as Admin",
    }
}

/// Address of the page.
pub(super) fn path(of: HistoryOf) -> String {
    match of {
        HistoryOf::User(user) => paths::UserAccess { user }.to_string(),
        HistoryOf::Portfolio(portfolio) => paths::PortfolioAccess { portfolio }.to_string(),
        HistoryOf::Account(account) => paths::AccountAccess { account }.to_string(),
    }
}

fn export_path(of: HistoryOf) -> String {
    match of {
        HistoryOf::User(user) => paths::ExportUserAccess { user }.to_string(),
        HistoryOf::Portfolio(portfolio) => paths::ExportPortfolioAccess { portfolio }.to_string(),
        HistoryOf::Account(account) => paths::ExportAccountAccess { account }.to_string(),
    }
}

/// Day of the page; empty for today.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct DayQuery {
    on: String,
}

impl DayQuery {
    /// The day, not after today.
    fn day(&self, today: NaiveDate) -> Result<NaiveDate, FieldError> {
        let day = day(&self.on)?.unwrap_or(today);
        if day > today { Err(FieldError::Message("Choose today or an earlier date".to_owned())) } else { Ok(day) }
    }
}

/// `GET` `/users-and-permissions/{user}/access`, `/portfolios/{portfolio}/access`, `/accounts/{account}/access`
pub(in crate::web) async fn show<Id: Copy + Into<HistoryOf>>(context: PageContext, id: Path<Id>, query: Query<DayQuery>) -> HandlerResult {
    let of: HistoryOf = (*id).into();
    let ZonedTime { zone, .. } = context.now();
    let today = context.now().day();
    let (day, error) = match query.day(today) {
        Ok(day) => (Some(day), None),
        Err(error) => (None, Some(error)),
    };
    let until = zone.end(day.unwrap_or(today));
    let (layout_data, found) = context.open(move |ctx, actor| access_on::read(ctx, actor, of, until)).await?;
    let (kind, id) = of.subject();
    let section = match of {
        HistoryOf::User(_) => ("Users & Permissions", paths::UsersAndPermissions {}.to_string()),
        HistoryOf::Portfolio(_) | HistoryOf::Account(_) => ("Portfolios", paths::Portfolios {}.to_string()),
    };
    let shown = day.map(|day| ShownDay::new(of, day, &found, layout_data.now));
    let value = if query.on.is_empty() { today.to_string() } else { query.on.clone() };
    respond::page(&AccessOnPage {
        layout: context.layout(&layout_data),
        of: kind,
        name: Link { href: found.is_existing.then(|| page_of(kind, id)).flatten(), name: found.name },
        section,
        action: path(of),
        on: Field { error, ..Field::new(&value) },
        shown,
    })
}

/// `GET` `/users-and-permissions/{user}/access/export`, and those of portfolios and accounts
pub(in crate::web) async fn export<Id: Copy + Into<HistoryOf>>(
    context: PageContext,
    id: Path<Id>,
    query: Query<DayQuery>,
) -> HandlerResult {
    let of: HistoryOf = (*id).into();
    let state = context.state().clone();
    let no_such = |_| WebError::NoSuchList(StatusCode::NOT_FOUND, None);
    let day = query.day(context.now().day()).map_err(no_such)?;
    let until = context.now().zone.end(day);
    let turn = state.exports.begin(context.current.user.id)?;
    let principal = context.current.principal();
    let rows = state.run(move |ctx| {
        let found = access_on::export(ctx, &principal, of, &day.to_string(), until)?;
        Ok::<_, crate::usecases::ActionError>(found.rows.iter().map(csv).collect::<String>())
    });
    let export = Export::new(turn, HEADER, rows.await?, |rows| ready(Ok((rows, None))));
    Ok(export.answer(&format!("access-{day}.csv"), "text/csv; charset=utf-8"))
}

fn csv(row: &access_on::AccessRow) -> String {
    let id = |named: &Option<Named>| named.as_ref().map_or_else(String::new, |named| named.id.to_string());
    let name = |named: &Option<Named>| named.as_ref().map_or_else(String::new, |named| named.name.clone());
    csv_line([
        &row.user.id.to_string(),
        &row.user.name,
        &row.email,
        row.status.label(),
        &id(&row.portfolio),
        &name(&row.portfolio),
        &id(&row.account),
        &name(&row.account),
        access(row),
        &row.since.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        &row.by_name,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EntryId;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let row = |sample: &Sample, place: usize, name: String, email: String| Row {
            user: Link { name, href: (place > 0).then(|| "/users-and-permissions/7".to_owned()) },
            email,
            status: Status::ALL[place % 4],
            place: [sample.group(), sample.group()].map(|name| Link { name, href: None }).into_iter().take(place % 3).collect(),
            access: "Everything, as Portfolio Admin",
            since: sample.display_time(place),
            by: sample.group(),
        };
        for of in [SubjectKind::User, SubjectKind::Portfolio, SubjectKind::Account] {
            check(&format!("access-on-{}", of.as_str()), |sample: &Sample| AccessOnPage {
                layout: sample.layout(),
                of,
                name: Link { name: sample.group(), href: Some("/accounts/3".to_owned()) },
                section: ("Portfolios", "/portfolios".to_owned()),
                action: "/accounts/3/access".to_owned(),
                on: Field::new("2026-05-31"),
                shown: Some(ShownDay {
                    day: "31 May 2026".to_owned(),
                    unreadable: (sample.name == "hostile").then_some(paths::AuditEntry { entry: EntryId(412) }),
                    is_before_records: sample.rows == 0,
                    recorded_since: (sample.rows < 3).then(|| sample.display_time(1)),
                    facts: vec![("Portfolio", sample.group())],
                    is_deactivated: true,
                    rows: sample.rows(|place, user| row(sample, place, user.name, user.email)),
                    count: sample.rows,
                    export: "/accounts/3/access/export?on=2026-05-31".to_owned(),
                }),
            });
        }
    }
}
