//! Accounts: their pages, details and portfolios.

pub mod billing;

use crate::{
    domain::{
        account::{AccountDetails, Website},
        audit::{AccountFields, AuditAction, AuditEvent, Named, Subject, SubjectKind},
        ids::{AccountId, PortfolioId, UserId, sorted},
        permission::{AccountPlace, AssignmentPermissions, Permission},
        policy::{AccessAction, Action},
        scope::Scope,
        search::SearchTerm,
    },
    mail::messages::Assignments,
    store::{
        ReadEntry,
        accounts::{self, Account, Filter},
        assignments::{self, Colleague},
        page::{Count, Position, Slice},
        portfolios::{self, Portfolio},
        scopes,
        users::User,
    },
};

use super::{
    ActionError, Context, Submission,
    access::notification_targets::NotificationTargets,
    audit::Visible,
    shared::{
        error::{EditError, NameError},
        scoped_actor::ScopedActor,
        transaction::{Rights, UnitOfWork},
    },
};

/// Most events on an account's page.
const EVENTS_MAX: usize = 5;

/// One page of accounts that are assigned to a user.
#[derive(Debug, Clone)]
pub struct Assigned {
    pub rows: Slice<Account>,
    pub count: Count,
}

/// Accounts assigned to the actor in active portfolios that are not their own. Their own portfolios list the others.
pub fn assigned(
    ctx: &Context,
    actor: &User,
    search: Option<SearchTerm>,
    position: &Position,
    limit: usize,
) -> Result<Assigned, ActionError> {
    ctx.store.read(|db| {
        let outside = match ScopedActor::of(db, actor)?.scope {
            Scope::Company => Vec::new(),
            Scope::Portfolios { active, .. } => active,
        };
        let filter = Filter { assigned_to: Some(actor.id), outside, search, ..Filter::within(Scope::Company) };
        Ok(Assigned { rows: accounts::list(db, &filter, position, limit)?, count: accounts::count_all(db, &filter)? })
    })
}

/// One page of the accounts in a scope.
#[derive(Debug, Clone)]
pub struct Listing {
    pub rows: Slice<Account>,
    pub count: Count,
}

/// Lists the accounts in the actor's scope, by name.
pub fn list(
    ctx: &Context,
    actor: &User,
    without_billing: bool,
    search: Option<SearchTerm>,
    position: &Position,
    limit: usize,
) -> Result<Listing, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::PortfoliosView))?;
        let filter = Filter { without_billing, search, ..Filter::within(actor.scope) };
        Ok(Listing { rows: accounts::list(db, &filter, position, limit)?, count: accounts::count_all(db, &filter)? })
    })
}

/// An account as the actor sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub account: Account,
    pub users: Slice<Colleague>,
    pub users_count: Count,
    /// Portfolio Admins of its portfolio; empty where the actor may not see the portfolio.
    pub through_portfolio: Vec<User>,
    /// Latest events, newest first.
    pub events: Vec<ReadEntry>,
    pub may: May,
}

/// The policy's answers about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of the policy")]
pub struct May {
    pub edit: bool,
    pub see_billing: bool,
    pub update_billing: bool,
    /// Assign it to users and remove it from them, and see their status and permissions.
    pub assign: bool,
    /// See the portfolio around it.
    pub see_portfolio: bool,
    pub move_away: bool,
}

impl May {
    pub(super) fn of(actor: &ScopedActor, place: AccountPlace) -> Self {
        let is_own = place.is_own;
        Self {
            edit: actor.may(AccessAction::EditAccount(place)),
            see_billing: actor.may(AccessAction::SeeBilling(place)),
            update_billing: actor.may(AccessAction::UpdateBilling(place)),
            assign: actor.may(Action::Use(Permission::AssignmentsChange)) && is_own,
            see_portfolio: actor.may(AccessAction::SeePortfolio { is_own }),
            move_away: actor.may(AccessAction::ManagePortfolios),
        }
    }

    /// Kinds of events that the actor may not see.
    fn hidden(self) -> Vec<AuditAction> {
        let hidden = [
            (self.see_billing, AuditAction::BillingUpdated),
            (self.see_portfolio, AuditAction::AccountMoved),
            // Tells the former portfolio alone.
            (false, AuditAction::AccountMovedOut),
        ];
        hidden.into_iter().filter(|(is_told, _)| !is_told).map(|(_, action)| action).collect()
    }

    /// Entries about the account that `reader` may see.
    pub(super) fn visible_entries(self, reader: UserId, id: AccountId) -> Visible {
        let visible = Visible::at(SubjectKind::Account, id.0, self.hidden());
        if self.assign { visible } else { visible.only_of(reader) }
    }
}

pub fn show(ctx: &Context, user: &User, id: AccountId, users_at: &Position, limit: usize) -> Result<Shown, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (account, place) = actor.account(db, id)?;
        let may = May::of(&actor, place);
        // Users without the right to assign see active users only, as in the directory.
        let active_only = !may.assign;
        let users = assignments::users_of_account(db, id, active_only, users_at, limit)?;
        let users_count = assignments::count_users_of_account(db, id, active_only)?;
        let through_portfolio = if may.see_portfolio && account.is_active() {
            portfolios::admins_of(db, &[account.portfolio_id])?.into_iter().map(|(_, user)| user).collect()
        } else {
            Vec::new()
        };
        let events = may.visible_entries(user.id, id).latest(db, EVENTS_MAX)?;
        Ok(Shown { account, users, users_count, through_portfolio, events, may })
    })
}

/// Finds the account, if the actor may edit its details.
pub fn editable(ctx: &Context, actor: &User, id: AccountId) -> Result<(Account, May), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::AccountsEdit))?;
        let (account, place) = actor.account(db, id)?;
        actor.authorise(AccessAction::EditAccount(place))?;
        Ok((account, May::of(&actor, place)))
    })
}

/// Finds the account, if the actor may move it.
pub fn movable(ctx: &Context, actor: &User, id: AccountId) -> Result<(Account, May), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(AccessAction::ManagePortfolios)?;
        let (account, place) = actor.account(db, id)?;
        Ok((account, May::of(&actor, place)))
    })
}

/// Creates an account in a portfolio, and assigns it to users who have an assignment there already.
pub fn create(
    ctx: &Context,
    submission: &Submission<AccountId>,
    portfolio: PortfolioId,
    details: &AccountDetails,
    user_ids: &[UserId],
) -> Result<AccountId, NameError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        work.require(Action::Use(Permission::AccountsCreate))?;
        submission.ensure_first_submission(work)?;
        let mut target_users = Vec::with_capacity(user_ids.len());
        for &user_id in &sorted(user_ids) {
            target_users.push(work.target_user_for_update(user_id)?);
        }
        portfolios::lock(work.tx, portfolio)?;
        let portfolio = work.portfolio(portfolio)?;
        let is_own = work.actor.scope.holds(portfolio.id);
        work.require(AccessAction::CreateAccount { is_own })?;
        if !portfolio.is_active() {
            return Err(ActionError::deactivated(portfolio.name).into());
        }
        if accounts::find_by_name(work.tx.db(), portfolio.id, &details.name)?.is_some() {
            return Err(NameError::Taken);
        }
        let id = accounts::insert(work.tx, portfolio.id, details, work.now)?;
        let account = accounts::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let (website, notes) = (account.website.clone(), account.notes.clone());
        work.record_at(&account, &portfolio, &AuditEvent::AccountCreated { website, notes });
        for target_user in target_users {
            work.actor.require_on(&target_user, |target| AccessAction::ChangeAssignments { target, is_own })?;
            let theirs = scopes::portfolios_of(work.tx.db(), &[target_user.user.id])?.remove(&target_user.user.id).unwrap_or_default();
            if !theirs.contains(&portfolio.id) {
                return Err(ActionError::unknown().into());
            }
            let permissions = AssignmentPermissions::default();
            assignments::give_account(work.tx, target_user.user.id, id, permissions, work.actor.id(), work.now)?;
            let event = AuditEvent::AssignmentAdded { permissions: Some(permissions) };
            work.record_at(&target_user.user, &account, &event);
            work.notify_assignments(&target_user.user, Assignments::added(&account.name))?;
        }
        Ok(id)
    })
}

/// Edits an account's details, if its version is still `version`.
pub fn edit(
    ctx: &Context,
    submission: &Submission<()>,
    id: AccountId,
    details: &AccountDetails,
    version: i32,
) -> Result<(), EditError<Account>> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        accounts::lock(work.tx, id)?;
        let account = work.actor.account_for(work.tx.db(), id, Permission::AccountsEdit, AccessAction::EditAccount)?;
        let website = details.website.as_ref().map_or("", Website::as_str);
        if details.name.as_str() == account.name && website == account.website && details.notes.as_str() == account.notes {
            return Err(ActionError::is_so(account.name).into());
        }
        if account.version != version {
            return Err(EditError::Stale(Box::new(account)));
        }
        // Names of other accounts are not revealed to actors who may not see the portfolio.
        let is_told = work.actor.may(AccessAction::SeePortfolio { is_own: work.actor.scope.holds(account.portfolio_id) });
        let is_renamed = details.name.as_str() != account.name;
        if is_told
            && is_renamed
            && accounts::find_by_name(work.tx.db(), account.portfolio_id, &details.name)?.is_some_and(|other| other != id)
        {
            return Err(EditError::NameTaken);
        }
        accounts::update(work.tx, id, details)?;
        let fields = |account: &Account| AccountFields {
            name: account.name.clone(),
            website: account.website.clone(),
            notes: account.notes.clone(),
        };
        let after = accounts::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let event = AuditEvent::AccountEdited { before: fields(&account), after: fields(&after) };
        work.record_in_portfolio(&account, &event);
        Ok(())
    })
}

/// Moves an account into another portfolio. Its assignments stay.
pub fn move_to(
    ctx: &Context,
    submission: &Submission<(Account, Portfolio)>,
    id: AccountId,
    portfolio: PortfolioId,
) -> Result<(Account, Portfolio), NameError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        work.require(AccessAction::ManagePortfolios)?;
        let portfolio = portfolios::lock(work.tx, portfolio)?.ok_or_else(ActionError::unknown)?;
        let account = accounts::lock(work.tx, id)?.ok_or_else(ActionError::unknown)?;
        if account.portfolio_id == portfolio.id {
            return Err(ActionError::is_so(account.name).into());
        }
        if !portfolio.is_active() {
            return Err(ActionError::deactivated(portfolio.name).into());
        }
        let mut affected = NotificationTargets::default();
        move_into(work, &account, &portfolio, &mut affected)?;
        affected.notify(work)?;
        Ok((account, portfolio))
    })
}

/// Moves a locked account, unless its name is taken there, and notes the users whose access changes.
pub(super) fn move_into(
    work: &mut UnitOfWork<'_, '_>,
    account: &Account,
    portfolio: &Portfolio,
    affected: &mut NotificationTargets,
) -> Result<(), NameError> {
    let name = crate::domain::text::AccountName::parse(&account.name).map_err(|_| ActionError::unknown())?;
    if accounts::find_by_name(work.tx.db(), portfolio.id, &name)?.is_some() {
        return Err(NameError::Taken);
    }
    affected.by_move(work.tx, account, portfolio)?;
    accounts::set_portfolio(work.tx, account.id, portfolio.id)?;
    let before = Named::new(account.portfolio_id.0, &account.portfolio_name);
    let after = Named::new(portfolio.id.0, &portfolio.name);
    // Two entries, since each has one place and both portfolios tell of the move.
    let left = Subject { kind: SubjectKind::Portfolio, id: before.id, name: before.name.clone() };
    work.record_at(account, left, &AuditEvent::AccountMovedOut { after: after.clone() });
    work.record_at(account, portfolio, &AuditEvent::AccountMoved { before, after });
    Ok(())
}
