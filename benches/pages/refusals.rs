//! Time of refusals, by the user they concern: it must not reveal who is a user. Measured at sign-in with a wrong
//! password, at the next attempt, which is throttled, and at a request for a new password; also, if a Portfolio Admin
//! can tell users and things outside their portfolios from missing ones.

use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use usher::{
    domain::{
        clock::{Clock as _, SystemClock},
        email_address::EmailAddress,
        user::Status,
    },
    store::{
        Location, Store,
        credentials::two_factor::{self, HashedCodes, NewApp},
        page::Position,
        users::{self, Filter},
    },
};

use super::{
    http::Connection,
    load::{median, percentile},
    program::{OpenForm, Server},
    server::Company,
    tables::{milliseconds, table},
    users::Viewer,
};

const PEOPLE: u32 = 1000;

/// Passes, each on a fresh copy of the company, so that no address was tried before.
const PASSES: usize = 5;

const KINDS: [&str; 5] =
    ["somebody active", "somebody with two-factor", "an address that nobody has", "somebody invited", "somebody deactivated"];

/// Requests for each address, one after the other, with their status.
const QUESTIONS: [(&str, u16); 3] =
    [("A wrong password", 422), ("Another wrong password at once", 429), ("A link for a new password", 303)];

pub fn print() {
    let company = Company::of(PEOPLE).expect("a company is made up");
    let rounds = rounds(&company.data);
    // Times by request and by kind.
    let mut times = QUESTIONS.map(|_| KINDS.map(|_| Vec::new()));
    for pass in 0..PASSES {
        let data = tempfile::tempdir().expect("a temporary folder");
        copy(&company.data, data.path()).expect("the company can be copied");
        turn_on_two_factor(data.path(), rounds.iter().map(|addresses| &*addresses[1]));
        let server = Server::usher(data.path());
        let mut forms = [server.form("/sign-in"), server.form("/forgot-password")];
        for (round, addresses) in rounds.iter().enumerate() {
            for turn in 0..KINDS.len() {
                // Every kind changes its place and its neighbours.
                let kind = (turn * if round % 2 == 0 { 1 } else { 3 } + round / 2 + pass) % KINDS.len();
                let source = format!("10.{pass}.{round}.{kind}");
                let took = ask(&mut forms, &addresses[kind], &source);
                // The first round warms the server up.
                if round > 0 {
                    for (times, took) in times.iter_mut().zip(took) {
                        times[kind].extend(took);
                    }
                }
            }
        }
    }
    let outside = outside(&company);
    let columns = ["for", "times", "median ms", "p90 ms", "median ÷ first", "p90 ÷ first"].map(str::to_owned);
    for ((question, _), times) in QUESTIONS.iter().zip(times) {
        table(question, &columns, rows(&KINDS, times));
    }
    for ((asked, _), times) in OUTSIDE.iter().zip(outside) {
        table(asked, &columns, rows(&OUTSIDE_KINDS, times));
    }
}

/// Pages outside the scope of a Portfolio Admin.
const OUTSIDE: [(&str, &str); 3] = [
    ("A page of somebody, for a Portfolio Admin", "/users-and-permissions/"),
    ("A page of an account, for a Portfolio Admin", "/accounts/"),
    ("A page of a portfolio, for a Portfolio Admin", "/portfolios/"),
];

const OUTSIDE_KINDS: [&str; 2] = ["outside", "not there"];

/// Id that nothing has.
const NOWHERE: i64 = 1_000_000_000;

/// Requests for each page.
const LOOKS: usize = 2_000;

fn outside(company: &Company) -> Vec<[Vec<Duration>; 2]> {
    let server = Server::usher(&company.data);
    let [admin, portfolio_admin] = Viewer::ALL.map(|viewer| server.sign_in(company.email(viewer)));
    let mut connection = Connection::open(server.address).expect("the server listens");
    let mut status = |path: &str, cookies: &str| connection.get(path, cookies).expect("it is answered").status;
    let mut times = Vec::new();
    for (_, page) in OUTSIDE {
        let is_outside = |id: &i64| [&admin, &portfolio_admin].map(|cookies| status(&format!("{page}{id}"), cookies)) == [200, 404];
        let ids = (1..=i64::from(PEOPLE)).filter(is_outside).take(20).collect::<Vec<_>>();
        assert!(!ids.is_empty(), "something lies outside");
        let mut of_page = [Vec::new(), Vec::new()];
        for look in 0..LOOKS {
            for turn in 0..2 {
                let kind = (turn + look) % 2;
                let id = [ids[look % ids.len()], NOWHERE][kind];
                let asked = Instant::now();
                assert_eq!(status(&format!("{page}{id}"), &portfolio_admin), 404);
                of_page[kind].push(asked.elapsed());
            }
        }
        times.push(of_page);
    }
    times
}

fn ask([sign_in, reset]: &mut [OpenForm; 2], email: &str, source: &str) -> [Option<Duration>; 3] {
    let wrong = [("email", email), ("password", "not the password")];
    let [first, again, link] = QUESTIONS.map(|(_, status)| status);
    [timed(sign_in, &wrong, source, first), timed(sign_in, &wrong, source, again), timed(reset, &wrong[..1], source, link)]
}

/// Time of an answer with this status; `None` for another status: on a busy machine the next attempt may not be
/// throttled.
fn timed(form: &mut OpenForm, fields: &[(&str, &str)], source: &str, status: u16) -> Option<Duration> {
    let asked = Instant::now();
    let answer = form.send(fields, source);
    (answer.status == status).then(|| asked.elapsed())
}

fn rows<const N: usize>(kinds: &[&str; N], times: [Vec<Duration>; N]) -> Vec<Vec<String>> {
    let of = times.map(|mut times| (times.len(), median(&mut times), percentile(&times, 90)));
    let (_, first_median, first_p90) = of[0];
    let row = |(kind, (count, median, p90)): (&&str, (usize, Duration, Duration))| {
        let times = |time: Duration, first: Duration| format!("{:.3}", time.as_secs_f64() / first.as_secs_f64());
        let kind = (*kind).to_owned();
        vec![kind, count.to_string(), milliseconds(median), milliseconds(p90), times(median, first_median), times(p90, first_p90)]
    };
    kinds.iter().zip(of).map(row).collect()
}

/// Addresses of each of the [`KINDS`], in rounds.
fn rounds(company: &Path) -> Vec<[String; 5]> {
    let store = Store::open(Location::Sqlite(company.join("usher.db"))).expect("the database opens");
    let everybody = store.read(|db| users::list(db, &Filter::default(), &Position::First, PEOPLE as usize));
    let everybody = everybody.expect("users are listed").rows;
    let now = SystemClock.now();
    // Invitations of the made-up company may have expired since. Neither status has a password.
    let of = |statuses: &[Status]| {
        let users = everybody.iter().filter(|user| statuses.contains(&user.status(now)));
        users.map(|user| user.email.clone()).collect::<Vec<_>>()
    };
    let nobody = (0..everybody.len()).map(|number| format!("no.body{number}@example.com")).collect();
    let mut without = of(&[Status::Active]);
    let with_two_factor = without.split_off(without.len() / 2);
    let kinds = [without, with_two_factor, nobody, of(&[Status::Invited, Status::Expired]), of(&[Status::Deactivated])];
    let rounds = kinds.iter().map(Vec::len).min().unwrap_or(0);
    (0..rounds).map(|round| kinds.each_ref().map(|addresses| addresses[round].clone())).collect()
}

fn turn_on_two_factor<'a>(data: &Path, emails: impl Iterator<Item = &'a str>) {
    let store = Store::open(Location::Sqlite(data.join("usher.db"))).expect("the database opens");
    let codes = HashedCodes { salt: [0; 16], hashes: Vec::new() };
    for email in emails {
        let turned_on = store.write_transaction(|tx| {
            let email = EmailAddress::parse(email).expect("an address");
            let (user, _) = users::find_by_email(tx.db(), &email)?.expect("a user has it");
            two_factor::turn_on(tx, &NewApp { user: user.id, sealed_secret: &[0], step: 0, codes: &codes, now: SystemClock.now() })
        });
        turned_on.expect("two-factor is turned on");
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
