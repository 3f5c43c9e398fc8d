//! All activity of a user, a portfolio or an account.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Path, Query},
};
use askama::Template;

use super::{
    access_on,
    entry::entries_about,
    paging::{Paging, PagingQuery, Stopped},
};
use crate::{
    domain::permission::Permission,
    usecases::{
        ReadEntry,
        audit::{HistoryOf, activity},
    },
    web::shared::{
        error::WebError,
        page::{DisplayTime, Event, Layout, Pager},
        page_context::PageContext,
        page_size::PageSize,
        respond::{self, HandlerResult},
        routing::paths,
        state::State,
    },
};

/// Page of activity.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/activity.html")]
pub struct ActivityPage {
    pub layout: Layout,
    /// Name of the user, portfolio or account, with its page.
    pub name: String,
    pub page: String,
    /// List in which it is, with its address.
    pub section: (&'static str, String),
    pub events: Vec<Event>,
    pub pager: Pager,
    pub stopped: Option<Stopped>,
    /// The audit log about it, for Admins.
    pub log: Option<String>,
}

/// Links beside recent activity: to all of it, and for Admins to the audit log and to the access on a date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActivityLinks {
    pub all: Option<String>,
    pub log: Option<String>,
    pub access: Option<String>,
}

impl ActivityLinks {
    /// Links about something in the scope of an administrator; none for others.
    pub(in crate::web) fn new(context: &PageContext, of: HistoryOf, is_own: bool) -> Self {
        let (kind, id) = of.subject();
        let sees_log = context.current.require(Permission::AuditLogView).is_ok();
        let log = if sees_log { entries_about(kind, id) } else { None };
        Self { all: is_own.then(|| path(of)), log, access: sees_log.then(|| access_on::path(of)) }
    }
}

fn path(of: HistoryOf) -> String {
    match of {
        HistoryOf::User(user) => paths::UserActivity { user }.to_string(),
        HistoryOf::Portfolio(portfolio) => paths::PortfolioActivity { portfolio }.to_string(),
        HistoryOf::Account(account) => paths::AccountActivity { account }.to_string(),
    }
}

/// `GET` `/users-and-permissions/{user}/activity`, `/portfolios/{portfolio}/activity`, `/accounts/{account}/activity`
pub(in crate::web) async fn show<Id: Copy + Into<HistoryOf>>(
    context: PageContext,
    id: Path<Id>,
    request: HttpRequest,
    state: Data<State>,
    query: Query<PagingQuery>,
) -> HandlerResult {
    let of: HistoryOf = (*id).into();
    let remembered = PageSize::remembered(&request, &state, &query.rows);
    let paging =
        Paging::<ReadEntry>::parse(&query.page, &query.rows, remembered).map_err(|_| WebError::NoSuchList(StatusCode::NOT_FOUND, None))?;
    let (position, limit) = (paging.position.clone(), paging.limit);
    let (layout_data, found) = context.open(move |ctx, actor| activity::activity(ctx, actor, of, &position, limit)).await?;
    let moment = |at| DisplayTime::new(at, layout_data.now);
    let (kind, id) = of.subject();
    let this = match of {
        HistoryOf::User(_) => "this user",
        HistoryOf::Portfolio(_) => "this portfolio",
        HistoryOf::Account(_) => "this account",
    };
    let section = match of {
        HistoryOf::User(_) => ("Users & Permissions", paths::UsersAndPermissions {}.to_string()),
        HistoryOf::Portfolio(_) | HistoryOf::Account(_) => ("Portfolios", paths::Portfolios {}.to_string()),
    };
    let here = path(of);
    let link = |page: &str| PagingQuery::path(&here, page, &query.rows);
    respond::page(&ActivityPage {
        layout: context.layout(&layout_data),
        name: found.name,
        page: crate::web::shared::page::page_of(kind, id).unwrap_or_default(),
        section,
        events: found.page.rows.rows.iter().map(|entry| Event::of(entry, (kind, id), this, layout_data.now)).collect(),
        pager: paging.pager(&found.page, found.count, link, |rows| PagingQuery::path(&here, "", &rows.to_string())),
        stopped: paging.stopped(&found.page, moment, link),
        log: ActivityLinks::new(&context, of, true).log,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        check("activity", |sample: &Sample| ActivityPage {
            layout: sample.layout(),
            name: sample.group(),
            page: "/accounts/3".to_owned(),
            section: ("Portfolios", "/portfolios".to_owned()),
            events: sample
                .rows(|place, user| Event { text: format!("{} edited the details", user.name), at: Some(sample.display_time(place)) }),
            pager: Pager::single("12 entries"),
            stopped: Some(Stopped { at: Some(sample.display_time(9)), is_forward: false, href: "/accounts/3/activity?page=a".to_owned() }),
            log: Some("/audit-log?account=3".to_owned()),
        });
    }
}
