//! The two screens from which administrators act on a user, and the ways back to each.

use super::{
    list::query::UserListQuery,
    manage::{self, with_return},
};
use crate::{
    domain::ids::UserId,
    usecases::EntryPoint,
    web::shared::{
        list_query::ListQuery,
        page::{UserLabel, with_query},
        page_context::PageContext,
        routing::paths,
    },
};

/// A user, and the screen from which an administrator acts on them.
#[derive(Debug, Clone)]
pub struct Screen {
    pub entry_point: EntryPoint,
    pub user: UserId,
    /// The query of the list, to return to.
    pub query: String,
}

impl Screen {
    /// The screen of a request, with the list's query as it brought it.
    pub(super) fn of(context: &PageContext, user: UserId, query: &str) -> Self {
        let entry_point = context.entry_point();
        let query = match entry_point {
            EntryPoint::UsersAndGroups => ListQuery::returned(query),
            EntryPoint::UsersAndPermissions => UserListQuery::returned(query),
        };
        Self { entry_point, user, query }
    }

    /// The list as it was left.
    pub(super) fn list(&self) -> String {
        match self.entry_point {
            EntryPoint::UsersAndGroups => with_query(paths::UsersAndGroups {}, &self.query),
            EntryPoint::UsersAndPermissions => manage::list(&self.query),
        }
    }

    /// The page that shows the user.
    pub(super) fn page(&self) -> String {
        match self.entry_point {
            EntryPoint::UsersAndGroups => self.list(),
            EntryPoint::UsersAndPermissions => with_return(paths::Manage { user: self.user }, &self.query),
        }
    }

    /// That page, or Home, as a form on it was left.
    pub(super) fn back(&self, context: &PageContext) -> String {
        let page = self.page();
        context.home_or(context.view_of(paths::path_of(&page)).map_or(page.clone(), str::to_owned))
    }

    /// The way to a page about the user: each address and its name.
    pub(super) fn crumbs(&self, user: &UserLabel) -> Vec<(String, String)> {
        match self.entry_point {
            EntryPoint::UsersAndGroups => vec![(self.list(), "Users & Groups".to_owned())],
            EntryPoint::UsersAndPermissions => {
                vec![(self.list(), "Users & Permissions".to_owned()), (self.page(), user.name.clone())]
            }
        }
    }
}

#[cfg(test)]
impl Screen {
    pub(super) const ALL: [(EntryPoint, &'static str); 2] =
        [(EntryPoint::UsersAndGroups, "users-and-groups"), (EntryPoint::UsersAndPermissions, "users-and-permissions")];

    pub(super) fn sample(sample: &crate::web::shared::samples::Sample, entry_point: EntryPoint) -> Self {
        Self { entry_point, user: UserId(7), query: sample.query() }
    }
}
