//! Benchmark of the lists of users, against a bare server and at several sizes of company. Prints tables in Markdown.
//!
//! `cargo bench --bench pages`; `USHER_BENCH_SIZES=1000,100000` for other sizes. Server and load share the machine, so
//! compare CPU time per request; requests per second depend on the rest of the load. The made-up companies are kept in
//! `target/tmp/pages`. "Alone" is the time to answer one request at a time, the median of the slowest page of its kind.
//! The better of two rounds counts, since other load can only make figures worse.
//!
//! `cargo bench --bench pages -- growth` measures the growth of pages from one size to the next only, `-- audit` the
//! audit log, `-- refusals` the time of refusals, and `-- sign-ins` many sign-ins at once. With `USHER_BENCH_POSTGRES`, the URL of an empty database, `-- audit`
//! measures writers on PostgreSQL too.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that fails is seen")]
#![allow(clippy::cast_precision_loss, unreachable_pub, missing_debug_implementations, reason = "nobody uses a bench")]

#[path = "pages/audit.rs"]
mod audit;
#[path = "pages/counts.rs"]
mod counts;
#[path = "../tests/support/entries.rs"]
mod entries;
#[path = "pages/export.rs"]
mod export;
#[path = "pages/growth.rs"]
mod growth;
#[path = "../tests/support/http.rs"]
mod http;
#[path = "pages/load.rs"]
mod load;
#[path = "../tests/support/program.rs"]
mod program;
#[path = "pages/refusals.rs"]
mod refusals;
#[path = "pages/server.rs"]
mod server;
#[path = "pages/sign_ins.rs"]
mod sign_ins;
#[path = "pages/tables.rs"]
mod tables;
#[path = "pages/users.rs"]
mod users;

use std::time::Duration;

use export::Export;
use load::Cost;
use program::Server;
use server::Company;
use tables::{growth, milliseconds, table};
use users::Viewer;

/// Measurements of one company.
struct Measured {
    /// In the order of [`users::cases`].
    costs: Vec<Cost>,
    /// In the order of [`counts::CASES`], for both viewers.
    counts: [Vec<Duration>; 2],
    exports: [Export; 2],
    /// Memory after the lists, after the exports, and at its peak, in megabytes.
    memory: [f64; 3],
    first_answer: Duration,
}

fn sizes() -> Vec<u32> {
    let sizes = std::env::var("USHER_BENCH_SIZES").unwrap_or_else(|_| "1000,100000,1000000".to_owned());
    sizes.split(',').map(|size| size.trim().parse().expect("USHER_BENCH_SIZES holds numbers")).collect()
}

fn main() {
    if let Ok(length) = std::env::var(server::BARE) {
        server::serve_bare(length.parse().expect("a length")).expect("the bare server runs");
        return;
    }
    if std::env::args().any(|argument| argument == "refusals") {
        refusals::print();
        return;
    }
    if std::env::args().any(|argument| argument == "sign-ins") {
        sign_ins::print();
        return;
    }
    if std::env::args().any(|argument| argument == "audit") {
        audit::print();
        return;
    }
    if std::env::args().any(|argument| argument == "growth") {
        growth::print(&sizes());
        return;
    }
    let measured = sizes().into_iter().map(measure).collect::<Vec<_>>();
    print_pages(&measured);
    print_counts(&measured);
    print_exports(&measured);
    print_processes(&measured);
    growth::print(&sizes());
    audit::print();
    refusals::print();
    sign_ins::print();
}

fn measure(users: u32) -> Measured {
    eprintln!("{users} users");
    let company = Company::of(users).expect("a company is made up");
    let server = server::settled(&company);
    let cookies = Viewer::ALL.map(|viewer| server.sign_in(company.email(viewer)));
    let cases = users::cases();
    let round = || cases.iter().map(|case| load::measure(&server, &case.paths, &cookies[case.viewer as usize])).collect::<Vec<_>>();
    let costs = round().into_iter().zip(round()).map(|(one, other)| one.least(other)).collect();
    let [after_lists, _] = server.memory();
    let exports = [0, 1].map(|viewer| export::measure(&server, &cookies[viewer]));
    let [after_exports, most] = server.memory();
    drop(server);
    let mut starts = (0..5).map(|_| Server::usher(&company.data).first_answer).collect::<Vec<_>>();
    Measured {
        costs,
        counts: Viewer::ALL.map(|viewer| counts::measure(&company, viewer)),
        exports,
        memory: [after_lists, after_exports, most],
        first_answer: load::median(&mut starts),
    }
}

fn print_pages(measured: &[Measured]) {
    let cases = users::cases();
    let length = measured.iter().flat_map(|measured| &measured.costs).map(|cost| cost.length).max().unwrap_or(0);
    let limit = load::measure(&server::bare(length), &["/".to_owned()], "");
    println!("The limit, actix with {length} fixed bytes: {:.0} µs of CPU, {:.0} requests/s.", limit.cpu, limit.per_second);
    for (list, viewer) in users::LISTS {
        let rows = cases.iter().enumerate().filter(|(_, case)| (case.list, case.viewer) == (list, viewer));
        let rows = rows.map(|(place, case)| {
            let costs = measured.iter().map(|measured| &measured.costs[place]).collect::<Vec<_>>();
            let cpu = costs.iter().map(|cost| cost.cpu).collect::<Vec<_>>();
            let mut cells = vec![case.name.to_owned()];
            cells.extend(cpu.iter().map(|cpu| format!("{cpu:.0}")));
            cells.push(growth(&cpu));
            cells.extend(costs.iter().map(|cost| milliseconds(cost.alone)));
            let last = costs.last().expect("there is a size");
            cells.extend([format!("{:.1}", last.cpu / limit.cpu), format!("{:.0}", last.per_second), milliseconds(last.p99)]);
            cells
        });
        let mut columns = vec!["page".to_owned()];
        columns.extend(sizes().iter().map(|size| format!("CPU µs, {size}")));
        columns.push("last ÷ before".to_owned());
        columns.extend(sizes().iter().map(|size| format!("alone ms, {size}")));
        columns.extend(["CPU ÷ limit", "requests/s", "p99 ms"].map(str::to_owned));
        table(&format!("{list}, {}", viewer.name()), &columns, rows.collect());
    }
}

fn print_counts(measured: &[Measured]) {
    let mut rows = Vec::new();
    for viewer in Viewer::ALL {
        for (place, (name, _)) in counts::CASES.iter().enumerate() {
            let mut cells = vec![format!("{}: {name}", viewer.name())];
            cells.extend(measured.iter().map(|measured| milliseconds(measured.counts[viewer as usize][place])));
            rows.push(cells);
        }
    }
    table("Counts of each status, by the store alone", &tables::with_sizes("counts", "ms"), rows);
}

fn print_exports(measured: &[Measured]) {
    let mut rows = Vec::new();
    for viewer in Viewer::ALL {
        let exports = measured.iter().map(|measured| &measured.exports[viewer as usize]).collect::<Vec<_>>();
        let mut row = |name, of: &dyn Fn(&Export) -> String| {
            let mut cells = vec![format!("{}: {name}", viewer.name())];
            cells.extend(exports.iter().map(|export| of(export)));
            rows.push(cells);
        };
        row("first byte, ms", &|export| milliseconds(export.first_byte));
        row("first row, ms", &|export| milliseconds(export.first_row));
        row("rows per second", &|export| format!("{:.0}", export.rows_per_second));
    }
    table("Export", &tables::with_sizes("export", "users"), rows);
}

fn print_processes(measured: &[Measured]) {
    let row = |name: &str, of: &dyn Fn(&Measured) -> String| {
        let mut cells = vec![name.to_owned()];
        cells.extend(measured.iter().map(of));
        cells
    };
    let memory = |place: usize| move |measured: &Measured| format!("{:.0}", measured.memory[place]);
    let rows = vec![
        row("memory after the lists, MB", &memory(0)),
        row("memory after the exports, MB", &memory(1)),
        row("memory at its most, MB", &memory(2)),
        row("start to first answer, ms", &|measured| milliseconds(measured.first_answer)),
    ];
    table("The process", &tables::with_sizes("process", "users"), rows);
}
