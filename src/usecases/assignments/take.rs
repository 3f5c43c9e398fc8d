//! Taking portfolios and accounts away.

use serde_json::json;

use crate::{
    domain::{
        audit::AuditAction,
        clock::Timestamp,
        ids::{AccountId, PortfolioId, UserId},
        permission::Permission,
        policy::Action,
        scope::Inside,
    },
    mail::message::Assignments,
    store::{Database, StoreError, Tx, assignments, people::Person, scopes},
    usecases::{
        Caller, Context, Denied,
        accounts::gives,
        acting::{Acting, Given, InScope, Met},
    },
};

use super::{account_of, audit_account, audit_portfolio, met, own_account, own_portfolio};

/// Why nothing is taken from somebody.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// It is the last that the actor has in common with them, and nobody has agreed to that yet.
    #[error("nothing else lies in common")]
    LastInCommon,
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl From<StoreError> for TakeError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// What was taken from whom.
#[derive(Debug, Clone)]
pub struct Taken {
    pub person: Person,
    pub name: String,
    /// Whether it can be given again.
    pub is_active: bool,
}

/// Takes a portfolio or an account from somebody, unless it is the last portfolio of a Portfolio Admin. What is the last that they have in common
/// with the actor goes only when that is `agreed`.
///
/// # Errors
/// See [`TakeError`]; unchanged where they do not have it.
pub fn take(ctx: &Context, caller: &Caller, user: UserId, given: Given, agreed: bool) -> Result<Taken, TakeError> {
    let now = ctx.now();
    ctx.store.change(|tx| {
        let (acting, met) = met(tx, caller, user, now)?;
        let (name, is_active) = match given {
            Given::Portfolio(id) => take_portfolio(tx, caller, &acting, &met, id, now)?,
            Given::Account(id) => take_account(tx, caller, &acting, &met, id, now)?,
        };
        if !agreed && scopes::inside(tx.db(), &acting.scope, &met.person)? == Inside::Not {
            return Err(TakeError::LastInCommon);
        }
        ctx.tell_assignments(tx, &met.person, &acting.person, Assignments::taken(&name), now)?;
        Ok(Taken { person: met.person, name, is_active })
    })
}

fn take_account(
    tx: &mut Tx<'_>,
    caller: &Caller,
    acting: &Acting,
    met: &Met,
    id: AccountId,
    now: Timestamp,
) -> Result<(String, bool), Denied> {
    let account = own_account(tx, acting, met, id)?;
    let grants = assignments::grants(tx.db(), met.person.id, id)?.ok_or_else(|| Denied::unchanged(&met.person))?;
    assignments::take_account(tx, met.person.id, id)?;
    audit_account(tx, caller, acting, AuditAction::AssignmentTaken, &met.person, &account, json!({"gave": gives(grants)}), now);
    Ok((account.name.clone(), account.is_active()))
}

fn take_portfolio(
    tx: &mut Tx<'_>,
    caller: &Caller,
    acting: &Acting,
    met: &Met,
    id: PortfolioId,
    now: Timestamp,
) -> Result<(String, bool), Denied> {
    let portfolio = own_portfolio(tx, acting, id)?;
    may_take_portfolio(tx.db(), acting, met, id)?;
    assignments::take_portfolio(tx, met.person.id, id)?;
    audit_portfolio(tx, caller, acting, AuditAction::AssignmentTaken, &met.person, &portfolio, now);
    Ok((portfolio.name.clone(), portfolio.is_active()))
}

fn may_take_portfolio(db: &mut Database, acting: &Acting, met: &Met, id: PortfolioId) -> Result<(), Denied> {
    acting.authorise_on(met, |target| Action::ChangeAssignments { target, is_own: true })?;
    let theirs = assignments::portfolios_of(db, &[met.person.id])?;
    if !theirs.iter().any(|given| given.portfolio.id == id) {
        return Err(Denied::unchanged(&met.person));
    }
    let others = u64::try_from(theirs.len() - 1).unwrap_or(u64::MAX);
    acting.authorise_on(met, |target| Action::TakePortfolio { target, is_own: true, others })
}

/// Who loses what, where the question has to be asked first: it is the last that the actor has in common with them.
///
/// # Errors
/// As [`take`].
pub fn parting(ctx: &Context, actor: &Person, user: UserId, given: Given) -> Result<Option<(Person, String)>, Denied> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let acting = Acting::of(db, actor)?;
        acting.authorise(Action::Use(Permission::AssignmentsChange))?;
        let met = acting.met(db, user, now)?;
        let name = match given {
            Given::Portfolio(id) => acting.portfolio(db, id)?.name,
            Given::Account(id) => account_of(db, &acting, &met, id)?.name,
        };
        acting.authorise_on(&met, |target| Action::ChangeAssignments { target, is_own: true })?;
        let in_scope = InScope::of(db, &acting, &met.person)?;
        if !in_scope.is_single(&acting) || !in_scope.holds(given) {
            return Ok(None);
        }
        if let Given::Portfolio(id) = given {
            may_take_portfolio(db, &acting, &met, id)?;
        }
        Ok(Some((met.person, name)))
    })
}
