//! Page of an account: details, users, recent activity.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::AccountHead;
use crate::{
    domain::{audit::SubjectKind, ids::AccountId, user::Status},
    usecases::{
        Colleague,
        accounts::{self, May},
        assets,
        audit::HistoryOf,
    },
    web::{
        pages::{assets::AssetRow, audit_log::activity::ActivityLinks},
        shared::{
            list_query::{self, PageRequest},
            page::{Count, DisplayTime, Event, Layout, Pager, UserLabel, counted, gives, names_in_short},
            page_context::PageContext,
            page_size::PageSize,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Page of an account.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/show.html")]
pub struct AccountPage {
    pub layout: Layout,
    pub account: AccountHead,
    /// Empty for an account without one.
    pub website: String,
    pub notes: String,
    pub users: Vec<ColleagueRow>,
    pub users_pager: Pager,
    /// "3 Portfolio Admins" and their names, for users who may know them.
    pub through_portfolio: Option<(String, String)>,
    /// The first assets of the account that the reader may read.
    pub assets: Vec<AssetRow>,
    pub assets_count: Count,
    pub events: Vec<Event>,
    pub activity: ActivityLinks,
    pub may: May,
    pub may_add: bool,
}

/// Most assets on the page.
const ASSETS_MAX: usize = 5;

/// User to whom the account is assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColleagueRow {
    pub user: UserLabel,
    pub is_you: bool,
    pub status: Status,
    /// "View, Edit details"
    pub gives: &'static str,
    pub since: DisplayTime,
}

impl ColleagueRow {
    fn manage_path(&self) -> paths::Manage {
        paths::Manage { user: self.user.id }
    }
}

/// Page of the list of users.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AccountQuery {
    #[serde(default, rename = "people")]
    users: String,
}

impl AccountPage {
    /// Address of all its assets.
    fn assets_path(&self) -> String {
        paths::with_query(paths::Assets {}, &[("account", &self.account.id.to_string())])
    }
}

/// `GET /accounts/{account}`
pub(in crate::web) async fn show(context: PageContext, id: Path<AccountId>, query: Query<AccountQuery>) -> HandlerResult {
    let (id, request) = (*id, PageRequest::at(&query.users, PageSize::default())?);
    let at = request.position.clone();
    let read = move |ctx: &_, actor: &_| {
        let shown = accounts::show(ctx, actor, id, &at, PageSize::default().count())?;
        Ok((shown, assets::of_account(ctx, actor, id, ASSETS_MAX)?))
    };
    let (layout_data, (shown, listing)) = context.open(read).await?;
    let link = |users: &str| paths::with_query(paths::Account { account: id }, &[("people", users)]);
    let users_pager = request.pager(link, &shown.users, |row| row.user.key(), shown.users_count, ("person", "people"));
    let (now, may) = (layout_data.now, shown.may);
    let colleague = |Colleague { user, permissions, since }: Colleague| ColleagueRow {
        is_you: context.is_you(&user),
        status: user.status(now.at),
        user: UserLabel::from(&user.who()),
        gives: gives(permissions),
        since: DisplayTime::new(since, now),
    };
    let admins = shown.through_portfolio.iter().map(crate::usecases::User::display_name).collect::<Vec<_>>();
    let counted = || counted(admins.len() as u64, "Portfolio Admin also has", "Portfolio Admins also have");
    respond::page(&AccountPage {
        layout: context.layout(&layout_data),
        account: AccountHead::new(&shown.account, may),
        users: shown.users.rows.into_iter().map(colleague).collect(),
        users_pager,
        through_portfolio: (!admins.is_empty()).then(|| (counted(), names_in_short(&admins, 5))),
        may_add: may.assign && shown.account.is_active(),
        assets: listing.rows.rows.into_iter().map(|row| AssetRow::new(row, &context.current.user, now)).collect(),
        assets_count: list_query::shown(listing.count),
        events: shown.events.iter().map(|entry| Event::of(entry, (SubjectKind::Account, id.0), "this account", now)).collect(),
        activity: ActivityLinks::new(&context, HistoryOf::Account(id), may.see_portfolio),
        website: shown.account.website,
        notes: shown.account.notes,
        may,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::AssignmentPermissions;
    use crate::web::shared::samples::{Sample, check};

    const ALL: May = May { edit: true, see_billing: true, update_billing: true, assign: true, see_portfolio: true, move_away: true };

    fn page(sample: &Sample) -> AccountPage {
        let colleague = |place: usize, user| ColleagueRow {
            user,
            is_you: place == 3,
            status: Status::ALL[place % 4],
            gives: gives(AssignmentPermissions { edits_details: place.is_multiple_of(2), sees_billing: place.is_multiple_of(3) }),
            since: sample.display_time(place),
        };
        AccountPage {
            layout: sample.layout(),
            account: AccountHead::sample(sample),
            website: String::new(),
            notes: sample.text.clone(),
            users: sample.rows(colleague),
            users_pager: Pager { next: Some("?users=a".into()), ..Pager::single("1–50 of 120 people") },
            assets: AssetRow::samples(sample),
            assets_count: Count::MoreThan(10_000),
            events: sample
                .rows(|place, user| Event { text: format!("{} edited the details", user.name), at: Some(sample.display_time(place)) }),
            activity: ActivityLinks { all: Some("/accounts/3/activity".to_owned()), log: None, access: None },
            through_portfolio: Some(("2 Portfolio Admins".to_owned(), sample.group())),
            may: ALL,
            may_add: true,
        }
    }

    #[test]
    fn renders() {
        check("account", page);
        let may = May { assign: false, move_away: false, see_billing: false, edit: false, ..ALL };
        check("account-user", |sample| AccountPage { may, may_add: false, through_portfolio: None, ..page(sample) });
    }

    #[test]
    fn a_website_is_opened_without_a_word_about_where_from() {
        let html = AccountPage { website: "https://fjordfoods.example".into(), ..page(&Sample::plain()) }.render().unwrap();
        assert!(html.contains("<a href=\"https://fjordfoods.example\" rel=\"noopener noreferrer\">"));
    }
}
