//! The way from a listener to an application: how many clients there may be, and how long each may keep the server waiting.

use std::{fmt, io, net::TcpListener, rc::Rc, time::Duration};

use actix_http::{HttpService, Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    body::MessageBody,
    dev::{AppConfig, Server},
};
use tokio::net::TcpStream;

use super::{connection::Connection, places::Places};

/// Threads of each worker that may wait for the database; hashing has threads of its own, one a core. With more, requests would queue for a connection instead of for a
/// thread, and each thread takes memory.
const WAITING_THREADS: usize = 4;

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

/// The server of an application, which each worker makes for itself.
pub(super) fn serve<F, A, S, B>(
    limits: Limits,
    workers: usize,
    takes_signals: bool,
    listener: TcpListener,
    application: F,
) -> io::Result<Server>
where
    F: Fn() -> A + Clone + Send + 'static,
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let places = limits.connections.div_ceil(workers);
    let builder = Server::build()
        .workers(workers)
        // Those that lose their places take a moment to end.
        .max_concurrent_connections(2 * places)
        .worker_max_blocking_threads(WAITING_THREADS)
        .shutdown_timeout(limits.stop.as_secs());
    let builder = if takes_signals { builder } else { builder.disable_signals() };
    let stop = builder.graceful_shutdown_signal();
    let service = move || {
        let stop = stop.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stop = stop.clone();
                async move { stop.notified().await }
            })
            .keep_alive(limits.keep_alive)
            .client_request_timeout(limits.head)
            .client_disconnect_timeout(limits.disconnect)
            .local_addr(address)
            .h1(map_config(application(), |()| AppConfig::default()));
        let places = Rc::new(Places::new(places));
        let connection = move |stream: TcpStream| {
            let connection = (stream.peer_addr().ok(), Connection::new(stream, limits, &places));
            async move { Ok((connection.1, connection.0)) }
        };
        fn_service(connection).and_then(http)
    };
    Ok(builder.listen("http", listener, service)?.run())
}
