//! Slow clients over real connections: each is answered or dropped in time, and others do not notice.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use actix_web::{dev::ServerHandle, rt::System};
use usher::startup::{self, Limits};

use crate::helpers::{Db, TestApp};

/// Longer than any step takes on a slow machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// Short enough for a test, and longer than a request waits for its turn on a busy machine. The clock of actix-http may
/// lag by half a second, and a deadline that has passed when it is set never ends the connection.
const SHORT: Duration = Duration::from_secs(3);

/// Longer than the test may run.
const LONG: Duration = Duration::from_secs(600);

/// Limits that no test reaches; each test shortens one of them.
const PATIENT: Limits =
    Limits { head: LONG, body: LONG, answer: LONG, keep_alive: LONG, disconnect: SHORT, stop: Duration::from_secs(1), connections: 1000 };

struct Site {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
    _app: TestApp,
}

impl Site {
    async fn new(limits: Limits) -> Self {
        let app = TestApp::with_admin(Db::Sqlite).await.0;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = app.state();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async move {
                let server = startup::server_within(limits, listener, state)?;
                sender.send(server.handle()).unwrap();
                server.await
            })
        });
        Self { address, handle: receiver.recv().unwrap(), thread: Some(thread), _app: app }
    }

    /// A connection on which this has been sent.
    fn sent(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// True if another client is served.
    fn serves(&self) -> bool {
        self.answer("GET /healthz HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200 OK")
    }

    /// Everything answered until the connection ends.
    fn answer(&self, text: &str) -> String {
        until_its_end(self.sent(text), text)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Everything received until the server ends the connection. A reset is possible if the server did not read everything.
fn until_its_end(mut stream: TcpStream, what: &str) -> String {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{what}: the connection is not ended: {error}"),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Head of a form, up to its length.
fn post(path: &str, length: &str) -> String {
    let form = "Content-Type: application/x-www-form-urlencoded";
    format!("POST {path} HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: http://localhost:8080\r\n{form}\r\n{length}\r\n\r\n")
}

#[actix_web::test]
async fn a_form_that_does_not_arrive_is_told_so_and_others_are_served_meanwhile() {
    let site = Site::new(Limits { body: SHORT, ..PATIENT }).await;
    for length in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
        let text = format!("{}5\r\nemail", post("/sign-in", length));
        let slow = (0..50).map(|_| site.sent(&text)).collect::<Vec<_>>();
        assert!(site.serves());
        for stream in slow.into_iter().step_by(10) {
            // A chunked body that was not read delays no longer than the whole request.
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            drop(stream);
        }
        let mut stream = site.sent(&text);
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout") && answer.contains("The form took too long to arrive"), "{answer}");
    }
}

#[actix_web::test]
async fn whatever_does_not_arrive_in_its_time_ends_the_connection() {
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    let cases = [
        ("nothing", Limits { head: SHORT, ..PATIENT }, String::new(), ""),
        ("half a head", Limits { head: SHORT, ..PATIENT }, get[..30].to_owned(), "HTTP/1.1 408"),
        ("half of the next head", Limits { head: SHORT, body: SHORT, ..PATIENT }, format!("{get}{}", &get[..30]), "HTTP/1.1 200"),
        ("no further request", Limits { keep_alive: SHORT, ..PATIENT }, get.to_owned(), "HTTP/1.1 200"),
        (
            "half a form",
            Limits { head: SHORT, body: SHORT, ..PATIENT },
            format!("{}a", post("/sign-in", "Content-Length: 9")),
            "HTTP/1.1 408",
        ),
        (
            "half a piece of a form",
            Limits { head: SHORT, body: SHORT, ..PATIENT },
            format!("{}5\r\na", post("/sign-in", "Transfer-Encoding: chunked")),
            "HTTP/1.1 408",
        ),
        (
            "a body that nobody reads",
            Limits { head: SHORT, body: SHORT, ..PATIENT },
            post("/unknown", "Transfer-Encoding: chunked"),
            "HTTP/1.1 404",
        ),
        ("the body of a page", PATIENT, get.replace("\r\n\r\n", "\r\nContent-Length: 1000000\r\n\r\n"), "HTTP/1.1 200"),
        (
            "the chunked body of a page",
            Limits { head: SHORT, body: SHORT, ..PATIENT },
            get.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "HTTP/1.1 200",
        ),
    ];
    let mut sites = Vec::new();
    for (_, limits, ..) in &cases {
        sites.push(Site::new(*limits).await);
    }
    let waiting = sites.iter().zip(&cases).map(|(site, (_, _, sent, _))| site.sent(sent)).collect::<Vec<_>>();
    for ((site, stream), (what, _, _, answered)) in sites.iter().zip(waiting).zip(&cases) {
        let answer = until_its_end(stream, what);
        assert!(answer.starts_with(answered), "{what}: {answer}");
        assert!(site.serves(), "{what}");
    }
}

#[actix_web::test]
async fn a_body_that_trickles_in_has_no_more_time_than_another() {
    let site = Site::new(Limits { head: SHORT, body: SHORT, ..PATIENT }).await;
    for (path, status) in [("/sign-in", "HTTP/1.1 408"), ("/unknown", "HTTP/1.1 404")] {
        let mut stream = site.sent(&post(path, "Transfer-Encoding: chunked"));
        let mut writer = stream.try_clone().unwrap();
        let trickle = std::thread::spawn(move || {
            let start = Instant::now();
            while start.elapsed() < DEADLINE && writer.write_all(b"1\r\na\r\n").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
            start.elapsed()
        });
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), status);
        assert!(trickle.join().unwrap() < DEADLINE, "{path}: the body is read for ever");
    }
}

#[actix_web::test]
async fn a_chunked_form_is_as_large_as_any_other() {
    let site = Site::new(PATIENT).await;
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
    let text = format!("{}{}0\r\n\r\n", post("/sign-in", "Transfer-Encoding: chunked\r\nConnection: close"), chunk.repeat(5));
    let answer = site.answer(&text);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[actix_web::test]
async fn an_answer_that_nobody_takes_ends_the_connection() {
    let site = Site::new(Limits { answer: SHORT, ..PATIENT }).await;
    let script = usher::web::shared::assets::urls().style.clone();
    let get = format!("GET {script} HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
    let mut stream = site.sent(&get.repeat(1000));
    stream.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
    let start = Instant::now();
    // The connection has ended once a further byte is refused, and does not merely wait.
    while !stream.write(b"G").is_err_and(|error| !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)) {
        assert!(start.elapsed() < DEADLINE, "the answer is kept for ever");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(site.serves());
}

#[actix_web::test]
async fn clients_that_wait_keep_out_nobody_however_many_they_are() {
    let site = Site::new(Limits { connections: 4, ..PATIENT }).await;
    let form = format!("{}a", post("/sign-in", "Content-Length: 100"));
    let chunked = format!("{}5\r\na", post("/sign-in", "Transfer-Encoding: chunked"));
    let mut waiting = Vec::new();
    for text in ["", "GET /healthz", &form, &chunked].repeat(20) {
        waiting.push(site.sent(text));
    }
    assert!(site.serves());
    for stream in waiting.into_iter().take(8) {
        until_its_end(stream, "a client that waits");
    }
}

#[actix_web::test]
async fn the_server_stops_in_time_however_many_forms_are_on_their_way() {
    let mut site = Site::new(PATIENT).await;
    let _slow = (0..200).map(|_| site.sent(&format!("{}a", post("/sign-in", "Content-Length: 100")))).collect::<Vec<_>>();
    assert!(site.serves());
    let start = Instant::now();
    drop(site.handle.stop(true));
    site.thread.take().unwrap().join().unwrap().unwrap();
    assert!(start.elapsed() < DEADLINE);
}
