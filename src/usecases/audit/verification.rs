//! Verification of the chain by the server, every night and on request. One instance does it, and reads in chunks.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use crate::{
    domain::{
        audit::{AuditEvent, ChainBreak},
        clock::Timestamp,
        time_zone::ZonedTime,
    },
    mail::{
        Message,
        messages::{AuditDamaged, AuditHead},
    },
    store::{
        StoreError, Tx,
        audit::{
            Verification, Verified, newest,
            verification::{self, VerificationState},
        },
        company,
    },
    usecases::{
        ActionError, Context, Principal,
        outbox::mails,
        shared::{blocking::blocking, transaction::Rights},
    },
};

/// Term of the lease, which is extended while the verification goes on.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Time of the day at which the log is verified, in the company's time zone.
const HOUR: TimeDelta = TimeDelta::hours(3);

/// State of verification, for pages and monitoring.
pub fn state(ctx: &Context) -> Result<VerificationState, StoreError> {
    ctx.store.read(verification::state)
}

/// Verifies the chain if a verification is due or requested and no other instance is at it. Each chunk is read and
/// hashed on a database thread, so that a server can stop in between.
///
/// # Errors
/// [`StoreError`]: another attempt follows when the lease ends.
pub async fn verify_when_due(ctx: &Context) -> Result<(), StoreError> {
    let mut next = blocking(ctx, |ctx| Run::claim(&ctx)).await?;
    while let Some(run) = next {
        next = blocking(ctx, move |ctx| run.step(&ctx)).await?;
    }
    Ok(())
}

/// The last time at or before `now` at which the nightly verification was due.
fn last_night(now: ZonedTime) -> Timestamp {
    let due = |day: NaiveDate| now.zone.moment(day.and_time(NaiveTime::MIN) + HOUR);
    let today = due(now.day());
    if today <= now.at { today } else { due(now.day() - TimeDelta::days(1)) }
}

/// A verification by this instance.
struct Run {
    begun: Timestamp,
    /// Time at which the last nightly verification was due.
    last_night: Timestamp,
    leased_until: Timestamp,
    verification: Verification,
}

impl Run {
    fn claim(ctx: &Context) -> Result<Option<Self>, StoreError> {
        let begun = ctx.now();
        let (state, company) = ctx.store.read(|db| Ok::<_, StoreError>((verification::state(db)?, company::load(db)?)))?;
        let last_night = last_night(company.in_zone(begun));
        if state.requested_at.is_none() && !state.is_older_than(last_night) {
            return Ok(None);
        }
        let leased_until = begun + LEASE;
        if !ctx.store.write_transaction(|tx| verification::claim(tx, begun, leased_until))? {
            return Ok(None);
        }
        let verification = ctx.store.read(|db| Verification::begin(db, vec![state.head]))?;
        Ok(Some(Self { begun, last_night, leased_until, verification }))
    }

    /// Verifies the next chunk. Returns `None` after the last one.
    fn step(mut self, ctx: &Context) -> Result<Option<Self>, StoreError> {
        if let Some(verified) = ctx.store.read(|db| self.verification.step(db))? {
            self.settle(ctx, &verified)?;
            return Ok(None);
        }
        let now = ctx.now();
        if now + LEASE / 2 > self.leased_until {
            self.leased_until = now + LEASE;
            ctx.store.write_transaction(|tx| verification::renew(tx, self.leased_until))?;
        }
        Ok(Some(self))
    }

    /// Notes the result. Damage is recorded and mailed to all Admins once.
    fn settle(&self, ctx: &Context, verified: &Verified) -> Result<(), StoreError> {
        if let Err(broken) = verified {
            tracing::error!(entry = broken.entry, "the audit log is damaged: {broken}");
            let recorded = Principal::System.audited_transaction(ctx, Rights::Stay, |work| {
                let company = company::load(work.tx.db())?;
                if verification::lock(work.tx)?.broken_at == Some(broken.entry) {
                    return Err(ActionError::is_so(company.name));
                }
                work.record(&company, &AuditEvent::DamageFound { entry: broken.entry.unsigned_abs() });
                let (company, at) = (company.name, self.begun);
                let message =
                    |first_name| Message::AuditDamaged(AuditDamaged { first_name, company: company.clone(), entry: broken.entry, at });
                mails::post_to_admins(ctx, work.tx, work.now, message)?;
                Ok(self.note(ctx, work.tx, verified)?)
            });
            match recorded {
                Ok(()) => return Ok(()),
                Err(ActionError::Store(error)) => return Err(error),
                // Damage that is known already.
                Err(_) => {}
            }
        }
        ctx.store.write_transaction(|tx| self.note(ctx, tx, verified))
    }

    /// Notes the result, and mails the newest hash if this is the first verification since last night.
    fn note(&self, ctx: &Context, tx: &mut Tx<'_>, verified: &Verified) -> Result<(), StoreError> {
        let is_nightly = verification::lock(tx)?.is_older_than(self.last_night);
        let company = company::load(tx.db())?;
        if is_nightly
            && company.mails_audit_head
            && let Some(newest) = newest(tx.db())?
        {
            let (head, at) = (newest.head.to_string(), newest.at);
            let damaged_at = verified.err().map(|ChainBreak { entry, .. }| entry);
            let message = |first_name| {
                Message::AuditHead(AuditHead { first_name, company: company.name.clone(), head: head.clone(), at, damaged_at })
            };
            mails::post_to_admins(ctx, tx, ctx.now(), message)?;
        }
        verification::settle(tx, self.begun, verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_begins_at_three() {
        let at = |day, hour, minute| NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, minute, 0).unwrap();
        for (now, night) in
            [(at(2, 2, 59), at(1, 3, 0)), (at(2, 3, 0), at(2, 3, 0)), (at(2, 23, 59), at(2, 3, 0)), (at(1, 3, 0), at(1, 3, 0))]
        {
            assert_eq!(last_night(ZonedTime::utc(now)), night);
        }
    }

    #[test]
    fn three_is_read_from_the_clocks_of_the_zone() {
        let at = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        for (zone, now, night) in [
            ("Europe/Berlin", "2026-01-02 01:59", "2026-01-01 02:00"),
            ("Europe/Berlin", "2026-01-02 02:00", "2026-01-02 02:00"),
            ("Europe/Berlin", "2026-07-02 01:00", "2026-07-02 01:00"),
            // Clocks are put from three to four.
            ("Europe/Helsinki", "2026-03-29 00:59", "2026-03-28 01:00"),
            ("Europe/Helsinki", "2026-03-29 01:00", "2026-03-29 01:00"),
            ("Pacific/Kiritimati", "2026-01-01 12:59", "2025-12-31 13:00"),
            ("Pacific/Apia", "2011-12-30 12:59", "2011-12-30 10:00"),
        ] {
            let now = ZonedTime { at: at(now), zone: zone.parse().unwrap() };
            assert_eq!(last_night(now), at(night), "{now:?}");
        }
    }
}
