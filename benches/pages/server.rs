//! Measured processes: Usher's own binary on a made-up company, and a bare server.

use std::{
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection as _;
use usher::store::{Location, Store, StoreError};

use super::{
    program::{self, ADMIN, Server},
    users::Viewer,
};

/// Variable that makes this program the bare server, with the length of its answer.
pub const BARE: &str = "USHER_BENCH_BARE";

/// Server of actix alone, which answers with `length` bytes.
pub fn bare(length: usize) -> Server {
    let mut this = Command::new(std::env::current_exe().expect("this program has a path"));
    Server::start(this.env(BARE, length.to_string()), "USHER_BENCH_LISTEN", "/")
}

/// Usher on a company, after the work that follows a start, such as verifying the audit log.
pub fn settled(company: &Company) -> Server {
    let server = Server::usher(&company.data);
    loop {
        let before = server.cpu();
        thread::sleep(Duration::from_millis(500));
        if server.cpu().saturating_sub(before) < Duration::from_millis(50) {
            return server;
        }
    }
}

/// A made-up company.
pub struct Company {
    /// Data folder.
    pub data: PathBuf,
    pub portfolio_admin: String,
}

/// File with the output of `usher demo`, in the data folder.
const SAID: &str = "demo.txt";

impl Company {
    /// Company of this size, made once and kept for the next run.
    pub fn of(users: u32) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        let (data, unfinished) = (folder.join(users.to_string()), folder.join(format!("{users}.unfinished")));
        if !data.exists() {
            if unfinished.exists() {
                fs::remove_dir_all(&unfinished)?;
            }
            fs::create_dir_all(&unfinished)?;
            let started = Instant::now();
            fs::write(unfinished.join(SAID), program::make_up(users, &unfinished)?)?;
            turn_on_two_factor(&unfinished);
            eprintln!("{users} users were made up in {:.1} s", started.elapsed().as_secs_f64());
            fs::rename(unfinished, &data)?;
        }
        let said = fs::read_to_string(data.join(SAID))?;
        let portfolio_admin = said.lines().find_map(|line| line.strip_prefix("or, as a Portfolio Admin, as "));
        Ok(Self { portfolio_admin: portfolio_admin.expect("the demo tells of a Portfolio Admin").to_owned(), data })
    }

    pub fn email(&self, viewer: Viewer) -> &str {
        match viewer {
            Viewer::Admin => ADMIN,
            Viewer::PortfolioAdmin => &self.portfolio_admin,
        }
    }
}

/// Notes that a tenth of the users have two-factor, which `usher demo` gives to nobody.
fn turn_on_two_factor(data: &Path) {
    let store = Store::open(Location::Sqlite(data.join("usher.db"))).expect("the database opens");
    let some = "UPDATE user_rows SET two_factor_since = credentials_set_at WHERE id % 10 = 0 AND id > 10";
    store.write_transaction(|tx| Ok::<_, StoreError>(tx.db().batch_execute(some)?)).expect("two-factor is turned on");
}

/// Runs the bare server, if [`BARE`] is set.
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
