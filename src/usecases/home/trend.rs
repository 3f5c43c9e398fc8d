//! Sign-ins and invitations over twelve weeks. For the company they are read from daily counts. A Portfolio Admin's are
//! the users of their portfolios by the day of invitation, in one pass: counts for each portfolio would have to follow
//! every assignment, and sign-ins of one user would count in several portfolios, so that a scope has no sum of them.

use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};

use crate::{
    domain::{audit::AuditAction, clock::Timestamp, scope::Scope},
    store::{Database, StoreError, audit::daily_counts, portfolio_users},
};

const WEEKS: usize = 12;

/// Numbers of each week, the present one last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// Monday of the first week.
    pub first: NaiveDate,
    /// `None` for a Portfolio Admin.
    pub sign_ins: Option<[u64; WEEKS]>,
    pub invitations: [u64; WEEKS],
}

impl Trend {
    pub(super) fn read(db: &mut Database, scope: &Scope, now: Timestamp) -> Result<Self, StoreError> {
        let today = now.date();
        let first = today - TimeDelta::days(i64::from(today.weekday().num_days_from_monday())) - TimeDelta::weeks(11);
        let mut trend = Self { first, sign_ins: None, invitations: [0; WEEKS] };
        if *scope == Scope::Company {
            let mut sign_ins = [0; WEEKS];
            for count in daily_counts::since(db, first)? {
                let weeks = if count.action == AuditAction::SignedIn { &mut sign_ins } else { &mut trend.invitations };
                add(weeks, first, count.day, count.entries.unsigned_abs());
            }
            trend.sign_ins = Some(sign_ins);
        } else {
            for at in portfolio_users::created_since(db, scope, first.and_time(NaiveTime::MIN))? {
                add(&mut trend.invitations, first, at.date(), 1);
            }
        }
        Ok(trend)
    }
}

fn add(weeks: &mut [u64; WEEKS], first: NaiveDate, day: NaiveDate, number: u64) {
    let week = usize::try_from((day - first).num_days() / 7).ok().and_then(|week| weeks.get_mut(week));
    if let Some(week) = week {
        *week += number;
    }
}
