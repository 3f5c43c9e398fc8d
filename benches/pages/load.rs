//! Load: a few connections that send the next request after each answer.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use super::{http::Connection, program::Server};

const CONNECTIONS: usize = 4;
const WARM_UP: Duration = Duration::from_millis(300);
const TIME: Duration = Duration::from_secs(1);
const TIME_ALONE: Duration = Duration::from_millis(700);

/// Cost of a page under load.
pub struct Cost {
    pub per_second: f64,
    pub p99: Duration,
    /// CPU time of the server for each request, in microseconds.
    pub cpu: f64,
    /// Size of the largest page, in bytes.
    pub length: usize,
    /// Time to answer without other load: the median of the slowest page.
    pub alone: Duration,
}

impl Cost {
    /// The better of two rounds, in which the machine had less other load.
    pub fn least(self, other: Self) -> Self {
        let (best, worse) = if self.cpu <= other.cpu { (self, other) } else { (other, self) };
        Self { alone: best.alone.min(worse.alone), ..best }
    }
}

/// Requests these pages in turn.
pub fn measure(server: &Server, paths: &[String], cookies: &str) -> Cost {
    ask(server.address, paths, cookies, CONNECTIONS, WARM_UP);
    let (cpu, started) = (server.cpu(), Instant::now());
    let answers = ask(server.address, paths, cookies, CONNECTIONS, TIME);
    let (cpu, elapsed) = (server.cpu().saturating_sub(cpu), started.elapsed());
    let times = sorted(answers.iter().map(|answer| answer.time));
    let requests = times.len() as f64;
    let alone = ask(server.address, paths, cookies, 1, TIME_ALONE);
    let of = |page| sorted(alone.iter().filter(|answer| answer.page == page).map(|answer| answer.time));
    Cost {
        per_second: requests / elapsed.as_secs_f64(),
        p99: percentile(&times, 99),
        cpu: cpu.as_secs_f64() * 1e6 / requests,
        length: answers.iter().map(|answer| answer.length).max().unwrap_or(0),
        alone: (0..paths.len()).map(|page| percentile(&of(page), 50)).max().unwrap_or_default(),
    }
}

struct Answered {
    /// Index of the page.
    page: usize,
    time: Duration,
    length: usize,
}

fn sorted(times: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut times = times.collect::<Vec<_>>();
    times.sort_unstable();
    times
}

pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    percentile(times, 50)
}

pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn ask(address: SocketAddr, paths: &[String], cookies: &str, connections: usize, time: Duration) -> Vec<Answered> {
    let until = Instant::now() + time;
    let one = |first: usize| {
        let mut connection = Connection::open(address).expect("the server listens");
        let mut answers = Vec::new();
        for (page, path) in paths.iter().enumerate().cycle().skip(first) {
            let asked = Instant::now();
            let answer = connection.get(path, cookies).expect("the server answers");
            assert_eq!(answer.status, 200, "{path}");
            answers.push(Answered { page, time: asked.elapsed(), length: answer.body.len() });
            if Instant::now() >= until {
                break;
            }
        }
        answers
    };
    thread::scope(|scope| {
        let threads = (0..connections).map(|number| scope.spawn(move || one(number * paths.len() / connections))).collect::<Vec<_>>();
        threads.into_iter().flat_map(|thread| thread.join().expect("no thread fails")).collect()
    })
}
