//! Assign portfolios and accounts, and change permissions: each at one click, with an undo.

use actix_web::web::Path;
use serde::Deserialize;

use crate::{
    domain::{
        ids::{AccountId, PortfolioId, UserId},
        permission::{AssignmentPermissions, PermissionToggle, To},
    },
    usecases::{Account, AssignmentRef, Portfolio, User, access::assignments},
    web::shared::{
        error::WebError,
        form::{Form, ListButton},
        page::{Flash, FlashKind, gives},
        page_context::PageContext,
        respond::HandlerResult,
        routing::paths,
    },
};

use super::{left, left_with, undoable};

/// Choice: "portfolio-3" or "account-12".
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignForm {
    assign: String,
    /// Query of the list.
    #[serde(default, rename = "return")]
    return_query: String,
}

/// `POST /users-and-permissions/{user}/assign`
pub(in crate::web) async fn assign(context: PageContext, id: Path<UserId>, form: Form<AssignForm>) -> HandlerResult {
    let (user_id, AssignForm { assign, return_query: query }) = (*id, form.0);
    if assign.is_empty() {
        return context.say(&Flash::new(FlashKind::Warn, "Choose a portfolio or an account to add."), left(&context, user_id, &query));
    }
    let unknown = |_| WebError::NotFound;
    match assign.split_once('-') {
        Some(("portfolio", id)) => give_portfolio(&context, user_id, id.parse().map_err(unknown)?, query).await,
        Some(("account", id)) => {
            give_account(&context, user_id, id.parse().map_err(unknown)?, AssignmentPermissions::default(), query).await
        }
        _ => Err(WebError::NotFound),
    }
}

/// `POST /users-and-permissions/{user}/portfolios/{portfolio}/assign`
pub(in crate::web) async fn assign_portfolio(
    context: PageContext,
    path: Path<(UserId, PortfolioId)>,
    form: Form<ListButton>,
) -> HandlerResult {
    let (user_id, portfolio) = *path;
    give_portfolio(&context, user_id, portfolio, form.0.return_query).await
}

/// Permissions of an account that is assigned again by an undo.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignAccountForm {
    #[serde(rename = "edit-details")]
    edits_details: Option<bool>,
    #[serde(rename = "see-billing")]
    sees_billing: Option<bool>,
    /// Query of the list.
    #[serde(default, rename = "return")]
    return_query: String,
}

/// `POST /users-and-permissions/{user}/accounts/{account}/assign`
pub(in crate::web) async fn assign_account(
    context: PageContext,
    path: Path<(UserId, AccountId)>,
    form: Form<AssignAccountForm>,
) -> HandlerResult {
    let ((user_id, account), AssignAccountForm { edits_details, sees_billing, return_query }) = (*path, form.0);
    let usual = AssignmentPermissions::default();
    let permissions = AssignmentPermissions {
        edits_details: edits_details.unwrap_or(usual.edits_details),
        sees_billing: sees_billing.unwrap_or(usual.sees_billing),
    };
    give_account(&context, user_id, account, permissions, return_query).await
}

async fn give_portfolio(context: &PageContext, user_id: UserId, portfolio: PortfolioId, query: String) -> HandlerResult {
    let back = left_with(context, user_id, AssignmentRef::Portfolio(portfolio), &query);
    let said = move |(user, given): &(User, Portfolio)| {
        let text = format!("{} is now assigned to {}.", given.name, user.display_name());
        undoable(text, "Remove", &given.name, paths::UnassignPortfolio { user: user_id, portfolio }, &query)
    };
    context.act_and_go(back, said, move |ctx, submission| assignments::give_portfolio(ctx, submission, user_id, portfolio)).await
}

async fn give_account(
    context: &PageContext,
    user_id: UserId,
    account: AccountId,
    permissions: AssignmentPermissions,
    query: String,
) -> HandlerResult {
    let back = left_with(context, user_id, AssignmentRef::Account(account), &query);
    let said = move |(user, given): &(User, Account)| {
        let what = if permissions == AssignmentPermissions::default() { String::new() } else { format!(": {}", gives(permissions)) };
        let text = format!("{} is now assigned to {}{what}.", given.name, user.display_name());
        undoable(text, "Remove", &given.name, paths::UnassignAccount { user: user_id, account }, &query)
    };
    context.act_and_go(back, said, move |ctx, submission| assignments::give_account(ctx, submission, user_id, account, permissions)).await
}

/// `POST /users-and-permissions/{user}/accounts/{account}/{switch}/{to}`
pub(in crate::web) async fn toggle(
    context: PageContext,
    path: Path<(UserId, AccountId, PermissionToggle, To)>,
    form: Form<ListButton>,
) -> HandlerResult {
    let ((user_id, account, switch, to), query) = (*path, form.0.return_query);
    let back = left(&context, user_id, &query);
    let said = move |(user, account): &(User, Account)| {
        let may = match to {
            To::On => "can now",
            To::Off => "can no longer",
        };
        let what = match switch {
            PermissionToggle::EditDetails => "edit the details of",
            PermissionToggle::SeeBilling => "view the billing information of",
        };
        let text = format!("{} {may} {what} {}.", user.display_name(), account.name);
        let undo = paths::TogglePermission { user: user_id, account: account.id, switch, to: to.back() };
        undoable(text, "Undo", switch.label(), undo, &query)
    };
    context.act_and_go(back, said, move |ctx, submission| assignments::toggle(ctx, submission, user_id, account, switch, to)).await
}
