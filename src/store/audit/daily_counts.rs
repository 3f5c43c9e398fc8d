//! Sign-ins and invitations of each day, kept by a trigger of the audit log.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::{
    domain::audit::AuditAction,
    store::{Database, StoreError, schema::daily_counts},
};

/// Number of entries of an action on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCount {
    pub day: NaiveDate,
    pub action: AuditAction,
    pub entries: i64,
}

/// Counts of a day and all later ones.
pub fn since(db: &mut Database, day: NaiveDate) -> Result<Vec<DailyCount>, StoreError> {
    let rows = daily_counts::table.filter(daily_counts::day.ge(day.to_string()));
    let rows = rows.select((daily_counts::day, daily_counts::action, daily_counts::entries)).load::<(String, AuditAction, i64)>(db)?;
    Ok(rows.into_iter().filter_map(|(day, action, entries)| Some(DailyCount { day: day.parse().ok()?, action, entries })).collect())
}
