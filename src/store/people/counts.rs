//! How many people a list in Users & Permissions holds, by status.

use chrono::{DurationRound as _, TimeDelta};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{clock::Timestamp, people_list::PeopleFilter, scope::Scope, user::Status};

use super::{
    super::{
        Database, StoreError,
        page::{COUNT_MAX, Count},
        schema::{invitations_ending, people, people_counts},
    },
    administered::Wanted,
    statement::{Source, Statement},
};

/// So many are counted by status at once. Of more, each status is counted for itself, as far as counts go.
const TOGETHER_MAX: i64 = 100_000;

/// How many there are of each status, whatever status the filter asks for.
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

    /// Of this status, or of any.
    pub fn of(&self, status: Option<Status>) -> Count {
        let place = status.and_then(|status| Status::ALL.iter().position(|other| *other == status));
        place.and_then(|place| self.by_status.get(place)).copied().unwrap_or(self.all)
    }
}

/// Exactly for the whole company, up to [`COUNT_MAX`] where anything narrows it.
///
/// # Errors
/// The database's.
pub fn counts(db: &mut Database, wanted: &Wanted) -> Result<StatusCounts, StoreError> {
    let filter = &wanted.filter;
    if filter.has_two_factor == Some(true) {
        return Ok(StatusCounts::exactly([0; 4]));
    }
    let is_everybody = PeopleFilter { status: None, has_two_factor: None, ..filter.clone() } == PeopleFilter::default();
    if wanted.scope == Scope::Company && is_everybody {
        return company_wide(db, wanted);
    }
    let source = Source::of(db, &wanted.scope, filter)?;
    let found = together(db, wanted, source)?;
    let all = found.iter().sum::<i64>();
    let mut by_status = found.map(Count::capped);
    if all > TOGETHER_MAX {
        for (count, status) in by_status.iter_mut().zip(Status::ALL).filter(|(count, _)| **count != Count::Many) {
            *count = alone(db, wanted, status)?;
        }
    }
    Ok(StatusCounts { all: Count::capped(all), by_status })
}

/// From the numbers that triggers keep; when an invitation runs out, nobody writes, so those are counted.
fn company_wide(db: &mut Database, wanted: &Wanted) -> Result<StatusCounts, StoreError> {
    let kept = people_counts::table.load::<(String, i64)>(db)?;
    let kept = |standing: &str| kept.iter().find(|(other, _)| other == standing).map_or(0, |(_, people)| *people);
    let invited = invited(db, wanted.as_of)?;
    Ok(StatusCounts::exactly([kept("active"), kept("deactivated"), invited, (kept("open") - invited).max(0)]))
}

/// Those whose invitations end in a later hour, and those in this hour who still have time.
fn invited(db: &mut Database, as_of: Timestamp) -> Result<i64, StoreError> {
    let hour = as_of.format("%F %H").to_string();
    let later = invitations_ending::table.filter(invitations_ending::hour.gt(&hour)).select(invitations_ending::people).load::<i64>(db)?;
    let next = as_of.duration_trunc(TimeDelta::hours(1)).unwrap_or(as_of) + TimeDelta::hours(1);
    let now = people::table
        // Written out, since a partial index is of use only to a condition that the planner can read.
        .filter(sql::<Bool>("people.standing = 'open'"))
        .filter(people::invitation_expires_at.gt(as_of))
        .filter(people::invitation_expires_at.lt(next))
        .count()
        .get_result::<i64>(db)?;
    Ok(later.iter().sum::<i64>() + now)
}

/// Of each status, among the first of all.
fn together(db: &mut Database, wanted: &Wanted, source: Source) -> Result<[i64; 4], StoreError> {
    let mut statement = Statement::default();
    let time = Statement::time(wanted.as_of);
    statement.push("SELECT word, count(*) AS people FROM (SELECT CASE WHEN users.standing <> 'open' THEN users.standing ");
    statement.push(&format!("WHEN users.invitation_expires_at > {time} THEN 'invited' ELSE 'expired' END AS word"));
    statement.people(db, source, &wanted.scope, &wanted.filter);
    statement.push(&format!(" AND users.standing IS NOT NULL LIMIT {}) AS found GROUP BY word", TOGETHER_MAX + 1));
    let found = statement.load_counts(db)?;
    let of = |word: &str| found.iter().find(|(other, _)| other == word).map_or(0, |(_, people)| *people);
    Ok(["active", "deactivated", "invited", "expired"].map(of))
}

/// Of one status: where so many fit, those of the status are walked sooner than those who fit.
fn alone(db: &mut Database, wanted: &Wanted, status: Status) -> Result<Count, StoreError> {
    let mut statement = Statement::default();
    statement.push("SELECT count(*) AS id FROM (SELECT 1");
    statement.people(db, Source::Everybody, &wanted.scope, &wanted.filter);
    statement.push(&format!(" AND {} LIMIT {}) AS found", Statement::standing(Some(status), wanted.as_of), COUNT_MAX + 1));
    Ok(Count::capped(statement.load(db)?.first().map_or(0, |count| count.0)))
}
