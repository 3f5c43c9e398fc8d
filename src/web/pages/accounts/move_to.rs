//! Move an account to another portfolio, for Admins.

use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::{AccountHead, pickers};
use crate::{
    domain::{
        ids::{AccountId, PortfolioId},
        search::SearchTerm,
    },
    usecases::{
        Account, NameError, Portfolio,
        access::picker_options::{self, PickerQuery},
        accounts,
    },
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{FieldError, Flash, FlashKind, FormErrors, Layout, PICKS_MAX, Picker},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Choice of the new portfolio.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/move.html")]
pub struct MoveAccountPage {
    pub layout: Layout,
    pub account: AccountHead,
    pub portfolios: Picker,
}

impl MoveAccountPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("portfolios", self.portfolios.error.as_ref())])
    }
}

/// Pressed button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    Find,
    Move,
}

/// Selected portfolio.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveForm {
    portfolio: Option<PortfolioId>,
    #[serde(default)]
    find_portfolio: String,
    r#do: Do,
}

/// `GET /accounts/{account}/move`
pub(in crate::web) async fn show(context: PageContext, id: Path<AccountId>) -> HandlerResult {
    respond::page(&page(&context, *id, None, String::new()).await?)
}

/// `POST /accounts/{account}/move`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AccountId>, form: Form<MoveForm>) -> HandlerResult {
    let (id, MoveForm { portfolio, find_portfolio: find, r#do }) = (*id, form.0);
    if r#do == Do::Find {
        return respond::page(&page(&context, id, portfolio, find).await?);
    }
    let Some(portfolio) = portfolio else { return refused(&context, id, None, find, |_| "Choose a portfolio".to_owned()).await };
    let said =
        |(account, portfolio): &(Account, Portfolio)| Flash::new(FlashKind::Ok, format!("Moved {} to {}.", account.name, portfolio.name));
    match context.act(said, move |ctx, submission| accounts::move_to(ctx, submission, id, portfolio)).await? {
        Ok(_) => respond::see_other(paths::Account { account: id }),
        Err(NameError::Taken) => {
            refused(&context, id, Some(portfolio), find, |name| format!("That portfolio already has an account named {name}")).await
        }
        Err(NameError::Action(error)) => context.say(&already(error)?, paths::Account { account: id }),
    }
}

async fn refused(
    context: &PageContext,
    id: AccountId,
    picked: Option<PortfolioId>,
    find: String,
    said: impl FnOnce(&str) -> String,
) -> HandlerResult {
    let mut page = page(context, id, picked, find).await?;
    page.portfolios.error = Some(FieldError::Message(said(&page.account.name)));
    respond::again(&page)
}

async fn page(context: &PageContext, id: AccountId, picked: Option<PortfolioId>, find: String) -> Result<MoveAccountPage, WebError> {
    let search = SearchTerm::parse(&find);
    let (layout_data, ((account, may), offer)) = context
        .open(move |ctx, actor| {
            let (account, may) = accounts::movable(ctx, actor, id)?;
            // Another tab may have moved it to the selected portfolio.
            let ticked = picked.filter(|picked| *picked != account.portfolio_id).into_iter().collect();
            let wanted = PickerQuery { search, ticked, held: Vec::new(), limit: PICKS_MAX };
            let offer = picker_options::portfolios_to_move_to(ctx, actor, &account, &wanted)?;
            Ok(((account, may), offer))
        })
        .await?;
    Ok(MoveAccountPage {
        layout: context.layout(&layout_data),
        account: AccountHead::new(&account, may),
        portfolios: pickers::portfolios(offer, find),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{page::PickerKind, samples::check};

    #[test]
    fn renders() {
        check("move-account", |sample| MoveAccountPage {
            layout: sample.layout(),
            account: AccountHead::sample(sample),
            portfolios: Picker { id: "portfolios", name: "portfolio", ..Picker::sample(sample, PickerKind::One) },
        });
    }
}
