//! Delete user, after a page with the consequences.

use askama::Template;

use crate::{
    domain::{clock::Timestamp, ids::UserId, user::Status},
    usecases::{
        self,
        users::{self, lifecycle::Inventory},
    },
    web::shared::{
        form::{Form, ListButton},
        list_query::{ListQuery, ReturnQuery},
        page::{DisplayTime, Flash, FlashAction, FlashKind, Layout, UserLabel, counted, names_in_short, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use actix_web::web::{Path, Query};

/// Question with the consequences.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/delete.html")]
pub struct DeleteUserPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// True if blocking is an alternative: for a user who can sign in.
    pub can_be_blocked: bool,
    /// End of the time to restore the user; `None` for a permanent deletion.
    pub restorable_until: Option<DisplayTime>,
    pub goes: WhatGoes,
    /// Number of assets, which need another owner first.
    pub assets: u64,
    /// Query of the list, to return to.
    pub query: String,
}

/// Things lost with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatGoes {
    pub sessions: u64,
    /// Names of groups, Admins included.
    pub groups: Vec<String>,
    /// Names of portfolios.
    pub portfolios: Vec<String>,
    pub accounts: Vec<String>,
    /// "Password" and other credentials.
    pub credentials: Vec<&'static str>,
}

impl WhatGoes {
    fn sessions_in_words(&self) -> String {
        if self.sessions == 0 { "None".to_owned() } else { format!("{}, signed out at once", self.sessions) }
    }

    fn memberships_in_words(&self) -> String {
        named(&[(&self.groups, "group", "groups")])
    }

    fn assignments_in_words(&self) -> String {
        named(&[(&self.portfolios, "portfolio", "portfolios"), (&self.accounts, "account", "accounts")])
    }

    fn credentials_in_words(&self) -> String {
        if self.credentials.is_empty() { "None".to_owned() } else { self.credentials.join(", ") }
    }
}

/// "1 portfolio: Nordic Brands; 2 accounts: Fjord Foods, Hygge Home".
fn named(kinds: &[(&[String], &str, &str)]) -> String {
    let kinds = kinds.iter().filter(|(names, ..)| !names.is_empty());
    let kinds = kinds.map(|(names, one, many)| format!("{}: {}", counted(names.len() as u64, one, many), names_in_short(names, 10)));
    let kinds = kinds.collect::<Vec<_>>().join("; ");
    if kinds.is_empty() { "None".to_owned() } else { kinds }
}

impl DeleteUserPage {
    fn path(&self) -> paths::DeleteUser {
        paths::DeleteUser { user: self.user.id }
    }

    fn assets_path(&self) -> paths::UserAssets {
        paths::UserAssets { user: self.user.id }
    }

    /// "Jonas Vermeulen owns 2 assets. Change their owner first."
    fn owns(&self) -> Option<String> {
        let assets = counted(self.assets, "asset. Change its owner first.", "assets. Change their owner first.");
        (self.assets > 0).then(|| format!("{} owns {assets}", self.user.name))
    }

    fn back(&self) -> String {
        with_query(paths::UsersAndGroups {}, &self.query)
    }
}

/// `GET /users-and-groups/users/{user}/delete`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let (id, company) = (*id, context.current.company.clone());
    let (layout_data, inventory) = context.open(move |ctx, actor| users::lifecycle::inventory(ctx, actor, &company, id)).await?;
    let Inventory { user, sessions, groups, portfolios, accounts, assets, restorable_until } = inventory;
    respond::page(&DeleteUserPage {
        layout: context.layout(&layout_data),
        can_be_blocked: user.status(layout_data.now) == Status::Active,
        restorable_until: restorable_until.map(|until| DisplayTime::new(until, layout_data.now)),
        goes: WhatGoes { sessions: u64::try_from(sessions).unwrap_or(0), groups, portfolios, accounts, credentials: vec!["Password"] },
        user: UserLabel::from(&user.who()),
        assets,
        query: ListQuery::returned(&query.return_query),
    })
}

/// `POST /users-and-groups/users/{user}/delete`
pub(in crate::web) async fn submit(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, now) = (*id, context.now());
    let said = move |(user, until): &(usecases::User, Option<Timestamp>)| {
        let name = user.display_name();
        let Some(until) = *until else { return Flash::new(FlashKind::Ok, format!("{name} was deleted.")) };
        let text = format!("{name} was deleted and can be restored until {}.", DisplayTime::new(until, now).date());
        Flash::new(FlashKind::Ok, text).with_action(FlashAction::new("Restore", &name, paths::RestoreUser { user: user.id }))
    };
    context.act(said, move |ctx, submission| users::lifecycle::delete(ctx, submission, id)).await??;
    respond::see_other(with_query(paths::UsersAndGroups {}, &ListQuery::returned(&form.0.return_query)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, restorable_until: Option<DisplayTime>) -> DeleteUserPage {
        DeleteUserPage {
            layout: sample.layout(),
            user: sample.user(3),
            can_be_blocked: restorable_until.is_some(),
            restorable_until,
            goes: WhatGoes {
                sessions: sample.rows as u64,
                groups: vec![sample.group(); sample.rows.min(40)],
                portfolios: vec![sample.group(); sample.rows.min(2)],
                accounts: vec![sample.group(); sample.rows],
                credentials: if sample.rows == 0 { Vec::new() } else { vec!["Password"] },
            },
            assets: if sample.name == "large" { 3 } else { 0 },
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("delete-user", |sample| page(sample, Some(sample.display_time(0))));
        check("delete-user-for-good", |sample| page(sample, None));
    }

    #[test]
    fn what_goes_is_said_in_words() {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let goes = |sessions, groups: &[&str]| WhatGoes {
            sessions,
            groups: owned(groups),
            portfolios: owned(&groups[..groups.len().min(1)]),
            accounts: owned(groups),
            credentials: Vec::new(),
        };
        assert_eq!(goes(0, &[]).sessions_in_words(), "None");
        assert_eq!(goes(2, &[]).sessions_in_words(), "2, signed out at once");
        assert_eq!(goes(0, &[]).memberships_in_words(), "None");
        assert_eq!(goes(0, &[]).assignments_in_words(), "None");
        assert_eq!(goes(0, &["A", "B"]).assignments_in_words(), "1 portfolio: A; 2 accounts: A, B");
        assert_eq!(goes(0, &["Research"]).memberships_in_words(), "1 group: Research");
        assert_eq!(goes(0, &["Admins", "Research"]).memberships_in_words(), "2 groups: Admins, Research");
    }
}
