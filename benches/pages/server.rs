//! The processes that are measured: the product's own binary on a made-up company, and a bare server.

use std::{
    fs, io,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    http::{Answer, Connection},
    people::Viewer,
};

const PASSWORD: &str = "correct bench battery staple";

/// Says to this program, started once more, that it is to be the bare server, and how long its answer is.
pub const BARE: &str = "USHER_BENCH_BARE";

/// A server of its own process, stopped with this.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// The product, on a company of so many people.
    pub fn usher(data: &Path) -> Self {
        Self::start(&mut usher(data), "USHER_LISTEN", "/sign-in")
    }

    /// actix and nothing else, which answers with so many bytes.
    pub fn bare(length: usize) -> Self {
        let mut this = Command::new(std::env::current_exe().expect("this program has a path"));
        Self::start(this.env(BARE, length.to_string()), "USHER_BENCH_LISTEN", "/")
    }

    fn start(command: &mut Command, listen: &str, path: &str) -> Self {
        // Free a moment ago, and again when the server asks for it.
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

    /// Signs in by the form; gives the cookies of the session.
    pub fn sign_in(&self, email: &str) -> String {
        let mut form = self.form("/sign-in");
        let answer = form.send(&[("email", email), ("password", PASSWORD)], "127.0.0.1");
        assert_eq!(answer.status, 303, "{}", answer.text());
        [form.cookies, answer.cookies()].join("; ")
    }

    /// A form, opened by a browser that nobody knows.
    pub fn form(&self, path: &'static str) -> OpenForm {
        let mut connection = Connection::open(self.address).expect("the server listens");
        let answer = connection.get(path, "").expect("the page answers");
        let page = answer.text();
        let csrf = page.split_once(r#"name="csrf" value=""#).and_then(|(_, rest)| rest.split_once('"')).expect("the form has a token").0;
        OpenForm { connection, path, cookies: answer.cookies(), csrf: csrf.to_owned() }
    }

    /// Of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// CPU time that the process has used, in and for it. The kernel counts in hundredths of a second.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("the server runs");
        let fields = stat.rsplit_once(") ").expect("a name in brackets").1.split(' ');
        let ticks = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum::<u64>();
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory, now and at its most, in megabytes.
    pub fn memory(&self) -> [f64; 2] {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("the server runs");
        ["VmRSS:", "VmHWM:"].map(|name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the kernel tells memory");
            line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1000.0
        })
    }
}

/// A form that may be sent many times.
pub struct OpenForm {
    connection: Connection,
    path: &'static str,
    cookies: String,
    csrf: String,
}

impl OpenForm {
    /// Sends it as if from the network address `source`.
    pub fn send(&mut self, fields: &[(&str, &str)], source: &str) -> Answer {
        let fields = [&[("csrf", self.csrf.as_str())], fields].concat();
        let fields = serde_urlencoded::to_string(fields).expect("text can be a form");
        self.connection.post(self.path, &self.cookies, source, &fields).expect("the form is answered")
    }
}

/// The product behind this machine as its proxy, else with its settings as they are by default, whatever this process was given.
fn usher(data: &Path) -> Command {
    let mut usher = Command::new(env!("CARGO_BIN_EXE_usher"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("USHER_")) {
        usher.env_remove(name);
    }
    usher.env("USHER_DATA_DIR", data).env("USHER_TRUSTED_PROXIES", "127.0.0.1");
    usher
}

/// A made-up company.
pub struct Company {
    /// Its folder.
    pub data: PathBuf,
    portfolio_admin: String,
}

/// What `usher demo` said, in the company's folder.
const SAID: &str = "demo.txt";

impl Company {
    /// One of so many people: made once, kept for the next run.
    pub fn of(people: u32) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        let (data, unfinished) = (folder.join(people.to_string()), folder.join(format!("{people}.unfinished")));
        if !data.exists() {
            if unfinished.exists() {
                fs::remove_dir_all(&unfinished)?;
            }
            fs::create_dir_all(&unfinished)?;
            let started = Instant::now();
            make_up(people, &unfinished)?;
            eprintln!("{people} people were made up in {:.1} s", started.elapsed().as_secs_f64());
            fs::rename(unfinished, &data)?;
        }
        let said = fs::read_to_string(data.join(SAID))?;
        let portfolio_admin = said.lines().find_map(|line| line.strip_prefix("or, as a Portfolio Admin, as "));
        Ok(Self { portfolio_admin: portfolio_admin.expect("the demo tells of a Portfolio Admin").to_owned(), data })
    }

    pub fn email(&self, viewer: Viewer) -> &str {
        match viewer {
            Viewer::Admin => "admin@example.com",
            Viewer::PortfolioAdmin => &self.portfolio_admin,
        }
    }
}

fn make_up(people: u32, data: &Path) -> io::Result<()> {
    let mut demo = usher(data)
        .args(["demo", "--password-stdin", "--users", &people.to_string()])
        .stdin(Stdio::piped())
        .stdout(fs::File::create(data.join(SAID))?)
        .spawn()?;
    demo.stdin.take().expect("it was piped").write_all(PASSWORD.as_bytes())?;
    assert!(demo.wait()?.success(), "usher demo");
    Ok(())
}

/// The bare server: what this program is when [`BARE`] is set.
pub fn serve_bare(length: usize) -> io::Result<()> {
    use actix_web::{App, HttpResponse, HttpServer, web};
    let listener = TcpListener::bind(std::env::var("USHER_BENCH_LISTEN").expect("it is told where"))?;
    let body = web::Bytes::from(vec![b'x'; length]);
    let application = move || {
        let body = body.clone();
        let answer = move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body) }
        };
        App::new().route("/", web::get().to(answer))
    };
    actix_web::rt::System::new().block_on(HttpServer::new(application).listen(listener)?.run())
}
