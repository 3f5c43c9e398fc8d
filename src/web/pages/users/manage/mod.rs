//! Manage: page of a user in Users & Permissions, with its actions.

mod assigned;
pub mod assignments;
pub mod becomes_user;
pub mod edit;
pub mod fields;
pub(in crate::web) mod links;
pub(in crate::web) mod permissions;
pub mod show;
pub mod status_actions;
pub mod two_factor;
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

/// Address of a user's page, with the query of the list to return to, as it was requested.
fn at(user_id: UserId, query: &str) -> String {
    with_return(paths::Manage { user: user_id }, &UserListQuery::returned(query))
}

/// Address of a user's page in the view that had the form.
fn left(context: &PageContext, user_id: UserId, query: &str) -> String {
    context.view_of(&paths::Manage { user: user_id }.to_string()).map_or_else(|| at(user_id, query), str::to_owned)
}

/// An address that carries the list's query on.
pub(super) fn with_return(path: impl fmt::Display, query: &str) -> String {
    paths::with_query(path, &[("return", query)])
}

/// The list as it was left.
pub(super) fn list(query: &str) -> String {
    with_query(paths::UsersAndPermissions {}, query)
}

/// Like [`left`], for assignments, which the page of the account or portfolio changes too.
fn left_with(context: &PageContext, user_id: UserId, given: AssignmentRef, query: &str) -> String {
    let page = match given {
        AssignmentRef::Portfolio(portfolio) => paths::Portfolio { portfolio }.to_string(),
        AssignmentRef::Account(account) => paths::Account { account }.to_string(),
    };
    context.view_of(&page).map_or_else(|| left(context, user_id, query), str::to_owned)
}

/// Adds to a message that the user has left the acting user's scope, so that their page is gone.
fn parted(done: Flash, has_left: bool) -> Flash {
    if !has_left {
        return done;
    }
    let text = format!("{} They have nothing left in your portfolios and are no longer in your list.", done.text);
    Flash::new(FlashKind::Warn, text)
}

/// Address `back`, or the list if it is the page of a user who has left.
fn back_from(user_id: UserId, back: String, has_left: bool, query: &str) -> String {
    if has_left && is_at(&back, user_id) { list(&UserListQuery::returned(query)) } else { back }
}

/// True for an address of a user's page.
fn is_at(address: &str, user_id: UserId) -> bool {
    address.split('?').next() == Some(&*paths::Manage { user: user_id }.to_string())
}

/// Message about an action, with a button that undoes it.
fn undoable(text: String, label: &str, name: &str, path: impl ToString, query: &str) -> Flash {
    Flash::new(FlashKind::Ok, text).with_action(undo(label, name, path, query))
}

fn undo(label: &str, name: &str, path: impl ToString, query: &str) -> FlashAction {
    FlashAction::new(label, name, path).returning(&UserListQuery::returned(query))
}
