//! Revoke invitation, from somebody's page: the question before it.

use actix_web::web::{Path, Query};
use askama::Template;

use crate::{
    domain::ids::UserId,
    usecases::{self, EntryPoint, users},
    web::{
        pages::users::list::query::UserListQuery,
        shared::{
            form::{Form, ListButton},
            list_query::ReturnQuery,
            page::{Flash, FlashKind, Layout, UserLabel},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

use super::{already, left, list, with_return};

/// Consequence of revoking.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/revoke.html")]
pub struct RevokeFromManagePage {
    pub shell: Layout,
    pub user: UserLabel,
    /// The query of the list, to return to.
    pub query: String,
}

impl RevokeFromManagePage {
    fn path(&self) -> paths::RevokeFromManage {
        paths::RevokeFromManage { user: self.user.id }
    }

    fn back(&self) -> String {
        with_return(paths::Manage { user: self.user.id }, &self.query)
    }
}

/// `GET /users-and-permissions/{user}/revoke`
pub(in crate::web) async fn show(console: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let id = *id;
    let content = move |ctx: &_, actor: &_| users::invite::revocable(ctx, actor, EntryPoint::UsersAndPermissions, id);
    let (frame, user) = console.open(content).await?;
    respond::page(&RevokeFromManagePage {
        shell: console.shell(&frame),
        user: UserLabel::from(&user.who()),
        query: UserListQuery::returned(&query.return_query),
    })
}

/// `POST /users-and-permissions/{user}/revoke`
pub(in crate::web) async fn submit(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let id = *id;
    let said =
        |user: &usecases::User| Flash::new(FlashKind::Ok, format!("Invitation to {} revoked. Its link no longer works.", user.email));
    match console.act(said, move |ctx, submission| users::invite::revoke(ctx, submission, EntryPoint::UsersAndPermissions, id)).await? {
        Ok(_) => respond::see_other(list(&UserListQuery::returned(&form.0.return_query))),
        Err(denied) => console.say(&already(denied)?, left(&console, id, &form.0.return_query)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("manage-revoke", |sample| RevokeFromManagePage { shell: sample.shell(), user: sample.user(4), query: sample.query() });
    }
}
