//! Options of pickers, found by a search where they are many, beside those that are ticked already.

use crate::{
    domain::{
        ids::{AccountId, PortfolioId, UserId, sorted},
        permission::Permission,
        policy::{AccessAction, Action},
        scope::Scope,
        search::SearchTerm,
        user_list::{Order, SortBy, UserFilter},
    },
    store::{
        Database, StoreError,
        accounts::{self, Account},
        assignments,
        page::{Count, Position, Slice},
        portfolio_users::{self, Who},
        portfolios::{self, Portfolio},
        users::{self, User},
    },
    usecases::{ActionError, Context, accounts::May, shared::scoped_actor::ScopedActor},
};

/// Options of a picker.
#[derive(Debug, Clone)]
pub struct PickerOptions<T> {
    /// All options, or results of the search; none where there are too many to show without one.
    pub rows: Vec<T>,
    pub has_more: bool,
    /// Number of options without the search.
    pub count: Count,
    /// Ticked options, with or without a match.
    pub ticked: Vec<T>,
    /// Number of held options that are gone.
    pub lost: usize,
}

impl<T> Default for PickerOptions<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_more: false, count: Count::Exactly(0), ticked: Vec::new(), lost: 0 }
    }
}

/// Request of a picker.
#[derive(Debug, Clone)]
pub struct PickerQuery<I> {
    pub search: Option<SearchTerm>,
    pub ticked: Vec<I>,
    /// Options that could be ticked before, by a sealed draft. Missing ones are counted as lost; other missing ones are
    /// unknown.
    pub held: Vec<I>,
    /// Number of rows to show.
    pub limit: usize,
}

impl<I: Ord + Copy> PickerQuery<I> {
    /// True if anything is ticked that was not held.
    pub fn has_new(&self) -> bool {
        self.ticked.iter().any(|id| !self.held.contains(id))
    }

    fn offer<T>(
        &self,
        db: &mut Database,
        count: Count,
        list: impl FnOnce(&mut Database, Option<SearchTerm>) -> Result<Slice<T>, StoreError>,
        find: impl Fn(&mut Database, &[I]) -> Result<Vec<T>, StoreError>,
    ) -> Result<PickerOptions<T>, ActionError> {
        let is_short = matches!(count, Count::Exactly(count) if usize::try_from(count).is_ok_and(|count| count <= self.limit));
        let found = if is_short || self.search.is_some() { Some(list(db, self.search.clone())?) } else { None };
        let has_more = found.as_ref().is_some_and(|found| found.has_next);
        let wanted = sorted(&self.ticked);
        let ticked = find(db, &wanted)?;
        let missing = wanted.len() - ticked.len();
        // Missing ids that the draft does not hold were never on the page.
        let fresh = wanted.iter().filter(|id| !self.held.contains(id)).copied().collect::<Vec<_>>();
        if missing > 0 && find(db, &fresh)?.len() != fresh.len() {
            return Err(ActionError::unknown());
        }
        Ok(PickerOptions { rows: found.map(|found| found.rows).unwrap_or_default(), has_more, count, ticked, lost: missing })
    }
}

/// Options for the accounts of a new portfolio.
pub fn accounts_to_move(ctx: &Context, actor: &User, wanted: &PickerQuery<AccountId>) -> Result<PickerOptions<Account>, ActionError> {
    ctx.store.read(|db| {
        ScopedActor::of(db, actor)?.authorise(AccessAction::ManagePortfolios)?;
        let filter = |search| accounts::Filter { search, ..accounts::Filter::within(Scope::Company) };
        let count = accounts::count_all(db, &filter(None))?;
        let list = |db: &mut Database, search| accounts::list_by_portfolio(db, &filter(search), wanted.limit);
        wanted.offer(db, count, list, accounts::find_all)
    })
}

/// Options for the account of an asset: those that the actor sees. Names of portfolios outside the scope are left out.
pub(in crate::usecases) fn accounts_seen(
    db: &mut Database,
    actor: &ScopedActor,
    wanted: &PickerQuery<AccountId>,
) -> Result<PickerOptions<Account>, ActionError> {
    let within = accounts::Filter::within(actor.scope.clone());
    let filter =
        |search| accounts::Filter { search, active_only: actor.scope != Scope::Company, or_assigned_to: actor.id(), ..within.clone() };
    let count = accounts::count_all(db, &filter(None))?;
    let list = |db: &mut Database, search| accounts::list(db, &filter(search), &Position::First, wanted.limit);
    let find = |db: &mut Database, ids: &[AccountId]| accounts::find_among(db, &filter(None), ids);
    let mut offer = wanted.offer(db, count, list, find)?;
    for account in offer.rows.iter_mut().chain(&mut offer.ticked).filter(|account| !actor.scope.holds(account.portfolio_id)) {
        account.portfolio_name.clear();
    }
    Ok(offer)
}

/// Options for the Portfolio Admins of a new portfolio.
pub fn portfolio_admins(ctx: &Context, actor: &User, wanted: &PickerQuery<UserId>) -> Result<PickerOptions<User>, ActionError> {
    ctx.store.read(|db| {
        ScopedActor::of(db, actor)?.authorise(AccessAction::ManagePortfolios)?;
        users_who(db, actor, Who::PortfolioAdmins, wanted)
    })
}

/// Options for the users of a new account: those with an assignment in its portfolio.
pub fn users_of(
    ctx: &Context,
    user: &User,
    portfolio: PortfolioId,
    wanted: &PickerQuery<UserId>,
) -> Result<PickerOptions<User>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        actor.portfolio(db, portfolio)?;
        actor.authorise(AccessAction::CreateAccount { is_own: actor.scope.holds(portfolio) })?;
        users_who(db, user, Who::In(portfolio), wanted)
    })
}

/// Number of users that one look of [`users_for`] reads, to omit those who have the account already.
const LOOKED_AT: usize = 100;

/// Most looks of one call of [`users_for`].
const LOOKS: usize = 10;

/// Users to whom an account can be assigned, by a search; none without one. The account comes with them, and the slice
/// tells if there are more.
pub fn users_for(
    ctx: &Context,
    administrator: &User,
    account: AccountId,
    search: Option<SearchTerm>,
    limit: usize,
) -> Result<(Account, May, Slice<User>), ActionError> {
    let as_of = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, administrator)?;
        actor.authorise(Action::Use(Permission::AssignmentsChange))?;
        let (account, place) = actor.account(db, account)?;
        let may = May::of(&actor, place);
        if !may.assign {
            return Err(ActionError::unknown());
        }
        if !account.is_active() {
            return Err(ActionError::deactivated(account.portfolio_name));
        }
        let mut found = Vec::new();
        let mut has_more = false;
        if search.is_some() {
            let filter = UserFilter { search, ..UserFilter::default() };
            let order = Order { by: SortBy::Name, is_descending: false };
            let listed = users::UserQuery { scope: actor.scope, filter, order, as_of };
            let counts = users::counts(db, &listed)?;
            let mut next = Some(Position::First);
            for _ in 0..LOOKS {
                let Some(position) = next.take().filter(|_| found.len() <= limit) else { break };
                let page = users::page(db, &listed, counts.all, &position, LOOKED_AT)?;
                let ids = page.rows.iter().map(|listed| listed.user.id).collect::<Vec<_>>();
                let having = assignments::having_account(db, account.id, &ids)?;
                next = page.rows.last().filter(|_| page.has_next).map(|last| Position::After(last.cursor.clone()));
                found.extend(page.rows.into_iter().map(|listed| listed.user));
                found.retain(|user| user.id != administrator.id && !having.contains(&user.id));
            }
            has_more = next.is_some();
        }
        has_more |= found.len() > limit;
        found.truncate(limit);
        Ok((account, may, Slice { rows: found, has_next: has_more, has_previous: false }))
    })
}

/// Users other than the actor, since no user may give themselves access.
fn users_who(db: &mut Database, actor: &User, who: Who, wanted: &PickerQuery<UserId>) -> Result<PickerOptions<User>, ActionError> {
    let filter = |search| portfolio_users::Filter { who, search, except: Some(actor.id) };
    let count = portfolio_users::count_all(db, &filter(None))?;
    let list = |db: &mut Database, search| portfolio_users::list(db, &filter(search), &Position::First, wanted.limit);
    wanted.offer(db, count, list, |db, ids| portfolio_users::find_all(db, &filter(None), ids))
}

/// Active portfolios in which the actor may create accounts.
pub fn portfolios_for_accounts(
    ctx: &Context,
    actor: &User,
    wanted: &PickerQuery<PortfolioId>,
) -> Result<PickerOptions<Portfolio>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::AccountsCreate))?;
        portfolios_in(db, &actor.scope, None, wanted)
    })
}

/// Active portfolios that the account can be moved to.
pub fn portfolios_to_move_to(
    ctx: &Context,
    actor: &User,
    account: &Account,
    wanted: &PickerQuery<PortfolioId>,
) -> Result<PickerOptions<Portfolio>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(AccessAction::ManagePortfolios)?;
        portfolios_in(db, &actor.scope, Some(account.portfolio_id), wanted)
    })
}

/// Active portfolios that the actor can give to a Portfolio Admin.
pub fn portfolios_to_give(ctx: &Context, actor: &User, wanted: &PickerQuery<PortfolioId>) -> Result<PickerOptions<Portfolio>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::UsersInvitePortfolioAdmin))?;
        portfolios_in(db, &actor.scope, None, wanted)
    })
}

/// Accounts of active portfolios that the actor can give to users. Accounts of the portfolio `first` come first, and
/// are shown even where there are too many others to show without a search.
pub fn accounts_to_give(
    ctx: &Context,
    actor: &User,
    wanted: &PickerQuery<AccountId>,
    first: Option<PortfolioId>,
) -> Result<PickerOptions<Account>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::UsersInvite))?;
        let filter = |search| accounts::Filter { search, active_only: true, ..accounts::Filter::within(actor.scope.clone()) };
        let count = accounts::count_all(db, &filter(None))?;
        let list = |db: &mut Database, search| accounts::list_by_portfolio(db, &filter(search), wanted.limit);
        let mut offer = wanted.offer(db, count, list, |db, ids| accounts_of_scope(db, &actor.scope, ids))?;
        if offer.rows.is_empty() && wanted.search.is_none() && first.is_some() {
            let there = accounts::Filter { portfolio: first, ..filter(None) };
            offer.rows = accounts::list_by_portfolio(db, &there, wanted.limit)?.rows;
        }
        offer.rows.sort_by_key(|account| first.is_some_and(|first| account.portfolio_id != first));
        Ok(offer)
    })
}

fn portfolios_in(
    db: &mut Database,
    scope: &Scope,
    except: Option<PortfolioId>,
    wanted: &PickerQuery<PortfolioId>,
) -> Result<PickerOptions<Portfolio>, ActionError> {
    let filter = |search| portfolios::Filter { scope: scope.clone(), search, active_only: true, except };
    let count = portfolios::count_all(db, &filter(None))?;
    let list = |db: &mut Database, search| portfolios::list(db, &filter(search), &Position::First, wanted.limit);
    wanted.offer(db, count, list, |db, ids| portfolios_of_scope(db, scope, ids))
}

/// Finds these portfolios, if the actor may assign all of them. Portfolios that were deactivated meanwhile are unknown.
pub(in crate::usecases) fn given_portfolios(
    db: &mut Database,
    actor: &ScopedActor,
    ids: &[PortfolioId],
) -> Result<Vec<Portfolio>, ActionError> {
    all(portfolios_of_scope(db, &actor.scope, ids)?, ids)
}

/// Finds these accounts, if the actor may assign all of them. Accounts of deactivated portfolios are unknown.
pub(in crate::usecases) fn given_accounts(db: &mut Database, actor: &ScopedActor, ids: &[AccountId]) -> Result<Vec<Account>, ActionError> {
    all(accounts_of_scope(db, &actor.scope, ids)?, ids)
}

fn all<T, I: Ord + Copy>(found: Vec<T>, ids: &[I]) -> Result<Vec<T>, ActionError> {
    if found.len() == sorted(ids).len() { Ok(found) } else { Err(ActionError::unknown()) }
}

/// Active portfolios of `ids` in `scope`.
fn portfolios_of_scope(db: &mut Database, scope: &Scope, ids: &[PortfolioId]) -> Result<Vec<Portfolio>, StoreError> {
    let mut found = portfolios::find_all(db, ids)?;
    found.retain(|portfolio| portfolio.is_active() && scope.holds(portfolio.id));
    Ok(found)
}

/// Accounts of `ids` in active portfolios of `scope`.
fn accounts_of_scope(db: &mut Database, scope: &Scope, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    let mut found = accounts::find_all(db, ids)?;
    found.retain(|account| account.is_active() && scope.holds(account.portfolio_id));
    Ok(found)
}
