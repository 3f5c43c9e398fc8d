//! The link of an open invitation, from somebody's page, where no mail server is configured to send it.

use actix_web::web::{Path, Query};
use askama::Template;

use crate::{
    domain::ids::UserId,
    usecases::{EntryPoint, users},
    web::{
        pages::users::list::query::UserListQuery,
        shared::{
            list_query::ReturnQuery,
            page::{DisplayTime, Layout, UserLabel},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

use super::with_return;

/// The link, on a page of its own: never in a message or a list.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/link.html")]
pub struct LinkFromManagePage {
    pub shell: Layout,
    pub user: UserLabel,
    /// The whole address.
    pub link: String,
    pub valid_until: DisplayTime,
    /// The query of the list, to return to.
    pub query: String,
}

impl LinkFromManagePage {
    fn back(&self) -> String {
        with_return(paths::Manage { user: self.user.id }, &self.query)
    }
}

/// `GET /users-and-permissions/{user}/link`
pub(in crate::web) async fn show(console: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let (id, caller) = (*id, console.current.caller());
    let content = move |ctx: &_, _: &_| users::invite::link(ctx, &caller, EntryPoint::UsersAndPermissions, id);
    let (frame, (user, link, valid_until)) = console.open(content).await?;
    respond::page(&LinkFromManagePage {
        shell: console.shell(&frame),
        user: UserLabel::from(&user.who()),
        link,
        valid_until: DisplayTime::new(valid_until, frame.now),
        query: UserListQuery::returned(&query.return_query),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        let link = format!("https://usher.example.com/invitation/{}", "x".repeat(43));
        check("manage-link", |sample| LinkFromManagePage {
            shell: sample.shell(),
            user: sample.user(4),
            link: link.clone(),
            valid_until: sample.moment(30),
            query: sample.query(),
        });
    }
}
