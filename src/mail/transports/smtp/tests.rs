//! Tests against a small mail server in this process, on a port of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    thread::JoinHandle,
};

use super::*;
use crate::mail::{
    SendErrorKind,
    transports::samples::{block_on, outgoing},
};

/// Answer to a line that starts so; all other lines succeed.
type Behaviour = Option<(&'static str, Answer)>;

#[derive(Debug, Clone, Copy)]
enum Answer {
    Say(&'static str),
    HangUp,
    /// Sends no answer.
    Silence,
}

fn smtp(url: &str) -> Smtp {
    Smtp::new(MailServer::parse(url).unwrap()).unwrap()
}

struct FakeServer {
    url: String,
    /// Thread that ends once all connections are served; returns the conversation of each.
    thread: JoinHandle<Vec<String>>,
}

impl FakeServer {
    /// Serves one connection for each behaviour.
    fn start<const N: usize>(connections: [Behaviour; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}/console.example.com", listener.local_addr().unwrap());
        let serve = move || connections.into_iter().map(|behaviour| serve(&listener.accept().unwrap().0, behaviour)).collect();
        Self { url, thread: std::thread::spawn(serve) }
    }

    fn said(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

fn serve(stream: &TcpStream, behaviour: Behaviour) -> String {
    let mut said = String::new();
    let mut in_data = false;
    let answer = |line: &str| {
        let mut stream = stream;
        let line = if line == "." { "END" } else { line };
        let special = behaviour.filter(|(start, _)| line.starts_with(start)).map(|(_, answer)| answer);
        let usual = match line.split([' ', ':']).next().unwrap() {
            "GREETING" => "220 fake at your service",
            "EHLO" if behaviour.is_some_and(|(start, _)| start == "STARTTLS") => "250-fake\r\n250 STARTTLS",
            "EHLO" => "250-fake\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "AUTH" => "235 2.7.0 Welcome",
            "DATA" => "354 Go on",
            "END" => "250 2.0.0 Ok: queued as 4F1",
            "QUIT" => "221 Bye",
            _ => "250 2.0.0 Ok",
        };
        match special.unwrap_or(Answer::Say(usual)) {
            Answer::Say(words) => stream.write_all(format!("{words}\r\n").as_bytes()).is_ok(),
            Answer::HangUp => false,
            Answer::Silence => true,
        }
    };
    if !answer("GREETING") {
        return said;
    }
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        said.push_str(&line);
        said.push('\n');
        let ends = in_data && line == ".";
        if in_data && !ends {
            continue;
        }
        in_data = line == "DATA";
        if !answer(&line) {
            break;
        }
    }
    said
}

fn send_to(behaviour: Behaviour) -> (Result<Reply, SendError>, Vec<String>) {
    let server = FakeServer::start([behaviour]);
    let sent = block_on(async { smtp(&server.url).send(&outgoing()).await });
    (sent, server.said())
}

#[test]
fn a_mail_is_handed_over_with_the_servers_last_words() {
    let (sent, said) = send_to(None);
    assert_eq!(sent, Ok(Reply("250 2.0.0 Ok: queued as 4F1".to_owned())));
    let said = said.join("");
    for line in [
        "EHLO console.example.com\n",
        "MAIL FROM:<usher@usher.example>\n",
        "RCPT TO:<Noor@example.com>\n",
        "Message-ID: <17@usher.example>\n",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert!(!said.contains("AUTH"));
}

#[test]
fn refusals_keep_their_words_and_say_whom_they_concern() {
    let (temporary, permanent, server) = (SendError::temporary, SendError::permanent, SendError::server);
    let unclear = |words| SendError::new(SendErrorKind::Unclear, words);
    let say = Answer::Say;
    for (line, answer, error) in [
        ("RCPT", say("450-4.2.0 Greylisted,\r\n450 4.2.0 try again"), Some(temporary("450 4.2.0 Greylisted, try again"))),
        ("RCPT", say("550 5.1.1 No such user"), Some(permanent("550 5.1.1 No such user"))),
        ("RCPT", say("550 5.7.1 Relaying denied"), Some(unclear("550 5.7.1 Relaying denied"))),
        ("RCPT", say("554 Your host is blocked"), Some(unclear("554 Your host is blocked"))),
        ("MAIL", say("452 4.3.1 Disk full"), Some(server("452 4.3.1 Disk full"))),
        ("MAIL", say("530 5.7.0 Sign in first"), Some(server("530 5.7.0 Sign in first"))),
        ("MAIL", say("553 5.1.8 Sender rejected"), Some(server("553 5.1.8 Sender rejected"))),
        ("MAIL", say("550"), None),
        ("DATA", say("554 5.5.1 Not now"), Some(server("554 5.5.1 Not now"))),
        ("DATA", say("550 Daily quota exceeded"), Some(server("550 Daily quota exceeded"))),
        ("END", say("552 Quota exceeded"), Some(server("552 Quota exceeded"))),
        ("END", say("552 5.3.4 Message too big"), Some(permanent("552 5.3.4 Message too big"))),
        ("END", say("554 5.6.0 Malformed"), Some(permanent("554 5.6.0 Malformed"))),
        ("END", say("554 5.7.1 Not from there"), Some(unclear("554 5.7.1 Not from there"))),
        ("EHLO", say("550 5.7.1 Who are you?"), Some(server("550 5.7.1 Who are you?"))),
        ("GREETING", say("554 5.7.1 You are blocked"), Some(server("554 5.7.1 You are blocked"))),
        ("GREETING", say("421 4.3.2 Not now"), Some(server("421 4.3.2 Not now"))),
        ("GREETING", Answer::HangUp, None),
        ("EHLO", Answer::HangUp, None),
        ("MAIL", Answer::HangUp, None),
        ("DATA", Answer::HangUp, None),
        ("GREETING", say("HTTP/1.1 400 Bad Request"), None),
        ("EHLO", say("250-hi\r\n250-   \r\n250 8BITMIME"), Some(unreadable())),
        ("EHLO", say("250-hi\r\n250 \t "), Some(unreadable())),
    ] {
        let (sent, said) = send_to(Some((line, answer)));
        let sent = sent.unwrap_err();
        match error {
            Some(error) => assert_eq!(sent, error, "{line} {said:?}"),
            None => assert_eq!(sent.kind, SendErrorKind::Server, "{line} {sent} {said:?}"),
        }
    }
}

#[test]
fn a_connection_that_breaks_where_the_mail_may_be_the_cause_concerns_the_mail() {
    for line in ["RCPT", "END"] {
        let (sent, said) = send_to(Some((line, Answer::HangUp)));
        assert_eq!(sent.unwrap_err().kind, SendErrorKind::Temporary, "{line} {said:?}");
    }
}

#[test]
fn a_password_or_an_encryption_that_the_server_refuses_is_its_own_trouble() {
    for (line, answer, query) in [("AUTH", "535 5.7.8 Wrong password", ""), ("STARTTLS", "554 5.7.3 No TLS today", "?tls=required")] {
        let server = FakeServer::start([Some((line, Answer::Say(answer)))]);
        let url = server.url.replace("smtp://", "smtp://user:secret@");
        let sent = block_on(async { smtp(&format!("{url}{query}")).send(&outgoing()).await });
        assert_eq!(sent, Err(SendError::server(answer)));
        server.said();
    }
}

#[test]
fn a_server_that_is_not_there_can_come_back() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let smtp = smtp(&url);
    assert_eq!(block_on(smtp.send(&outgoing())).unwrap_err().kind, SendErrorKind::Server);
    assert_eq!(block_on(smtp.check()).unwrap_err().kind, SendErrorKind::Server);
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    for (line, connect, hand_over, kind) in [("GREETING", 50, 60_000, SendErrorKind::Server), ("END", 60_000, 50, SendErrorKind::Temporary)]
    {
        let server = FakeServer::start([Some((line, Answer::Silence))]);
        let mut smtp = smtp(&server.url);
        smtp.timeouts = Timeouts { connect: Duration::from_millis(connect), hand_over: Duration::from_millis(hand_over) };
        let error = block_on(smtp.send(&outgoing())).unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.reply.starts_with("The mail server did not"), "{error}");
        assert!(smtp.kept.into_inner().is_none());
        server.said();
    }
}

#[test]
fn a_connection_serves_several_mails_until_it_may_rest() {
    let server = FakeServer::start([None]);
    block_on(async {
        let smtp = smtp(&server.url);
        smtp.send(&outgoing()).await.unwrap();
        smtp.send(&outgoing()).await.unwrap();
        smtp.rest().await;
        smtp.rest().await;
    });
    let said = server.said();
    assert_eq!(said[0].matches("MAIL FROM").count(), 2);
    assert!(said[0].ends_with("QUIT\n"), "{said:?}");
}

#[test]
fn a_connection_that_broke_or_refused_is_not_used_again() {
    let server = FakeServer::start([Some(("NOOP", Answer::HangUp)), Some(("RCPT", Answer::Say("550 5.1.1 No such user"))), None]);
    block_on(async {
        let smtp = smtp(&server.url);
        smtp.send(&outgoing()).await.unwrap();
        smtp.send(&outgoing()).await.unwrap_err();
        smtp.send(&outgoing()).await.unwrap();
    });
    assert_eq!(server.said().iter().filter(|said| said.contains("MAIL FROM")).count(), 3);
}

#[test]
fn checking_signs_in_and_sends_nothing() {
    let server = FakeServer::start([None, Some(("AUTH", Answer::Say("535 5.7.8 Wrong password")))]);
    let url = server.url.replace("smtp://", "smtp://user:secret@");
    let smtp = smtp(&url);
    assert_eq!(block_on(smtp.check()), Ok(()));
    assert_eq!(block_on(smtp.check()), Err(SendError::server("535 5.7.8 Wrong password")));
    assert!(!format!("{smtp:?}").contains("secret"));
    let said = server.said();
    assert!(said[0].contains("AUTH PLAIN") && said[0].ends_with("QUIT\n"), "{said:?}");
    assert!(!said.join("").contains("MAIL"));
}

#[test]
fn checking_survives_an_answer_at_which_lettre_panics() {
    let server = FakeServer::start([Some(("EHLO", Answer::Say("250-hi\r\n250-   \r\n250 8BITMIME")))]);
    assert_eq!(block_on(smtp(&server.url).check()), Err(unreadable()));
    server.said();
}

#[test]
fn without_the_encryption_that_was_asked_for_there_is_no_mail() {
    for scheme in ["smtp", "smtps"] {
        let server = FakeServer::start([None]);
        let url = server.url.replace("smtp://", &format!("{scheme}://user:secret@"));
        let sent = block_on(async { smtp(&format!("{url}?tls=required")).send(&outgoing()).await });
        assert_eq!(sent.unwrap_err().kind, SendErrorKind::Server);
        let said = server.said().join("");
        assert!(!said.contains("MAIL") && !said.contains("AUTH"), "{said}");
    }
}
