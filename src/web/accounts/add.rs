//! Add person: a search, its results to choose from, and what the account gives them.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::AccountHead;
use crate::{
    domain::{
        ids::{AccountId, UserId},
        permission::{Grants, Permission, Switch},
        policy::Action,
        search::SearchTerm,
    },
    usecases::{assignments, offers},
    web::{
        console::Console,
        failure::{Failure, already},
        form::Form,
        groups::add::{AddQuery, Finder, RESULTS_MAX},
        page::{FieldError, Flash, FlashAction, FlashKind, FormErrors, Person, Shell},
        paths,
        respond::{self, Answer},
    },
};

/// The search, its results, and the switches.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/add.html")]
pub struct AddToAccountPage {
    pub shell: Shell,
    pub account: AccountHead,
    pub finder: Finder,
    pub grants: Grants,
}

impl AddToAccountPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }

    /// Each switch with its field, and whether it is on.
    fn switches(&self) -> [(&'static str, &'static str, bool); 2] {
        let switch = |switch: Switch, field| (switch.label(), field, self.grants.gives(switch));
        [switch(Switch::EditDetails, "edit_details"), switch(Switch::SeeBilling, "see_billing")]
    }
}

/// Who is to be added, and what they may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddForm {
    user: Option<UserId>,
    #[serde(default)]
    edit_details: bool,
    #[serde(default)]
    see_billing: bool,
    /// The search that found them.
    #[serde(default)]
    q: String,
}

/// `GET /accounts/{account}/add`
pub(in crate::web) async fn show(console: Console, id: Path<AccountId>, query: Query<AddQuery>) -> Answer {
    respond::page(&page(&console, *id, query.into_inner().q, Grants::default(), None).await?)
}

/// `POST /accounts/{account}/add`
pub(in crate::web) async fn submit(console: Console, id: Path<AccountId>, form: Form<AddForm>) -> Answer {
    let (account, AddForm { user, edit_details, see_billing, q }) = (*id, form.0);
    let grants = Grants { edits_details: edit_details, sees_billing: see_billing };
    let Some(user) = user else {
        let error = FieldError::Said("Choose somebody from the results".to_owned());
        return respond::again(&page(&console, account, q, grants, Some(error)).await?);
    };
    let done = match console.act(move |ctx, caller| assignments::give_account_with(ctx, caller, user, account, grants)).await? {
        Ok((person, given)) => {
            let name = person.display_name();
            let undo = FlashAction {
                label: "Remove".to_owned(),
                accessible_name: format!("Remove {name}"),
                path: paths::UnassignAccount { user, account }.to_string(),
                return_query: String::new(),
            };
            Flash::new(FlashKind::Ok, format!("{} is now assigned to {name}.", given.name)).with_action(undo)
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, paths::Account { account })
}

async fn page(console: &Console, id: AccountId, q: String, grants: Grants, error: Option<FieldError>) -> Result<AddToAccountPage, Failure> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (frame, (account, may, found)) = console
        .open(Action::Use(Permission::AssignmentsChange), move |ctx, actor| offers::people_for(ctx, actor, id, search, RESULTS_MAX))
        .await?;
    let account = AccountHead::new(&account, may);
    let finder = Finder {
        action: account.add_path().to_string(),
        hint: "People who do not have the account yet are offered.",
        q,
        results: found.rows.iter().map(|person| Person::from(&person.who())).collect(),
        has_more: found.has_next,
        picked: None,
        error,
    };
    Ok(AddToAccountPage { shell: console.shell(&frame), account, finder, grants })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::check;

    #[test]
    fn renders() {
        for is_wrong in [false, true] {
            check(&format!("add-to-account-{is_wrong}"), |sample| {
                let account = AccountHead::sample(sample);
                let finder = Finder {
                    action: account.add_path().to_string(),
                    hint: "People are offered.",
                    q: sample.text.clone(),
                    results: sample.rows(|_, person| person).into_iter().take(RESULTS_MAX).collect(),
                    has_more: true,
                    picked: None,
                    error: is_wrong.then(|| FieldError::Said("Choose somebody".into())),
                };
                AddToAccountPage { shell: sample.shell(), account, finder, grants: Grants::default() }
            });
        }
    }
}
