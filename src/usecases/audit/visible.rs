//! Entries that an administrator may see about one user, portfolio or account, for its recent activity and all of it.

use crate::{
    domain::{
        audit::{AuditAction, SubjectKind},
        ids::{AccountId, PortfolioId, UserId},
        scope::{Scope, ScopeRelation},
    },
    store::{
        Database, ReadEntry, StoreError, accounts,
        audit::log::{self, Bounds, EntryKey, IndexRange},
        page::{Count, Position},
    },
    usecases::shared::scoped_actor::{ScopedActor, TargetUser},
};

use super::reading::{self, LogPage};

/// Sign-ins, which would crowd out all other activity of a user.
const SIGN_INS: [AuditAction; 2] = [AuditAction::SignedIn, AuditAction::SignedOut];

/// Most entries among which the latest changes are looked for: one read.
const LATEST_OF: usize = 50;

/// Most portfolios whose latest changes are read at once: SQLite takes 500 ranges in one statement, two of each.
const PORTFOLIOS_MAX: usize = 100;

/// Latest changes, newest first: those of the whole company without sign-ins, or those about the portfolios of a scope
/// and in them. An account has ranges of its own, of which a scope may have too many.
pub(in crate::usecases) fn latest_changes(db: &mut Database, scope: &Scope, limit: usize) -> Result<Vec<ReadEntry>, StoreError> {
    if let Scope::Portfolios { active, .. } = scope {
        return log::newest_in(db, active.get(..PORTFOLIOS_MAX).unwrap_or(active), limit);
    }
    let page = reading::page(db, &[IndexRange::Everything], Bounds::default(), &Position::First, LATEST_OF, |_, _| Ok(true))?;
    let is_sign_in = |entry: &ReadEntry| entry.as_ref().is_ok_and(|row| SIGN_INS.contains(&row.action));
    Ok(page.rows.rows.into_iter().filter(|entry| !is_sign_in(entry)).take(limit).collect())
}

/// Entries about one thing that its reader may see.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct Visible {
    ranges: Vec<IndexRange>,
    hidden: Vec<AuditAction>,
    /// Scope in which the place of an entry lies; `None` for all entries.
    scope: Option<Scope>,
    /// True if entries without a place are visible too.
    elsewhere: bool,
    /// The only user whose entries at a place are visible.
    only: Option<UserId>,
}

impl Visible {
    /// Entries about a user in the portfolios and accounts of the actor's scope; those without a place, if the user is
    /// wholly inside.
    pub(in crate::usecases) fn about(actor: &ScopedActor, target_user: &TargetUser) -> Self {
        Self {
            ranges: vec![IndexRange::Subject(SubjectKind::User, target_user.user.id.0)],
            hidden: SIGN_INS.to_vec(),
            scope: (actor.scope != Scope::Company).then(|| actor.scope.clone()),
            elsewhere: target_user.target.inside == Some(ScopeRelation::Wholly),
            only: None,
        }
    }

    /// Entries of a user and about them, unscoped.
    pub(in crate::usecases) fn to_oneself(id: UserId) -> Self {
        let ranges = vec![IndexRange::Actor(id), IndexRange::Subject(SubjectKind::User, id.0)];
        Self { ranges, hidden: SIGN_INS.to_vec(), scope: None, elsewhere: true, only: None }
    }

    /// Entries about a portfolio or account and in it, except these actions.
    pub(in crate::usecases) fn at(kind: SubjectKind, id: i64, hidden: Vec<AuditAction>) -> Self {
        Self { ranges: IndexRange::of(kind, id).to_vec(), hidden, scope: None, elsewhere: true, only: None }
    }

    /// Leaves out what concerns other users than this one.
    pub(in crate::usecases) fn only_of(self, user: UserId) -> Self {
        Self { only: Some(user), ..self }
    }

    /// Latest entries, newest first.
    pub(in crate::usecases) fn latest(&self, db: &mut Database, limit: usize) -> Result<Vec<ReadEntry>, StoreError> {
        Ok(self.page(db, &Position::First, limit)?.rows.rows)
    }

    pub(super) fn page(&self, db: &mut Database, position: &Position<EntryKey>, limit: usize) -> Result<LogPage, StoreError> {
        reading::page(db, &self.ranges, Bounds::default(), position, limit, |db, entry| self.shows(db, entry))
    }

    /// Number of entries; `None` where `page` did not reach all of them.
    pub(super) fn count(&self, db: &mut Database, page: &LogPage, position: &Position<EntryKey>) -> Result<Option<Count>, StoreError> {
        if self.hidden.is_empty() && self.scope.is_none() && self.only.is_none() {
            return Ok(Some(reading::count(db, &self.ranges, Bounds::default())?));
        }
        Ok(page.whole(position))
    }

    fn shows(&self, db: &mut Database, entry: &ReadEntry) -> Result<bool, StoreError> {
        let Ok(row) = entry else { return Ok(self.scope.is_none() && self.only.is_none()) };
        if self.hidden.contains(&row.action) {
            return Ok(false);
        }
        let is_of_others = |only: UserId| row.subject_kind == SubjectKind::User && row.subject_id != only.0;
        if self.only.is_some_and(is_of_others) {
            return Ok(false);
        }
        let Some(scope) = &self.scope else { return Ok(true) };
        let portfolio = match row.place_kind.zip(row.place_id) {
            None => return Ok(self.elsewhere),
            Some((SubjectKind::Portfolio, id)) => Some(PortfolioId(id)),
            Some((SubjectKind::Account, id)) => accounts::find(db, AccountId(id))?.map(|account| account.portfolio_id),
            Some(_) => None,
        };
        Ok(portfolio.is_some_and(|portfolio| scope.holds(portfolio)))
    }
}
