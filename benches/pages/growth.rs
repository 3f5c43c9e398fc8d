//! Growth of a page with the company: two servers, on the last two sizes, get equal requests in turn, so that other
//! load slows both alike. The kernel counts the CPU time of each in nanoseconds.

use std::fs;

use super::{
    http::Connection,
    program::Server,
    server::{self, Company},
    tables::table,
    users::{self, Viewer},
};

const ROUNDS: usize = 5;
const REQUESTS: usize = 60;
const WARM_UP: usize = 20;

/// A server with its sessions.
pub struct Asked {
    server: Server,
    cookies: [String; 2],
}

impl Asked {
    pub fn of(company: &Company) -> Self {
        let server = server::settled(company);
        let cookies = Viewer::ALL.map(|viewer| server.sign_in(company.email(viewer)));
        Self { server, cookies }
    }

    fn connect(&self) -> Connection {
        Connection::open(self.server.address).expect("the server listens")
    }

    /// CPU time used so far, in milliseconds.
    fn cpu(&self) -> f64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.server.id())).expect("the server runs");
        let used = threads
            .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?.split(' ').next()?.parse::<f64>().ok());
        used.sum::<f64>() / 1e6
    }
}

/// A case: its name, its viewer, and its pages in each of the two companies.
pub type Compared = (&'static str, Viewer, [Vec<String>; 2]);

pub fn print(sizes: &[u32]) {
    let [.., before, last] = *sizes else { return };
    let servers = [before, last].map(|users| Asked::of(&Company::of(users).expect("a company is made up")));
    for (list, viewer) in users::LISTS {
        let cases = users::cases().into_iter();
        let cases = cases.filter(|case| (case.list, case.viewer) == (list, viewer) && !case.name.starts_with("search"));
        let cases = cases.map(|case| (case.name, viewer, [case.paths.clone(), case.paths]));
        compare(&format!("Growth: {list}, {}", viewer.name()), [before, last], &servers, cases.collect());
    }
}

/// Prints the CPU time of each case on both servers, and its ratio.
pub fn compare(title: &str, sizes: [u32; 2], servers: &[Asked; 2], cases: Vec<Compared>) {
    let rows = cases.into_iter().map(|(name, viewer, paths)| {
        let turns = |count: usize| (0..count).flat_map(|turn| [0, 1].map(|place| (place, turn)));
        // Opened anew, since the servers end connections without requests.
        let mut connections = servers.each_ref().map(Asked::connect);
        let mut ask = |count: usize| {
            for (place, turn) in turns(count) {
                let path = &paths[place][turn % paths[place].len()];
                let answer = connections[place].get(path, &servers[place].cookies[viewer as usize]).expect("the server answers");
                assert_eq!(answer.status, 200, "{path}");
            }
        };
        ask(WARM_UP.max(2 * paths[0].len()));
        let mut rounds = [(); ROUNDS].map(|()| {
            let started = servers.each_ref().map(Asked::cpu);
            ask(REQUESTS);
            let [before, last] = [0, 1].map(|place| (servers[place].cpu() - started[place]) / REQUESTS as f64);
            (last / before, before, last)
        });
        rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (ratio, before, last) = rounds[ROUNDS / 2];
        let cells = [before, last].map(|cpu| format!("{cpu:.2}"));
        [vec![name.to_owned()], cells.to_vec(), vec![format!("{ratio:.2}"), format!("{:.2}–{:.2}", rounds[0].0, rounds[ROUNDS - 1].0)]]
            .concat()
    });
    let [before, last] = sizes.map(|size| format!("CPU ms, {size}"));
    table(title, &["page".to_owned(), before, last, "ratio".to_owned(), "of five rounds".to_owned()], rows.collect());
}
