//! The program itself: started, killed, started again, and started twice.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use diesel::{RunQueryDsl as _, sql_query};
use usher::store::{Database, Location, Store, StoreError};

use crate::{helpers::PASSWORD, support::postgres};

/// Longer than any step takes on a slow machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server in a process of its own, killed with this guard.
pub(crate) struct Server {
    pub(crate) process: Child,
    lines: Receiver<String>,
}

impl Server {
    pub(crate) fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = usher(data, settings);
        command.stderr(Stdio::null());
        Self::spawn(command)
    }

    /// Starts `command`; its standard error goes where it is configured to.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, lines }
    }

    /// The address that it prints when it is ready: the setup address, or its own.
    pub(crate) fn address(&self) -> String {
        let start = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(DEADLINE.saturating_sub(start.elapsed())) {
            if let Some(at) = line.find("http://") {
                return line[at..].trim().to_owned();
            }
        }
        panic!("the server says nowhere where it is");
    }

    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn usher(data: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
    command
        .current_dir(data)
        .env("USHER_DATA_DIR", data)
        .env("USHER_LISTEN", "127.0.0.1:0")
        .envs(settings.iter().copied())
        .stdin(Stdio::null());
    command
}

/// Runs `usher admin create` with the usual password.
pub(crate) fn create_admin(data: &Path, settings: &[(&str, &str)], email: &str) -> Output {
    let arguments = ["admin", "create", "--email", email, "--first-name", "Maya", "--last-name", "Fischer", "--password-stdin"];
    let piped = || Stdio::piped();
    let mut process = usher(data, settings).args(arguments).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

/// A minimal browser.
pub(crate) struct Client {
    origin: String,
    cookies: BTreeMap<String, String>,
}

impl Client {
    pub(crate) fn at(address: &str) -> Self {
        let origin = address.split('/').take(3).collect::<Vec<_>>().join("/");
        Self { origin, cookies: BTreeMap::new() }
    }

    /// Status and body.
    pub(crate) fn request(&mut self, head: &str, body: &str) -> (u16, String) {
        let host = self.origin.strip_prefix("http://").unwrap();
        let port = host.rsplit(':').next().unwrap();
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let fields = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}", body.len());
        write!(
            stream,
            "{head} HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nCookie: {cookies}\r\nConnection: close\r\n{fields}\r\n\r\n{body}",
            self.origin
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        for cookie in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Opens the page and submits its form; these fields need no escapes.
    fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let (status, page) = self.request(&format!("GET {path}"), "");
        assert_eq!(status, 200, "{page}");
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let fields = std::iter::once(("csrf", csrf)).chain(fields.iter().copied());
        let body = fields.map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect::<Vec<_>>().join("&");
        self.request(&format!("POST {path}"), &body).0
    }

    pub(crate) fn sign_in(&mut self) {
        assert_eq!(self.fill("/sign-in", &[("email", "maya@example.com"), ("password", PASSWORD)]), 303);
    }

    pub(crate) fn invite(&mut self, email: &str) {
        assert_eq!(self.fill("/users-and-groups/new-user", &[("email", email)]), 303);
    }
}

/// Number of mails written to this address.
fn mails_to(data: &Path, email: &str) -> usize {
    let files = fs::read_dir(data.join("mail")).into_iter().flatten().map(|file| file.unwrap().path());
    let mails = files.filter(|path| path.extension().is_some_and(|end| end == "eml")).map(|path| fs::read_to_string(path).unwrap());
    mails.filter(|mail| mail.lines().any(|line| line == format!("To: {email}"))).count()
}

/// Ends all leases, as after five minutes: mails of the dead server are free again.
fn end_leases(data: &Path) {
    let store = Store::open(Location::Sqlite(data.join("usher.db"))).unwrap();
    let ended = store.write_transaction(|tx| match tx.db() {
        Database::Sqlite(db) => Ok::<_, StoreError>(sql_query("UPDATE outbox SET leased_until = NULL").execute(db)?),
        Database::Postgres(_) => Ok(0),
    });
    assert_eq!(ended.unwrap(), 1);
}

/// Polls until the condition is true.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < DEADLINE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_killed_right_after_the_answer_loses_no_mail_and_doubles_none() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    assert!(create_admin(data, &[], "maya@example.com").status.success());
    let server = Server::start(data, &[]);
    let mut maya = Client::at(&server.address());
    maya.sign_in();
    maya.invite("noor@example.com");
    server.kill();
    end_leases(data);
    let server = Server::start(data, &[]);
    let mut maya = Client::at(&server.address());
    maya.sign_in();
    maya.invite("jonas@example.com");
    wait_until("the later mail is there", || mails_to(data, "jonas@example.com") == 1);
    assert_eq!(mails_to(data, "noor@example.com"), 1);
}

#[test]
fn a_session_outlives_the_server() {
    let data = tempfile::tempdir().unwrap();
    assert!(create_admin(data.path(), &[], "maya@example.com").status.success());
    let server = Server::start(data.path(), &[]);
    let mut maya = Client::at(&server.address());
    maya.sign_in();
    server.kill();
    let server = Server::start(data.path(), &[]);
    maya.origin = Client::at(&server.address()).origin;
    assert_eq!(maya.request("GET /users-and-groups", "").0, 200);
}

#[test]
fn the_setup_address_is_printed_until_there_is_an_admin() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let server = Server::start(data, &[]);
    let address = server.address();
    assert!(address.contains("/setup?key="), "{address}");
    let mut guest = Client::at(&address);
    let path = address.strip_prefix(&guest.origin).unwrap().to_owned();
    assert_eq!(guest.request(&format!("GET {path}"), "").0, 200);
    let created = create_admin(data, &[], "maya@example.com");
    assert_eq!(String::from_utf8(created.stdout).unwrap(), "maya@example.com is now an Admin and can sign in.\n");
    assert_eq!(guest.request(&format!("GET {path}"), "").0, 404);
    Client::at(&address).sign_in();
    server.kill();
    let server = Server::start(data, &[]);
    let address = server.address();
    assert!(!address.contains("setup"), "{address}");
    let again = create_admin(data, &[], "Maya@example.com");
    assert_eq!(
        (again.status.code(), String::from_utf8(again.stderr).unwrap().contains("Maya@example.com is in use already")),
        (Some(1), true)
    );
}

#[test]
fn a_setting_that_is_unknown_or_wrong_stops_the_start_and_is_named() {
    let data = tempfile::tempdir().unwrap();
    for (name, value) in [("USHER_SMPT_URL", "smtp://localhost"), ("USHER_LISTEN", "everywhere"), ("USHER_LOG_FORMAT", "xml")] {
        let stopped = usher(data.path(), &[(name, value)]).output().unwrap();
        let said = String::from_utf8(stopped.stderr).unwrap();
        assert!(stopped.status.code() == Some(2) && said.contains(name), "{said}");
    }
}

#[test]
fn two_servers_on_one_new_postgresql_database_both_start() {
    let database = postgres::server().empty_database();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let key = folders[0].path().join("secret.key");
    let settings = [("USHER_DATABASE_URL", database.url()), ("USHER_SECRET_KEY_FILE", key.to_str().unwrap())];
    let servers = folders.each_ref().map(|folder| Server::start(folder.path(), &settings));
    let addresses = servers.each_ref().map(Server::address);
    let opens = |address: &String| {
        let mut guest = Client::at(address);
        let path = address.strip_prefix(&guest.origin).unwrap().to_owned();
        guest.request(&format!("GET {path}"), "").0 == 200
    };
    assert_eq!(addresses.iter().filter(|address| opens(address)).count(), 1, "{addresses:?}");
}
