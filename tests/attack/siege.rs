//! A server under attack, and its other users.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    http::{Answer, Connection},
    long::is_long,
    program::{self, ADMIN, Server},
};

/// Users of the made-up company.
const USERS: u32 = 200;

/// Network address of the attacker; other users come from 127.0.0.1.
const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Page requested by a signed-in user.
pub(super) const PAGE: &str = "/users-and-groups";

/// Pause between two requests of other users.
const REST: Duration = Duration::from_millis(50);

/// Requests before an attack, for comparison.
const PROBES: u32 = 20;

/// Most CPU time of a request under attack, as a multiple of the page's before it. A sign-in, which hashes a password,
/// takes only a few.
const CPU_MAX: u32 = 20;

/// Longest median time of the page under attack, as a multiple of that before it. The attack itself keeps the machine
/// busy.
const TIME_MAX: u32 = 100;

/// Length of an attack.
pub(super) fn duration() -> Duration {
    Duration::from_secs(if is_long() { 15 } else { 2 })
}

/// A server with a made-up company. Several attacks run one after another, so that each has the machine to itself.
pub(super) struct Siege {
    pub(super) server: Server,
    pub(super) data: TempDir,
    /// Cookies of an Admin.
    pub(super) admin: String,
    /// Answers to the attack by status; 0 stands for a closed connection.
    answers: Mutex<BTreeMap<u16, u32>>,
    _turn: MutexGuard<'static, ()>,
}

impl Siege {
    pub(super) fn begin() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let data = tempfile::tempdir().expect("a temporary folder");
        copy(company().path(), data.path()).expect("the company can be copied");
        let server = Server::usher(data.path());
        let admin = server.sign_in(ADMIN);
        Self { server, data, admin, answers: Mutex::default(), _turn: turn }
    }

    /// Runs `attack`, and meanwhile requests the page of a signed-in user and `/healthz`, which must always be
    /// answered.
    ///
    /// The long form checks their times. The short one compares them with those before the attack: a parser whose time
    /// grows with the square of its input takes a hundred times as long.
    pub(super) fn stand(&self, attack: impl FnOnce(&Self)) {
        let is_over = AtomicBool::new(false);
        let (before, usual) = (self.server.cpu(), self.probe());
        let (began, usual_cpu) = (self.server.cpu(), self.server.cpu().saturating_sub(before) / PROBES);
        let (health, page) = thread::scope(|scope| {
            let health = scope.spawn(|| ask(self.server.address, "/healthz", "", &is_over));
            let page = scope.spawn(|| ask(self.server.address, PAGE, &self.admin, &is_over));
            {
                // Dropped on a failing attack too.
                let _over = End(&is_over);
                attack(self);
            }
            (health.join().expect("/healthz is answered"), page.join().expect("the page is answered"))
        });
        let requests_of_others = u32::try_from(health.len() + page.len()).expect("a few");
        let (health, median, p95) = (percentile(&health, 50), percentile(&page, 50), percentile(&page, 95));
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner).values().sum::<u32>();
        let requests = answers + requests_of_others;
        let cpu = self.server.cpu().saturating_sub(began) / requests;
        println!(
            "/healthz {health:?} at the median, page {median:?} at the median ({usual:?} before) and {p95:?} at p95, CPU {cpu:?} for each of {requests} requests ({usual_cpu:?} before)"
        );
        if is_long() {
            assert!(health <= Duration::from_millis(100), "/healthz takes {health:?} at the median");
            assert!(p95 <= Duration::from_secs(1), "the page takes {p95:?} at p95");
        } else {
            assert!(cpu <= CPU_MAX * usual_cpu, "a request takes {cpu:?} of CPU, and the page {usual_cpu:?} before the attack");
            assert!(median <= TIME_MAX * usual, "the page takes {median:?}, and {usual:?} before the attack");
        }
    }

    /// Median time of the page without an attack.
    fn probe(&self) -> Duration {
        let mut times = (0..PROBES).map(|_| time(self.server.address, PAGE, &self.admin)).collect::<Vec<_>>();
        times.sort_unstable();
        percentile(&times, 50)
    }

    /// Notes an answer to the attack, which must have one of these statuses; 0 stands for a closed connection.
    pub(super) fn note(&self, answer: &io::Result<Answer>, expected: &[u16]) {
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        assert!(expected.contains(&status), "the attack is answered with {status}, not one of {expected:?}");
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default() += 1;
    }

    /// Sends `rate` requests a second for the length of an attack, over so many connections. A slow answer delays its
    /// connection.
    pub(super) fn volley(
        &self,
        rate: u32,
        connections: u32,
        expected: &[u16],
        shot: impl Fn(&mut Connection, u32) -> io::Result<Answer> + Sync,
    ) {
        let (next, started) = (AtomicU32::new(0), Instant::now());
        thread::scope(|scope| {
            for _ in 0..connections {
                scope.spawn(|| {
                    let mut connection = None;
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let due = Duration::from_secs(1) * number / rate;
                        if due >= duration() || started.elapsed() >= duration() {
                            return;
                        }
                        thread::sleep(due.saturating_sub(started.elapsed()));
                        let mut open = connection.take().unwrap_or_else(|| self.connect());
                        let answer = shot(&mut open, number);
                        self.note(&answer, expected);
                        connection = answer.is_ok().then_some(open);
                    }
                });
            }
        });
        println!("answers to the attack: {:?}", self.answers.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A connection of an attacker, from another network than the other users.
    pub(super) fn connect(&self) -> Connection {
        Connection::open_from(ATTACKER, self.server.address).expect("the server takes connections")
    }

    /// Number of answers to the attack with this status.
    pub(super) fn answers_of(&self, status: u16) -> u32 {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&status).copied().unwrap_or_default()
    }
}

/// The end of an attack.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Requests a page repeatedly, each time on a new connection; returns the time of each answer.
fn ask(address: SocketAddr, path: &str, cookies: &str, is_over: &AtomicBool) -> Vec<Duration> {
    let mut times = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        times.push(time(address, path, cookies));
        thread::sleep(REST);
    }
    times.sort_unstable();
    times
}

/// Requests a page on a new connection; returns the time of the answer.
fn time(address: SocketAddr, path: &str, cookies: &str) -> Duration {
    let started = Instant::now();
    let answer = Connection::open(address).and_then(|mut connection| connection.get(path, cookies)).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    started.elapsed()
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Polls until `look` returns a value.
pub(super) fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Data folder of the company, made once for all attacks.
fn company() -> &'static TempDir {
    static COMPANY: OnceLock<TempDir> = OnceLock::new();
    COMPANY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        program::make_up(USERS, folder.path()).expect("a company is made up");
        folder
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
