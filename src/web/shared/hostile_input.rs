//! Tests of every parser for foreign input, with hostile input of two sizes: twice the input takes at most two and a
//! half times the work.
//!
//! Work is counted in steps. Parsers of libraries count none: for those, medians of many runs are compared, never
//! absolute times.

use std::{
    hint::black_box,
    net::IpAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use actix_web::{test::TestRequest, web::Query};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenHash},
        email_address::EmailAddress,
        idempotency_key::IdempotencyKey,
        search::SearchTerm,
        secret::SecretKey,
        text::{GroupName, Notes, PersonName},
    },
    web::pages::users::list::query::UserListQuery,
};

use super::{
    client_ip, csrf, extract, form, head,
    list_query::{ListQuery, PageRequest},
    page::{Base, Field},
    page_size::PageSize,
    routing::addresses,
    state::RequestTrust,
    steps, wizard,
};

/// Name, repetitions of the hostile piece in the smaller input, the piece, and the parser.
type Case = (&'static str, usize, &'static str, fn(&str));

/// Parsers that count their steps.
const COUNTED: &[Case] = &[
    ("headers", 200, "x", headers),
    ("proxies", 500, "10.0.0.2, ", |list| drop(client_ip::through(IpAddr::from([10, 0, 0, 1]), list, |_| true))),
    ("slashes", 1000, "/", addresses),
    ("pages in a row", 100, "/users-and-permissions/7", addresses),
    ("numbers in a path", 1000, "/7", addresses),
    ("question marks", 1000, "?", addresses),
    ("fields of one name", 400, "a=b&", |body| drop(form::fields_of(body.as_bytes()))),
    ("fields without a name", 10_000, "&", |body| drop(form::fields_of(body.as_bytes()))),
    ("escapes in a form", 10_000, "%41", |body| drop(form::fields_of(body.as_bytes()))),
    ("half escapes in a form", 10_000, "%", |body| drop(form::fields_of(body.as_bytes()))),
];

/// Parsers of libraries, and those that mostly call one. No input is so large that the allocator asks the system for
/// memory.
const TIMED: &[Case] = &[
    ("cookies", 4000, "a=b;", cookies),
    ("escapes in a cookie", 2000, "%41", |value| cookies(&format!("a={value}"))),
    ("slashes in a Referer", 1000, "/", referer),
    ("parent folders in a Referer", 300, "/..", referer),
    ("labels in a Referer's host", 500, "a.", |host| drop(extract::own_page(&format!("http://{host}"), None, &REACH))),
    ("letters of IDNA in a Referer's host", 250, "ü", |host| drop(extract::own_page(&format!("http://{host}"), None, &REACH))),
    ("labels of an Origin", 70, "a.", |host| _ = csrf::is_own_origin(&format!("http://{host}"), None, &REACH)),
    ("characters of a form's token", 4000, "AAAA", |token| _ = csrf::is_valid(&KEY, csrf::FormSeed::Browser(TokenHash([0; 32])), token)),
    ("characters of a link's token", 4000, "A", |token| drop(Token::parse(token))),
    ("escapes in a query", 600, "%41", |text| query(&format!("q={text}"))),
    ("fields of a query", 1000, "a=b&", query),
    ("a query that a form returns", 900, "%41", |text| drop((ListQuery::returned(&format!("q={text}")), UserListQuery::returned(text)))),
    ("brackets in a page key", 700, "[", page_key),
    ("digits in a page key", 700, "9", page_key),
    ("a text in a page key", 600, "a", |text| page_key(&format!(r#"{{"place":{{"a":["{text}",1]}},"from":1}}"#))),
    ("fields of a form", 480, "a=%41&", |body| drop(form::fields_of(body.as_bytes()))),
    ("one long field", 6000, "+", |body| drop(form::fields_of(body.as_bytes()))),
    ("a form that is sent once", 6000, "a", |body| _ = IdempotencyKey::new("/", body.as_bytes())),
    ("a draft of no key", 2500, "AAAA", |text| drop(wizard::unsealed::<Vec<u64>>(&KEY, "", text))),
    ("a draft with much ticked", 4000, "7,", |text| {
        let answers = format!("[1,[{}]]", text.trim_end_matches(','));
        let sealed = URL_SAFE_NO_PAD.encode(KEY.seal("", answers.as_bytes(), &SystemRandom));
        assert!(wizard::unsealed::<Vec<u64>>(&KEY, "", &sealed).is_some());
    }),
    ("marks of a form's fields", 6000, ".", |was| merge(was, "")),
    ("line breaks in a form's field", 3000, "\r\n", |value| merge("", value)),
    ("a search", 1000, "a", |typed| drop(SearchTerm::parse(typed))),
    ("accents in a search", 500, "\u{301}\u{323}", |typed| drop(SearchTerm::parse(typed))),
    ("dots in an email address", 120, ".", |typed| drop(EmailAddress::parse(&format!("a{typed}@example.com")))),
    ("labels of an email address", 60, "a.", |typed| drop(EmailAddress::parse(&format!("a@{typed}b")))),
    ("letters of IDNA in an email address", 60, "ü", |typed| drop(EmailAddress::parse(&format!("a@{typed}.example")))),
    ("accents in an email address", 250, "\u{301}\u{323}", |typed| drop(EmailAddress::parse(typed))),
    ("accents in a name", 90, "\u{301}\u{323}", |typed| drop(PersonName::parse(&format!("a{typed}")))),
    ("letters that look alike in a name", 48, "ﷺ", |typed| drop(GroupName::parse(typed).map(|name| name.key()))),
    ("blanks in a name", 190, " ", |typed| drop(PersonName::parse(&format!("a{typed}b")))),
    ("accents in notes", 1900, "\u{301}\u{323}", |typed| drop(Notes::parse(&format!("a{typed}")))),
    ("line breaks in notes", 1900, "\r\n", |typed| drop(Notes::parse(&format!("a{typed}b")))),
];

static KEY: LazyLock<SecretKey> = LazyLock::new(|| SecretKey::new(&SystemRandom));

static REACH: LazyLock<RequestTrust> = LazyLock::new(|| RequestTrust {
    origin: "http://localhost:8080".to_owned(),
    is_https: false,
    any_loopback: true,
    is_trusted_proxy: Arc::new(|_| false),
});

fn headers(names: &str) {
    let request = names.chars().fold(TestRequest::get(), |request, _| request.append_header(("x", "y")));
    let _ = head::check(&request.to_srv_request());
}

fn addresses(address: &str) {
    drop((addresses::nearest_page(address), addresses::known_page(address), addresses::section(address)));
}

fn cookies(sent: &str) {
    drop(TestRequest::get().insert_header(("cookie", sent)).to_http_request().cookie("usher-browser"));
}

fn referer(path: &str) {
    drop(extract::own_page(&format!("{}{path}", REACH.origin), Some("localhost:8080"), &REACH));
}

fn query(text: &str) {
    drop(Query::<ListQuery>::from_query(text).map(|query| query.request().is_ok()));
}

fn page_key(json: &str) {
    drop(PageRequest::at(&URL_SAFE_NO_PAD.encode(json), PageSize::default()));
}

fn merge(was: &str, value: &str) {
    drop(Base { version: 1, was: was.to_owned() }.merge([Field::new(value)], [""]));
}

/// Half of the input, and the whole.
fn inputs(times: usize, piece: &str) -> [String; 2] {
    [times, 2 * times].map(|times| piece.repeat(times))
}

#[test]
fn twice_the_input_takes_at_most_two_and_a_half_times_the_steps() {
    for (name, times, piece, read) in COUNTED {
        let [half, all] = inputs(*times, piece).map(|input| steps::of(|| read(&input)));
        assert!(half > 0 && 2 * all <= 5 * half, "{name}: {half} steps, and {all} for twice the input");
    }
}

#[test]
fn twice_the_input_takes_a_library_at_most_two_and_a_half_times_as_long() {
    let too_long = |(name, times, piece, read): &Case| {
        let inputs = inputs(*times, piece);
        // Other threads share caches, too: a parser that takes too long does so every time.
        let least = (0..5).map(|_| ratio(&inputs, *read)).find(|ratio| *ratio <= 2.5);
        least.is_none().then(|| format!("{name}: {:.1} times as long for twice the input", ratio(&inputs, *read)))
    };
    assert_eq!(TIMED.iter().filter_map(too_long).collect::<Vec<_>>(), [""; 0]);
}

/// Time that this thread has computed.
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// Factor by which the second input takes longer than the first.
fn ratio(inputs: &[String; 2], read: fn(&str)) -> f64 {
    const RUNS: usize = 15;
    let time = |input: &str, times: u32| {
        let started = computed();
        (0..times).for_each(|_| read(black_box(input)));
        computed().saturating_sub(started)
    };
    let [half, all] = inputs;
    // Repeated until a run is long enough for the clock.
    let times = (0..20).map(|power| 1 << power).find(|times| time(half, *times) > Duration::from_micros(300)).unwrap_or(1);
    let (mut halves, mut wholes): (Vec<_>, Vec<_>) = (0..RUNS).map(|_| (time(half, times), time(all, times))).unzip();
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[RUNS / 2].as_secs_f64()
    };
    median(&mut wholes) / median(&mut halves)
}
