//! Those who gave somebody's assignments: what an invitation gives is judged by whether they still may, when it is accepted.

use std::collections::{BTreeSet, HashMap};

use crate::{
    domain::{
        audit::{AuditEvent, By, DemotionReason, Entry, Subject},
        clock::Timestamp,
        ids::{PortfolioId, UserId},
        policy::{Action, decide},
        user::{DefaultRole, Status},
    },
    store::{
        Database, StoreError, Tx,
        assignments::{self, AccountAssignment, PortfolioAssignment},
        users::{self, User},
        withheld::{self, Withheld},
    },
    usecases::{
        Principal,
        shared::{
            context::{about_user, place_of_account, place_of_portfolio},
            scoped_actor::{ScopedActor, ScopedAssignments},
        },
    },
};

use super::assignments::become_user;

/// Why whoever gave something may no longer give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    Gone,
    /// By name, like the next.
    Deactivated(String),
    /// They do not administer the place any more.
    Right(String),
}

/// Givers as they are now, of an invitation that is open. What was accepted is nobody's to lose any more.
pub(in crate::usecases) struct Grantors {
    found: HashMap<UserId, (User, Vec<PortfolioId>)>,
    is_open: bool,
    now: Timestamp,
}

impl Grantors {
    pub(in crate::usecases) fn of(
        db: &mut Database,
        portfolios: &[PortfolioAssignment],
        accounts: &[AccountAssignment],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let grantors = portfolios.iter().filter_map(|given| given.by).chain(accounts.iter().filter_map(|given| given.by));
        let mut found = HashMap::new();
        for grantor in grantors.collect::<BTreeSet<_>>() {
            found.extend(users::find(db, grantor)?.map(|user| (grantor, (user, Vec::new()))));
        }
        // A portfolio that is deactivated in the meantime stays whose it was, and what it gives comes back with it.
        for own in assignments::portfolios_of(db, &found.keys().copied().collect::<Vec<_>>())? {
            found.entry(own.user).and_modify(|(_, portfolios)| portfolios.push(own.portfolio.id));
        }
        Ok(Self { found, is_open: true, now })
    }

    /// The same of an invitation that is open, or not any more.
    pub(in crate::usecases) fn of_open(self, is_open: bool) -> Self {
        Self { is_open, ..self }
    }

    /// By name; `None` when that user is gone.
    pub(in crate::usecases) fn name(&self, grantor: Option<UserId>) -> Option<String> {
        Some(self.found.get(&grantor?)?.0.display_name())
    }

    /// A grantor who is not gone.
    fn present(&self, grantor: Option<UserId>) -> Option<UserId> {
        grantor.filter(|id| self.found.contains_key(id))
    }

    /// Why `invited` does not get this portfolio as things stand.
    pub(in crate::usecases) fn lost_portfolio(&self, given: &PortfolioAssignment) -> Option<Lost> {
        self.lost(given.by, DefaultRole::PortfolioAdmin, given.portfolio.id)
    }

    /// The same of an account.
    pub(in crate::usecases) fn lost_account(&self, given: &AccountAssignment) -> Option<Lost> {
        self.lost(given.by, DefaultRole::User, given.account.portfolio_id)
    }

    fn lost(&self, grantor: Option<UserId>, default_role: DefaultRole, portfolio: PortfolioId) -> Option<Lost> {
        if !self.is_open {
            return None;
        }
        let Some((grantor, own)) = grantor.and_then(|grantor| self.found.get(&grantor)) else { return Some(Lost::Gone) };
        if grantor.status(self.now) != Status::Active {
            return Some(Lost::Deactivated(grantor.display_name()));
        }
        let is_own = grantor.is_admin || own.contains(&portfolio);
        let refused = decide(grantor.actor(), Action::InviteWith { default_role, is_own }).is_err();
        refused.then(|| Lost::Right(grantor.display_name()))
    }
}

/// Judges again what an invitation gives, at the moment that it is accepted: an assignment whose giver may no longer give it is left out, and a
/// Portfolio Admin of whose portfolios none is left becomes a User.
pub(in crate::usecases) fn judge_again(tx: &mut Tx<'_>, invited: &User, by: &By, now: Timestamp) -> Result<(), StoreError> {
    let portfolios = assignments::portfolios_of(tx.db(), &[invited.id])?;
    let accounts = assignments::accounts_of(tx.db(), &[invited.id])?;
    let grantors = Grantors::of(tx.db(), &portfolios, &accounts, now)?;
    let is_admin = invited.default_role == DefaultRole::PortfolioAdmin;
    let mut left = portfolios.len();
    for given in portfolios.iter().filter(|given| !is_admin || grantors.lost_portfolio(given).is_some()) {
        assignments::take_portfolio(tx, invited.id, given.portfolio.id)?;
        let row = Withheld { portfolio_id: Some(given.portfolio.id), account_id: None, assigned_by: grantors.present(given.by) };
        withheld::insert(tx, invited.id, row, now)?;
        tx.audit(withheld(invited, by, place_of_portfolio(&given.portfolio), grantors.name(given.by), now));
        left -= 1;
    }
    if is_admin && left == 0 {
        become_user(tx, invited, by, DemotionReason::GrantorsLostRight, now)?;
    }
    for given in accounts.iter().filter(|given| grantors.lost_account(given).is_some()) {
        assignments::take_account(tx, invited.id, given.account.id)?;
        let row = Withheld { portfolio_id: None, account_id: Some(given.account.id), assigned_by: grantors.present(given.by) };
        withheld::insert(tx, invited.id, row, now)?;
        tx.audit(withheld(invited, by, place_of_account(&given.account), grantors.name(given.by), now));
    }
    Ok(())
}

fn withheld(invited: &User, by: &By, place: Subject, grantor: Option<String>, now: Timestamp) -> Entry {
    about_user(now, by.clone(), &invited.who(), &AuditEvent::AssignmentWithheld { grantor }).at_place(place)
}

/// Whoever sends an invitation anew takes over what those who gave it may no longer give: from now on it is theirs. Tells what.
pub(in crate::usecases) fn reassign(
    tx: &mut Tx<'_>,
    caller: &Principal,
    acting: &ScopedActor,
    invited: &User,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let ScopedAssignments { portfolios, accounts } = ScopedAssignments::of(tx.db(), acting, invited)?;
    let grantors = Grantors::of(tx.db(), &portfolios, &accounts, now)?;
    let may_give = |default_role| acting.may(Action::InviteWith { default_role, is_own: true });
    let mut taken = Vec::new();
    let mut note = |tx: &mut Tx<'_>, place: Subject, grantor: Option<UserId>| {
        let event = AuditEvent::AssignmentReassigned { before: grantors.name(grantor), after: acting.user.display_name() };
        taken.push(place.name.clone());
        tx.audit(about_user(now, caller.by(&acting.user), &invited.who(), &event).at_place(place));
    };
    for given in portfolios.iter().filter(|given| may_give(DefaultRole::PortfolioAdmin) && grantors.lost_portfolio(given).is_some()) {
        assignments::take_portfolio_over(tx, invited.id, given.portfolio.id, acting.user.id, now)?;
        note(tx, place_of_portfolio(&given.portfolio), given.by);
    }
    for given in accounts.iter().filter(|given| may_give(DefaultRole::User) && grantors.lost_account(given).is_some()) {
        assignments::set_grants(tx, invited.id, given.account.id, given.grants, acting.user.id, now)?;
        note(tx, place_of_account(&given.account), given.by);
    }
    Ok(taken)
}
