//! Add user to an account: a search, its results, and the permissions of the assignment.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::AccountHead;
use crate::{
    domain::{
        ids::{AccountId, UserId},
        permission::AssignmentPermissions,
        search::SearchTerm,
    },
    usecases::{
        self, Account,
        access::{assignments, picker_options},
    },
    web::shared::{
        error::already,
        form::Form,
        page::{FieldError, FindQuery, Finder, Flash, FlashAction, FlashKind, FormErrors, Layout, RESULTS_MAX, UserLabel, toggles},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Search, results and permission switches.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/add.html")]
pub struct AddToAccountPage {
    pub layout: Layout,
    pub account: AccountHead,
    pub finder: Finder,
    pub permissions: AssignmentPermissions,
}

impl AddToAccountPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }

    fn toggles(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        toggles(self.permissions)
    }
}

/// Selected user and permissions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddForm {
    user: Option<UserId>,
    #[serde(default, rename = "edit-details")]
    edits_details: bool,
    #[serde(default, rename = "see-billing")]
    sees_billing: bool,
    /// Typed search, with which the page is shown again.
    #[serde(default)]
    q: String,
}

/// `GET /accounts/{account}/add`
pub(in crate::web) async fn show(context: PageContext, id: Path<AccountId>, query: Query<FindQuery>) -> HandlerResult {
    answer(&context, *id, query.into_inner().q, AssignmentPermissions::default(), None).await
}

/// `POST /accounts/{account}/add`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AccountId>, form: Form<AddForm>) -> HandlerResult {
    let (account, AddForm { user, edits_details, sees_billing, q }) = (*id, form.0);
    let permissions = AssignmentPermissions { edits_details, sees_billing };
    let Some(user_id) = user else {
        let error = FieldError::Message("Choose a person from the results".to_owned());
        return answer(&context, account, q, permissions, Some(error)).await;
    };
    let said = move |(user, given): &(usecases::User, Account)| {
        let name = user.display_name();
        let undo = FlashAction::new("Remove", &name, paths::UnassignAccount { user: user_id, account });
        Flash::new(FlashKind::Ok, format!("{} is now assigned to {name}.", given.name)).with_action(undo)
    };
    let give = move |ctx: &_, submission: &_| assignments::give_account(ctx, submission, user_id, account, permissions);
    context.act_and_go(paths::Account { account }, said, give).await
}

/// The page with its errors. If the portfolio is deactivated, the page of the account says so instead.
async fn answer(
    context: &PageContext,
    id: AccountId,
    q: String,
    permissions: AssignmentPermissions,
    error: Option<FieldError>,
) -> HandlerResult {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let read = move |ctx: &_, actor: &_| Ok(picker_options::users_for(ctx, actor, id, search, RESULTS_MAX));
    let (layout_data, found) = context.open(read).await?;
    let (account, may, found) = match found {
        Ok(found) => found,
        Err(denied) => return context.say(&already(denied)?, paths::Account { account: id }),
    };
    let account = AccountHead::new(&account, may);
    let results = found.rows.iter().map(|user| UserLabel::from(&user.who())).collect();
    let finder = Finder::new(account.add_path(), "Shows people without access to this account.");
    let draw = if error.is_some() { respond::again } else { respond::page };
    draw(&AddToAccountPage {
        layout: context.layout(&layout_data),
        account,
        finder: Finder { q, results, has_more: found.has_next, error, ..finder },
        permissions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for is_wrong in [false, true] {
            check(&format!("add-to-account-{is_wrong}"), |sample| {
                let account = AccountHead::sample(sample);
                let finder = Finder {
                    q: sample.text.clone(),
                    results: sample.rows(|_, user| user).into_iter().take(RESULTS_MAX).collect(),
                    has_more: true,
                    error: is_wrong.then(|| FieldError::Message("Choose somebody".into())),
                    ..Finder::new(account.add_path(), "People are offered.")
                };
                AddToAccountPage { layout: sample.layout(), account, finder, permissions: AssignmentPermissions::default() }
            });
        }
    }
}
