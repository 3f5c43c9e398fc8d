//! Deleted users, until they are removed permanently.

use askama::Template;

use super::{Aside, AsideEntry};
use crate::{
    domain::ids::UserId,
    usecases::users::{
        self,
        restoration::{Restorable, RestoreError, Restored, RestoredAccess},
    },
    web::shared::{
        error::WebError,
        form::{Form, ListButton},
        list_query::{self, ListQuery},
        page::{Count, DisplayTime, Flash, FlashKind, Layout, NAMED, Pager, UserLabel, counted, names_in_short, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use actix_web::web::Path;

/// List with a button to restore each.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/deleted.html")]
pub struct DeletedUsersPage {
    pub layout: Layout,
    pub aside: Aside,
    pub count: Count,
    pub rows: Vec<DeletedRow>,
    pub pager: Pager,
    /// Query of this view, to which the actions in its rows return.
    pub query: String,
}

/// A user who can be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    pub user: UserLabel,
    pub deleted_at: DisplayTime,
    /// Name of the acting user; `None` if that is unknown by now.
    pub deleted_by: Option<String>,
    pub restorable_until: DisplayTime,
    /// Name of the user who has the address meanwhile.
    pub address_used_by: Option<UserLabel>,
}

impl DeletedRow {
    fn restore(&self) -> paths::RestoreUser {
        paths::RestoreUser { user: self.user.id }
    }
}

/// `GET /users-and-groups/deleted`
pub(in crate::web) async fn list(context: PageContext, query: ListQuery) -> HandlerResult {
    let query = query.without_search();
    let request = query.request()?;
    let (company, position, limit) = (context.current.company.clone(), request.position.clone(), request.rows.count());
    let (layout_data, (menu, (deleted, count))) = context
        .open(move |ctx, actor| {
            Ok((users::directory::menu(ctx, actor)?, users::restoration::deleted(ctx, actor, &company, &position, limit)?))
        })
        .await?;
    let words = ("deleted user", "deleted users");
    let pager = query.pager(paths::DeletedUsers {}, &request, &deleted, |row| row.user.key(), count, words);
    let row = |Restorable { user, deleted_by, until, address_used_by }: Restorable| DeletedRow {
        deleted_at: DisplayTime::new(user.deleted_at, layout_data.now),
        deleted_by,
        restorable_until: DisplayTime::new(until, layout_data.now),
        user: UserLabel::from(&user.who()),
        address_used_by: address_used_by.as_ref().map(UserLabel::from),
    };
    respond::page(&DeletedUsersPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(&context.current.user, &layout_data, menu, AsideEntry::Deleted),
        count: list_query::shown(count),
        rows: deleted.rows.into_iter().map(row).collect(),
        pager,
        query: query.text(),
    })
}

/// `POST /users-and-groups/deleted/{user}/restore`
pub(in crate::web) async fn restore(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let id = *id;
    let said = |restored: &Restored| Flash::new(FlashKind::Ok, restored_in_words(restored));
    match context.act(said, move |ctx, submission| users::restoration::restore(ctx, submission, id)).await? {
        Ok(_) => respond::see_other(with_query(paths::DeletedUsers {}, &ListQuery::returned(&form.0.return_query))),
        Err(RestoreError::AddressInUse { email }) => Err(WebError::Refused {
            title: "This address is in use again",
            text: format!("{email} has been invited again as a new user. Delete that user or revoke the invitation first."),
        }),
        Err(RestoreError::Action(error)) => Err(error.into()),
    }
}

/// "Hana Novotná was restored as an active User with 1 group, 2 accounts."
fn restored_in_words(Restored { user, status, became_user, access }: &Restored) -> String {
    let RestoredAccess { groups, portfolios, accounts, shares, withheld } = access;
    let counted = |count: usize, one, many| (count > 0).then(|| counted(count as u64, one, many));
    let parts = [
        counted(*groups, "group", "groups"),
        counted(*portfolios, "portfolio", "portfolios"),
        counted(*accounts, "account", "accounts"),
        counted(*shares, "shared asset", "shared assets"),
    ];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let with = if parts.is_empty() { parts } else { format!(" with {parts}") };
    let restored = format!("{} was restored as {}{with}.", user.display_name(), status.of_role(user.default_role));
    let left = names_in_short(withheld, NAMED);
    let left = if withheld.is_empty() { String::new() } else { format!(" Not assigned, as the portfolio is deactivated: {left}.") };
    let role = if *became_user { " Portfolio Admins without portfolios become Users." } else { "" };
    format!("{restored}{left}{role}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        pages::users::directory::AsideEntry,
        shared::samples::{Sample, check},
    };

    fn page(sample: &Sample) -> DeletedUsersPage {
        DeletedUsersPage {
            layout: sample.layout(),
            aside: Aside::sample(sample, AsideEntry::Deleted),
            count: Count::Exactly(sample.rows as u64),
            rows: sample.rows(|place, user| DeletedRow {
                user,
                deleted_at: sample.display_time(place * 70),
                deleted_by: (place % 4 != 1).then(|| sample.user(11).name),
                restorable_until: sample.display_time(0),
                address_used_by: (place % 4 == 2).then(|| sample.user(12)),
            }),
            pager: Pager::single("12 deleted users"),
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("deleted-users", page);
        check("deleted-users-left", |sample| DeletedUsersPage { count: Count::Exactly(50), rows: Vec::new(), ..page(sample) });
    }
}
