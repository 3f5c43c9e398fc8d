//! Sign-ins and invitations over twelve weeks. For the company they are read from daily counts. A Portfolio Admin's are
//! the users of their portfolios by the day of invitation, in one pass: counts for each portfolio would have to follow
//! every assignment, and sign-ins of one user would count in several portfolios, so that a scope has no sum of them.

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use crate::{
    domain::{
        audit::AuditAction,
        scope::Scope,
        time_zone::{TimeZone, ZonedTime},
    },
    store::{Database, StoreError, audit::daily_counts, portfolio_users},
};

const WEEKS: usize = 12;

/// Numbers of each week, the present one last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// Zone of the days: the company's for a Portfolio Admin, else UTC, as in the daily counts.
    pub time_zone: TimeZone,
    /// Monday of the first week.
    pub first: NaiveDate,
    /// `None` for a Portfolio Admin.
    pub sign_ins: Option<[u64; WEEKS]>,
    pub invitations: [u64; WEEKS],
}

impl Trend {
    pub(super) fn read(db: &mut Database, scope: &Scope, now: ZonedTime) -> Result<Self, StoreError> {
        let time_zone = if *scope == Scope::Company { TimeZone::UTC } else { now.zone };
        let today = time_zone.day(now.at);
        let first = today - TimeDelta::days(i64::from(today.weekday().num_days_from_monday())) - TimeDelta::weeks(11);
        let mut trend = Self { time_zone, first, sign_ins: None, invitations: [0; WEEKS] };
        if *scope == Scope::Company {
            let mut sign_ins = [0; WEEKS];
            for count in daily_counts::since(db, first)? {
                let weeks = if count.action == AuditAction::SignedIn { &mut sign_ins } else { &mut trend.invitations };
                add(weeks, first, count.day, count.entries.unsigned_abs());
            }
            trend.sign_ins = Some(sign_ins);
        } else {
            for at in portfolio_users::created_since(db, scope, time_zone.start(first))? {
                add(&mut trend.invitations, first, time_zone.day(at), 1);
            }
        }
        Ok(trend)
    }

    /// First day of a week.
    pub fn monday(&self, week: usize) -> NaiveDate {
        self.first + TimeDelta::weeks(i64::try_from(week).unwrap_or(0))
    }
}

fn add(weeks: &mut [u64; WEEKS], first: NaiveDate, day: NaiveDate, number: u64) {
    let week = usize::try_from((day - first).num_days() / 7).ok().and_then(|week| weeks.get_mut(week));
    if let Some(week) = week {
        *week += number;
    }
}
