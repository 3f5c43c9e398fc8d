//! Accounts: what users see there, their details, and which portfolio they lie in.

pub mod billing;

use crate::{
    domain::{
        account::{AccountDetails, Website},
        audit::{AccountFields, AuditAction, AuditEvent, SubjectKind},
        clock::Timestamp,
        ids::{AccountId, PortfolioId, UserId, sorted},
        permission::{AccountPlace, AssignmentPermissions, Permission},
        policy::Action,
        scope::Scope,
        search::SearchTerm,
    },
    mail::messages::Assignments,
    store::{
        AuditRow, OfWhom, StoreError, Tx,
        accounts::{self, Account, Filter},
        assignments::{self, Colleague},
        latest_at,
        page::{Count, Position, Slice},
        portfolios::{self, Portfolio},
        scopes,
        users::User,
    },
};

use super::{
    ActionError, Context, Principal, Submission,
    access::{assignments::audit_account, notification_targets::NotificationTargets},
    shared::{
        context::{Rights, about_account},
        scoped_actor::ScopedActor,
    },
};

/// How many of the latest events an account's page shows.
const EVENTS_MAX: i64 = 5;

/// Why an account does not become what it was to be.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is an account with this name in the portfolio")]
    NameTaken,
    /// Nothing new begins in a portfolio that is deactivated.
    #[error("the portfolio is deactivated")]
    PortfolioDeactivated,
    /// Somebody else changed it since the form was drawn; this is how it stands now.
    #[error("it was changed meanwhile")]
    Stale(Box<Account>),
    #[error(transparent)]
    Denied(#[from] ActionError),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// One page of the accounts that are assigned to somebody.
#[derive(Debug, Clone)]
pub struct Assigned {
    pub rows: Slice<Account>,
    pub count: Count,
}

/// The accounts assigned to the actor, in portfolios that are active and not their own: those they see as it is.
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

/// An account as the actor sees it, with what they may do there.
#[derive(Debug, Clone)]
pub struct Shown {
    pub account: Account,
    pub users: Slice<Colleague>,
    pub users_count: Count,
    /// Who else reaches it, since they look after its portfolio; nobody for those who do not see that.
    pub through_portfolio: Vec<User>,
    /// Newest first.
    pub events: Vec<AuditRow>,
    pub may: May,
}

/// The policy's answers about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of the policy")]
pub struct May {
    pub edit: bool,
    pub see_billing: bool,
    pub update_billing: bool,
    /// Give it to users and take it from them, and see their status and what the assignment gives them.
    pub assign: bool,
    /// See the portfolio around it.
    pub see_portfolio: bool,
    pub move_away: bool,
}

impl May {
    pub(super) fn of(acting: &ScopedActor, place: AccountPlace) -> Self {
        let is_own = place.is_own;
        Self {
            edit: acting.may(Action::EditAccount(place)),
            see_billing: acting.may(Action::SeeBilling(place)),
            update_billing: acting.may(Action::UpdateBilling(place)),
            assign: acting.may(Action::Use(Permission::AssignmentsChange)) && is_own,
            see_portfolio: acting.may(Action::SeePortfolio { is_own }),
            move_away: acting.may(Action::ManagePortfolios),
        }
    }

    /// What is not theirs to know of what happens here. Whoever administers nothing learns of nothing that others were given, either.
    fn not_told(self) -> Vec<AuditAction> {
        let hidden = [(self.see_billing, AuditAction::BillingUpdated), (self.see_portfolio, AuditAction::AccountMoved)];
        hidden.into_iter().filter(|(is_told, _)| !is_told).map(|(_, action)| action).collect()
    }
}

pub fn show(ctx: &Context, actor: &User, id: AccountId, users_at: &Position, limit: usize) -> Result<Shown, ActionError> {
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        let (account, place) = acting.account(db, id)?;
        let may = May::of(&acting, place);
        // Whoever is no administrator here knows the users who can sign in, as in the directory.
        let active_only = !may.assign;
        let users = assignments::users_of_account(db, id, active_only, users_at, limit)?;
        let users_count = assignments::count_users_of_account(db, id, active_only)?;
        let through_portfolio = if may.see_portfolio && account.is_active() {
            portfolios::admins_of(db, &[account.portfolio_id])?.into_iter().map(|(_, user)| user).collect()
        } else {
            Vec::new()
        };
        let of_whom = if may.assign { OfWhom::Everybody } else { OfWhom::Only(actor.id) };
        let events = latest_at(db, SubjectKind::Account, id.0, of_whom, &may.not_told(), EVENTS_MAX)?;
        Ok(Shown { account, users, users_count, through_portfolio, events, may })
    })
}

/// The account, if the actor may edit its details.
pub fn editable(ctx: &Context, actor: &User, id: AccountId) -> Result<(Account, May), ActionError> {
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::Use(Permission::AccountsEdit))?;
        let (account, place) = acting.account(db, id)?;
        acting.authorise(Action::EditAccount(place))?;
        Ok((account, May::of(&acting, place)))
    })
}

/// The account, if the actor may move it.
pub fn movable(ctx: &Context, actor: &User, id: AccountId) -> Result<(Account, May), ActionError> {
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::ManagePortfolios)?;
        let (account, place) = acting.account(db, id)?;
        Ok((account, May::of(&acting, place)))
    })
}

/// Makes an account in a portfolio, and assigns it to these users, who have something in the portfolio already.
///
/// # Errors
/// See [`AccountError`].
pub fn create(
    ctx: &Context,
    submission: &Submission<AccountId>,
    portfolio: PortfolioId,
    details: &AccountDetails,
    user_ids: &[UserId],
) -> Result<AccountId, AccountError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let acting = caller.acting(tx, Rights::Change, now)?;
        acting.authorise(Action::Use(Permission::AccountsCreate))?;
        submission.ensure_first_submission(tx)?;
        let mut met = Vec::with_capacity(user_ids.len());
        for &user_id in &sorted(user_ids) {
            met.push(acting.target_user_for_update(tx, user_id, now)?);
        }
        portfolios::lock(tx, portfolio)?;
        let portfolio = acting.portfolio(tx.db(), portfolio)?;
        let is_own = acting.scope.holds(portfolio.id);
        acting.authorise(Action::CreateAccount { is_own })?;
        if !portfolio.is_active() {
            return Err(AccountError::PortfolioDeactivated);
        }
        if accounts::find_by_name(tx.db(), portfolio.id, &details.name)?.is_some() {
            return Err(AccountError::NameTaken);
        }
        let id = accounts::insert(tx, portfolio.id, details, now)?;
        let account = accounts::find(tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let (website, notes) = (account.website.clone(), account.notes.clone());
        let created = AuditEvent::AccountCreated { portfolio: portfolio.name.clone(), website, notes };
        tx.audit(about_account(now, caller.by(&acting.user), &account, &created));
        for met in met {
            acting.require_on(&met, |target| Action::ChangeAssignments { target, is_own })?;
            let theirs = scopes::portfolios_of(tx.db(), &[met.user.id])?.remove(&met.user.id).unwrap_or_default();
            if !theirs.contains(&portfolio.id) {
                return Err(ActionError::unknown().into());
            }
            let grants = AssignmentPermissions::default();
            assignments::give_account(tx, met.user.id, id, grants, acting.user.id, now)?;
            let event = AuditEvent::AssignmentAdded { permissions: Some(grants) };
            audit_account(tx, caller, &acting, &met.user, &account, &event, now);
            ctx.tell_assignments(tx, &met.user, &acting.user, Assignments::given(&account.name), now)?;
        }
        Ok(id)
    })
}

/// Describes an account anew, if it still is as it was at `version`.
///
/// # Errors
/// See [`AccountError`].
pub fn edit(ctx: &Context, submission: &Submission<()>, id: AccountId, details: &AccountDetails, version: i32) -> Result<(), AccountError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let acting = caller.acting(tx, Rights::Stay, now)?;
        accounts::lock(tx, id)?;
        let account = acting.account_for(tx.db(), id, Permission::AccountsEdit, Action::EditAccount)?;
        let website = details.website.as_ref().map_or("", Website::as_str);
        if details.name.as_str() == account.name && website == account.website && details.notes.as_str() == account.notes {
            return Err(ActionError::is_so(account.name).into());
        }
        if account.version != version {
            return Err(AccountError::Stale(Box::new(account)));
        }
        // Whoever does not see the portfolio is not told what else is in it.
        let is_told = acting.may(Action::SeePortfolio { is_own: acting.scope.holds(account.portfolio_id) });
        let is_renamed = details.name.as_str() != account.name;
        if is_told && is_renamed && accounts::find_by_name(tx.db(), account.portfolio_id, &details.name)?.is_some_and(|other| other != id) {
            return Err(AccountError::NameTaken);
        }
        accounts::update(tx, id, details)?;
        let fields = |account: &Account| AccountFields {
            name: account.name.clone(),
            website: account.website.clone(),
            notes: account.notes.clone(),
        };
        let after = accounts::find(tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let event = AuditEvent::AccountEdited { before: fields(&account), after: fields(&after) };
        tx.audit(about_account(now, caller.by(&acting.user), &account, &event));
        Ok(())
    })
}

/// Moves an account into another portfolio. The users to whom it is assigned keep it.
///
/// # Errors
/// See [`AccountError`].
pub fn move_to(
    ctx: &Context,
    submission: &Submission<(Account, Portfolio)>,
    id: AccountId,
    portfolio: PortfolioId,
) -> Result<(Account, Portfolio), AccountError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let acting = caller.acting(tx, Rights::Change, now)?;
        acting.authorise(Action::ManagePortfolios)?;
        let portfolio = portfolios::lock(tx, portfolio)?.ok_or_else(ActionError::unknown)?;
        let account = accounts::lock(tx, id)?.ok_or_else(ActionError::unknown)?;
        if account.portfolio_id == portfolio.id {
            return Err(ActionError::is_so(account.name).into());
        }
        if !portfolio.is_active() {
            return Err(ActionError::deactivated(portfolio.name).into());
        }
        let mut affected = NotificationTargets::default();
        move_into(tx, caller, &acting, &account, &portfolio, &mut affected, now)?;
        affected.tell(ctx, tx, &acting.user, now)?;
        Ok((account, portfolio))
    })
}

/// Moves a locked account, unless its name is taken there. Notes whose access changes with it.
pub(super) fn move_into(
    tx: &mut Tx<'_>,
    caller: &Principal,
    acting: &ScopedActor,
    account: &Account,
    portfolio: &Portfolio,
    affected: &mut NotificationTargets,
    now: Timestamp,
) -> Result<(), AccountError> {
    let name = crate::domain::text::AccountName::parse(&account.name).map_err(|_| ActionError::unknown())?;
    if accounts::find_by_name(tx.db(), portfolio.id, &name)?.is_some() {
        return Err(AccountError::NameTaken);
    }
    affected.by_move(tx, account, portfolio)?;
    accounts::set_portfolio(tx, account.id, portfolio.id)?;
    let event = AuditEvent::AccountMoved { before: account.portfolio_name.clone(), after: portfolio.name.clone() };
    tx.audit(about_account(now, caller.by(&acting.user), account, &event));
    Ok(())
}
