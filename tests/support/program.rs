//! The program as a process of its own, on a made-up company, and the forms that a browser sends it.

#![allow(dead_code, unreachable_pub, reason = "each of those who share it uses its own part")]

use std::{
    fs, io,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::http::{Answer, Connection};

/// Password of all users in the made-up company.
pub const PASSWORD: &str = "correct bench battery staple";

/// Admin of the made-up company.
pub const ADMIN: &str = "admin@example.com";

/// A server in a process of its own, stopped with this guard.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// Time from the start of the process to its first answer.
    pub first_answer: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// The product, on the company in this data folder.
    pub fn usher(data: &Path) -> Self {
        Self::start(&mut usher(data), "USHER_LISTEN", "/sign-in")
    }

    /// Any program that listens at the address in the variable `listen` and answers at `path`.
    pub fn start(command: &mut Command, listen: &str, path: &str) -> Self {
        // A port that is free now will be free for the server.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("there is a free port");
        let started = Instant::now();
        let process =
            command.env(listen, address.to_string()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut server = Self { process, address, first_answer: Duration::ZERO };
        while Connection::open(address).and_then(|mut connection| connection.get(path, "")).is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "no answer from {address}");
            thread::sleep(Duration::from_millis(1));
        }
        server.first_answer = started.elapsed();
        server
    }

    /// Signs in by the form; returns the cookies of the session.
    pub fn sign_in(&self, email: &str) -> String {
        let form = self.form("/sign-in");
        let answer = form.send(&[("email", email), ("password", PASSWORD)], "127.0.0.1");
        assert_eq!(answer.status, 303, "{}", answer.text());
        [form.cookies, answer.cookies()].join("; ")
    }

    /// A form opened by an unknown browser.
    pub fn form(&self, path: &str) -> OpenForm {
        self.form_as(path, "")
    }

    /// A form opened by a browser with these cookies.
    pub fn form_as(&self, path: &str, cookies: &str) -> OpenForm {
        let mut connection = Connection::open(self.address).expect("the server listens");
        let answer = connection.get(path, cookies).expect("the page answers");
        let page = answer.text();
        let csrf = page.split_once(r#"name="csrf" value=""#).and_then(|(_, rest)| rest.split_once('"')).expect("the form has a token").0;
        let cookies =
            [cookies.to_owned(), answer.cookies()].into_iter().filter(|cookies| !cookies.is_empty()).collect::<Vec<_>>().join("; ");
        OpenForm { address: self.address, path: path.to_owned(), cookies, csrf: csrf.to_owned() }
    }

    /// Id of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// CPU time of the process, user and system. The kernel counts in hundredths of a second.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("the server runs");
        let fields = stat.rsplit_once(") ").expect("a name in brackets").1.split(' ');
        let ticks = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum::<u64>();
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory, now and at its peak, in megabytes.
    pub fn memory(&self) -> [f64; 2] {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("the server runs");
        ["VmRSS:", "VmHWM:"].map(|name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the kernel tells memory");
            line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1000.0
        })
    }
}

/// A form that may be submitted repeatedly.
pub struct OpenForm {
    address: SocketAddr,
    pub path: String,
    pub cookies: String,
    csrf: String,
}

impl OpenForm {
    /// Submits it on a connection of its own, as if from the network address `source`.
    pub fn send(&self, fields: &[(&str, &str)], source: &str) -> Answer {
        let body = self.body(fields);
        let mut connection = Connection::open(self.address).expect("the server listens");
        connection.post(&self.path, &self.cookies, source, &body).expect("the form is answered")
    }

    /// Encoded body with these fields and the form's token.
    pub fn body(&self, fields: &[(&str, &str)]) -> String {
        let fields = [&[("csrf", self.csrf.as_str())], fields].concat();
        serde_urlencoded::to_string(fields).expect("text can be a form")
    }
}

/// The product behind this machine as its proxy, with default settings otherwise, ignoring this process's environment.
fn usher(data: &Path) -> Command {
    let mut usher = Command::new(env!("CARGO_BIN_EXE_usher"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("USHER_")) {
        usher.env_remove(name);
    }
    usher.env("USHER_DATA_DIR", data).env("USHER_TRUSTED_PROXIES", "127.0.0.1,127.0.0.2");
    usher
}

/// Makes up a company in an empty folder; returns the output of `usher demo`, with the users to sign in as.
pub fn make_up(people: u32, data: &Path) -> io::Result<String> {
    let mut demo = usher(data)
        .args(["demo", "--password-stdin", "--users", &people.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    demo.stdin.take().expect("it was piped").write_all(PASSWORD.as_bytes())?;
    let said = demo.wait_with_output()?;
    assert!(said.status.success(), "usher demo");
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}
