//! Audit entries of a usual mixture.

use chrono::NaiveDateTime;
use usher::domain::{
    audit::{AuditEvent, By, Channel, Entry, Named, Subject, SubjectKind},
    ids::UserId,
    user::DefaultRole,
};

/// An entry about one of 800 users, with names and addresses of usual lengths.
pub(crate) fn usual(number: i64, at: NaiveDateTime) -> Entry {
    let name = |number: i64| format!("Katarzyna Wiśniewska {}", number % 800);
    let user = Subject { kind: SubjectKind::User, id: 1 + number % 800, name: name(number) };
    let by = By {
        id: Some(UserId(1 + number % 40)),
        name: name(number % 40),
        channel: Channel::Page,
        client_ip: Some("2001:db8:85a3::8a2e:370:7334".to_owned()),
    };
    let account = Subject { kind: SubjectKind::Account, id: 1 + number % 90, name: "Bergmann Bikes International".to_owned() };
    let event = match number % 4 {
        0 | 1 => AuditEvent::SignedIn { browser: "Firefox 145 on Windows".to_owned() },
        2 => AuditEvent::UserInvited { email: format!("user.{number}@example.com"), role: DefaultRole::User, expires_at: at.and_utc() },
        _ => AuditEvent::AssignmentReassigned { before: Some(Named::new(number, &name(number))) },
    };
    let entry = Entry::new(at, by, user, &event);
    if number % 4 == 3 { entry.at_place(account) } else { entry }
}
