//! Portfolios and accounts given and taken, and what an account gives: each at once, with the way back.

use actix_web::web::Path;
use serde::Deserialize;

use crate::{
    domain::{
        ids::{AccountId, PortfolioId, UserId},
        permission::{Switch, To},
    },
    usecases::{assignments, people},
    web::{
        console::Console,
        failure::Failure,
        form::{Button, Form},
        page::{Flash, FlashKind},
        paths,
        respond::Answer,
    },
};

use super::{already, undoable};

/// What was chosen: "portfolio-3" or "account-12".
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignForm {
    assign: String,
}

/// `POST /users-and-permissions/{user}/assign`
pub(in crate::web) async fn assign(console: Console, id: Path<UserId>, form: Form<AssignForm>) -> Answer {
    let (user, chosen) = (*id, form.0.assign);
    if chosen.is_empty() {
        return console.done(&Flash::new(FlashKind::Warn, "Choose a portfolio or an account to add."), paths::Manage { user });
    }
    let unknown = |_| Failure::NotFound;
    match chosen.split_once('-') {
        Some(("portfolio", id)) => give_portfolio(&console, user, id.parse().map_err(unknown)?).await,
        Some(("account", id)) => give_account(&console, user, id.parse().map_err(unknown)?).await,
        _ => Err(Failure::NotFound),
    }
}

/// `POST /users-and-permissions/{user}/portfolios/{portfolio}/assign`
pub(in crate::web) async fn assign_portfolio(console: Console, path: Path<(UserId, PortfolioId)>, _: Form<Button>) -> Answer {
    let (user, portfolio) = *path;
    give_portfolio(&console, user, portfolio).await
}

/// `POST /users-and-permissions/{user}/accounts/{account}/assign`
pub(in crate::web) async fn assign_account(console: Console, path: Path<(UserId, AccountId)>, _: Form<Button>) -> Answer {
    let (user, account) = *path;
    give_account(&console, user, account).await
}

async fn give_portfolio(console: &Console, user: UserId, portfolio: PortfolioId) -> Answer {
    let done = match console.act(move |ctx, caller| assignments::give_portfolio(ctx, caller, user, portfolio)).await? {
        Ok((person, given)) => {
            let text = format!("{} is now assigned to {}.", given.name, person.display_name());
            undoable(text, "Remove", &given.name, paths::UnassignPortfolio { user, portfolio })
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, paths::Manage { user })
}

async fn give_account(console: &Console, user: UserId, account: AccountId) -> Answer {
    let done = match console.act(move |ctx, caller| assignments::give_account(ctx, caller, user, account)).await? {
        Ok((person, given)) => {
            let text = format!("{} is now assigned to {}.", given.name, person.display_name());
            undoable(text, "Remove", &given.name, paths::UnassignAccount { user, account })
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, paths::Manage { user })
}

/// `POST /users-and-permissions/{user}/portfolios/{portfolio}/remove`
pub(in crate::web) async fn unassign_portfolio(console: Console, path: Path<(UserId, PortfolioId)>, _: Form<Button>) -> Answer {
    let (user, portfolio) = *path;
    match console.act(move |ctx, caller| assignments::take_portfolio(ctx, caller, user, portfolio)).await? {
        Ok((person, taken)) => {
            let (who, back) = (person.display_name(), paths::AssignPortfolio { user, portfolio });
            taken_from(&console, user, &who, &taken.name, back).await
        }
        Err(denied) => console.done(&already(denied)?, paths::Manage { user }),
    }
}

/// `POST /users-and-permissions/{user}/accounts/{account}/remove`
pub(in crate::web) async fn unassign_account(console: Console, path: Path<(UserId, AccountId)>, _: Form<Button>) -> Answer {
    let (user, account) = *path;
    match console.act(move |ctx, caller| assignments::take_account(ctx, caller, user, account)).await? {
        Ok((person, taken)) => {
            let (who, back) = (person.display_name(), paths::AssignAccount { user, account });
            taken_from(&console, user, &who, &taken.name, back).await
        }
        Err(denied) => console.done(&already(denied)?, paths::Manage { user }),
    }
}

/// Back to the person, unless that was the last that they had in common with whoever took it.
async fn taken_from(console: &Console, user: UserId, who: &str, what: &str, back: impl ToString) -> Answer {
    let text = format!("{what} is no longer assigned to {who}.");
    let actor = console.user.person.clone();
    if console.act(move |ctx, _| people::is_met(ctx, &actor, user)).await?? {
        return console.done(&undoable(text, "Assign again", what, back), paths::Manage { user });
    }
    let text = format!("{text} Nothing in your portfolios is assigned to them any more, so that they have left your list.");
    console.done(&Flash::new(FlashKind::Warn, text), paths::UsersAndPermissions {})
}

/// `POST /users-and-permissions/{user}/accounts/{account}/{switch}/{to}`
pub(in crate::web) async fn switch(console: Console, path: Path<(UserId, AccountId, Switch, To)>, _: Form<Button>) -> Answer {
    let (user, account, switch, to) = *path;
    let done = match console.act(move |ctx, caller| assignments::switch(ctx, caller, user, account, switch, to)).await? {
        Ok((person, account)) => {
            let may = match to {
                To::On => "may now",
                To::Off => "may no longer",
            };
            let what = match switch {
                Switch::EditDetails => "edit the details of",
                Switch::SeeBilling => "see the billing information of",
            };
            let text = format!("{} {may} {what} {}.", person.display_name(), account.name);
            let undo = paths::SwitchPermission { user, account: account.id, switch, to: to.back() };
            undoable(text, "Undo", switch.label(), undo)
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, paths::Manage { user })
}
