//! Manage: somebody's page in Users & Permissions, and everything that is done from it.

mod assigned;
pub mod assignments;
pub mod becomes_user;
pub mod edit;
pub mod fields;
mod links;
mod permissions;
pub mod show;
pub mod status_actions;
pub mod unassign;

use std::fmt;

use crate::{
    domain::ids::UserId,
    usecases::AssignmentRef,
    web::shared::{
        error::already,
        page::{Flash, FlashAction, FlashKind, with_query},
        page_context::PageContext,
        routing::paths,
    },
};

use super::list::query::UserListQuery;

/// Somebody's page, which leads back to the list as it was left. `query` is the list's, as a request brought it.
fn at(user_id: UserId, query: &str) -> String {
    with_return(paths::Manage { user: user_id }, &UserListQuery::returned(query))
}

/// Somebody's page as it was left: the view that a form was on.
fn left(console: &PageContext, user_id: UserId, query: &str) -> String {
    console.view_of(&paths::Manage { user: user_id }.to_string()).map_or_else(|| at(user_id, query), str::to_owned)
}

/// An address that carries the list's query on.
pub(super) fn with_return(path: impl fmt::Display, query: &str) -> String {
    paths::with_query(path, &[("return", query)])
}

/// The list as it was left.
pub(super) fn list(query: &str) -> String {
    with_query(paths::UsersAndPermissions {}, query)
}

/// The same for what was given or taken, which the page of the account or portfolio leads to as well.
fn left_with(console: &PageContext, user_id: UserId, given: AssignmentRef, query: &str) -> String {
    let page = match given {
        AssignmentRef::Portfolio(portfolio) => paths::Portfolio { portfolio }.to_string(),
        AssignmentRef::Account(account) => paths::Account { account }.to_string(),
    };
    console.view_of(&page).map_or_else(|| left(console, user_id, query), str::to_owned)
}

/// Says also that a user has left, if they have: their page is gone once they have nothing in common with the user who acted.
fn parted(done: Flash, has_left: bool) -> Flash {
    if !has_left {
        return done;
    }
    let text = format!("{} They have nothing left in your portfolios and are no longer in your list.", done.text);
    Flash::new(FlashKind::Warn, text)
}

/// The page `back`, or the list in place of the page of somebody who has left.
fn back_from(user_id: UserId, back: String, has_left: bool, query: &str) -> String {
    if has_left && is_at(&back, user_id) { list(&UserListQuery::returned(query)) } else { back }
}

/// True if an address is that of somebody's page.
fn is_at(address: &str, user_id: UserId) -> bool {
    address.split('?').next() == Some(&*paths::Manage { user: user_id }.to_string())
}

/// What was done to somebody, with the button that undoes it.
fn undoable(text: String, label: &str, name: &str, path: impl ToString, query: &str) -> Flash {
    Flash::new(FlashKind::Ok, text).with_action(undo(label, name, path, query))
}

fn undo(label: &str, name: &str, path: impl ToString, query: &str) -> FlashAction {
    FlashAction::new(label, name, path).returning(&UserListQuery::returned(query))
}
