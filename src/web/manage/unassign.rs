//! Portfolios and accounts taken away: at once, with the way back. What is the last that somebody has in common with whoever does it is asked
//! about first.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        ids::{AccountId, PortfolioId, UserId},
        permission::Permission,
        policy::Action,
    },
    usecases::{
        Given,
        assignments::{self, TakeError, Taken},
    },
    web::{
        console::Console,
        form::Form,
        page::{Flash, FlashKind, Person, Shell},
        paths,
        query::ReturnQuery,
        respond::{self, Answer},
        users_and_permissions::query::PeopleQuery,
    },
};

use super::{already, at, go_back, undoable, with_return};

/// The question.
#[derive(Debug, Clone, Template)]
#[template(path = "manage/unassign.html")]
pub struct UnassignPage {
    pub shell: Shell,
    pub person: Person,
    /// What is taken.
    pub name: String,
    /// Where the answer goes.
    pub path: String,
    /// The query of the list, to return to.
    pub query: String,
}

impl UnassignPage {
    fn back(&self) -> String {
        with_return(paths::Manage { user: self.person.id }, &self.query)
    }
}

/// The button, or the answer to the question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnassignForm {
    /// Whether the question was answered.
    #[serde(default)]
    agreed: bool,
    /// The list's query.
    #[serde(default, rename = "return")]
    return_query: String,
}

/// `GET /users-and-permissions/{user}/portfolios/{portfolio}/remove`
pub(in crate::web) async fn ask_portfolio(console: Console, path: Path<(UserId, PortfolioId)>, query: Query<ReturnQuery>) -> Answer {
    let (user, portfolio) = *path;
    ask(&console, user, Given::Portfolio(portfolio), &query.return_query).await
}

/// `GET /users-and-permissions/{user}/accounts/{account}/remove`
pub(in crate::web) async fn ask_account(console: Console, path: Path<(UserId, AccountId)>, query: Query<ReturnQuery>) -> Answer {
    let (user, account) = *path;
    ask(&console, user, Given::Account(account), &query.return_query).await
}

/// `POST /users-and-permissions/{user}/portfolios/{portfolio}/remove`
pub(in crate::web) async fn portfolio(console: Console, path: Path<(UserId, PortfolioId)>, form: Form<UnassignForm>) -> Answer {
    let (user, portfolio) = *path;
    submit(&console, user, Given::Portfolio(portfolio), &form.0).await
}

/// `POST /users-and-permissions/{user}/accounts/{account}/remove`
pub(in crate::web) async fn account(console: Console, path: Path<(UserId, AccountId)>, form: Form<UnassignForm>) -> Answer {
    let (user, account) = *path;
    submit(&console, user, Given::Account(account), &form.0).await
}

/// Where something else lies in common, nothing is asked: the button of somebody's page takes it.
async fn ask(console: &Console, user: UserId, given: Given, query: &str) -> Answer {
    let content = move |ctx: &_, actor: &_| assignments::parting(ctx, actor, user, given);
    let (frame, asked) = console.open(Action::Use(Permission::AssignmentsChange), content).await?;
    let Some((person, name)) = asked else { return respond::see_other(at(user, query)) };
    let (path, _) = ways(user, given);
    let (person, query) = (Person::from(&person.who()), PeopleQuery::returned(query));
    respond::page(&UnassignPage { shell: console.shell(&frame), person, name, path, query })
}

async fn submit(console: &Console, user: UserId, given: Given, form: &UnassignForm) -> Answer {
    let (agreed, query) = (form.agreed, &*form.return_query);
    match console.act(move |ctx, caller| assignments::take(ctx, caller, user, given, agreed)).await? {
        Ok(taken) => go_back(console, user, told(user, given, &taken, query), query).await,
        Err(TakeError::LastInCommon) => ask(console, user, given, query).await,
        Err(TakeError::Denied(denied)) => console.done(&already(denied)?, at(user, query)),
    }
}

/// What was done, with the way back where there is one.
fn told(user: UserId, given: Given, taken: &Taken, query: &str) -> Flash {
    let Taken { person, name, is_active } = taken;
    let text = format!("{name} is no longer assigned to {}.", person.display_name());
    if *is_active {
        return undoable(text, "Assign again", name, ways(user, given).1, query);
    }
    Flash::new(FlashKind::Ok, format!("{text} It can be assigned again once its portfolio is reactivated."))
}

/// The addresses that take something from somebody and give it again.
pub(super) fn ways(user: UserId, given: Given) -> (String, String) {
    match given {
        Given::Portfolio(portfolio) => {
            (paths::UnassignPortfolio { user, portfolio }.to_string(), paths::AssignPortfolio { user, portfolio }.to_string())
        }
        Given::Account(account) => {
            (paths::UnassignAccount { user, account }.to_string(), paths::AssignAccount { user, account }.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::check;

    #[test]
    fn renders() {
        check("manage-unassign", |sample| UnassignPage {
            shell: sample.shell(),
            person: sample.person(6),
            name: sample.group(),
            path: paths::UnassignAccount { user: UserId(7), account: AccountId(3) }.to_string(),
            query: sample.query(),
        });
    }
}
