//! Assigned accounts of a user; for Users, the only list of accounts.

use askama::Template;

use crate::{
    domain::ids::AccountId,
    usecases::Account,
    web::shared::{
        page::{Layout, Pager},
        routing::paths,
    },
};

/// List of assigned accounts.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/assigned.html")]
pub struct AccountsPage {
    pub layout: Layout,
    pub q: String,
    pub rows: Vec<AccountLink>,
    pub pager: Pager,
}

/// An account in the list of a user assigned to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLink {
    pub id: AccountId,
    pub name: String,
    /// Empty for an account without one.
    pub website: String,
}

impl AccountLink {
    pub(in crate::web) fn path(&self) -> paths::Account {
        paths::Account { account: self.id }
    }
}

impl From<&Account> for AccountLink {
    fn from(account: &Account) -> Self {
        Self { id: account.id, name: account.name.clone(), website: account.website.clone() }
    }
}

#[cfg(test)]
impl AccountLink {
    pub(in crate::web) fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        Self { id: AccountId(7), name: sample.group(), website: sample.text.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for q in ["", "nor"] {
            check(&format!("accounts-{q}"), |sample| AccountsPage {
                layout: sample.layout(),
                q: q.to_owned(),
                rows: sample.rows(|_, _| AccountLink::sample(sample)),
                pager: Pager::single("3 accounts"),
            });
        }
    }
}
