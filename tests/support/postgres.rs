//! One temporary PostgreSQL server for each test process, and a database of its own for each test.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of the helpers")]
#![allow(clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use parking_lot::Mutex;

use super::supervisor::{Supervised, find_program};

/// `$1` is the folder of PostgreSQL's programs, the rest are ports to try, since another program may take one before
/// the server does.
///
/// The server's time zone is far from UTC, to expose queries that depend on it. Its data need not survive a crash.
const SCRIPT: &str = r#"
programs=$1; shift
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    id postgres >/dev/null && command -v runuser >/dev/null || fail "root needs the user postgres and runuser"
    chown postgres "$folder" "$log"
    as_owner() { runuser -u postgres -- "$@"; }
else
    as_owner() { "$@"; }
fi
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077; echo "$password" >"$folder/password")
[ "$(id -u)" != 0 ] || chown postgres "$folder/password"
as_owner "$programs/initdb" -D "$folder/data" -U postgres -A password --pwfile="$folder/password" \
    -N -E UTF8 --locale=C.UTF-8 >>"$log" || fail "initdb"
cat >>"$folder/data/postgresql.conf" <<'END'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
timezone = 'Pacific/Auckland'
END
server=
# The server stays a child of this shell, which reaps it: in a container nobody else may.
stop() {
    [ -n "$server" ] || return 0
    kill -QUIT "$(head -n 1 "$folder/data/postmaster.pid")"
    wait "$server"
}
for port in "$@"; do
    as_owner "$programs/postgres" -D "$folder/data" -p "$port" >>"$log" 2>&1 </dev/null &
    server=$!
    while kill -0 "$server"; do
        case $(sed -n 8p "$folder/data/postmaster.pid") in ready*) break 2 ;; esac
        sleep 0.05
    done 2>/dev/null
    server=
done
[ -n "$server" ] || fail "the server"
echo "ready $port $password"
"#;

const TEMPLATE: &str = "usher_template";

/// Server of this test process, started by the first caller.
///
/// # Panics
/// In one line, if PostgreSQL is not installed.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    match SERVER.get_or_init(Server::start) {
        Ok(server) => server,
        Err(reason) => panic!("no PostgreSQL for this test ({reason}): tests/run installs what the tests need"),
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    _running: Supervised,
    address: String,
    template: OnceLock<()>,
    databases: AtomicUsize,
    /// Databases are made and dropped one at a time: a template cannot be copied while it is in use.
    admin: Mutex<Admin>,
}

struct Admin(PgConnection);

impl std::fmt::Debug for Admin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Admin")
    }
}

impl Server {
    fn start() -> Result<Self, String> {
        let initdb = find_program("initdb", installed_versions()).ok_or("initdb is neither under /usr/lib/postgresql nor on the PATH")?;
        let programs = initdb.parent().unwrap_or(Path::new("/")).display().to_string();
        let running = Supervised::start(SCRIPT, &[vec![programs], free_ports(3)].concat())?;
        let [port, password] = &running.answer[..] else { return Err(format!("an odd answer: {:?}", running.answer)) };
        let address = format!("postgres://postgres:{password}@127.0.0.1:{port}");
        let admin = PgConnection::establish(&format!("{address}/postgres")).map_err(|error| error.to_string())?;
        Ok(Self { _running: running, address, template: OnceLock::new(), databases: AtomicUsize::new(0), admin: Mutex::new(Admin(admin)) })
    }

    /// Makes the template of fresh databases at the first call; later calls wait for it and do nothing.
    ///
    /// `prepare` gets its URL, and migrates it.
    pub fn template(&self, prepare: impl FnOnce(&str)) -> &Self {
        self.template.get_or_init(|| {
            // An earlier try may have panicked in `prepare`.
            self.execute(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")).expect("an old template is dropped");
            self.execute(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0")).expect("the template is made");
            prepare(&self.url_of(TEMPLATE));
            // Connections left by `prepare` would block the first copy.
            self.execute(&format!(
                "ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false;
                 SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'"
            ))
            .expect("the template is closed");
        });
        self
    }

    /// A database for one test: a copy of the template, or empty without one.
    pub fn fresh_database(&'static self) -> Database {
        self.database(if self.template.get().is_some() { TEMPLATE } else { "template0" })
    }

    /// An empty database.
    pub fn empty_database(&'static self) -> Database {
        self.database("template0")
    }

    fn database(&'static self, template: &str) -> Database {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a fresh database is made");
        Database { url: self.url_of(&name), name, server: self }
    }

    /// Address of the server, with name and password and without a database.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn url_of(&self, database: &str) -> String {
        format!("{}/{database}", self.address)
    }

    fn execute(&self, statements: &str) -> diesel::QueryResult<()> {
        let mut admin = self.admin.lock();
        // One by one: databases cannot be made or dropped in the transaction of a batch.
        statements.split(';').try_for_each(|statement| admin.0.batch_execute(statement))
    }
}

/// A database that is dropped with this guard, even while connections are open.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    server: &'static Server,
}

impl Database {
    /// URL of the database, with name and password.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server ends with the process anyway, and a panic here would hide the test's own.
        let _ = self.server.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// Debian's folders for PostgreSQL's programs, newest version first.
fn installed_versions() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by(|left, right| right.cmp(left));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn free_ports(count: usize) -> Vec<String> {
    // All are held until all are known, so that they differ.
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("its address").port().to_string()).collect()
}
