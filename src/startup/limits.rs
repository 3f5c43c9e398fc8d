//! Limits of time and number on connections.

use std::time::Duration;

/// Time limits for clients, and their number.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Head of the first request on a connection: a slow phone needs one or two seconds.
    pub head: Duration,
    /// Body of a request. 64 kB in this time are 35 kbit/s.
    pub body: Duration,
    /// Next piece of an answer that the client reads slowly. A client that read nothing by then is gone.
    pub answer: Duration,
    /// Next request on a connection. Pages and their files follow within a second; each idle connection takes memory.
    pub keep_alive: Duration,
    /// Reading on after an answer, so that the client sees the answer.
    pub disconnect: Duration,
    /// Requests in progress when the server is stopped. Workers check once a second, so that it stops within ten.
    pub stop: Duration,
    /// Most connections at once. A further one takes the place of an idle one. Each takes 35 kB, and 150 kB while a
    /// form of 64 kB arrives: 75 MB at most.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(15),
            answer: Duration::from_secs(30),
            keep_alive: Duration::from_secs(15),
            disconnect: Duration::from_secs(5),
            stop: Duration::from_secs(8),
            connections: 512,
        }
    }
}

impl Limits {
    /// Longest time from the first byte of a request to its last.
    pub(super) fn request(&self) -> Duration {
        self.head + self.body
    }
}
