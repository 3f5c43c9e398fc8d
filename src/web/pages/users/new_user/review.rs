//! Step 3: review.

use askama::Template;

use crate::{
    domain::{invitation::InvitationOrigin, time_unit, user::DefaultRole},
    usecases::{
        LayoutData,
        access::picker_options::{self, PickerQuery},
        users::new_user::NewAssignments,
    },
    web::shared::{
        error::WebError,
        page::{Ability, Layout, gives},
        page_context::PageContext,
        wizard,
    },
};

use super::{Answers, Origin, name_and_role::Checked};

/// The last step.
#[derive(Debug, Clone, Template)]
#[template(path = "users/new_user/review.html")]
pub struct ReviewPage {
    pub layout: Layout,
    pub who: String,
    pub short_name: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub default_role: DefaultRole,
    /// Portfolios, or portfolios with their accounts and permissions.
    pub given: Vec<(String, Vec<(String, &'static str)>)>,
    /// "5 days".
    pub invitation_term: String,
    pub draft: String,
    pub origin: Origin,
    /// Reason for which the invitation has to wait.
    pub held: Option<String>,
}

impl ReviewPage {
    /// Builds the step; `None` if nothing is selected yet, or the selection is gone.
    pub(super) async fn new(context: &PageContext, answers: &Answers, checked: Checked) -> Result<Option<Self>, WebError> {
        let Some(given) = answers.given() else { return Ok(None) };
        let ticked = answers.clone();
        let (layout_data, (given, lost)) = context
            .open(move |ctx, actor| {
                Ok(match given {
                    NewAssignments::Portfolios(ids) => {
                        let chosen = picker_options::portfolios_to_give(ctx, actor, &held(ids))?;
                        (chosen.ticked.into_iter().map(|portfolio| (portfolio.name, Vec::new())).collect(), chosen.lost)
                    }
                    NewAssignments::Accounts(given) => {
                        let ids = given.iter().map(|(account, _)| *account).collect();
                        let chosen = picker_options::accounts_to_give(ctx, actor, &held(ids), None)?;
                        let groups = chosen.ticked.chunk_by(|a, b| a.portfolio_id == b.portfolio_id);
                        let named = |accounts: &[crate::usecases::Account]| {
                            let portfolio = accounts.first().map(|account| account.portfolio_name.clone()).unwrap_or_default();
                            (
                                portfolio,
                                accounts.iter().map(|account| (account.name.clone(), gives(ticked.permissions(account.id)))).collect(),
                            )
                        };
                        (groups.map(named).collect(), chosen.lost)
                    }
                })
            })
            .await?;
        if lost > 0 {
            return Ok(None);
        }
        Ok(Some(Self {
            layout: context.layout(&layout_data),
            who: checked.in_short(),
            short_name: checked.first_name.to_string(),
            first_name: checked.first_name.to_string(),
            last_name: checked.last_name.to_string(),
            email: checked.email.as_str().to_owned(),
            default_role: checked.default_role,
            given,
            invitation_term: invitation_term(&layout_data),
            draft: wizard::seal(context, answers),
            origin: answers.origin(),
            held: None,
        }))
    }

    fn abilities(&self) -> Vec<Ability> {
        if !self.is_user() {
            return Ability::all(self.default_role);
        }
        let mut gives = self.given.iter().flat_map(|(_, accounts)| accounts.iter().map(|(_, gives)| *gives)).collect::<Vec<_>>();
        gives.dedup();
        let may = if let [alike] = gives[..] { alike } else { "As listed for each account" }.to_owned();
        let mut abilities = vec![Ability { place: "In these accounts", may }];
        abilities.extend(Ability::beyond_accounts(self.default_role));
        abilities
    }

    fn is_user(&self) -> bool {
        self.default_role == DefaultRole::User
    }

    /// "3 accounts".
    fn given_in_short(&self) -> String {
        let (count, one, many) = if self.is_user() {
            (self.given.iter().map(|(_, accounts)| accounts.len()).sum(), "account", "accounts")
        } else {
            (self.given.len(), "portfolio", "portfolios")
        };
        format!("{count} {}", if count == 1 { one } else { many })
    }
}

/// Query for things that were found in the actor's scope before.
fn held<I: Clone>(ids: Vec<I>) -> PickerQuery<I> {
    PickerQuery { search: None, held: ids.clone(), ticked: ids, limit: 0 }
}

fn invitation_term(layout_data: &LayoutData) -> String {
    time_unit::in_words(layout_data.company.invitation_term(InvitationOrigin::UsersAndPermissions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, default_role: DefaultRole) -> ReviewPage {
        let accounts =
            if default_role == DefaultRole::User { vec![(sample.text.clone(), "View, Edit details"); sample.rows] } else { Vec::new() };
        ReviewPage {
            layout: sample.layout(),
            who: format!("{}, {}", sample.text, default_role.label()),
            short_name: sample.text.clone(),
            first_name: sample.text.clone(),
            last_name: sample.text.clone(),
            email: sample.email.clone(),
            default_role,
            given: vec![(sample.text.clone(), accounts)],
            invitation_term: "5 days".to_owned(),
            draft: sample.text.clone(),
            origin: Origin::sample(sample),
            held: None,
        }
    }

    #[test]
    fn renders() {
        check("new-user-3-user", |sample| page(sample, DefaultRole::User));
        check("new-user-3-portfolio-admin", |sample| page(sample, DefaultRole::PortfolioAdmin));
        check("new-user-3-held", |sample| ReviewPage { held: Some(sample.group()), ..page(sample, DefaultRole::User) });
    }

    #[test]
    fn what_is_given_is_counted() {
        let mut page = page(&Sample::plain(), DefaultRole::User);
        page.given = vec![("A".to_owned(), vec![("B".to_owned(), "View"); 2]), ("D".to_owned(), vec![("E".to_owned(), "View")])];
        assert_eq!(page.given_in_short(), "3 accounts");
        page.default_role = DefaultRole::PortfolioAdmin;
        page.given.truncate(1);
        assert_eq!(page.given_in_short(), "1 portfolio");
    }
}
