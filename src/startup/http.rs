//! HTTP servers: number of clients, and deadlines for each.

use std::{fmt, io, net::TcpListener, rc::Rc};

use actix_http::{HttpService, Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    body::MessageBody,
    dev::{AppConfig, Server},
};
use tokio::net::TcpStream;

use super::{connection::Connection, limits::Limits, places::Places};

/// Threads of each worker for database access; hashing has threads of its own, one a core. With more threads, requests
/// would wait for a connection instead of a thread, and each thread takes memory.
const WAITING_THREADS: usize = 4;

/// Server of an application that each worker builds for itself.
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
        // Connections that lost their places take a moment to end, hence twice the number.
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
