//! Recent audit entries about users, portfolios and accounts.

pub(super) mod chain;
pub mod verification;
mod verify;

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{
    audit::{AuditAction, SubjectKind},
    ids::UserId,
    scope::Scope,
};

pub use chain::{AuditRow, ChainLink, NewestEntry, audit_entries, links, newest};
pub use verify::{CHUNK, Verification, Verified, verify_chain};

use super::{Database, StoreError, schema::audit_entries, scopes};

/// Users whose entries at a place are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfWhom {
    Everybody,
    Only(UserId),
}

/// Latest entries about this portfolio or account and in it, newest first: at most `limit`, and none of these actions.
pub fn latest_at(
    db: &mut Database,
    kind: SubjectKind,
    id: i64,
    of_whom: OfWhom,
    except: &[AuditAction],
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let newest = || {
        let known = audit_entries::table.filter(audit_entries::action.ne_all(except.to_vec()));
        known.order((audit_entries::at.desc(), audit_entries::sequence.desc())).limit(limit).select(AuditRow::as_select())
    };
    // Two queries for two indexes: with an OR the databases would read the whole table.
    let mut rows = newest().filter(audit_entries::subject_kind.eq(kind)).filter(audit_entries::subject_id.eq(id)).load(db)?;
    let mut there = newest().filter(audit_entries::place_kind.eq(kind)).filter(audit_entries::place_id.eq(id)).into_boxed();
    if let OfWhom::Only(user) = of_whom {
        there = there.filter(audit_entries::subject_kind.eq(SubjectKind::User)).filter(audit_entries::subject_id.eq(user.0));
    }
    rows.extend(there.load::<AuditRow>(db)?);
    rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.sequence)));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

/// Latest entries about a user in the portfolios and accounts of a scope, and with `elsewhere` also those without a
/// place, newest first: at most `limit`, and none of these actions.
pub fn latest_about(
    db: &mut Database,
    user: UserId,
    scope: &Scope,
    elsewhere: bool,
    except: &[AuditAction],
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut places = match (scopes::within("audit_entries.place_id", scope), scopes::within("accounts.portfolio_id", scope)) {
        (Some(portfolio), Some(account)) => format!(
            "audit_entries.place_kind = 'portfolio' AND {portfolio} OR audit_entries.place_kind = 'account' \
             AND audit_entries.place_id IN (SELECT accounts.id FROM accounts WHERE {account})"
        ),
        _ => "audit_entries.place_id IS NOT NULL".to_owned(),
    };
    if elsewhere {
        places.push_str(" OR audit_entries.place_id IS NULL");
    }
    let about = audit_entries::subject_kind.eq(SubjectKind::User).and(audit_entries::subject_id.eq(user.0));
    let found = audit_entries::table.filter(about).filter(sql::<Bool>(&format!("({places})")));
    Ok(found
        .filter(audit_entries::action.ne_all(except.to_vec()))
        .order((audit_entries::at.desc(), audit_entries::sequence.desc()))
        .limit(limit)
        .select(AuditRow::as_select())
        .load(db)?)
}
