//! Both databases behind one connection type, the pool, and migrations.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use diesel::{
    Connection, ConnectionError, ConnectionResult, QueryResult,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::R2D2Connection,
    result::Error as QueryError,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use parking_lot::FairMutex;

use super::{
    StoreError,
    commits::Commits,
    credentials::pending_refusals::SharedRefusals,
    metrics::{StoreMetrics, Writes},
};

pub(super) const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Number of the advisory lock under which PostgreSQL is migrated: "usher" in ASCII.
const MIGRATION_LOCK: i64 = 0x75_73_68_65_72;

/// Connections in the pool. Four with 4 MB of page cache each keep the process small; reads are short.
const POOL_SIZE: u32 = 4;

/// Longest wait for a connection, for other writers and for a lock, each.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(5);

/// Address of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    Sqlite(PathBuf),
    /// URL with the scheme `postgres`, as libpq reads it.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    /// Writes the location without the URL, which may hold a password.
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

/// Expands one typed query once per database, for queries that do not compile for both at a time.
macro_rules! with_backend {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::Database::Postgres($connection) => $body,
            $crate::store::Database::Sqlite($connection) => $body,
        }
    };
}
pub(super) use with_backend;

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
            // The busy timeout is set first, in a statement of its own: switching to WAL takes a lock.
            Self::Sqlite(sqlite) => {
                wait_for_locks(sqlite, WAIT_MAX)?;
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

    pub(super) fn begin(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
            Self::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(postgres, "BEGIN ISOLATION LEVEL READ COMMITTED"),
        }
    }

    /// Begins a write transaction that waits for locks no longer than `wait`.
    pub(super) fn begin_soon(&mut self, wait: Duration) -> QueryResult<()> {
        if let Self::Sqlite(sqlite) = self {
            wait_for_locks(sqlite, wait)?;
        }
        let begun = self.begin();
        match self {
            Self::Sqlite(sqlite) => wait_for_locks(sqlite, WAIT_MAX).and(begun),
            Self::Postgres(postgres) => {
                begun?;
                postgres.batch_execute(&format!("SET LOCAL lock_timeout = {}", wait.as_millis()))
            }
        }
    }

    /// Runs pending migrations. When two servers start on one new database, the second waits here and finds the work
    /// done.
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

fn wait_for_locks(sqlite: &mut diesel::SqliteConnection, most: Duration) -> QueryResult<()> {
    sqlite.batch_execute(&format!("PRAGMA busy_timeout = {};", most.as_millis()))
}

/// The database, shared by the whole process.
#[derive(Clone)]
pub struct Store {
    pub(super) pool: r2d2::Pool<Manager>,
    /// Queue of SQLite's writers, in order: SQLite's own waiting polls, so that a writer can starve.
    pub(super) writer_queue: Arc<FairMutex<()>>,
    pub(super) is_sqlite: bool,
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
    /// Opens the database.
    ///
    /// # Errors
    /// A database that cannot be reached, with the reason.
    pub fn open(location: Location) -> Result<Self, StoreError> {
        let is_sqlite = matches!(location, Location::Sqlite(_));
        if let Location::Sqlite(path) = &location {
            keep_private(path);
        }
        // A single connection first tells the reason of a failure, which the pool would hide behind its retries.
        Database::open(&location)
            .and_then(|mut db| db.set_up().map_err(ConnectionError::CouldntSetupConfiguration))
            .map_err(|error| StoreError::Query(QueryError::QueryBuilderError(error.to_string().into())))?;
        let pool = r2d2::Pool::builder()
            .max_size(POOL_SIZE)
            .min_idle(Some(1))
            .test_on_check_out(!is_sqlite)
            .connection_timeout(WAIT_MAX)
            .error_handler(Box::new(r2d2::LoggingErrorHandler))
            .build(Manager { location })?;
        Ok(Self {
            pool,
            writer_queue: Arc::new(FairMutex::new(())),
            is_sqlite,
            writes: Arc::default(),
            commits: Commits::default(),
            refusals: Arc::default(),
        })
    }

    /// Migrates the schema to this version; returns the number of migrations run.
    ///
    /// # Errors
    /// A migration that fails; it is rolled back.
    pub fn migrate(&self) -> Result<usize, StoreError> {
        let _turn = self.is_sqlite.then(|| self.writer_queue.lock());
        let done = self.pool.get()?.migrate()?;
        Ok(done)
    }

    /// Number of pending migrations.
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

    /// True if searches have an index. PostgreSQL needs an extension for it, which the server may not offer.
    pub fn searches_by_index(&self) -> Result<bool, StoreError> {
        use diesel::prelude::*;
        match &mut *self.pool.get()? {
            Database::Sqlite(_) => Ok(true),
            Database::Postgres(postgres) => {
                let found = diesel::sql_query("SELECT 1 FROM pg_class WHERE relname = 'user_search'").execute(postgres)?;
                Ok(found == 1)
            }
        }
    }

    /// Copy of this store that notes its commits in `commits`.
    #[must_use]
    pub fn noting(&self, commits: Commits) -> Self {
        let mut store = self.clone();
        store.commits = commits;
        store
    }

    pub fn metrics(&self) -> StoreMetrics {
        let pool = self.pool.state();
        StoreMetrics {
            connections_in_use: pool.connections.saturating_sub(pool.idle_connections),
            connections_max: self.pool.max_size(),
            waits: self.writes.waited.so_far(),
            writes: self.writes.took.so_far(),
            chains: self.writes.chained.so_far(),
        }
    }

    /// Runs `f` on a connection, outside any transaction.
    ///
    /// # Errors
    /// Errors of `f`, and the lack of a free connection.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Database) -> Result<T, E>) -> Result<T, E> {
        let mut db = self.pool.get().map_err(StoreError::from)?;
        f(&mut db)
    }
}

/// Makes a new database file readable by its owner alone; SQLite's other files inherit that. If it fails, opening the
/// database fails next and tells the reason.
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

    /// True if a transaction is still open, as after a panic.
    fn has_broken(&self, db: &mut Database) -> bool {
        std::thread::panicking() || db.is_broken()
    }
}
