//! Refused sign-ins, kept apart from the audit chain. They are counted in memory and written together, so that a
//! refusal, which costs a stranger nothing, does not cost a transaction.

use chrono::TimeDelta;
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{self, Bool, Text},
};

use crate::{
    domain::clock::Timestamp,
    store::{
        Database, Store, StoreError, Tx,
        backend::Condition,
        connection::{MultiBackend, with_backend},
        page::{COUNT_MAX, Count, Position},
        schema::refused_sign_ins,
    },
};

use super::pending_refusals::Refusal;

pub use super::pending_refusals::RefusalReason;

/// Retention of refusals.
const KEPT: TimeDelta = TimeDelta::days(90);

impl Store {
    /// Notes a refused sign-in, to be written by [`Store::write_refusals`].
    pub fn note_refusal(&self, network: &str, email_key: &str, reason: RefusalReason, now: Timestamp) {
        let refusal = Refusal { network: network.to_owned(), email_key: email_key.to_owned(), reason };
        self.refusals.lock().note(refusal, now);
    }

    /// Writes the noted refusals; returns the number of rows. Refusals that could not be written are kept, except after
    /// an unanswered commit, which might count them twice.
    pub fn write_refusals(&self) -> Result<usize, StoreError> {
        let mut taken = self.refusals.lock().take();
        if taken.is_empty() {
            return Ok(0);
        }
        // One order for all instances, so that two writers of equal rows never deadlock.
        taken.sort_unstable();
        let written = self.write_transaction(|tx| {
            taken.iter().cloned().try_for_each(|(minute, Refusal { network, email_key, reason }, times)| {
                add(tx, &RefusedSignIn { minute, network, email_key, reason, times })
            })
        });
        if let Err(error) = written {
            if !matches!(error, StoreError::CommitUnknown(_)) {
                self.refusals.lock().put_back(taken);
            }
            return Err(error);
        }
        Ok(taken.len())
    }
}

/// Adds a row, or its times to those of an equal one.
pub fn add(tx: &mut Tx<'_>, new: &RefusedSignIn) -> Result<(), StoreError> {
    let row = (
        refused_sign_ins::minute.eq(new.minute),
        refused_sign_ins::network.eq(&new.network),
        refused_sign_ins::email_key.eq(&new.email_key),
        refused_sign_ins::reason.eq(new.reason),
        refused_sign_ins::times.eq(new.times),
    );
    with_backend!(tx.db(), |connection| diesel::insert_into(refused_sign_ins::table)
        .values(row)
        .on_conflict((refused_sign_ins::minute, refused_sign_ins::network, refused_sign_ins::email_key, refused_sign_ins::reason))
        .do_update()
        .set(refused_sign_ins::times.eq(refused_sign_ins::times + new.times))
        .execute(connection))?;
    Ok(())
}

/// Removes old refusals of up to `limit` minutes; returns the number of rows.
pub fn sweep(tx: &mut Tx<'_>, limit: i64, now: Timestamp) -> Result<usize, StoreError> {
    let old = refused_sign_ins::table.filter(refused_sign_ins::minute.le(now - KEPT)).select(refused_sign_ins::minute).distinct();
    let minutes = old.limit(limit).load::<Timestamp>(tx.db())?;
    Ok(diesel::delete(refused_sign_ins::table.filter(refused_sign_ins::minute.eq_any(minutes))).execute(tx.db())?)
}

/// A row of counted refusals.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = refused_sign_ins)]
pub struct RefusedSignIn {
    pub minute: Timestamp,
    /// Empty for several.
    pub network: String,
    /// Typed address in its comparable form; empty for several.
    pub email_key: String,
    pub reason: RefusalReason,
    pub times: i64,
}

/// Position of a row: minute, network, address and reason.
pub type RefusalKey = (Timestamp, String, String, RefusalReason);

impl RefusedSignIn {
    pub fn key(&self) -> RefusalKey {
        (self.minute, self.network.clone(), self.email_key.clone(), self.reason)
    }
}

/// Times from which on, and before which, refusals are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

type Query = refused_sign_ins::BoxedQuery<'static, MultiBackend>;

fn within(span: Span) -> Query {
    let mut query = refused_sign_ins::table.into_boxed();
    if let Some(since) = span.since {
        query = query.filter(refused_sign_ins::minute.ge(since));
    }
    if let Some(until) = span.until {
        query = query.filter(refused_sign_ins::minute.lt(until));
    }
    query
}

/// Up to `limit` refusals from `position` on, in the direction in which its page is read.
pub fn read(db: &mut Database, span: Span, position: &Position<RefusalKey>, limit: usize) -> Result<Vec<RefusedSignIn>, StoreError> {
    let (newest, oldest) = (
        (
            refused_sign_ins::minute.desc(),
            refused_sign_ins::network.desc(),
            refused_sign_ins::email_key.desc(),
            refused_sign_ins::reason.desc(),
        ),
        (refused_sign_ins::minute, refused_sign_ins::network, refused_sign_ins::email_key, refused_sign_ins::reason),
    );
    let query = within(span).select(RefusedSignIn::as_select()).limit(i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(match position {
        Position::First => query.order(newest).load(db)?,
        Position::After(key) => query.filter(beyond("<", key)).order(newest).load(db)?,
        Position::Before(key) => query.filter(beyond(">", key)).order(oldest).load(db)?,
        Position::Last => query.order(oldest).load(db)?,
    })
}

/// True if a row lies beyond `key` in the order of the primary key.
fn beyond(than: &'static str, (minute, network, email_key, reason): &RefusalKey) -> Condition<'static, refused_sign_ins::table> {
    let start = sql::<Bool>(&format!("(minute, network, email_key, reason) {than} ("));
    let texts = start.bind::<sql_types::Timestamp, _>(*minute).sql(", ").bind::<Text, _>(network.clone()).sql(", ");
    Box::new(texts.bind::<Text, _>(email_key.clone()).sql(", ").bind::<Text, _>(*reason).sql(")"))
}

/// Number of rows.
pub fn count(db: &mut Database, span: Span) -> Result<Count, StoreError> {
    let found = within(span).select(refused_sign_ins::times).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(found.len()))
}
