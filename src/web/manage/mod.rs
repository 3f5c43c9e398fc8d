//! Manage: somebody's page in Users & Permissions, and everything that is done from it.

mod assigned;
pub mod assignments;
pub mod becomes_user;
pub mod edit;
mod events;
pub mod fields;
pub mod link;
mod permissions;
pub mod revoke;
mod sent;
pub mod show;
pub mod standing;
pub mod unassign;

use std::fmt;

use super::{
    console::Console,
    failure::already,
    page::{Flash, FlashAction, FlashKind, with_query},
    paths,
    respond::Answer,
    users_and_permissions::query::PeopleQuery,
};
use crate::{domain::ids::UserId, usecases::people};

/// Somebody's page, which leads back to the list as it was left. `query` is the list's, as a request brought it.
fn at(user: UserId, query: &str) -> String {
    with_return(paths::Manage { user }, &PeopleQuery::returned(query))
}

/// Somebody's page as it was left: the view that a form was on.
fn left(console: &Console, user: UserId, query: &str) -> String {
    console.view_of(&paths::Manage { user }.to_string()).map_or_else(|| at(user, query), str::to_owned)
}

/// An address that carries the list's query on.
fn with_return(path: impl fmt::Display, query: &str) -> String {
    paths::with_query(path, &[("return", query)])
}

/// The list as it was left.
fn list(query: &str) -> String {
    with_query(paths::UsersAndPermissions {}, query)
}

/// To somebody's page as it was left with what was done, unless that was the last that they had in common with whoever did it: then to the list.
async fn go_back(console: &Console, user: UserId, done: Flash, query: &str) -> Answer {
    let actor = console.user.person.clone();
    if console.act(move |ctx, _| people::is_met(ctx, &actor, user)).await?? {
        return console.done(&done, left(console, user, query));
    }
    let text = format!("{} Nothing in your portfolios is assigned to them any more, so that they have left your list.", done.text);
    console.done(&Flash::new(FlashKind::Warn, text), list(&PeopleQuery::returned(query)))
}

/// What was done to somebody, with the button that undoes it.
fn undoable(text: String, label: &str, name: &str, path: impl ToString, query: &str) -> Flash {
    let (label, accessible_name) = (label.to_owned(), format!("{label} {name}"));
    let action = FlashAction { label, accessible_name, path: path.to_string(), return_query: PeopleQuery::returned(query) };
    Flash::new(FlashKind::Ok, text).with_action(action)
}
