//! Both databases behind one connection type, the pool, migrations, and the two kinds of write transaction.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::{
    Connection, ConnectionError, ConnectionResult, QueryResult,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::R2D2Connection,
    result::{DatabaseErrorKind, Error as QueryError},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use parking_lot::FairMutex;

use crate::domain::audit::Entry;

use super::{audit, commits::Commits, load::Writes, refused_sign_ins::SharedRefusals};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Number of the advisory lock under which PostgreSQL is migrated: "usher" in ASCII.
const MIGRATION_LOCK: i64 = 0x75_73_68_65_72;

/// How often a transaction is tried again after PostgreSQL chose it as a deadlock's victim or another writer was faster.
const RETRIES: u32 = 5;

/// Four connections with 4 MB of page cache each keep the whole process small; reads are short.
const POOL_SIZE: u32 = 4;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    Sqlite(PathBuf),
    /// A `postgres://` URL, as libpq reads it.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Database {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "Postgres",
            Self::Sqlite(_) => "Sqlite",
        })
    }
}

/// Expands one typed query once per database, for what does not compile for both at a time.
macro_rules! each {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::Database::Postgres($connection) => $body,
            $crate::store::Database::Sqlite($connection) => $body,
        }
    };
}
pub(super) use each;

impl Database {
    fn open(location: &Location) -> ConnectionResult<Self> {
        match location {
            Location::Sqlite(path) => {
                let path = path.to_str().ok_or_else(|| ConnectionError::BadConnection("the database's path is not UTF-8".to_owned()))?;
                diesel::SqliteConnection::establish(path).map(Self::Sqlite)
            }
            Location::Postgres(url) => diesel::PgConnection::establish(url).map(Self::Postgres),
        }
    }

    fn set_up(&mut self) -> QueryResult<()> {
        match self {
            // The busy timeout comes first, alone: switching to WAL takes a lock itself.
            Self::Sqlite(sqlite) => {
                sqlite.batch_execute("PRAGMA busy_timeout = 5000;")?;
                sqlite.batch_execute(
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; \
                     PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA recursive_triggers = ON;",
                )
            }
            Self::Postgres(postgres) => postgres.batch_execute(
                "SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s';",
            ),
        }
    }

    fn begin(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
            Self::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(postgres, "BEGIN ISOLATION LEVEL READ COMMITTED"),
        }
    }

    /// Two servers may start at once on one new database: the second waits here and finds the work done.
    fn migrate(&mut self) -> Result<usize, StoreError> {
        self.begin()?;
        let done = self.run_migrations();
        match done {
            Ok(_) => <Self as Connection>::TransactionManager::commit_transaction(self)?,
            Err(_) => <Self as Connection>::TransactionManager::rollback_transaction(self)?,
        }
        done
    }

    fn run_migrations(&mut self) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE_MIGRATIONS).map(|done| done.len()),
            Self::Postgres(postgres) => {
                postgres.batch_execute(&format!(
                    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({MIGRATION_LOCK});"
                ))?;
                postgres.run_pending_migrations(POSTGRES_MIGRATIONS).map(|done| done.len())
            }
        }
        .map_err(StoreError::Migration)
    }
}

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("no connection to the database: {0}")]
    Unavailable(#[from] r2d2::Error),
    #[error("the database refused a query: {0}")]
    Query(#[from] QueryError),
    #[error("the database could not be migrated: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    /// A change without an audit entry is a mistake in the program; it is rolled back.
    #[error("a change was not written to the audit log")]
    Unaudited,
    /// The connection went away during the commit: the change may have been saved.
    #[error("the connection was lost during a commit, which may have been done: {0}")]
    CommitUnknown(QueryError),
    /// A row holds what this version of the program cannot read.
    #[error("the database holds {0}, which this version does not know")]
    Unknown(String),
}

/// A write transaction. On SQLite it holds the database's write lock from its beginning.
#[derive(Debug)]
pub struct Tx<'a> {
    db: &'a mut Database,
    entries: Vec<Entry>,
}

impl Tx<'_> {
    pub fn db(&mut self) -> &mut Database {
        self.db
    }

    /// Adds an entry to the audit log. It is written last of all, just before the commit, since that locks the end of the chain.
    pub fn audit(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

/// The database, shared by all of the process.
#[derive(Clone)]
pub struct Store {
    pub(super) pool: r2d2::Pool<Manager>,
    /// SQLite's writers queue here, in order: its own waiting is polling, in which one of them can starve.
    turn: Arc<FairMutex<()>>,
    is_sqlite: bool,
    pub(super) writes: Arc<Writes>,
    pub(super) commits: Commits,
    pub(super) refusals: SharedRefusals,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("is_sqlite", &self.is_sqlite).finish_non_exhaustive()
    }
}

impl Store {
    /// # Errors
    /// When the database cannot be reached, with the reason.
    pub fn open(location: Location) -> Result<Self, StoreError> {
        let is_sqlite = matches!(location, Location::Sqlite(_));
        if let Location::Sqlite(path) = &location {
            keep_private(path);
        }
        // The pool would try again and again and forget why it failed: one connection first tells the reason.
        Database::open(&location)
            .and_then(|mut db| db.set_up().map_err(ConnectionError::CouldntSetupConfiguration))
            .map_err(|error| StoreError::Query(QueryError::QueryBuilderError(error.to_string().into())))?;
        let pool = r2d2::Pool::builder()
            .max_size(POOL_SIZE)
            .min_idle(Some(1))
            .test_on_check_out(!is_sqlite)
            .connection_timeout(Duration::from_secs(5))
            .error_handler(Box::new(r2d2::LoggingErrorHandler))
            .build(Manager { location })?;
        Ok(Self {
            pool,
            turn: Arc::new(FairMutex::new(())),
            is_sqlite,
            writes: Arc::default(),
            commits: Commits::default(),
            refusals: Arc::default(),
        })
    }

    /// Brings the schema to this version; tells how many migrations that took.
    ///
    /// # Errors
    /// When a migration fails; it is rolled back.
    pub fn migrate(&self) -> Result<usize, StoreError> {
        let _turn = self.is_sqlite.then(|| self.turn.lock());
        let done = self.pool.get()?.migrate()?;
        Ok(done)
    }

    /// How many migrations are still to be done.
    ///
    /// # Errors
    /// The database's.
    pub fn pending_migrations(&self) -> Result<usize, StoreError> {
        let pending = match &mut *self.pool.get()? {
            Database::Sqlite(sqlite) => sqlite.pending_migrations(SQLITE_MIGRATIONS).map(|pending| pending.len()),
            Database::Postgres(postgres) => postgres.pending_migrations(POSTGRES_MIGRATIONS).map(|pending| pending.len()),
        };
        pending.map_err(StoreError::Migration)
    }

    pub fn is_sqlite(&self) -> bool {
        self.is_sqlite
    }

    /// Whether searches have an index. PostgreSQL's needs an extension that its owner may have refused.
    ///
    /// # Errors
    /// The database's.
    pub fn searches_by_index(&self) -> Result<bool, StoreError> {
        use diesel::prelude::*;
        match &mut *self.pool.get()? {
            Database::Sqlite(_) => Ok(true),
            Database::Postgres(postgres) => {
                let found = diesel::sql_query("SELECT 1 FROM pg_class WHERE relname = 'users_search'").execute(postgres)?;
                Ok(found == 1)
            }
        }
    }

    /// Runs `f` on a connection, outside any transaction.
    ///
    /// # Errors
    /// Those of `f`, and when there is no connection.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Database) -> Result<T, E>) -> Result<T, E> {
        let mut db = self.pool.get().map_err(StoreError::from)?;
        f(&mut db)
    }

    /// Runs `f` in a write transaction that must leave at least one audit entry. Everything that people do goes through here.
    /// `f` may run more than once, so tokens and times are made before it.
    ///
    /// # Errors
    /// Those of `f`, after a rollback, and the database's.
    pub fn change<T, E: From<StoreError> + Error + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.transaction(true, f)
    }

    /// Runs `f` in a write transaction that need not be audited: leases, counters, last-seen times.
    ///
    /// # Errors
    /// Those of `f`, after a rollback, and the database's.
    pub fn write<T, E: From<StoreError> + Error + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.transaction(false, f)
    }

    /// Runs `f` in a write transaction on which no answer depends: last-seen times, messages that were shown. A failure is logged, and waiting
    /// for a lock is short.
    pub fn write_if_possible(&self, what: &'static str, mut f: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError>) -> bool {
        let written = self.write(|tx| {
            if let Database::Postgres(postgres) = tx.db() {
                postgres.batch_execute("SET LOCAL lock_timeout = '1s'")?;
            }
            f(tx)
        });
        written.inspect_err(|error| tracing::warn!(%error, what, "something was not noted")).is_ok()
    }

    fn transaction<T, E: From<StoreError> + Error + 'static>(
        &self,
        audited: bool,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let asked = Instant::now();
        let mut db = self.pool.get().map_err(StoreError::from)?;
        let _turn = self.is_sqlite.then(|| self.turn.lock());
        let _write = self.writes.begin(asked);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.attempt(&mut db, audited, &mut f) {
                Err(error) if tries < RETRIES && is_clash(&error) => tracing::debug!(%error, tries, "a transaction is tried again"),
                outcome => return outcome,
            }
        }
    }

    fn attempt<T, E: From<StoreError>>(
        &self,
        db: &mut Database,
        audited: bool,
        f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        db.begin().map_err(StoreError::from)?;
        let mut tx = Tx { db, entries: Vec::new() };
        let outcome = f(&mut tx).and_then(|value| {
            if audited && tx.entries.is_empty() {
                return Err(StoreError::Unaudited.into());
            }
            audit::append(tx.db, &tx.entries)?;
            Ok(value)
        });
        let closed = match outcome {
            Ok(_) => <Database as Connection>::TransactionManager::commit_transaction(db),
            Err(_) => <Database as Connection>::TransactionManager::rollback_transaction(db),
        };
        match (outcome, closed) {
            (Ok(value), Ok(())) => {
                if audited {
                    self.commits.note();
                }
                Ok(value)
            }
            (Err(error), _) => Err(error),
            // Diesel rolls a failed commit back. Where that fails too, nobody was told whether the commit was done.
            (Ok(_), Err(error)) if db.is_broken() => {
                self.commits.note();
                Err(StoreError::CommitUnknown(error).into())
            }
            (Ok(_), Err(error)) => Err(StoreError::from(error).into()),
        }
    }
}

/// Whether another writer was in the way. A unique key that somebody else just took counts: the next try finds their row.
fn is_clash(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.any(|cause| match cause.downcast_ref::<QueryError>() {
        Some(QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation, _)) => true,
        Some(QueryError::DatabaseError(DatabaseErrorKind::Unknown, info)) => info.message().contains("deadlock detected"),
        _ => false,
    })
}

/// Makes a database file that is not there yet readable by its owner alone; what SQLite puts beside it follows. Where that fails, opening
/// the database fails next and says why.
fn keep_private(path: &Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
}

pub(super) struct Manager {
    location: Location,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Database;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Database, Self::Error> {
        let mut db = Database::open(&self.location).map_err(diesel::r2d2::Error::ConnectionError)?;
        db.set_up().map_err(diesel::r2d2::Error::QueryError)?;
        Ok(db)
    }

    fn is_valid(&self, db: &mut Database) -> Result<(), Self::Error> {
        db.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    /// A panic may have left a transaction open.
    fn has_broken(&self, db: &mut Database) -> bool {
        std::thread::panicking() || db.is_broken()
    }
}
