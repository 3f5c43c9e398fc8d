//! Pickers of accounts, users and portfolios, filled with options of the use cases.

use crate::{
    domain::{clock::Timestamp, ids::AccountId, permission::AssignmentPermissions},
    usecases::{Account, Portfolio, User, access::picker_options::PickerOptions},
    web::shared::{
        list_query,
        page::{FieldError, Picker, PickerKind, PickerOption, grouped},
    },
};

/// Picker of accounts, grouped by portfolio.
pub(in crate::web) fn accounts(offer: PickerOptions<Account>, find: String) -> Picker {
    accounts_with(offer, find, |_| None)
}

/// Picker of accounts with permissions, grouped by portfolio.
pub(in crate::web) fn accounts_with(
    offer: PickerOptions<Account>,
    find: String,
    permissions: impl Fn(AccountId) -> Option<AssignmentPermissions>,
) -> Picker {
    let pick = |account: &Account, is_ticked| PickerOption {
        value: account.id.to_string(),
        name: account.name.clone(),
        about: String::new(),
        is_ticked,
        permissions: permissions(account.id),
    };
    let group = |account: &Account| account.portfolio_name.clone();
    let ids = ("accounts", "account", "find_account");
    let picker = picker(offer, find, ids, ("Find an account", ("account", "accounts")), |account| account.id.0, group, pick);
    Picker { finds_groups: true, ..picker }
}

/// Picker of users, in one group.
pub(in crate::web) fn users(offer: PickerOptions<User>, find: String, group: &str, now: Timestamp) -> Picker {
    let pick = |user: &User, is_ticked| PickerOption {
        value: user.id.to_string(),
        name: user.display_name(),
        about: about(user, now),
        is_ticked,
        permissions: None,
    };
    let ids = ("people", "user", "find_user");
    picker(offer, find, ids, ("Find a person", ("person", "people")), |user| user.id.0, |_| group.to_owned(), pick)
}

/// Address and status of a user. A user without a name is labelled by the address already.
fn about(user: &User, now: Timestamp) -> String {
    let status = user.status(now).label();
    if user.display_name() == user.email { status.to_owned() } else { format!("{}, {status}", user.email) }
}

/// Picker of one portfolio.
pub(in crate::web) fn portfolios(offer: PickerOptions<Portfolio>, find: String) -> Picker {
    let picker = many_portfolios(offer, find);
    let error = picker.error.map(|_| FieldError::Message("The portfolio you chose is no longer available. Choose another".to_owned()));
    Picker { kind: PickerKind::One, error, ..picker }
}

/// Picker of several portfolios.
pub(in crate::web) fn many_portfolios(offer: PickerOptions<Portfolio>, find: String) -> Picker {
    let pick = |portfolio: &Portfolio, is_ticked| PickerOption {
        value: portfolio.id.to_string(),
        name: portfolio.name.clone(),
        about: String::new(),
        is_ticked,
        permissions: None,
    };
    let ids = ("portfolios", "portfolio", "find_portfolio");
    let group = |_: &Portfolio| "Portfolios".to_owned();
    let words = ("Find a portfolio", ("portfolio", "portfolios"));
    picker(offer, find, ids, words, |portfolio| portfolio.id.0, group, pick)
}

fn picker<T>(
    offer: PickerOptions<T>,
    find: String,
    (id, name, find_name): (&'static str, &'static str, &'static str),
    (label, words): (&'static str, (&'static str, &'static str)),
    key: impl Fn(&T) -> i64,
    group: impl Fn(&T) -> String,
    pick: impl Fn(&T, bool) -> PickerOption,
) -> Picker {
    let PickerOptions { rows, has_more, count, ticked, lost } = offer;
    let is_ticked = |row: &T| ticked.iter().any(|ticked| key(ticked) == key(row));
    let found = rows.iter().map(|row| (group(row), pick(row, is_ticked(row)))).collect();
    let kept = ticked.iter().map(|row| pick(row, true)).collect();
    let groups = Picker::grouped(found, kept);
    let error = (lost > 0).then(|| FieldError::Message(gone(lost, words.1)));
    Picker {
        kind: PickerKind::Many,
        id,
        name,
        find_name,
        label,
        words,
        find,
        count: list_query::shown(count),
        has_more,
        finds_groups: false,
        groups,
        error,
    }
}

/// Message that selected things are gone. Gives no name or reason, which the user may not be allowed to know.
fn gone(lost: usize, many: &str) -> String {
    match lost {
        1 => format!("One of the {many} you selected is no longer available. Check your selection"),
        lost => format!("{} of the {many} you selected are no longer available. Check your selection", grouped(lost as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_counted() {
        assert_eq!(gone(1, "people"), "One of the people you selected is no longer available. Check your selection");
        assert_eq!(gone(2, "accounts"), "2 of the accounts you selected are no longer available. Check your selection");
    }
}
