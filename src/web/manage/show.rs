//! Somebody's page.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{
    fields::EditFields,
    list,
    permissions::{self, Block},
    sent::{EmailChange, Invitation, PasswordReset},
    with_return,
};
use crate::{
    domain::{
        ids::UserId,
        permission::{Grants, Permission, Switch, To},
        policy::{Action, Role},
        search::SearchTerm,
        user::Status,
    },
    usecases::{
        self,
        people::{self, May, SHOWN_MAX, Shown},
    },
    web::{
        console::Console,
        page::{Moment, Person, Shell, counted},
        paths,
        respond::{self, Answer},
        users_and_permissions::query::PeopleQuery,
    },
};

/// Everything about one person.
#[derive(Debug, Clone, Template)]
#[template(path = "manage/show.html")]
pub struct ManagePage {
    pub shell: Shell,
    pub person: Person,
    pub status: Status,
    /// "Portfolio Admin", "User".
    pub default_role: &'static str,
    /// As far as whoever looks may know.
    pub is_admin: bool,
    pub is_you: bool,
    pub groups: Vec<String>,
    pub created: Moment,
    pub last_sign_in: Option<Moment>,
    pub invitation: Option<Invitation>,
    pub email_change: Option<EmailChange>,
    pub password_reset: Option<PasswordReset>,
    /// For those who may end them.
    pub sessions: Option<u64>,
    pub blocks: Vec<Block>,
    pub more_portfolios: Option<String>,
    /// "1 portfolio and 3 accounts".
    pub assigned: String,
    pub portfolios: Vec<PortfolioRow>,
    pub accounts: Vec<AccountRow>,
    pub offer: Offer,
    /// The dialog Manage User, for those who may edit.
    pub edit: Option<EditFields>,
    pub may: May,
    pub shows_link: bool,
    /// The query of the list, to return to.
    pub query: String,
}

/// A portfolio that somebody looks after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortfolioRow {
    pub name: String,
    pub is_active: bool,
    pub remove: paths::UnassignPortfolio,
    /// A Portfolio Admin keeps one.
    pub may_remove: bool,
    /// Whether the person leaves one's scope with it, which is asked before.
    pub asks: bool,
}

/// An account that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub name: String,
    pub portfolio: String,
    pub is_active: bool,
    pub remove: paths::UnassignAccount,
    pub asks: bool,
    pub switches: Vec<SwitchRow>,
}

/// One of the two switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchRow {
    pub label: &'static str,
    pub is_on: bool,
    /// Puts it the other way.
    pub path: paths::SwitchPermission,
}

/// What may be added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    pub q: String,
    /// Whether one searches, since there is more than fits.
    pub searches: bool,
    /// Value and name.
    pub portfolios: Vec<(String, String)>,
    /// By portfolio.
    pub accounts: Vec<(String, Vec<(String, String)>)>,
}

impl ManagePage {
    fn has_assignments(&self) -> bool {
        !self.portfolios.is_empty() || !self.accounts.is_empty()
    }

    fn sessions_in_words(&self) -> String {
        match self.sessions {
            None | Some(0) => "Signed in nowhere.".to_owned(),
            Some(sessions) => format!("{} open.", counted(sessions, "session", "sessions")),
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.status, Status::Invited | Status::Expired)
    }

    fn list(&self) -> String {
        list(&self.query)
    }

    fn path(&self) -> paths::Manage {
        paths::Manage { user: self.person.id }
    }

    fn edit_path(&self) -> String {
        with_return(paths::EditUser { user: self.person.id }, &self.query)
    }

    fn deactivate(&self) -> paths::DeactivateUser {
        paths::DeactivateUser { user: self.person.id }
    }

    fn reactivate(&self) -> paths::ReactivateUser {
        paths::ReactivateUser { user: self.person.id }
    }

    fn resend(&self) -> paths::ResendFromManage {
        paths::ResendFromManage { user: self.person.id }
    }

    fn revoke(&self) -> String {
        with_return(paths::RevokeFromManage { user: self.person.id }, &self.query)
    }

    fn link(&self) -> String {
        with_return(paths::LinkFromManage { user: self.person.id }, &self.query)
    }

    fn end_sessions(&self) -> paths::EndSessions {
        paths::EndSessions { user: self.person.id }
    }

    fn send_password_reset(&self) -> paths::SendPasswordReset {
        paths::SendPasswordReset { user: self.person.id }
    }

    fn withdraw_email_change(&self) -> paths::WithdrawEmailChange {
        paths::WithdrawEmailChange { user: self.person.id }
    }

    fn assign(&self) -> paths::Assign {
        paths::Assign { user: self.person.id }
    }
}

/// What the page's address may say.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ManageQuery {
    /// Part of the name of a portfolio or an account.
    #[serde(default)]
    q: String,
    /// The list's query.
    #[serde(default, rename = "return")]
    return_query: String,
}

/// `GET /users-and-permissions/{user}`
pub(in crate::web) async fn show(console: Console, id: Path<UserId>, query: Query<ManageQuery>) -> Answer {
    let (id, ManageQuery { q, return_query }) = (*id, query.into_inner());
    let search = SearchTerm::parse(&q);
    let page = Action::Use(Permission::UsersView);
    let (frame, shown) = console.open(page, move |ctx, actor| people::show(ctx, actor, id, search.as_ref())).await?;
    respond::page(&ManagePage::new(&console, &frame, shown, q, &return_query))
}

impl ManagePage {
    fn new(console: &Console, frame: &usecases::directory::Frame, shown: Shown, q: String, query: &str) -> Self {
        let now = frame.now;
        let Shown { person, status, role, groups, invitation, email_change, password_reset, sessions, explained, assigned, offered, may } =
            shown;
        let moment = |at| Moment::new(at, now);
        let (blocks, more_portfolios) = permissions::blocks(&explained, now);
        let is_partial = offered.is_partial || assigned.portfolio_count.max(assigned.account_count) > SHOWN_MAX;
        let user = person.id;
        let portfolio = |given: usecases::PortfolioAssignment| PortfolioRow {
            is_active: given.portfolio.is_active(),
            remove: paths::UnassignPortfolio { user, portfolio: given.portfolio.id },
            may_remove: !assigned.is_last_portfolio,
            asks: assigned.is_last_in_common,
            name: given.portfolio.name,
        };
        Self {
            shell: console.shell(frame),
            query: PeopleQuery::returned(query),
            status,
            default_role: person.default_role.label(),
            is_admin: role == Role::Admin,
            is_you: console.is_you(&person),
            groups,
            created: moment(person.created_at),
            last_sign_in: person.last_sign_in_at.map(moment),
            invitation: invitation.map(|invitation| Invitation::new(invitation, now)),
            email_change: email_change.map(|(change, mail)| EmailChange::new(change, mail, now)),
            password_reset: password_reset.map(|latest| PasswordReset::new(latest, now)),
            sessions,
            blocks,
            more_portfolios,
            assigned: in_short(assigned.portfolio_count as u64, assigned.account_count as u64),
            portfolios: assigned.portfolios.into_iter().map(portfolio).collect(),
            accounts: assigned.accounts.into_iter().map(|given| account_row(user, given, assigned.is_last_in_common)).collect(),
            offer: Offer::new(q, is_partial, offered),
            edit: may.edit.then(|| EditFields::of(&person, now)),
            shows_link: console.passes_links_on() && may.see_link,
            may,
            person: Person::from(&person.who()),
        }
    }
}

fn account_row(user: UserId, given: usecases::AccountAssignment, asks: bool) -> AccountRow {
    let account = given.account;
    let switch = |&switch: &Switch| {
        let is_on = Grants::gives(given.grants, switch);
        let to = if is_on { To::Off } else { To::On };
        SwitchRow { label: switch.label(), is_on, path: paths::SwitchPermission { user, account: account.id, switch, to } }
    };
    AccountRow {
        switches: Switch::ALL.iter().map(switch).collect(),
        is_active: account.is_active(),
        remove: paths::UnassignAccount { user, account: account.id },
        asks,
        name: account.name,
        portfolio: account.portfolio_name,
    }
}

impl Offer {
    /// Where there is more than fits, nothing is offered before one searches.
    fn new(q: String, is_partial: bool, offered: people::Offered) -> Self {
        let searches = is_partial || !q.is_empty();
        if is_partial && q.is_empty() {
            return Self { q, searches, ..Self::default() };
        }
        let portfolio = |portfolio: usecases::Portfolio| (format!("portfolio-{}", portfolio.id), portfolio.name);
        let account = |account: &usecases::Account| (format!("account-{}", account.id), account.name.clone());
        let together = offered.accounts.chunk_by(|a, b| a.portfolio_id == b.portfolio_id);
        let group =
            |accounts: &[usecases::Account]| Some((accounts.first()?.portfolio_name.clone(), accounts.iter().map(account).collect()));
        Self {
            q,
            searches,
            portfolios: offered.portfolios.into_iter().map(portfolio).collect(),
            accounts: together.filter_map(group).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.portfolios.is_empty() && self.accounts.is_empty()
    }
}

/// "1 portfolio and 3 accounts".
fn in_short(portfolios: u64, accounts: u64) -> String {
    let counts = [(portfolios, "portfolio", "portfolios"), (accounts, "account", "accounts")];
    let counts = counts.into_iter().filter(|(count, _, _)| *count > 0).map(|(count, one, many)| counted(count, one, many));
    counts.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests;
