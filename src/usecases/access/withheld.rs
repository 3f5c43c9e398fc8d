//! What somebody did not get when they accepted their invitation, until it is given after all.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::{AuditAction, AuditEvent, SubjectKind},
        clock::Timestamp,
        ids::{AccountId, PortfolioId},
        search::sort_key,
        user::DefaultRole,
    },
    store::{AuditRow, Database, StoreError, accounts, latest_about, portfolios, users::User},
    usecases::shared::scoped_actor::{AssignmentRef, ScopedActor, ScopedAssignments},
};

/// For so long it is told of.
const TOLD_FOR: TimeDelta = TimeDelta::days(30);

/// So many entries are looked through.
const ENTRIES_MAX: i64 = 1000;

/// An assignment that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldAssignment {
    pub place: AssignmentRef,
    pub name: String,
    /// The portfolio around an account.
    pub portfolio: Option<String>,
    /// Who had assigned it, by name; `None` where that user was gone.
    pub by: Option<String>,
    /// Whether it can be given now: its portfolio is active, and a portfolio is for a Portfolio Admin.
    pub can_be_given: bool,
}

/// Of what lies in the actor's scope.
pub(in crate::usecases) fn of(
    db: &mut Database,
    acting: &ScopedActor,
    user: &User,
    held: &ScopedAssignments,
    now: Timestamp,
) -> Result<Vec<WithheldAssignment>, StoreError> {
    if user.invitation_origin.is_none() || user.credentials_set_at.is_none_or(|accepted| accepted + TOLD_FOR <= now) {
        return Ok(Vec::new());
    }
    let actions = [AuditAction::AssignmentWithheld, AuditAction::AssignmentAdded];
    let rows = latest_about(db, user.id, &acting.scope, false, &actions, ENTRIES_MAX)?;
    let mut seen = HashSet::new();
    // The newest entry of each place: what was given since is not left out any more.
    let rows = rows.into_iter().filter_map(|row| Some((place(&row)?, row))).filter(|(place, _)| seen.insert(*place));
    let left = rows.filter(|(place, row)| row.action == AuditAction::AssignmentWithheld && !held.holds(*place));
    let left = left.collect::<Vec<_>>();
    let account = |place: &AssignmentRef| if let AssignmentRef::Account(id) = place { Some(*id) } else { None };
    let portfolio = |place: &AssignmentRef| if let AssignmentRef::Portfolio(id) = place { Some(*id) } else { None };
    let accounts = accounts::find_all(db, &left.iter().filter_map(|(place, _)| account(place)).collect::<Vec<_>>())?;
    let accounts = accounts.into_iter().map(|account| (account.id, account)).collect::<HashMap<_, _>>();
    let portfolios = portfolios::find_all(db, &left.iter().filter_map(|(place, _)| portfolio(place)).collect::<Vec<_>>())?;
    let portfolios = portfolios.into_iter().map(|portfolio| (portfolio.id, portfolio)).collect::<HashMap<_, _>>();
    let told = |(place, row): (AssignmentRef, AuditRow)| {
        let (name, portfolio, can_be_given) = match place {
            AssignmentRef::Account(id) => {
                let account = accounts.get(&id)?;
                (account.name.clone(), Some(account.portfolio_name.clone()), account.is_active())
            }
            AssignmentRef::Portfolio(id) => {
                let portfolio = portfolios.get(&id)?;
                (portfolio.name.clone(), None, portfolio.is_active() && user.default_role == DefaultRole::PortfolioAdmin)
            }
        };
        Some(WithheldAssignment { place, name, portfolio, by: grantor(&row), can_be_given })
    };
    let mut left = left.into_iter().filter_map(told).collect::<Vec<_>>();
    left.sort_by_cached_key(|left| (left.portfolio.as_deref().map(sort_key), sort_key(&left.name)));
    Ok(left)
}

fn place(row: &AuditRow) -> Option<AssignmentRef> {
    match (row.place_kind?, row.place_id?) {
        (SubjectKind::Account, id) => Some(AssignmentRef::Account(AccountId(id))),
        (SubjectKind::Portfolio, id) => Some(AssignmentRef::Portfolio(PortfolioId(id))),
        _ => None,
    }
}

fn grantor(row: &AuditRow) -> Option<String> {
    match row.event().ok()? {
        AuditEvent::AssignmentWithheld { grantor } => grantor,
        _ => None,
    }
}
