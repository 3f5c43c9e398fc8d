//! Revoke invitation: the question before it.

use askama::Template;

use crate::{
    domain::ids::UserId,
    usecases::{self, EntryPoint, users},
    web::shared::{
        form::{Form, ListButton},
        list_query::{ListQuery, ReturnQuery},
        page::{Flash, FlashKind, Layout, UserLabel, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use actix_web::web::{Path, Query};

/// Consequence of revoking.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/revoke.html")]
pub struct RevokeInvitationPage {
    pub shell: Layout,
    pub user: UserLabel,
    /// The query of the list, to return to.
    pub query: String,
}

impl RevokeInvitationPage {
    fn path(&self) -> paths::RevokeInvitation {
        paths::RevokeInvitation { user: self.user.id }
    }

    fn back(&self) -> String {
        with_query(paths::UsersAndGroups {}, &self.query)
    }
}

/// `GET /users-and-groups/users/{user}/revoke`
pub(in crate::web) async fn show(console: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let id = *id;
    let (frame, user) = console.open(move |ctx, actor| users::invite::revocable(ctx, actor, EntryPoint::UsersAndGroups, id)).await?;
    respond::page(&RevokeInvitationPage {
        shell: console.shell(&frame),
        user: UserLabel::from(&user.who()),
        query: ListQuery::returned(&query.return_query),
    })
}

/// `POST /users-and-groups/users/{user}/revoke`
pub(in crate::web) async fn submit(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let id = *id;
    let said =
        |user: &usecases::User| Flash::new(FlashKind::Ok, format!("Invitation to {} revoked. Its link no longer works.", user.email));
    console.act(said, move |ctx, submission| users::invite::revoke(ctx, submission, EntryPoint::UsersAndGroups, id)).await??;
    respond::see_other(with_query(paths::UsersAndGroups {}, &ListQuery::returned(&form.0.return_query)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for place in [4, 10] {
            check(&format!("revoke-invitation-{place}"), |sample| RevokeInvitationPage {
                shell: sample.shell(),
                user: sample.user(place),
                query: sample.query(),
            });
        }
    }
}
