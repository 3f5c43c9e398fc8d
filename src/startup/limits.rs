//! Limits of time and number on connections.

use std::time::Duration;

/// How long clients may take, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The head of a connection's first request: a slow telephone needs one or two seconds.
    pub head: Duration,
    /// The body of a request. 64 kB in this time is 35 kbit/s.
    pub body: Duration,
    /// The next piece of an answer that a client does not take. What has not left by then never will.
    pub answer: Duration,
    /// The next request on a connection. Pages and their files are asked for within a second; each connection takes memory meanwhile.
    pub keep_alive: Duration,
    /// Anything that a client sends after its answer, thrown away so that it sees the answer.
    pub disconnect: Duration,
    /// Requests under way when the server is told to stop. Workers look once a second, so that it has stopped within ten.
    pub stop: Duration,
    /// Connections at once. The next takes the place of one that keeps the server waiting. Each takes 35 kB, and 150 kB while a form of 64 kB
    /// arrives: 75 MB at the most.
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
    /// From the first byte of a request to its last.
    pub(super) fn request(&self) -> Duration {
        self.head + self.body
    }
}
