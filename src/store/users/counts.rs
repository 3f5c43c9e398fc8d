//! Number of users in a list in Users & Permissions, by status.

use chrono::{DurationRound as _, TimeDelta};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::{
    domain::{clock::Timestamp, scope::Scope, search::SearchTerm, user::Status, user_list::UserFilter},
    store::{
        Database, StoreError,
        page::{COUNT_MAX, Count},
        schema::{invitation_expiry_counts, user_counts},
        views::users,
    },
};

use super::{
    query::UserQuery,
    search::{
        rows_by,
        sql::{self, Source, Statement},
    },
};

/// Most users that are counted by status in one pass. Of more, each status is counted on its own, up to the bound of
/// counts.
const TOGETHER_MAX: i64 = 100_000;

/// Most hits of a search on SQLite of which those who are not active are looked up one by one. Of more, all users who
/// are not active are read.
const LOOKED_UP_MAX: i64 = 40_000;

/// Number of users of each status, ignoring the filter's own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCounts {
    pub all: Count,
    /// In the order of [`Status::ALL`].
    by_status: [Count; 4],
}

impl StatusCounts {
    fn exactly(by_status: [i64; 4]) -> Self {
        Self { all: Count::Exactly(by_status.iter().sum()), by_status: by_status.map(Count::Exactly) }
    }

    /// Number of users with this status, or with any.
    pub fn of(&self, status: Option<Status>) -> Count {
        let place = status.and_then(|status| Status::ALL.iter().position(|other| *other == status));
        place.and_then(|place| self.by_status.get(place)).copied().unwrap_or(self.all)
    }
}

/// Counts users: exactly for the whole company, up to [`COUNT_MAX`] where a filter narrows it.
pub fn counts(db: &mut Database, wanted: &UserQuery) -> Result<StatusCounts, StoreError> {
    let filter = &wanted.filter;
    if wanted.scope == Scope::Company && filter.search.is_none() && filter.last_sign_in.is_none() {
        return kept(db, filter, wanted.as_of);
    }
    let source = Source::of(db, &wanted.scope, filter)?.narrowly(filter, "sort_key");
    if source == Source::LastSignIn {
        return by_sign_in(db, wanted);
    }
    let (by_status, found) = match (&*db, &wanted.scope, &filter.search) {
        (Database::Sqlite(_), Scope::Company, Some(term))
            if *filter == UserFilter { search: filter.search.clone(), status: filter.status, ..UserFilter::default() } =>
        {
            return of_hits(db, term, wanted.as_of);
        }
        _ => together(db, wanted, source)?,
    };
    let all = by_status.iter().sum::<i64>();
    let mut by_status = by_status.map(Count::capped);
    if found > TOGETHER_MAX {
        for (count, status) in by_status.iter_mut().zip(Status::ALL).filter(|(count, _)| **count != Count::Many) {
            *count = alone(db, wanted, status)?;
        }
    }
    Ok(StatusCounts { all: Count::capped(all), by_status })
}

/// Number of active users without two-factor.
pub fn count_without_two_factor(db: &mut Database) -> Result<u64, StoreError> {
    let without = user_counts::table.filter(user_counts::state.eq("active")).filter(user_counts::has_two_factor.eq(false));
    Ok(without.select(user_counts::users).load::<i64>(db)?.iter().sum::<i64>().unsigned_abs())
}

/// Counts from the numbers kept by triggers. Invitations expire without a write, so they are counted by hour.
fn kept(db: &mut Database, filter: &UserFilter, as_of: Timestamp) -> Result<StatusCounts, StoreError> {
    let mut kept = user_counts::table.select((user_counts::state, user_counts::users)).into_boxed();
    if let Some(role) = filter.default_role {
        kept = kept.filter(user_counts::default_role.eq(role));
    }
    if filter.is_unassigned {
        kept = kept.filter(user_counts::has_assignments.eq(false));
    }
    if let Some(has_two_factor) = filter.has_two_factor {
        kept = kept.filter(user_counts::has_two_factor.eq(has_two_factor));
    }
    let kept = kept.load::<(String, i64)>(db)?;
    let of = |state: &str| kept.iter().filter(|(other, _)| other == state).map(|(_, users)| users).sum::<i64>();
    let invited = invited(db, filter, as_of)?;
    Ok(StatusCounts::exactly([of("active"), of("deactivated"), invited, (of("pending") - invited).max(0)]))
}

/// Number of invitations that expire in a later hour, and of those that expire later in this hour.
fn invited(db: &mut Database, filter: &UserFilter, as_of: Timestamp) -> Result<i64, StoreError> {
    // Two-factor takes credentials.
    if filter.has_two_factor == Some(true) {
        return Ok(0);
    }
    let hour = as_of.format("%F %H").to_string();
    let next = as_of.duration_trunc(TimeDelta::hours(1)).unwrap_or(as_of) + TimeDelta::hours(1);
    let mut later = invitation_expiry_counts::table
        .filter(invitation_expiry_counts::hour.gt(&hour))
        .select(invitation_expiry_counts::users)
        .into_boxed();
    let mut now = users::table
        // Written as literal SQL, since a partial index needs a condition that the planner can read.
        .filter(sql::<Bool>("users.state = 'pending'"))
        .filter(users::invitation_expires_at.gt(as_of))
        .filter(users::invitation_expires_at.lt(next))
        .into_boxed();
    if let Some(role) = filter.default_role {
        (later, now) = (later.filter(invitation_expiry_counts::default_role.eq(role)), now.filter(users::default_role.eq(role)));
    }
    if filter.is_unassigned {
        (later, now) = (later.filter(invitation_expiry_counts::has_assignments.eq(false)), now.filter(users::has_assignments.eq(false)));
    }
    let now = now.count().get_result::<i64>(db)?;
    Ok(later.load::<i64>(db)?.iter().sum::<i64>() + now)
}

/// Counts each status on its own, in a range of the index of sign-ins.
fn by_sign_in(db: &mut Database, wanted: &UserQuery) -> Result<StatusCounts, StoreError> {
    let mut by_status = [0; 4];
    for (count, status) in by_status.iter_mut().zip(Status::ALL) {
        *count = found_up_to(db, wanted, Source::LastSignIn, &Statement::state(Some(status), wanted.as_of), COUNT_MAX + 1)?;
    }
    Ok(StatusCounts { all: Count::capped(by_status.iter().sum()), by_status: by_status.map(Count::capped) })
}

/// Counts by status among the first users found.
fn together(db: &mut Database, wanted: &UserQuery, source: Source) -> Result<([i64; 4], i64), StoreError> {
    let mut statement = Statement::counting(wanted.as_of, source);
    statement.users(db, source, &wanted.scope, &wanted.filter, wanted.as_of);
    statement.push(&format!(" AND users.state IS NOT NULL LIMIT {}) AS found", TOGETHER_MAX + 1));
    statement.load_counts(db)
}

/// Counts by status for a search of the whole company on SQLite. Most hits are active: the others are looked up in a
/// small index of their own, and the rest follows from the trigram index.
fn of_hits(db: &mut Database, term: &SearchTerm, as_of: Timestamp) -> Result<StatusCounts, StoreError> {
    let all = sql::count_hits(db, term, LOOKED_UP_MAX + 1)?;
    if all > LOOKED_UP_MAX {
        let mut by_status = [Count::Many; 4];
        for (count, status) in by_status.iter_mut().zip(Status::ALL) {
            *count = Count::capped(sql::count_hits_of(db, term, status, as_of, COUNT_MAX + 1)?);
        }
        return Ok(StatusCounts { all: Count::Many, by_status });
    }
    let mut others = Statement::counting(as_of, Source::Search);
    others.push(" FROM ");
    others.first_matches(term, LOOKED_UP_MAX);
    others.push(&format!(" CROSS JOIN {} ON users.id = hits.user_id WHERE users.state <> 'active') AS found", rows_by("users_not_active")));
    let ([_, deactivated, invited, expired], _) = others.load_counts(db)?;
    let found = [all - deactivated - invited - expired, deactivated, invited, expired];
    Ok(StatusCounts { all: Count::capped(all), by_status: found.map(Count::capped) })
}

/// Number of users with the filter's status, up to [`COUNT_MAX`], by one read along an index.
pub fn count_alone(db: &mut Database, wanted: &UserQuery) -> Result<Count, StoreError> {
    let source = Source::of(db, &wanted.scope, &wanted.filter)?;
    let state = Statement::state(wanted.filter.status, wanted.as_of);
    Ok(Count::capped(found_up_to(db, wanted, source, &state, COUNT_MAX + 1)?))
}

/// Count of one status: where many users match, reading those of the status is faster than reading all matches.
fn alone(db: &mut Database, wanted: &UserQuery, status: Status) -> Result<Count, StoreError> {
    let state = Statement::state(Some(status), wanted.as_of);
    Ok(Count::capped(found_up_to(db, wanted, Source::All, &state, COUNT_MAX + 1)?))
}

/// Number of users in a state who match the filter, up to `most`, each once.
pub(super) fn found_up_to(db: &mut Database, wanted: &UserQuery, source: Source, state: &str, most: i64) -> Result<i64, StoreError> {
    let once = if source == Source::Scope { "DISTINCT users.id" } else { "1" };
    let mut statement = Statement::default();
    statement.push(&format!("SELECT count(*) AS id FROM (SELECT {once}"));
    statement.users(db, source, &wanted.scope, &wanted.filter, wanted.as_of);
    statement.push(&format!(" AND {state} LIMIT {most}) AS found"));
    statement.count(db)
}
