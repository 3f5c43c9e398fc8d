//! Portfolios: their list, contents, and changes by Admins.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::{
        audit::{AuditEvent, PortfolioFields},
        clock::Timestamp,
        ids::{AccountId, PortfolioId, UserId, sorted},
        permission::Permission,
        policy::{AccessAction, Action, PolicyDenial},
        portfolio::PortfolioDetails,
        search::SearchTerm,
        user::{DefaultRole, Status},
    },
    store::{
        Database, StoreError,
        accounts::{self, Account},
        assignments,
        page::{Count, Position, Slice},
        portfolio_users::{self, Who},
        portfolios::{self, Contents, Filter, Portfolio},
        users::User,
    },
};

use super::{
    ActionError, Context, Submission,
    access::notification_targets::NotificationTargets,
    accounts::move_into,
    shared::{
        error::{EditError, NameError, action_error_from_store},
        scoped_actor::{ScopedActor, TargetUser},
        transaction::{Rights, UnitOfWork},
    },
};

/// Refusal of a new portfolio.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error("there is a portfolio with this name")]
    NameTaken,
    /// Equal names of two of its accounts.
    #[error("there is an account with this name in the portfolio")]
    AccountNameTaken(String),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(CreateError);

/// One page of the portfolios that exist for the actor.
#[derive(Debug, Clone)]
pub struct Listing {
    pub rows: Slice<Row>,
    pub count: Count,
    pub may_manage: bool,
    /// Deactivated portfolios of a Portfolio Admin, by name.
    pub deactivated: Vec<String>,
}

/// A portfolio in a list.
#[derive(Debug, Clone)]
pub struct Row {
    pub portfolio: Portfolio,
    pub contents: Contents,
    /// Its Portfolio Admins, by name.
    pub admins: Vec<User>,
}

/// Lists the portfolios that exist for the actor, with `search` in their name or in the name of an account.
pub fn list(ctx: &Context, user: &User, search: Option<SearchTerm>, position: &Position, limit: usize) -> Result<Listing, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        actor.authorise(Action::Use(Permission::PortfoliosView))?;
        let may_manage = actor.may(AccessAction::ManagePortfolios);
        let filter = Filter { scope: actor.scope, search, active_only: false, except: None };
        let page = portfolios::list(db, &filter, position, limit)?;
        let ids = page.rows.iter().map(|portfolio| portfolio.id).collect::<Vec<_>>();
        let contents = portfolios::contents(db, &ids)?;
        let mut admins = HashMap::<_, Vec<_>>::new();
        for (portfolio, user) in portfolios::admins_of(db, &ids)? {
            admins.entry(portfolio).or_default().push(user);
        }
        let rows = page.map(|portfolio| Row {
            contents: contents.get(&portfolio.id).copied().unwrap_or_default(),
            admins: admins.remove(&portfolio.id).unwrap_or_default(),
            portfolio,
        });
        let assigned = if may_manage { Vec::new() } else { assignments::portfolios_of(db, &[user.id])? };
        let deactivated = assigned.into_iter().map(|assigned| assigned.portfolio).filter(|portfolio| !portfolio.is_active());
        let deactivated = deactivated.map(|portfolio| portfolio.name).collect();
        Ok(Listing { rows, count: portfolios::count_all(db, &filter)?, may_manage, deactivated })
    })
}

/// A portfolio as the actor sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub portfolio: Portfolio,
    pub contents: Contents,
    pub admins: Vec<User>,
    pub accounts: Slice<AccountRow>,
    pub users: Slice<Assigned>,
    pub may_manage: bool,
    pub may_create_account: bool,
    pub may_invite: bool,
}

/// A user with an assignment in a portfolio.
#[derive(Debug, Clone)]
pub struct Assigned {
    pub user: User,
    pub status: Status,
    /// True if the whole portfolio is assigned.
    pub is_whole: bool,
    /// Names of the assigned accounts.
    pub accounts: Vec<String>,
}

/// An account in a list.
#[derive(Debug, Clone)]
pub struct AccountRow {
    pub account: Account,
    pub facts: accounts::Facts,
}

pub fn show(
    ctx: &Context,
    actor: &User,
    id: PortfolioId,
    accounts_at: &Position,
    users_at: &Position,
    limit: usize,
) -> Result<Shown, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        let portfolio = actor.portfolio(db, id)?;
        let filter = accounts::Filter { portfolio: Some(id), ..accounts::Filter::within(actor.scope.clone()) };
        let page = accounts::list(db, &filter, accounts_at, limit)?;
        let ids = page.rows.iter().map(|account| account.id).collect::<Vec<_>>();
        let facts = accounts::facts(db, &ids)?;
        let row = |account: Account| AccountRow { facts: facts.get(&account.id).copied().unwrap_or_default(), account };
        Ok(Shown {
            contents: portfolios::contents(db, &[id])?.remove(&id).unwrap_or_default(),
            admins: portfolios::admins_of(db, &[id])?.into_iter().map(|(_, user)| user).collect(),
            accounts: page.map(row),
            users: users_of(db, id, users_at, limit, now)?,
            may_manage: actor.may(AccessAction::ManagePortfolios),
            may_invite: portfolio.is_active()
                && actor.may(AccessAction::InviteWith { default_role: DefaultRole::User, is_own: actor.scope.holds(id) }),
            may_create_account: portfolio.is_active() && actor.may(AccessAction::CreateAccount { is_own: actor.scope.holds(id) }),
            portfolio,
        })
    })
}

fn users_of(db: &mut Database, id: PortfolioId, at: &Position, limit: usize, now: Timestamp) -> Result<Slice<Assigned>, StoreError> {
    let filter = portfolio_users::Filter { who: Who::In(id), search: None, except: None };
    let page = portfolio_users::list(db, &filter, at, limit)?;
    let ids = page.rows.iter().map(|user| user.id).collect::<Vec<_>>();
    let whole = assignments::portfolios_of(db, &ids)?;
    let accounts = assignments::accounts_of(db, &ids)?;
    Ok(page.map(|user| Assigned {
        status: user.status(now),
        is_whole: whole.iter().any(|assigned| assigned.user == user.id && assigned.portfolio.id == id),
        accounts: accounts
            .iter()
            .filter(|assigned| assigned.user == user.id && assigned.account.portfolio_id == id)
            .map(|assigned| assigned.account.name.clone())
            .collect(),
        user,
    }))
}

/// Creates a portfolio, moves these accounts into it, and assigns it to these Portfolio Admins.
pub fn create(
    ctx: &Context,
    submission: &Submission<PortfolioId>,
    details: &PortfolioDetails,
    accounts: &[AccountId],
    user_ids: &[UserId],
) -> Result<PortfolioId, CreateError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        work.require(AccessAction::ManagePortfolios)?;
        submission.ensure_first_submission(work)?;
        if portfolios::find_by_name(work.tx.db(), &details.name)?.is_some() {
            return Err(CreateError::NameTaken);
        }
        // Locks are taken in the common order: users, portfolios, accounts, each by id.
        let mut admins = Vec::with_capacity(user_ids.len());
        for &user_id in &sorted(user_ids) {
            admins.push(portfolio_admin(work, user_id)?);
        }
        let id = portfolios::insert(work.tx, details, work.now)?;
        let portfolio = portfolios::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let event = AuditEvent::PortfolioCreated { notes: portfolio.notes.clone() };
        work.record(&portfolio, &event);
        let mut affected = NotificationTargets::default();
        for target_user in &admins {
            assignments::give_portfolio(work.tx, target_user.user.id, id, work.actor.id(), work.now)?;
            work.record_at(&target_user.user, &portfolio, &AuditEvent::AssignmentAdded { permissions: None });
            affected.of(&target_user.user).given.push(portfolio.name.clone());
        }
        for &account in &sorted(accounts) {
            let account = accounts::lock(work.tx, account)?.ok_or_else(ActionError::unknown)?;
            move_into(work, &account, &portfolio, &mut affected).map_err(|error| match error {
                NameError::Action(error) => error.into(),
                NameError::Taken => CreateError::AccountNameTaken(account.name.clone()),
            })?;
        }
        affected.notify(work)?;
        Ok(id)
    })
}

/// Finds and locks a user to whom a portfolio can be assigned.
fn portfolio_admin(work: &mut UnitOfWork<'_, '_>, user_id: UserId) -> Result<TargetUser, ActionError> {
    let target_user = work.target_user_for_update(user_id)?;
    work.actor.require_on(&target_user, |target| AccessAction::ChangeAssignments { target, is_own: true })?;
    if target_user.user.default_role != DefaultRole::PortfolioAdmin {
        return Err(ActionError::Refused { denial: PolicyDenial::NotAPortfolioAdmin, name: Some(target_user.user.display_name()) });
    }
    Ok(target_user)
}

/// Finds a portfolio that the actor may manage.
pub fn managed(ctx: &Context, actor: &User, id: PortfolioId) -> Result<Portfolio, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(AccessAction::ManagePortfolios)?;
        actor.portfolio(db, id)
    })
}

/// Edits a portfolio's name and notes, if its version is still `version`.
pub fn edit(
    ctx: &Context,
    submission: &Submission<()>,
    id: PortfolioId,
    details: &PortfolioDetails,
    version: i32,
) -> Result<(), EditError<Portfolio>> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let portfolio = locked(work, id)?;
        if details.name.as_str() == portfolio.name && details.notes.as_str() == portfolio.notes {
            return Err(ActionError::is_so(portfolio.name).into());
        }
        if portfolio.version != version {
            return Err(EditError::Stale(Box::new(portfolio)));
        }
        if portfolios::find_by_name(work.tx.db(), &details.name)?.is_some_and(|other| other.id != id) {
            return Err(EditError::NameTaken);
        }
        portfolios::update(work.tx, id, details)?;
        let before = PortfolioFields { name: portfolio.name.clone(), notes: portfolio.notes.clone() };
        let after = PortfolioFields { name: details.name.to_string(), notes: details.notes.as_str().to_owned() };
        work.record(&portfolio, &AuditEvent::PortfolioEdited { before, after });
        Ok(())
    })
}

fn locked(work: &mut UnitOfWork<'_, '_>, id: PortfolioId) -> Result<Portfolio, ActionError> {
    work.require(AccessAction::ManagePortfolios)?;
    portfolios::lock(work.tx, id)?.ok_or_else(ActionError::unknown)
}

/// Consequences of a deactivation, for the page that asks for consent.
#[derive(Debug, Clone)]
pub struct Consequences {
    pub portfolio: Portfolio,
    pub contents: Contents,
    pub admins: Vec<User>,
    /// Portfolio Admins without another active portfolio.
    pub left_without: Vec<User>,
}

pub fn consequences(ctx: &Context, actor: &User, id: PortfolioId) -> Result<Consequences, ActionError> {
    let portfolio = managed(ctx, actor, id)?;
    ctx.store.read(|db| {
        let contents = portfolios::contents(db, &[id])?.remove(&id).unwrap_or_default();
        let admins = portfolios::admins_of(db, &[id])?.into_iter().map(|(_, user)| user).collect::<Vec<_>>();
        let theirs = assignments::portfolios_of(db, &admins.iter().map(|user| user.id).collect::<Vec<_>>())?;
        let others = theirs.iter().filter(|given| given.portfolio.id != id && given.portfolio.is_active());
        let kept = others.map(|given| given.user).collect::<HashSet<_>>();
        let left_without = admins.iter().filter(|user| !kept.contains(&user.id)).cloned().collect();
        Ok(Consequences { portfolio, contents, admins, left_without })
    })
}

/// Deactivates a portfolio: its contents stay, and only Admins have access. Returns its name.
///
/// # Errors
/// Unchanged where it is deactivated already.
pub fn deactivate(ctx: &Context, submission: &Submission<String>, id: PortfolioId) -> Result<String, ActionError> {
    set_deactivated(ctx, submission, id, true)
}

/// Reactivates a portfolio with its assignments. Returns its name.
///
/// # Errors
/// Unchanged where it is active already.
pub fn reactivate(ctx: &Context, submission: &Submission<String>, id: PortfolioId) -> Result<String, ActionError> {
    set_deactivated(ctx, submission, id, false)
}

fn set_deactivated(ctx: &Context, submission: &Submission<String>, id: PortfolioId, deactivated: bool) -> Result<String, ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let portfolio = locked(work, id)?;
        if portfolio.is_active() != deactivated {
            return Err(ActionError::is_so(portfolio.name));
        }
        portfolios::set_deactivated(work.tx, id, deactivated.then_some(work.now))?;
        let mut affected = NotificationTargets::default();
        affected.by_portfolio_status(work.tx, &portfolio, deactivated)?;
        affected.notify(work)?;
        let event = if deactivated { AuditEvent::PortfolioDeactivated {} } else { AuditEvent::PortfolioReactivated {} };
        work.record(&portfolio, &event);
        Ok(portfolio.name)
    })
}
