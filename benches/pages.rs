//! What the lists of people cost, against the least that a server can do and at several sizes of company: one table, in Markdown.
//!
//! `cargo bench --bench pages`; `USHER_BENCH_SIZES=1000,100000` for other sizes. Server and load share the machine, so CPU time per
//! request is the figure to compare; requests per second and times are what was left of the machine. The made-up companies are kept in
//! `target/tmp/pages`. Alone is the time to answer one request at a time, the median of the slowest page of its kind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that fails is seen")]
#![allow(clippy::cast_precision_loss, unreachable_pub, missing_debug_implementations, reason = "nobody uses a bench")]

#[path = "pages/http.rs"]
mod http;
#[path = "pages/load.rs"]
mod load;
#[path = "pages/people.rs"]
mod people;
#[path = "pages/server.rs"]
mod server;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use load::{Cost, measure};
use server::Server;

const LIST: &str = "/users-and-groups";

/// What is looked at, and the pages that stand for it, which are asked for in turn.
fn cases() -> Vec<(&'static str, Vec<String>)> {
    let search = |terms: &[&str]| terms.iter().map(|term| format!("{LIST}?q={term}")).collect();
    let mut cases = vec![
        ("first page", vec![LIST.to_owned()]),
        ("page by key, deep inside", ('b'..='w').map(after).collect()),
        ("search, one name", search(&["hanna+fischer", "rohan+desai", "zara+yates", "noor+visser", "eliska+fiala", "kofi+mensah"])),
        ("search, one last name", search(&["fletcher", "dubois", "castillo", "teixeira", "winkler", "hoekstra"])),
        ("search, part of many names", search(&["mar", "son", "ann", "ber"])),
        ("search, part of many late names", search(&["tha", "the", "org", "lu", "so", "%D0%BA%D0%BE%D0%B2"])),
        ("search, part of every address", search(&["example", ".com"])),
    ];
    cases.extend(people::cases());
    cases
}

/// The page after everybody whose name is before `letter`.
fn after(letter: char) -> String {
    let key = format!(r#"{{"place":{{"a":["{letter}",0]}},"from":51}}"#);
    format!("{LIST}?page={}", URL_SAFE_NO_PAD.encode(key))
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
    println!("| page | people | requests/s | p50 ms | p99 ms | alone ms | CPU µs/request | × limit |\n|---|--:|--:|--:|--:|--:|--:|--:|");
    let (mut limit, mut cpu, mut processes) = (None, Vec::new(), Vec::new());
    for people in sizes() {
        let server = Server::usher(&server::company(people).expect("a company is made up"));
        let cookies = server.sign_in();
        for (name, paths) in cases() {
            let cost = measure(&server, &paths, &cookies);
            let limit = *limit.get_or_insert_with(|| bare(cost.length));
            row(name, &people.to_string(), &cost, limit);
            cpu.push((name, people, cost.cpu));
        }
        processes.push((people, server.memory(), first_answers(people)));
    }
    growth(&cpu);
    println!("\n| people | memory after this, MB | at its most, MB | start to first answer, ms |\n|--:|--:|--:|--:|");
    for (people, [memory, most], first_answer) in processes {
        println!("| {people} | {memory:.0} | {most:.0} | {first_answer:.0} |");
    }
}

/// The limit: CPU time for a request that is answered with so many bytes and nothing else.
fn bare(length: usize) -> f64 {
    let cost = measure(&Server::bare(length), &["/".to_owned()], "");
    row(&format!("limit: actix, {length} fixed bytes"), "", &cost, cost.cpu);
    cost.cpu
}

fn row(name: &str, people: &str, cost: &Cost, limit: f64) {
    let Cost { per_second, p50, p99, alone, cpu, .. } = cost;
    let [p50, p99, alone] = [p50, p99, alone].map(|time| time.as_secs_f64() * 1000.0);
    println!("| {name} | {people} | {per_second:.0} | {p50:.2} | {p99:.2} | {alone:.2} | {cpu:.0} | {:.1} |", cpu / limit);
}

/// How the cost of each page grows with the company, by CPU time.
fn growth(cpu: &[(&str, u32, f64)]) {
    let sizes = sizes();
    let Some((most, fewer)) = sizes.split_last() else { return };
    let of = |name, people| cpu.iter().find(|(of, size, _)| *of == name && *size == people).map_or(f64::NAN, |(.., cpu)| *cpu);
    println!("\n| CPU at {most} people, times that at | {} |", fewer.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "--:|".repeat(fewer.len()));
    for (name, _) in cases() {
        let ratios = fewer.iter().map(|&people| format!("{:.2}", of(name, *most) / of(name, people)));
        println!("| {name} | {} |", ratios.collect::<Vec<_>>().join(" | "));
    }
}

/// The time from the start of the process to its first answer, the median of several starts, in milliseconds.
fn first_answers(people: u32) -> f64 {
    let data = server::company(people).expect("it was made up");
    let mut times = (0..5).map(|_| Server::usher(&data).first_answer).collect::<Vec<_>>();
    times.sort_unstable();
    times[2].as_secs_f64() * 1000.0
}
