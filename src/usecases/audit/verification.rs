//! Verification of the chain by the server, every night and on request. One instance does it, and reads in chunks.

use chrono::{NaiveTime, TimeDelta};

use crate::{
    domain::{
        audit::{AuditEvent, ChainBreak},
        clock::Timestamp,
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

/// Time of the day at which the log is verified, in UTC, the company's time zone.
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
fn last_night(now: Timestamp) -> Timestamp {
    (now - HOUR).date().and_time(NaiveTime::MIN) + HOUR
}

/// A verification by this instance.
struct Run {
    begun: Timestamp,
    leased_until: Timestamp,
    verification: Verification,
}

impl Run {
    fn claim(ctx: &Context) -> Result<Option<Self>, StoreError> {
        let begun = ctx.now();
        let state = state(ctx)?;
        if state.requested_at.is_none() && !state.is_older_than(last_night(begun)) {
            return Ok(None);
        }
        let leased_until = begun + LEASE;
        if !ctx.store.write_transaction(|tx| verification::claim(tx, begun, leased_until))? {
            return Ok(None);
        }
        let verification = ctx.store.read(|db| Verification::begin(db, vec![state.head]))?;
        Ok(Some(Self { begun, leased_until, verification }))
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
        let is_nightly = verification::lock(tx)?.is_older_than(last_night(self.begun));
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
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn the_night_begins_at_three() {
        let at = |day, hour, minute| NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, minute, 0).unwrap();
        for (now, night) in
            [(at(2, 2, 59), at(1, 3, 0)), (at(2, 3, 0), at(2, 3, 0)), (at(2, 23, 59), at(2, 3, 0)), (at(1, 3, 0), at(1, 3, 0))]
        {
            assert_eq!(last_night(now), night);
        }
    }
}
