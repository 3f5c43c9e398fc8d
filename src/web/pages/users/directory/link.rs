//! The link of an open invitation, where no mail server is configured to send it.

use askama::Template;

use crate::{
    domain::ids::UserId,
    usecases::{EntryPoint, users},
    web::shared::{
        list_query::{ListQuery, ReturnQuery},
        page::{DisplayTime, Layout, UserLabel, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use actix_web::web::{Path, Query};

/// The link, on a page of its own: never in a message or a list.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/link.html")]
pub struct InvitationLinkPage {
    pub shell: Layout,
    pub user: UserLabel,
    /// The whole address.
    pub link: String,
    pub valid_until: DisplayTime,
    /// The query of the list, to return to.
    pub query: String,
}

impl InvitationLinkPage {
    fn back(&self) -> String {
        with_query(paths::UsersAndGroups {}, &self.query)
    }
}

/// `GET /users-and-groups/users/{user}/link`
pub(in crate::web) async fn show(console: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let (id, caller) = (*id, console.current.caller());
    let (frame, (user, link, valid_until)) =
        console.open(move |ctx, _| users::invite::link(ctx, &caller, EntryPoint::UsersAndGroups, id)).await?;
    respond::page(&InvitationLinkPage {
        shell: console.shell(&frame),
        user: UserLabel::from(&user.who()),
        link,
        valid_until: DisplayTime::new(valid_until, frame.now),
        query: ListQuery::returned(&query.return_query),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, link: String) -> InvitationLinkPage {
        InvitationLinkPage { shell: sample.shell(), user: sample.user(4), link, valid_until: sample.moment(30), query: sample.query() }
    }

    #[test]
    fn renders() {
        let link = format!("https://usher.example.com/invitation/{}", "x".repeat(43));
        check("invitation-link", |sample| page(sample, link.clone()));
    }
}
