//! Errors of the database.

use std::error::Error;

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// Error of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("no connection to the database: {0}")]
    Unavailable(#[from] r2d2::Error),
    #[error("other writers were in the way for too long")]
    Busy,
    #[error("the database refused a query: {0}")]
    Query(#[from] QueryError),
    #[error("the database could not be migrated: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    /// Change without an audit entry: a bug in the program. The transaction is rolled back.
    #[error("a change was not written to the audit log")]
    Unaudited,
    /// Connection lost during the commit: the change may have been saved.
    #[error("the connection was lost during a commit, which may have been done: {0}")]
    CommitUnknown(QueryError),
    /// Row that this version of the program cannot read.
    #[error("the database holds {0}, which this version does not know")]
    Unknown(String),
    /// Entry that was stored or changed by other means than Usher's.
    #[error("entry {0} of the audit log cannot be read")]
    UnreadableEntry(i64),
}

/// True if another writer was in the way. A unique violation counts, since the next try finds that writer's row.
pub(super) fn is_clash(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.any(|cause| match cause.downcast_ref::<QueryError>() {
        Some(QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation, _)) => true,
        Some(QueryError::DatabaseError(DatabaseErrorKind::Unknown, info)) => info.message().contains("deadlock detected"),
        _ => false,
    })
}
