//! Attacks on availability. During each, all other users are served as before.
//!
//! `tests/run` plays a short form of each against the debug build, and compares times and CPU with those before the
//! attack. `tests/run --long` plays them for longer against a release build, and checks the times of
//! `docs/security.md`: `/healthz` within 100 ms at the median, the page of a signed-in user within 1 s at p95.

#![allow(clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[path = "../support/http.rs"]
mod http;
#[path = "../support/long.rs"]
mod long;
#[path = "../support/program.rs"]
mod program;
mod siege;

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    thread,
    time::Instant,
};

use flate2::{Compression, write::GzEncoder};

use http::{Answer, Connection};
use program::{ADMIN, OpenForm, PASSWORD};
use siege::{PAGE, Siege, duration, wait_for};

/// Posts a form of a page without session, from the network address `source`.
fn post(connection: &mut Connection, form: &OpenForm, source: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
    connection.post(&form.path, &form.cookies, source, &form.body(fields))
}

/// A handwritten post to the sign-in page.
fn raw(siege: &Siege, form: &OpenForm, headers: &str, body: &[u8]) -> Vec<u8> {
    let (host, length, cookies) = (siege.server.address, body.len(), &form.cookies);
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookies}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Address in a common /48, `number` /64s further on.
fn in_one_48(number: u32) -> String {
    format!("2001:db8:1:{:x}::1", number % 0x1_0000)
}

/// Path of the link in the mail to `email`, once that is written.
fn link_in_mail(data: &Path, email: &str) -> String {
    wait_for(&format!("a mail to {email}"), || {
        let files = fs::read_dir(data.join("mail")).ok()?.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok());
        let mail = files.into_iter().find(|mail| mail.lines().any(|line| line == format!("To: {email}")))?;
        // Quoted-printable breaks lines with an equals sign.
        let text = mail.replace("=\r\n", "");
        Some(text[text.find("/invitation/")?..].split_whitespace().next()?.to_owned())
    })
}

#[test]
fn a_referer_of_eight_thousand_slashes() {
    let siege = Siege::begin();
    let request = format!("GET /unknown HTTP/1.1\r\nHost: {0}\r\nReferer: http://{0}{1}\r\n\r\n", siege.server.address, "/".repeat(8000));
    siege.stand(|siege| siege.volley(10, 4, &[404], |connection, _| connection.send(request.as_bytes())));
}

#[test]
fn forms_that_inflate_a_thousand_times() {
    let siege = Siege::begin();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b'a'; 60 << 20]).expect("memory takes it");
    let form = siege.server.form("/sign-in");
    let request = raw(&siege, &form, "Content-Encoding: gzip\r\n", &bomb.finish().expect("memory takes it"));
    siege.stand(|siege| siege.volley(20, 8, &[415, 0], |connection, _| connection.send(&request)));
}

#[test]
fn forms_of_sixteen_thousand_fields() {
    let siege = Siege::begin();
    let form = siege.server.form("/sign-in");
    // 25 × 25 × 25 names of three letters.
    let names = ('a'..='y').flat_map(|a| ('a'..='y').flat_map(move |b| ('a'..='y').map(move |c| format!("{a}{b}{c}"))));
    let names = names.collect::<Vec<_>>().join("&");
    let request = raw(&siege, &form, "", format!("{}&{names}", form.body(&[])).as_bytes());
    siege.stand(|siege| siege.volley(20, 8, &[400], |connection, _| connection.send(&request)));
}

#[test]
fn a_source_that_is_held_back_and_goes_on_trying() {
    let siege = Siege::begin();
    let form = siege.server.form("/sign-in");
    siege.stand(|siege| {
        siege.volley(500, 16, &[422, 429, 503], |connection, number| {
            let email = format!("user{number}@example.com");
            post(connection, &form, "198.51.100.7", &[("email", &email), ("password", "wrong")])
        });
    });
    // Other users are not throttled.
    siege.server.sign_in(ADMIN);
}

#[test]
fn new_passwords_that_are_hard_to_judge() {
    let siege = Siege::begin();
    let invite = siege.server.form_as("/users-and-groups/new-user", &siege.admin);
    assert_eq!(invite.send(&[("email", "noor@example.com")], "127.0.0.1").status, 303);
    let form = siege.server.form(&link_in_mail(siege.data.path(), "noor@example.com"));
    siege.stand(|siege| {
        siege.volley(10, 16, &[422, 429], |connection, number| {
            let password = "4@8({[<3€6&9#1!|0o".chars().cycle().skip(number as usize).take(128).collect::<String>();
            // An empty name keeps the link open.
            let fields = [("first_name", ""), ("last_name", ""), ("password", &*password)];
            post(connection, &form, &in_one_48(number), &fields)
        });
    });
}

#[test]
fn two_thousand_forms_that_never_arrive() {
    let siege = Siege::begin();
    let head = format!("POST /sign-in HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: 60000\r\n\r\n", siege.server.address);
    let open = || {
        let mut connection = siege.connect();
        connection.write(head.as_bytes()).expect("it reads");
        connection
    };
    siege.stand(|_| {
        let (mut connections, started) = ((0..2000).map(|_| open()).collect::<Vec<_>>(), Instant::now());
        while started.elapsed() < duration() {
            // Closed connections are opened again.
            for connection in &mut connections {
                if connection.write(b"a").is_err() {
                    *connection = open();
                }
            }
            thread::sleep(std::time::Duration::from_secs(1));
        }
    });
}

#[test]
fn requests_for_new_passwords_from_everywhere_in_a_network() {
    let siege = Siege::begin();
    let form = siege.server.form("/forgot-password");
    let invite = siege.server.form_as("/users-and-groups/new-user", &siege.admin);
    siege.stand(|siege| {
        siege.volley(200, 16, &[303, 429], |connection, number| {
            post(connection, &form, &in_one_48(number), &[("email", &format!("user{number}@example.com"))])
        });
        // Mails with links keep their turn.
        assert_eq!(invite.send(&[("email", "noor@example.com")], "127.0.0.1").status, 303);
        link_in_mail(siege.data.path(), "noor@example.com");
    });
}

#[test]
fn a_thousand_sign_ins_at_once() {
    let siege = Siege::begin();
    // A known browser of the Admin.
    let known = siege.server.form("/sign-in");
    assert_eq!(known.send(&[("email", ADMIN), ("password", PASSWORD)], "127.0.0.1").status, 303);
    let stranger = siege.server.form("/sign-in");
    siege.stand(|siege| {
        thread::scope(|scope| {
            for number in 0..1000 {
                let (stranger, email) = (&stranger, format!("user{number}@example.com"));
                scope.spawn(move || {
                    let fields = [("email", &*email), ("password", "wrong")];
                    let source = format!("10.0.{}.{}", number / 250, number % 250);
                    siege.note(&post(&mut siege.connect(), stranger, &source, &fields), &[0, 422, 429, 503]);
                });
            }
            assert_eq!(known.send(&[("email", ADMIN), ("password", PASSWORD)], "127.0.0.1").status, 303);
        });
    });
    // A connection gives way to the next if its request has not arrived.
    assert!(siege.answers_of(0) < 500, "{} of the thousand are not answered", siege.answers_of(0));
}

#[test]
fn refused_sign_ins_from_every_address_of_a_network() {
    let siege = Siege::begin();
    let form = siege.server.form("/sign-in");
    siege.stand(|siege| {
        siege.volley(500, 16, &[422, 429, 503], |connection, number| {
            let email = format!("user{}@example.com", number % 7);
            post(connection, &form, &format!("2001:db8::{number:x}"), &[("email", &email), ("password", "wrong")])
        });
    });
    assert_eq!(siege.connect().get(PAGE, &siege.admin).expect("an answer").status, 200);
}
