//! The company's one row, which doubles as the lock for changes of rights.

use std::sync::Once;

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::domain::{
    company::{Company, bounds::parse_day},
    text::CompanyName,
    time_zone::TimeZone,
    two_factor_policy::{TwoFactorAudience, TwoFactorPolicy},
};

use super::{
    Database, StoreError, Tx,
    backend::{lock_row, share_row},
    schema::company,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = company)]
pub(super) struct CompanyRow {
    version: i32,
    name: String,
    groups_invitation_term: i64,
    permissions_invitation_term: i64,
    invitations_per_hour: i32,
    password_min: i32,
    two_factor_for: TwoFactorAudience,
    /// A day: 2027-01-31.
    two_factor_from: Option<String>,
    session_idle: i64,
    session_absolute: i64,
    sessions_per_user: i32,
    deleted_kept: i64,
    mails_audit_head: bool,
    time_zone: String,
}

impl From<CompanyRow> for Company {
    fn from(row: CompanyRow) -> Self {
        let from = row.two_factor_from.as_deref().and_then(parse_day);
        Self {
            version: row.version,
            name: row.name,
            groups_invitation_term: TimeDelta::seconds(row.groups_invitation_term),
            permissions_invitation_term: TimeDelta::seconds(row.permissions_invitation_term),
            invitations_per_hour: row.invitations_per_hour.unsigned_abs(),
            password_min: usize::try_from(row.password_min).unwrap_or(usize::MAX),
            two_factor: from.map_or(TwoFactorPolicy::NONE, |from| TwoFactorPolicy::new(row.two_factor_for, from)),
            session_idle: TimeDelta::seconds(row.session_idle),
            session_absolute: TimeDelta::seconds(row.session_absolute),
            sessions_per_user: row.sessions_per_user.unsigned_abs(),
            deleted_kept: TimeDelta::seconds(row.deleted_kept),
            mails_audit_head: row.mails_audit_head,
            time_zone: zone(&row.time_zone),
        }
    }
}

/// Zone with this name. UTC stands in for one that this version does not know, which a newer version may have written.
/// Logged once, since the company is read with every request.
fn zone(name: &str) -> TimeZone {
    static LOGGED: Once = Once::new();
    name.parse().unwrap_or_else(|unknown| {
        LOGGED.call_once(|| tracing::warn!(name, "the company's time zone is {unknown}; times are shown in UTC"));
        TimeZone::UTC
    })
}

/// Reads the company's settings.
pub fn load(db: &mut Database) -> Result<Company, StoreError> {
    Ok(company::table.find(1).select(CompanyRow::as_select()).get_result::<CompanyRow>(db)?.into())
}

/// Names the company.
pub fn set_name(tx: &mut Tx<'_>, name: &CompanyName) -> Result<(), StoreError> {
    diesel::update(company::table.find(1)).set(company::name.eq(name.as_str())).execute(tx.db())?;
    Ok(())
}

/// Saves the settings under the next version.
pub fn update(tx: &mut Tx<'_>, settings: &Company) -> Result<(), StoreError> {
    diesel::update(company::table.find(1))
        .set((
            company::version.eq(company::version + 1),
            company::name.eq(&settings.name),
            company::groups_invitation_term.eq(settings.groups_invitation_term.num_seconds()),
            company::permissions_invitation_term.eq(settings.permissions_invitation_term.num_seconds()),
            company::invitations_per_hour.eq(i32::try_from(settings.invitations_per_hour).unwrap_or(i32::MAX)),
            company::password_min.eq(i32::try_from(settings.password_min).unwrap_or(i32::MAX)),
            company::two_factor_for.eq(settings.two_factor.audience()),
            company::two_factor_from.eq(settings.two_factor.from().map(|day| day.to_string())),
            company::session_idle.eq(settings.session_idle.num_seconds()),
            company::session_absolute.eq(settings.session_absolute.num_seconds()),
            company::sessions_per_user.eq(i32::try_from(settings.sessions_per_user).unwrap_or(i32::MAX)),
            company::deleted_kept.eq(settings.deleted_kept.num_seconds()),
            company::mails_audit_head.eq(settings.mails_audit_head),
            company::time_zone.eq(settings.time_zone.name()),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Locks all users' rights until the transaction ends, so that it alone changes them; for transactions that take rights
/// away.
pub fn lock_rights(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    lock_row(tx.db(), "company", 1)
}

/// Locks all users' rights in share mode until the transaction ends; for transactions that depend on them.
pub fn hold_rights(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    share_row(tx.db(), "company", 1)
}

/// Check value of the instance's key; `None` before the first start.
pub fn key_check(db: &mut Database) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(company::table.find(1).select(company::key_check).first(db)?)
}

pub fn set_key_check(tx: &mut Tx<'_>, check: &[u8]) -> Result<(), StoreError> {
    diesel::update(company::table.find(1)).set(company::key_check.eq(Some(check))).execute(tx.db())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tracing::{Event, Metadata, Subscriber, span};

    use super::*;

    /// Counts events of this module.
    struct Counter(Arc<AtomicUsize>);

    impl Subscriber for Counter {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == module_path!().trim_end_matches("::tests")
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    #[test]
    fn an_unknown_zone_is_utc_and_is_logged_once() {
        let lines = Arc::new(AtomicUsize::new(0));
        tracing::subscriber::with_default(Counter(lines.clone()), || {
            for name in ["Mars/Olympus_Mons", "", "Mars/Olympus_Mons"] {
                assert_eq!(zone(name), TimeZone::UTC);
            }
            assert_eq!(zone("Europe/Berlin").name(), "Europe/Berlin");
        });
        assert_eq!(lines.load(Ordering::Relaxed), 1);
    }
}
