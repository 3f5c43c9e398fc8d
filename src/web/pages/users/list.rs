//! Users & Permissions: the users that an administrator administers.

pub mod export;
pub(in crate::web) mod query;

use actix_web::http::StatusCode;
use askama::Template;

use crate::{
    domain::{
        permission::Permission,
        policy::{Action, decide},
        role::Role,
        user::{DefaultRole, Status},
        user_list::{LastSignIn, Order, SortBy},
    },
    usecases::{
        Portfolio,
        users::{
            self,
            list::{ListRequest, Row},
        },
    },
    web::shared::{
        error::WebError,
        list_query::shown,
        page::{Count, DisplayTime, Layout, Pager, UserLabel, assigned_in_short, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

use query::{UserListQuery, sort_word, word};

/// List of the users in a scope.
#[derive(Debug, Clone, Template)]
#[template(path = "users/list.html")]
pub struct UserListPage {
    pub layout: Layout,
    pub tabs: Vec<Tab>,
    pub toolbar: Toolbar,
    pub order: Order,
    /// Query of this view, to which actions return.
    pub query: String,
    /// Address of the list without search and filters.
    pub all_href: String,
    pub rows: Vec<UserRow>,
    pub pager: Pager,
    /// True if the user may invite.
    pub may_invite: bool,
}

/// Tab of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub label: &'static str,
    /// Explanation of the status.
    pub help: &'static str,
    pub count: Count,
    pub href: String,
    pub is_current: bool,
}

/// Search, filters and order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolbar {
    pub q: String,
    /// Status, submitted along with the form.
    pub status: String,
    pub rows: String,
    pub selects: Vec<Select>,
    /// True if anything but the status narrows the list.
    pub is_narrowed: bool,
    /// Label of the selected status.
    pub status_label: Option<&'static str>,
}

/// Drop-down of a filter with its values and labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    pub options: Vec<(String, String)>,
}

/// A user in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    pub user: UserLabel,
    pub default_role: DefaultRole,
    pub status: Status,
    /// Shown to Admins only.
    pub is_admin: bool,
    pub is_you: bool,
    /// "2 portfolios, 1 account"; empty for none.
    pub assignments: String,
    pub has_two_factor: bool,
    pub last_sign_in: Option<DisplayTime>,
}

/// Page of a Portfolio Admin whose portfolios are all deactivated.
#[derive(Debug, Clone, Template)]
#[template(path = "users/no_portfolio.html")]
pub struct NoPortfolioPage {
    pub layout: Layout,
}

impl UserRow {
    fn manage(&self) -> paths::Manage {
        paths::Manage { user: self.user.id }
    }

    fn has_credentials(&self) -> bool {
        has_credentials(self.status)
    }
}

impl UserListPage {
    fn export_href(&self) -> String {
        with_query(paths::ExportUsers {}, &self.query)
    }

    fn bulk_href(&self) -> String {
        with_query(paths::BulkUsers {}, &UserListQuery::whole(&self.query))
    }

    /// Number of users who match the filters, on all pages.
    fn count(&self) -> String {
        self.tabs.iter().find(|tab| tab.is_current).map_or_else(String::new, |tab| tab.count.to_string())
    }

    fn new_user_href(&self) -> String {
        paths::with_query(paths::NewUserWizard {}, &[("return", &self.query)])
    }

    /// Link of a column's header: the reverse order, or the column's order if another is in force.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand on references")]
    fn sort_href(&self, by: &SortBy) -> String {
        let is_descending = self.order.by == *by && !self.order.is_descending;
        let order = Order { by: *by, is_descending };
        let query = serde_urlencoded::from_str::<UserListQuery>(&self.query).unwrap_or_default();
        query.changed(|query| query.sort = sort_word(order)).path()
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand on references")]
    fn is_sorted_by(&self, by: &SortBy) -> bool {
        self.order.by == *by
    }

    fn direction(&self) -> &'static str {
        if self.order.is_descending { "descending" } else { "ascending" }
    }
}

impl Tab {
    fn all(query: &UserListQuery, count: impl Fn(Option<Status>) -> Count) -> Vec<Self> {
        let tab = |status: Option<Status>| {
            let (label, help) = (status.map_or("All", Status::label), status_help(status));
            let word = status.map(word).unwrap_or_default();
            let is_current = word == query.status;
            Self { label, help, count: count(status), href: query.changed(|query| query.status = word).path(), is_current }
        };
        std::iter::once(None).chain(Status::ALL.map(Some)).map(tab).collect()
    }
}

/// Explanation of a status, or of all.
pub(in crate::web::pages) fn status_help(status: Option<Status>) -> &'static str {
    match status {
        None => "Everyone",
        Some(Status::Active) => "Can sign in",
        Some(Status::Deactivated) => "Sign-in blocked",
        Some(Status::Invited) => "Invitation not accepted yet",
        Some(Status::Expired) => "Invitation expired",
    }
}

impl Toolbar {
    fn new(query: &UserListQuery, request: &ListRequest, portfolios: &[Portfolio], role: Role) -> Self {
        let option = |value: &str, label: &str| (value.to_owned(), label.to_owned());
        let select = |name, label, value: &str, options| Select { name, label, value: value.to_owned(), options };
        let roles = DefaultRole::ALL.iter().map(|role| option(role.as_str(), role.label()));
        let mut selects = vec![
            select("role", "Default role", &query.role, std::iter::once(option("", "Any role")).chain(roles).collect()),
            select(
                "two_factor",
                "Two-factor",
                &query.two_factor,
                vec![option("", "Any two-factor"), option("on", "Two-factor on"), option("off", "Two-factor off")],
            ),
        ];
        // Users without assignments are in the scope of Admins only.
        let none = (role == Role::Admin).then(|| option("none", "Without assignments"));
        let within = portfolios.iter().map(|portfolio| {
            let standing = if portfolio.is_active() { "" } else { " (deactivated)" };
            option(&portfolio.id.to_string(), &format!("In {}{standing}", portfolio.name))
        });
        let assignments = none.into_iter().chain(within).collect::<Vec<_>>();
        // A single portfolio in the scope would select everyone.
        if assignments.len() > 1 || role == Role::Admin {
            let options = std::iter::once(option("", "Any portfolio")).chain(assignments).collect();
            selects.push(select("assignments", "Assignments", &query.assignments, options));
        }
        let spans = LastSignIn::ALL.iter().map(|span| option(span.as_str(), span.label()));
        let spans = std::iter::once(option("", "Any last sign-in")).chain(spans).collect();
        selects.push(select("last_sign_in", "Last sign-in", &query.last_sign_in, spans));
        selects.push(select("sort", "Sort by", &sort_word(request.order), SortBy::ALL.iter().flat_map(|by| sort_options(*by)).collect()));
        Self {
            q: query.q.clone(),
            status: query.status.clone(),
            rows: query.rows.clone(),
            selects,
            is_narrowed: query.is_narrowed(),
            status_label: request.filter.status.map(Status::label),
        }
    }
}

fn sort_options(by: SortBy) -> [(String, String); 2] {
    let [up, down] = match by {
        SortBy::Name => ["Name, A to Z", "Name, Z to A"],
        SortBy::Email => ["Email, A to Z", "Email, Z to A"],
        SortBy::Status => ["Status", "Status, reversed"],
        SortBy::Created => ["Oldest first", "Newest first"],
        SortBy::LastSignIn => ["Last sign-in, oldest first", "Last sign-in, newest first"],
    };
    let option = |is_descending, label: &str| (sort_word(Order { by, is_descending }), label.to_owned());
    [option(false, up), option(true, down)]
}

/// True if the user has credentials, which a second factor could complement.
pub(in crate::web::pages::users) fn has_credentials(status: Status) -> bool {
    matches!(status, Status::Active | Status::Deactivated)
}

/// `GET /users-and-permissions`
pub(in crate::web) async fn list(context: PageContext, query: UserListQuery) -> HandlerResult {
    let request = query.request()?;
    let asked_for = request.clone();
    let (layout_data, listing) = context.open(move |ctx, actor| users::list::list(ctx, actor, &request)).await.map_err(no_such)?;
    let Some(listing) = listing else { return respond::page(&NoPortfolioPage { layout: context.layout(&layout_data) }) };
    let actor = context.current.user.actor();
    let row = |row: Row| UserRow {
        default_role: row.user.default_role,
        status: row.status,
        is_admin: row.user.is_admin && actor.role == Role::Admin,
        is_you: context.is_you(&row.user),
        assignments: if row.user.is_admin && actor.role == Role::Admin {
            "Everything (Admin)".to_owned()
        } else {
            assigned_in_short(row.assigned)
        },
        has_two_factor: row.user.two_factor_since.is_some(),
        last_sign_in: row.user.last_sign_in_at.map(|at| DisplayTime::new(at, layout_data.now)),
        user: UserLabel::from(&row.user.who()),
    };
    respond::page(&UserListPage {
        layout: context.layout(&layout_data),
        tabs: Tab::all(&query, |status| shown(listing.counts.of(status))),
        toolbar: Toolbar::new(&query, &asked_for, &listing.portfolios, actor.role),
        order: asked_for.order,
        query: query.text(),
        all_href: UserListQuery { sort: query.sort.clone(), rows: query.rows.clone(), ..UserListQuery::default() }.path(),
        pager: query.pager(&asked_for, &listing),
        rows: listing.rows.rows.into_iter().map(row).collect(),
        may_invite: decide(actor, Action::Use(Permission::UsersInvite)).is_ok(),
    })
}

/// Error for a list that does not exist: only its portfolio can be unknown.
pub(in crate::web::pages::users) fn no_such(failure: WebError) -> WebError {
    match failure {
        WebError::NotFound => query::no_such(StatusCode::NOT_FOUND),
        failure => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::Assigned;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, query: &UserListQuery) -> UserListPage {
        let row = |place: usize, user: UserLabel| UserRow {
            user,
            default_role: if place % 5 == 1 { DefaultRole::PortfolioAdmin } else { DefaultRole::User },
            status: Status::ALL[place % 4],
            is_admin: place == 11,
            is_you: place == 11,
            assignments: assigned_in_short(Assigned { portfolios: i64::from(place % 5 == 1), accounts: i64::try_from(place % 3).unwrap() }),
            has_two_factor: place % 3 == 1,
            last_sign_in: (place % 4 < 2).then(|| sample.display_time(place * place * 10)),
        };
        let order = Order { by: SortBy::LastSignIn, is_descending: true };
        UserListPage {
            layout: sample.layout(),
            tabs: Tab::all(query, |_| Count::Exactly(48_213)),
            toolbar: Toolbar::new(query, &UserListQuery::default().request().unwrap(), &[], Role::Admin),
            order,
            query: query.text(),
            all_href: UserListQuery::default().path(),
            rows: sample.rows(row),
            pager: Pager {
                label: "1–50 of 48,213 users".into(),
                next: Some("?page=a".into()),
                last: Some("?page=z".into()),
                ..Pager::default()
            },
            may_invite: true,
        }
    }

    #[test]
    fn renders() {
        let query =
            |sample: &Sample| UserListQuery { q: sample.text.clone(), sort: "last_sign_in-desc".into(), ..UserListQuery::default() };
        check("people", |sample| page(sample, &query(sample)));
        check("people-expired", |sample| UserListPage {
            rows: Vec::new(),
            toolbar: Toolbar::new(
                &query(sample),
                &UserListQuery { status: "expired".into(), ..UserListQuery::default() }.request().unwrap(),
                &[],
                Role::Admin,
            ),
            ..page(sample, &UserListQuery { status: "expired".into(), ..query(sample) })
        });
        check("people-without-portfolio", |sample| NoPortfolioPage { layout: sample.layout() });
    }
}
