//! Many sign-ins at once, beside a signed-in user's page: time of the page, memory, and sign-ins per second against the
//! bare rate of Argon2id.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use usher::{
    domain::{
        clock::{Clock as _, SystemClock},
        credentials::password::Password,
        user::Status,
    },
    store::{
        Location, Store,
        page::Position,
        users::{self, Filter},
    },
};

use super::{
    http::Connection,
    load::percentile,
    program::{ADMIN, PASSWORD, Server},
    server::{self, Company},
    tables::{milliseconds, table},
};

const PEOPLE: u32 = 1000;

/// Browsers that sign in at once, each as a user of its own.
const BROWSERS: usize = 200;

/// Pause of a browser after a refusal. Answers ask for ten times as much.
const PAUSE: Duration = Duration::from_secs(1);

/// Time between two requests for the page.
const INTERVAL: Duration = Duration::from_millis(20);

const PAGE: &str = "/users-and-groups";

const TIME: Duration = Duration::from_secs(10);

pub fn print() {
    let company = Company::of(PEOPLE).expect("a company is made up");
    let emails = active(&company);
    let server = server::settled(&company);
    let cookies = server.sign_in(ADMIN);
    let quiet = watch(&server, &cookies, || thread::sleep(TIME));
    let [idle, _] = server.memory();
    let bare = bare_rate();
    let mut storm = Storm::default();
    let busy = watch(&server, &cookies, || storm = Storm::rage(server.address, &server, &emails));
    let [_, peak] = server.memory();
    let (rate, p95) = (f64::from(storm.signed_in) / storm.time.as_secs_f64(), |times: &[Duration]| percentile(times, 95));
    let rows = [
        ("page, p95 alone, ms", milliseconds(p95(&quiet))),
        ("page, p95 beside the sign-ins, ms", milliseconds(p95(&busy))),
        ("sign-ins per second", format!("{rate:.1}")),
        ("bare Argon2id per second, as many threads", format!("{bare:.1}")),
        ("sign-ins ÷ bare", format!("{:.2}", rate / bare)),
        ("refused with 503 and Retry-After", storm.refused.to_string()),
        ("memory before, MB", format!("{idle:.0}")),
        ("memory at its peak, MB", format!("{peak:.0}")),
    ];
    let rows = rows.into_iter().map(|(name, figure)| vec![name.to_owned(), figure]).collect();
    table(&format!("{BROWSERS} sign-ins at once"), &[String::new(), "figure".to_owned()], rows);
}

/// Addresses of active users, one for each browser.
fn active(company: &Company) -> Vec<String> {
    let store = Store::open(Location::Sqlite(company.data.join("usher.db"))).expect("the database opens");
    let everybody = store.read(|db| users::list(db, &Filter::default(), &Position::First, PEOPLE as usize));
    let (everybody, now) = (everybody.expect("users are listed").rows, SystemClock.now());
    let active = everybody.into_iter().filter(|user| user.status(now) == Status::Active && user.email != ADMIN);
    let emails = active.map(|user| user.email).take(BROWSERS).collect::<Vec<_>>();
    assert_eq!(emails.len(), BROWSERS, "there are enough active users");
    emails
}

/// Requests the page every [`INTERVAL`] for as long as `work` lasts. Returns the times of the answers, sorted, each from
/// the moment when its request was due.
fn watch(server: &Server, cookies: &str, work: impl FnOnce()) -> Vec<Duration> {
    let is_over = AtomicBool::new(false);
    let ask = || {
        let mut connection = Connection::open(server.address).expect("the server listens");
        let (started, mut times) = (Instant::now(), Vec::new());
        while !is_over.load(Ordering::Relaxed) {
            let due = INTERVAL * u32::try_from(times.len()).expect("a short bench");
            thread::sleep(due.saturating_sub(started.elapsed()));
            let answer = connection.get(PAGE, cookies).expect("the page answers");
            assert_eq!(answer.status, 200);
            times.push(started.elapsed().saturating_sub(due));
        }
        times.sort_unstable();
        times
    };
    thread::scope(|scope| {
        let watching = scope.spawn(ask);
        work();
        is_over.store(true, Ordering::Relaxed);
        watching.join().expect("the page answers")
    })
}

/// Hashes per second of as many threads as the server hashes with, without a server.
fn bare_rate() -> f64 {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let hash = || {
        let (password, mut hashes) = (Password::typed(PASSWORD), 0_u32);
        while started.elapsed() < TIME / 2 {
            password.hash(b"sixteen of bytes").expect("the parameters are valid");
            hashes += 1;
        }
        hashes
    };
    let hashes = thread::scope(|scope| {
        let threads = (0..threads).map(|_| scope.spawn(hash)).collect::<Vec<_>>();
        threads.into_iter().map(|thread| thread.join().expect("hashing works")).sum::<u32>()
    });
    f64::from(hashes) / started.elapsed().as_secs_f64()
}

/// Answers to the browsers.
#[derive(Default)]
struct Storm {
    signed_in: u32,
    refused: u32,
    time: Duration,
}

impl Storm {
    fn rage(address: SocketAddr, server: &Server, emails: &[String]) -> Self {
        let forms = emails.iter().map(|_| server.form("/sign-in")).collect::<Vec<_>>();
        let started = Instant::now();
        let browse = |number: usize| {
            let body = forms[number].body(&[("email", &*emails[number]), ("password", PASSWORD)]);
            let source = format!("10.1.{}.{}", number / 200, number % 200);
            let mut connection = Connection::open(address).expect("the server listens");
            let mut counts = [0_u32; 2];
            while started.elapsed() < TIME {
                let answer = connection.post("/sign-in", &forms[number].cookies, &source, &body).expect("it is answered");
                if answer.status == 303 {
                    counts[0] += 1;
                    continue;
                }
                assert_eq!(answer.status, 503, "{}", answer.text());
                assert!(answer.header("retry-after").is_some(), "a refusal says when to come again");
                counts[1] += 1;
                thread::sleep(PAUSE);
            }
            counts
        };
        let counts = thread::scope(|scope| {
            let browsers = (0..emails.len()).map(|number| scope.spawn(move || browse(number))).collect::<Vec<_>>();
            browsers.into_iter().map(|browser| browser.join().expect("a browser is answered")).collect::<Vec<_>>()
        });
        let [signed_in, refused] = [0, 1].map(|kind| counts.iter().map(|counts| counts[kind]).sum());
        Self { signed_in, refused, time: started.elapsed() }
    }
}
