//! The load: a few connections that ask again as soon as they are answered.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use super::{http::Connection, server::Server};

const CONNECTIONS: usize = 4;
const WARM_UP: Duration = Duration::from_millis(500);
const TIME: Duration = Duration::from_millis(2500);

/// What a page costs under load.
pub struct Cost {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// The server's CPU time for a request, in microseconds.
    pub cpu: f64,
    /// Bytes of a page, the largest.
    pub length: usize,
}

/// Asks for these pages in turn.
pub fn measure(server: &Server, paths: &[String], cookies: &str) -> Cost {
    ask(server.address, paths, cookies, WARM_UP);
    let (cpu, started) = (server.cpu(), Instant::now());
    let (mut times, length) = ask(server.address, paths, cookies, TIME);
    let (cpu, elapsed) = (server.cpu().saturating_sub(cpu), started.elapsed());
    times.sort_unstable();
    let requests = times.len() as f64;
    let percentile = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    Cost {
        per_second: requests / elapsed.as_secs_f64(),
        p50: percentile(50),
        p99: percentile(99),
        cpu: cpu.as_secs_f64() * 1e6 / requests,
        length,
    }
}

fn ask(address: SocketAddr, paths: &[String], cookies: &str, time: Duration) -> (Vec<Duration>, usize) {
    let until = Instant::now() + time;
    let one = |first: usize| {
        let mut connection = Connection::open(address).expect("the server listens");
        let (mut times, mut longest) = (Vec::new(), 0);
        for path in paths.iter().cycle().skip(first) {
            let asked = Instant::now();
            let answer = connection.get(path, cookies).expect("the server answers");
            times.push(asked.elapsed());
            assert_eq!(answer.status, 200, "{path}");
            longest = longest.max(answer.body.len());
            if Instant::now() >= until {
                break;
            }
        }
        (times, longest)
    };
    thread::scope(|scope| {
        let threads = (0..CONNECTIONS).map(|number| scope.spawn(move || one(number * paths.len() / CONNECTIONS))).collect::<Vec<_>>();
        threads.into_iter().map(|thread| thread.join().expect("no thread fails")).fold(
            (Vec::new(), 0),
            |(mut all, longest), (times, length)| {
                all.extend(times);
                (all, longest.max(length))
            },
        )
    })
}
