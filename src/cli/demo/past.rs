//! Made-up past: entries of the audit log, collected in any order and appended in the order of time.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::{AuditEvent, By, Channel, Entry, Subject, SubjectKind},
        clock::Timestamp,
        ids::UserId,
    },
    store::Tx,
};

/// Length of the recorded past.
const YEAR: TimeDelta = TimeDelta::days(365);

/// Users with a complete history, the Admin included.
pub(super) const RECORDED: u32 = 1000;

/// Most entries about all other users.
const OTHER_ENTRIES: usize = 200_000;

/// A user who acts in the past.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) number: u32,
    pub(super) first_name: String,
    pub(super) name: String,
    pub(super) email: String,
    /// Time from which the user is active; `None` for a user who is not.
    pub(super) active_since: Option<Timestamp>,
}

impl Person {
    pub(super) fn subject(&self) -> Subject {
        Subject { kind: SubjectKind::User, id: self.id.0, name: self.name.clone() }
    }

    /// The user as an actor in a browser. The address is one reserved for documentation (RFC 5737).
    pub(super) fn by(&self) -> By {
        let client_ip = Some(format!("198.51.100.{}", self.number % 250 + 1));
        By { id: Some(self.id), name: self.name.clone(), channel: Channel::Page, client_ip }
    }
}

/// An Admin, and the time of the appointment.
#[derive(Debug, Clone)]
pub(super) struct Administrator {
    pub(super) person: Person,
    pub(super) since: Timestamp,
}

/// Entries of the past, and who made them.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) start: Timestamp,
    pub(super) now: Timestamp,
    /// Admins in the order of their appointment, at least one.
    pub(super) admins: Vec<Administrator>,
    entries: Vec<Entry>,
    others: usize,
}

impl Past {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { start: Self::start(now), now, admins: Vec::new(), entries: Vec::new(), others: 0 }
    }

    /// Beginning of the past that ends now.
    pub(super) fn start(now: Timestamp) -> Timestamp {
        now - YEAR
    }

    pub(super) fn record(&mut self, at: Timestamp, by: By, subject: Subject, event: &AuditEvent) {
        self.entries.push(Entry::new(at, by, subject, event));
    }

    pub(super) fn record_at(&mut self, at: Timestamp, by: By, subject: Subject, place: &Subject, event: &AuditEvent) {
        self.entries.push(Entry::new(at, by, subject, event).at_place(place.clone()));
    }

    /// Records an event of a user without a complete history, if it is of the past year and there is room.
    pub(super) fn record_other(&mut self, at: Timestamp, by: By, subject: Subject, event: &AuditEvent) {
        if self.others < OTHER_ENTRIES && self.start < at {
            self.others += 1;
            self.record(at, by, subject, event);
        }
    }

    /// An Admin at this time, other than the user with this number. The first Admin is one from the beginning.
    pub(super) fn admin(&self, at: Timestamp, number: u32) -> Option<&Person> {
        let admins = self.admins.iter().filter(|admin| admin.since < at && admin.person.number != number);
        let admins = admins.map(|admin| &admin.person).collect::<Vec<_>>();
        let place = usize::try_from(number).unwrap_or(0) % admins.len().max(1);
        admins.get(place).copied().or(self.admins.first().map(|first| &first.person))
    }

    /// Actor of a change by an Admin at this time.
    pub(super) fn by_admin(&self, at: Timestamp, number: u32) -> By {
        let nobody = By { id: None, name: "usher demo".to_owned(), channel: Channel::CommandLine, client_ip: None };
        self.admin(at, number).map_or(nobody, Person::by)
    }

    /// Adds the entries to the audit log.
    pub(super) fn append(mut self, tx: &mut Tx<'_>) {
        self.entries.sort_by_key(|entry| entry.at);
        self.entries.into_iter().for_each(|entry| tx.audit(entry));
    }
}
