//! What pickers offer: what somebody may tick, found by a search where it is much, beside what they have ticked already.

use crate::{
    domain::{
        ids::{AccountId, PortfolioId, UserId, sorted},
        permission::Permission,
        policy::Action,
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

/// What a picker shows.
#[derive(Debug, Clone)]
pub struct PickerOptions<T> {
    /// All there is, or what a search found; nothing where there is too much to show without one.
    pub rows: Vec<T>,
    pub has_more: bool,
    /// How many there are without the search.
    pub count: Count,
    /// What is ticked, found or not.
    pub ticked: Vec<T>,
    /// How much of what was held is gone.
    pub lost: usize,
}

impl<T> Default for PickerOptions<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_more: false, count: Count::Exactly(0), ticked: Vec::new(), lost: 0 }
    }
}

/// What is asked of a picker.
#[derive(Debug, Clone)]
pub struct PickerQuery<I> {
    pub search: Option<SearchTerm>,
    pub ticked: Vec<I>,
    /// What could be ticked before, as a draft of ours says: what is gone of it is lost, and not unknown.
    pub held: Vec<I>,
    /// So many rows are shown.
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
        // Something that does not exist, or not for the one who asks, was never on the page.
        let fresh = wanted.iter().filter(|id| !self.held.contains(id)).copied().collect::<Vec<_>>();
        if missing > 0 && find(db, &fresh)?.len() != fresh.len() {
            return Err(ActionError::unknown());
        }
        Ok(PickerOptions { rows: found.map(|found| found.rows).unwrap_or_default(), has_more, count, ticked, lost: missing })
    }
}

/// Accounts to move into a new portfolio.
pub fn accounts_to_move(ctx: &Context, actor: &User, wanted: &PickerQuery<AccountId>) -> Result<PickerOptions<Account>, ActionError> {
    ctx.store.read(|db| {
        ScopedActor::of(db, actor)?.authorise(Action::ManagePortfolios)?;
        let filter = |search| accounts::Filter { search, ..accounts::Filter::within(Scope::Company) };
        let count = accounts::count_all(db, &filter(None))?;
        let list = |db: &mut Database, search| accounts::list_by_portfolio(db, &filter(search), wanted.limit);
        wanted.offer(db, count, list, accounts::find_all)
    })
}

/// Users to look after a new portfolio.
pub fn portfolio_admins(ctx: &Context, actor: &User, wanted: &PickerQuery<UserId>) -> Result<PickerOptions<User>, ActionError> {
    ctx.store.read(|db| {
        ScopedActor::of(db, actor)?.authorise(Action::ManagePortfolios)?;
        users_who(db, actor, Who::PortfolioAdmins, wanted)
    })
}

/// Users with something in a portfolio, for a new account there.
pub fn users_of(
    ctx: &Context,
    actor: &User,
    portfolio: PortfolioId,
    wanted: &PickerQuery<UserId>,
) -> Result<PickerOptions<User>, ActionError> {
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        acting.portfolio(db, portfolio)?;
        acting.authorise(Action::CreateAccount { is_own: acting.scope.holds(portfolio) })?;
        users_who(db, actor, Who::In(portfolio), wanted)
    })
}

/// Of the first users whom a search finds so many are looked at, to leave out those who have what is offered.
const LOOKED_AT: usize = 100;

/// So often further ones are looked at, where those before have it already.
const LOOKS: usize = 10;

/// Users to whom an account may be given, as a search finds them, and whether there are more; nobody without a search.
pub fn users_for(
    ctx: &Context,
    actor: &User,
    account: AccountId,
    search: Option<SearchTerm>,
    limit: usize,
) -> Result<(Account, May, Slice<User>), ActionError> {
    let as_of = ctx.now();
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::Use(Permission::AssignmentsChange))?;
        let (account, place) = acting.account(db, account)?;
        let may = May::of(&acting, place);
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
            let listed = users::UserQuery { scope: acting.scope, filter, order, as_of };
            let counts = users::counts(db, &listed)?;
            let mut next = Some(Position::First);
            for _ in 0..LOOKS {
                let Some(position) = next.take().filter(|_| found.len() <= limit) else { break };
                let page = users::page(db, &listed, counts.all, &position, LOOKED_AT)?;
                let ids = page.rows.iter().map(|listed| listed.user.id).collect::<Vec<_>>();
                let having = assignments::having_account(db, account.id, &ids)?;
                next = page.rows.last().filter(|_| page.has_next).map(|last| Position::After(last.cursor.clone()));
                found.extend(page.rows.into_iter().map(|listed| listed.user));
                found.retain(|user| user.id != actor.id && !having.contains(&user.id));
            }
            has_more = next.is_some();
        }
        has_more |= found.len() > limit;
        found.truncate(limit);
        Ok((account, may, Slice { rows: found, has_next: has_more, has_previous: false }))
    })
}

/// Nobody gives themselves anything, so the actor is not among them.
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
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::Use(Permission::AccountsCreate))?;
        portfolios_in(db, &acting.scope, None, wanted)
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
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::ManagePortfolios)?;
        portfolios_in(db, &acting.scope, Some(account.portfolio_id), wanted)
    })
}

/// Active portfolios that the actor can give to a Portfolio Admin.
pub fn portfolios_to_give(ctx: &Context, actor: &User, wanted: &PickerQuery<PortfolioId>) -> Result<PickerOptions<Portfolio>, ActionError> {
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::Use(Permission::UsersInvitePortfolioAdmin))?;
        portfolios_in(db, &acting.scope, None, wanted)
    })
}

/// Accounts of active portfolios that the actor can give to users. Those of the portfolio `first` come first, also where there is too much to show
/// the others without a search.
pub fn accounts_to_give(
    ctx: &Context,
    actor: &User,
    wanted: &PickerQuery<AccountId>,
    first: Option<PortfolioId>,
) -> Result<PickerOptions<Account>, ActionError> {
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        acting.authorise(Action::Use(Permission::UsersInvite))?;
        let filter = |search| accounts::Filter { search, active_only: true, ..accounts::Filter::within(acting.scope.clone()) };
        let count = accounts::count_all(db, &filter(None))?;
        let list = |db: &mut Database, search| accounts::list_by_portfolio(db, &filter(search), wanted.limit);
        let mut offer = wanted.offer(db, count, list, |db, ids| accounts_of_scope(db, &acting.scope, ids))?;
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

/// These portfolios, if all are the actor's to give. What was deactivated meanwhile gives nothing, and is as unknown as what never was.
pub(in crate::usecases) fn given_portfolios(
    db: &mut Database,
    acting: &ScopedActor,
    ids: &[PortfolioId],
) -> Result<Vec<Portfolio>, ActionError> {
    all(portfolios_of_scope(db, &acting.scope, ids)?, ids)
}

/// These accounts, likewise.
pub(in crate::usecases) fn given_accounts(db: &mut Database, acting: &ScopedActor, ids: &[AccountId]) -> Result<Vec<Account>, ActionError> {
    all(accounts_of_scope(db, &acting.scope, ids)?, ids)
}

fn all<T, I: Ord + Copy>(found: Vec<T>, ids: &[I]) -> Result<Vec<T>, ActionError> {
    if found.len() == sorted(ids).len() { Ok(found) } else { Err(ActionError::unknown()) }
}

/// Those of `ids` that are active and in `scope`.
fn portfolios_of_scope(db: &mut Database, scope: &Scope, ids: &[PortfolioId]) -> Result<Vec<Portfolio>, StoreError> {
    let mut found = portfolios::find_all(db, ids)?;
    found.retain(|portfolio| portfolio.is_active() && scope.holds(portfolio.id));
    Ok(found)
}

/// Those of `ids` that lie in active portfolios of `scope`.
fn accounts_of_scope(db: &mut Database, scope: &Scope, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    let mut found = accounts::find_all(db, ids)?;
    found.retain(|account| account.is_active() && scope.holds(account.portfolio_id));
    Ok(found)
}
