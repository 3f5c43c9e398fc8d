//! One click each, and one click back: Block, Activate, Resend invitation.

use actix_web::web::Path;

use crate::{
    domain::ids::UserId,
    usecases::{EntryPoint, User, users},
    web::shared::{
        form::{Form, ListButton},
        invitation_flash,
        list_query::ListQuery,
        page::with_query,
        page_context::PageContext,
        respond::HandlerResult,
        routing::paths,
    },
};

use super::undoable;

/// `POST /users-and-groups/users/{user}/block`
pub(in crate::web) async fn block(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, query) = (*id, ListQuery::returned(&form.0.return_query));
    let back = with_query(paths::UsersAndGroups {}, &query);
    let said = move |user: &User| {
        let name = user.display_name();
        let text = format!("{name} is deactivated and signed out everywhere.");
        undoable(text, "Activate", &name, paths::ActivateUser { user: id }, &query)
    };
    console.act_and_go(back, said, move |ctx, submission| users::lifecycle::block(ctx, submission, EntryPoint::UsersAndGroups, id)).await
}

/// `POST /users-and-groups/users/{user}/activate`
pub(in crate::web) async fn activate(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, query) = (*id, ListQuery::returned(&form.0.return_query));
    let back = with_query(paths::UsersAndGroups {}, &query);
    let said = move |user: &User| {
        let name = user.display_name();
        undoable(format!("{name} is active and can sign in again."), "Block", &name, paths::BlockUser { user: id }, &query)
    };
    console.act_and_go(back, said, move |ctx, submission| users::lifecycle::activate(ctx, submission, EntryPoint::UsersAndGroups, id)).await
}

/// `POST /users-and-groups/users/{user}/resend`
pub(in crate::web) async fn resend(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let id = *id;
    let back = with_query(paths::UsersAndGroups {}, &ListQuery::returned(&form.0.return_query));
    let said = invitation_flash::resent(console.passes_links_on());
    console.act_and_go(back, said, move |ctx, submission| users::invite::resend(ctx, submission, EntryPoint::UsersAndGroups, id)).await
}
