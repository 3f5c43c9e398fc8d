//! One click each, and one click back: Block, Activate, Resend invitation.

use actix_web::web::Path;

use crate::{
    domain::ids::UserId,
    usecases::{Door, invitations, users},
    web::{
        console::Console,
        failure::already,
        form::{Form, ListButton},
        page::with_query,
        paths,
        query::ListQuery,
        resent,
        respond::Answer,
    },
};

use super::undoable;

/// `POST /users-and-groups/users/{user}/block`
pub(in crate::web) async fn block(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let (id, query) = (*id, ListQuery::returned(&form.0.return_query));
    let done = match console.act(move |ctx, caller| users::block(ctx, caller, Door::UsersAndGroups, id)).await? {
        Ok(person) => {
            let name = person.display_name();
            let text = format!("{name} is deactivated and signed out everywhere.");
            undoable(text, "Activate", &name, paths::ActivateUser { user: id }, &query)
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, with_query(paths::UsersAndGroups {}, &query))
}

/// `POST /users-and-groups/users/{user}/activate`
pub(in crate::web) async fn activate(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let (id, query) = (*id, ListQuery::returned(&form.0.return_query));
    let done = match console.act(move |ctx, caller| users::activate(ctx, caller, Door::UsersAndGroups, id)).await? {
        Ok(person) => {
            let name = person.display_name();
            undoable(format!("{name} is active and can sign in again."), "Block", &name, paths::BlockUser { user: id }, &query)
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, with_query(paths::UsersAndGroups {}, &query))
}

/// `POST /users-and-groups/users/{user}/resend`
pub(in crate::web) async fn resend(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let (id, query) = (*id, ListQuery::returned(&form.0.return_query));
    let done = match console.act(move |ctx, caller| invitations::resend(ctx, caller, Door::UsersAndGroups, id)).await? {
        Ok(sent) => resent::said(&console, &sent),
        Err(denied) => already(denied)?,
    };
    console.done(&done, with_query(paths::UsersAndGroups {}, &query))
}
