//! Lists in Users & Permissions.

use crate::domain::{
    clock::Timestamp,
    scope::Scope,
    user_list::{Order, UserFilter},
};

/// A list of users at one moment, which decides between Invited and Expired and stays the same from page to page.
#[derive(Debug, Clone)]
pub struct UserQuery {
    pub scope: Scope,
    pub filter: UserFilter,
    pub order: Order,
    pub as_of: Timestamp,
}
