//! Deactivate portfolio, after a page with the consequences, and Reactivate portfolio, at one click.

use actix_web::web::Path;
use askama::Template;

use super::{PortfolioHead, number};
use crate::{
    domain::ids::PortfolioId,
    usecases::{User, portfolios},
    web::shared::{
        form::{Button, Form},
        page::{Flash, FlashAction, FlashKind, Layout, counted, names_in_short},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Question with the consequences.
#[derive(Debug, Clone, Template)]
#[template(path = "portfolios/deactivate.html")]
pub struct DeactivatePage {
    pub layout: Layout,
    pub portfolio: PortfolioHead,
    pub accounts: u64,
    pub users: u64,
    /// "Hana Novotná and 2 more".
    pub admins: String,
    /// Portfolio Admins without another active portfolio; empty if there are none.
    pub left_without: String,
}

impl DeactivatePage {
    /// Lost access, in words.
    fn loss(&self) -> String {
        let accounts = counted(self.accounts, "account", "accounts");
        format!("{} access to it and its {accounts} immediately.", counted(self.users, "person loses", "people lose"))
    }
}

/// `GET /portfolios/{portfolio}/deactivate`
pub(in crate::web) async fn ask(context: PageContext, id: Path<PortfolioId>) -> HandlerResult {
    let id = *id;
    let (layout_data, follows) = context.open(move |ctx, actor| portfolios::consequences(ctx, actor, id)).await?;
    respond::page(&DeactivatePage {
        layout: context.layout(&layout_data),
        portfolio: PortfolioHead::from(&follows.portfolio),
        accounts: number(follows.contents.accounts),
        users: number(follows.contents.users),
        admins: in_short(&follows.admins),
        left_without: if follows.left_without.is_empty() { String::new() } else { in_short(&follows.left_without) },
    })
}

fn in_short(users: &[User]) -> String {
    names_in_short(&users.iter().map(User::display_name).collect::<Vec<_>>(), 20)
}

/// `POST /portfolios/{portfolio}/deactivate`
pub(in crate::web) async fn deactivate(context: PageContext, id: Path<PortfolioId>, _button: Form<Button>) -> HandlerResult {
    let portfolio = *id;
    let said = move |name: &String| {
        let undo = FlashAction::new("Reactivate", name, paths::ReactivatePortfolio { portfolio });
        Flash::new(FlashKind::Ok, format!("{name} is deactivated. Only Admins can open it.")).with_action(undo)
    };
    context.act(said, move |ctx, submission| portfolios::deactivate(ctx, submission, portfolio)).await??;
    respond::see_other(paths::Portfolio { portfolio })
}

/// `POST /portfolios/{portfolio}/reactivate`
pub(in crate::web) async fn reactivate(context: PageContext, id: Path<PortfolioId>, _button: Form<Button>) -> HandlerResult {
    let portfolio = *id;
    let said = |name: &String| Flash::new(FlashKind::Ok, format!("{name} is active again."));
    context.act(said, move |ctx, submission| portfolios::reactivate(ctx, submission, portfolio)).await??;
    respond::see_other(paths::Portfolio { portfolio })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for users in [0, 1, 1200] {
            check(&format!("deactivate-portfolio-of-{users}"), |sample| DeactivatePage {
                layout: sample.layout(),
                portfolio: PortfolioHead::sample(sample),
                accounts: users,
                users,
                admins: sample.group(),
                left_without: if users == 0 { String::new() } else { sample.group() },
            });
        }
    }
}
