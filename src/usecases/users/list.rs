//! Users & Permissions: the users of the actor's scope, with their statuses and assignments.

use std::collections::HashMap;

use crate::{
    domain::{
        audit::{AuditEvent, Named},
        clock::Timestamp,
        ids::{PortfolioId, UserId},
        permission::Permission,
        policy::Action,
        scope::Scope,
        user::Status,
        user_list::{Order, UserFilter},
    },
    store::{
        Database, StoreError,
        assignments::{self, Assigned, Names},
        company,
        page::{Count, Position, Slice},
        portfolios::{self, Portfolio},
        users::{self, Cursor, Listed, StatusCounts, User, UserQuery},
    },
    usecases::{
        ActionError, Context, Principal,
        shared::{scoped_actor::ScopedActor, transaction::Rights},
    },
};

/// Request for a page of the list.
#[derive(Debug, Clone)]
pub struct ListRequest {
    pub filter: UserFilter,
    /// Limits the list to users with assignments in this portfolio.
    pub portfolio: Option<PortfolioId>,
    pub order: Order,
    pub position: Position<Cursor>,
    pub limit: usize,
    /// Time of the first page. Invited and Expired are decided by it on all pages.
    pub as_of: Option<Timestamp>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Listing {
    pub rows: Slice<Row>,
    pub counts: StatusCounts,
    pub as_of: Timestamp,
    /// Portfolios for the filter: all of the scope if they are few, else the chosen one.
    pub portfolios: Vec<Portfolio>,
}

/// A user in the list; in an export, with the names of their assignments.
#[derive(Debug, Clone)]
pub struct Row<A = Assigned> {
    pub user: User,
    pub created_at: Timestamp,
    pub status: Status,
    /// Assignments in the actor's scope.
    pub assigned: A,
    pub cursor: Cursor,
}

/// Most portfolios in the menu of the filter.
const PORTFOLIOS_MAX: usize = 50;

/// Lists the users who exist for the actor; `None` for a Portfolio Admin without an active portfolio.
pub fn list(ctx: &Context, actor: &User, request: &ListRequest) -> Result<Option<Listing>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::UsersView))?;
        if actor.scope.is_empty() {
            return Ok(None);
        }
        let chosen = chosen(db, &actor, request)?;
        let portfolios = portfolios(db, &actor, chosen.as_ref())?;
        let wanted = user_query(ctx, &actor, request, chosen);
        let counts = users::counts(db, &wanted)?;
        let page = users::page(db, &wanted, counts.all, &request.position, request.limit)?;
        let assigned = assignments::numbers_of(db, &actor.scope, &ids(&page))?;
        Ok(Some(Listing { rows: rows(page, assigned, ctx.now()), counts, as_of: wanted.as_of, portfolios }))
    })
}

/// Portfolio that filters the list.
fn chosen(db: &mut Database, actor: &ScopedActor, request: &ListRequest) -> Result<Option<Portfolio>, ActionError> {
    let Some(portfolio) = request.portfolio else { return Ok(None) };
    let found = if actor.scope.holds(portfolio) { portfolios::find(db, portfolio)? } else { None };
    found.map(Some).ok_or_else(ActionError::unknown)
}

fn portfolios(db: &mut Database, actor: &ScopedActor, chosen: Option<&Portfolio>) -> Result<Vec<Portfolio>, StoreError> {
    let filter = portfolios::Filter { scope: actor.scope.clone(), search: None, active_only: false, except: None };
    let few = portfolios::list(db, &filter, &Position::First, PORTFOLIOS_MAX)?;
    Ok(if few.has_next { chosen.cloned().into_iter().collect() } else { few.rows })
}

fn user_query(ctx: &Context, actor: &ScopedActor, request: &ListRequest, chosen: Option<Portfolio>) -> UserQuery {
    let scope = chosen.map_or_else(|| actor.scope.clone(), |portfolio| Scope::of_portfolios(vec![portfolio.id]));
    UserQuery { scope, filter: request.filter.clone(), order: request.order, as_of: request.as_of.unwrap_or_else(|| ctx.now()) }
}

fn rows<A: Default>(page: Slice<Listed>, mut assigned: HashMap<UserId, A>, now: Timestamp) -> Slice<Row<A>> {
    page.map(|Listed { user, created_at, cursor }| Row {
        status: user.status(now),
        assigned: assigned.remove(&user.id).unwrap_or_default(),
        user,
        created_at,
        cursor,
    })
}

fn ids(page: &Slice<Listed>) -> Vec<UserId> {
    page.rows.iter().map(|listed| listed.user.id).collect()
}

/// Begins an export, and records it with its description `words`. Returns the number of users of any status.
///
/// # Errors
/// Unknown for a Portfolio Admin without an active portfolio.
pub fn begin_export(ctx: &Context, principal: &Principal, request: &ListRequest, words: &str) -> Result<Count, ActionError> {
    principal.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::UsersExport))?;
        if work.actor.scope.is_empty() {
            return Err(ActionError::unknown());
        }
        let chosen = chosen(work.tx.db(), &work.actor, request)?;
        let portfolio = chosen.as_ref().map(|portfolio| Named::new(portfolio.id.0, &portfolio.name));
        let counts = users::counts(work.tx.db(), &user_query(ctx, &work.actor, request, chosen))?;
        let company = company::load(work.tx.db())?;
        work.record(&company, &AuditEvent::UsersExported { list: words.to_owned(), portfolio });
        Ok(counts.all)
    })
}

/// Reads the next rows of an export. The actor is read each time, so the export ends with their session or permission.
pub fn export(ctx: &Context, principal: &Principal, request: &ListRequest, all: Count) -> Result<Slice<Row<Names>>, ActionError> {
    ctx.store.read(|db| {
        let actor = principal.actor(db, ctx.now())?;
        actor.authorise(Action::Use(Permission::UsersExport))?;
        let chosen = chosen(db, &actor, request)?;
        let page = users::page(db, &user_query(ctx, &actor, request, chosen), all, &request.position, request.limit)?;
        let assigned = assignments::names_of(db, &actor.scope, &ids(&page))?;
        Ok(rows(page, assigned, ctx.now()))
    })
}
