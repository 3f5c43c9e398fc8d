//! Step 2: which portfolios, or which accounts?

use askama::Template;

use crate::{
    domain::{permission::Permission, policy::Action, search::SearchTerm, user::DefaultRole},
    usecases::{Account, Portfolio, new_user},
    web::{
        console::Console,
        failure::Failure,
        page::{FieldError, FormErrors, Shell},
    },
};

use super::{Answers, Hidden, name_and_role::Checked};

/// So many boxes are shown; who has more to choose from searches.
const BOXES_MAX: usize = 100;

/// The second step.
#[derive(Debug, Clone, Template)]
#[template(path = "new_user/assignments.html")]
pub struct AssignmentsPage {
    pub shell: Shell,
    /// "Noor van Dijk, User".
    pub who: String,
    /// How a sentence calls the person.
    pub short_name: String,
    pub default_role: DefaultRole,
    pub find: String,
    pub groups: Vec<BoxGroup>,
    /// How many are ticked.
    pub ticked: usize,
    /// Whether there are more than are shown.
    pub has_more: bool,
    /// Ticks of the other kind were dropped, since the role has changed.
    pub dropped: bool,
    pub error: Option<FieldError>,
    pub hidden: Vec<Hidden>,
}

/// Boxes under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxGroup {
    /// The portfolio around accounts; "Ticked" for those that a search does not show.
    pub title: String,
    pub boxes: Vec<TickBox>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickBox {
    pub id: i64,
    pub name: String,
    pub is_ticked: bool,
}

impl AssignmentsPage {
    pub(super) async fn new(
        console: &Console,
        answers: &Answers,
        checked: Checked,
        find: String,
        error: Option<FieldError>,
    ) -> Result<Self, Failure> {
        let search = SearchTerm::parse(&find);
        let find = if search.is_some() { find } else { String::new() };
        let (chosen_portfolios, chosen_accounts) = (answers.portfolios.clone(), answers.accounts.clone());
        let role = checked.default_role;
        let (frame, (groups, has_more)) = console
            .open(Action::Use(Permission::UsersInvite), move |ctx, actor| {
                Ok(match role {
                    DefaultRole::PortfolioAdmin => {
                        let choice = new_user::portfolios(ctx, actor, search, &chosen_portfolios, BOXES_MAX)?;
                        (portfolio_groups(choice.offered.rows, choice.chosen), choice.offered.has_next)
                    }
                    DefaultRole::User => {
                        let choice = new_user::accounts(ctx, actor, search, &chosen_accounts, BOXES_MAX)?;
                        (account_groups(choice.offered.rows, choice.chosen), choice.offered.has_next)
                    }
                })
            })
            .await?;
        Ok(Self {
            shell: console.shell(&frame),
            who: checked.in_short(),
            short_name: checked.first_name.to_string(),
            default_role: role,
            find,
            ticked: groups.iter().flat_map(|group| &group.boxes).filter(|tick| tick.is_ticked).count(),
            groups,
            has_more,
            dropped: answers.dropped,
            error,
            hidden: answers.typed(),
        })
    }

    /// The step again, since nothing is ticked.
    pub(super) async fn nothing_ticked(console: &Console, answers: &Answers, checked: Checked) -> Result<Self, Failure> {
        let text = match checked.default_role {
            DefaultRole::PortfolioAdmin => "Tick at least one portfolio",
            DefaultRole::User => "Tick at least one account",
        };
        Self::new(console, answers, checked, String::new(), Some(FieldError::Said(text.to_owned()))).await
    }

    fn errors(&self) -> FormErrors {
        FormErrors::of([("boxes", self.error.as_ref())])
    }

    fn is_accounts(&self) -> bool {
        self.default_role == DefaultRole::User
    }

    /// "account" or "portfolio": the fields' name, and what people read.
    fn what(&self) -> &'static str {
        if self.is_accounts() { "account" } else { "portfolio" }
    }

    fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.boxes.is_empty())
    }
}

impl BoxGroup {
    fn ticked(&self) -> usize {
        self.boxes.iter().filter(|tick| tick.is_ticked).count()
    }
}

/// What is ticked and not among the offered comes first, so that no search loses a tick.
fn portfolio_groups(offered: Vec<Portfolio>, chosen: Vec<Portfolio>) -> Vec<BoxGroup> {
    let is_chosen = |portfolio: &Portfolio| chosen.iter().any(|chosen| chosen.id == portfolio.id);
    let tick = |portfolio: &Portfolio| TickBox { id: portfolio.id.0, name: portfolio.name.clone(), is_ticked: is_chosen(portfolio) };
    let elsewhere = chosen.iter().filter(|chosen| offered.iter().all(|offered| offered.id != chosen.id)).map(tick).collect();
    let groups = [("Ticked", elsewhere), ("Portfolios", offered.iter().map(tick).collect::<Vec<_>>())];
    groups
        .into_iter()
        .filter(|(_, boxes): &(_, Vec<_>)| !boxes.is_empty())
        .map(|(title, boxes)| BoxGroup { title: title.to_owned(), boxes })
        .collect()
}

fn account_groups(offered: Vec<Account>, chosen: Vec<Account>) -> Vec<BoxGroup> {
    let is_chosen = |account: &Account| chosen.iter().any(|chosen| chosen.id == account.id);
    let mut shown = chosen.iter().filter(|chosen| offered.iter().all(|offered| offered.id != chosen.id)).cloned().collect::<Vec<_>>();
    shown.extend(offered);
    shown.sort_by(|a, b| (&a.portfolio_name, a.portfolio_id, &a.sort_key).cmp(&(&b.portfolio_name, b.portfolio_id, &b.sort_key)));
    shown
        .chunk_by(|a, b| a.portfolio_id == b.portfolio_id)
        .map(|accounts| BoxGroup {
            title: accounts.first().map(|account| account.portfolio_name.clone()).unwrap_or_default(),
            boxes: accounts
                .iter()
                .map(|account| TickBox { id: account.id.0, name: account.name.clone(), is_ticked: is_chosen(account) })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{Sample, check};

    fn page(sample: &Sample, default_role: DefaultRole) -> AssignmentsPage {
        let tick = |id, name: &str| TickBox { id, name: name.to_owned(), is_ticked: id % 2 == 0 };
        AssignmentsPage {
            shell: sample.shell(),
            who: format!("{}, User", sample.text),
            short_name: sample.text.clone(),
            default_role,
            find: sample.text.clone(),
            groups: vec![BoxGroup {
                title: sample.text.clone(),
                boxes: (0..).zip(vec![&*sample.text; sample.rows]).map(|(id, name)| tick(id, name)).collect(),
            }],
            ticked: sample.rows / 2,
            has_more: sample.rows > 20,
            dropped: sample.rows > 20,
            error: None,
            hidden: vec![("first_name", sample.text.clone())],
        }
    }

    #[test]
    fn renders() {
        check("new-user-2-accounts", |sample| page(sample, DefaultRole::User));
        check("new-user-2-portfolios", |sample| page(sample, DefaultRole::PortfolioAdmin));
        check("new-user-2-error", |sample| AssignmentsPage {
            error: Some(FieldError::Said("Tick at least one account".to_owned())),
            groups: Vec::new(),
            ..page(sample, DefaultRole::User)
        });
    }
}
