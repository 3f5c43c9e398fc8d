//! Choice of the account of an asset.

use serde::Deserialize;

use crate::{
    domain::ids::AccountId,
    usecases::{Account, access::picker_options::PickerOptions},
    web::shared::{
        error::WebError,
        list_query::{self, known},
        page::{Picker, PickerKind, PickerOption},
    },
};

/// Name of an account that the reader does not see.
pub(super) const ANOTHER: &str = "Another account";

/// Pressed button, besides the one that saves. Enter presses the button of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Do {
    Find,
    Enter,
}

/// The chosen account; `None` for an asset without one.
pub(super) fn chosen(typed: &str) -> Result<Option<AccountId>, WebError> {
    known(typed, |text| text.parse().ok())
}

/// Picker of the account, where there is anything to choose. A chosen account that the reader does not see stays.
pub(super) fn picker(offer: PickerOptions<Account>, chosen: &str, find: String) -> Option<Picker> {
    let PickerOptions { rows, has_more, count, ticked, lost } = offer;
    let option = |value: String, name: &str, about: &str| PickerOption {
        is_ticked: value == chosen,
        value,
        name: name.to_owned(),
        about: about.to_owned(),
        permissions: None,
    };
    let account = |account: &Account| option(account.id.to_string(), &account.name, &account.portfolio_name);
    let found = rows.iter().map(|row| ("Accounts".to_owned(), account(row))).collect();
    let mut groups = Picker::grouped(found, ticked.iter().map(account).collect());
    let mut fixed = vec![option(String::new(), "No account", "")];
    if lost > 0 {
        fixed.push(option(chosen.to_owned(), ANOTHER, "You can’t see this account"));
    }
    match groups.last_mut().filter(|(name, _)| name == "Accounts") {
        Some((_, rows)) => _ = rows.splice(0..0, fixed),
        None => groups.push(("Accounts".to_owned(), fixed)),
    }
    let count = list_query::shown(count);
    (!count.is_zero() || lost > 0).then_some(Picker {
        kind: PickerKind::One,
        id: "accounts",
        name: "account",
        find_name: "find_account",
        label: "Find an account",
        words: ("account", "accounts"),
        find,
        count,
        has_more,
        finds_groups: false,
        groups,
        error: None,
    })
}
