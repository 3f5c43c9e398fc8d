//! The audit log: as pages show it, its proof, on the command line and for third parties.

mod access_on;
mod activity;
mod command_line;
mod entry;
mod export;
mod filters;
mod list;
mod proof;
mod refusals;
mod search;
mod unreadable;

use usher::{
    domain::{
        audit::{AuditEvent, By, Channel, Entry, Subject, SubjectKind},
        clock::Timestamp,
    },
    store::StoreError,
};

use crate::helpers::{Browser, Page, TestApp};

pub(super) const LOG: &str = "/audit-log";

/// Sentences of the list, from top to bottom.
pub(super) fn sentences(page: &Page) -> Vec<String> {
    let rows = page.body.split("<th scope=\"row\" id=\"e").skip(1);
    let sentence = |row: &str| {
        let row = row.split("<span class=\"only-narrow\"").next().unwrap().split_once('>').unwrap().1;
        let text = row.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<String>();
        text.replace("&#38;", "&").replace("&#39;", "'").replace("&#34;", "\"")
    };
    rows.map(sentence).collect()
}

pub(super) async fn listed(app: &TestApp, browser: &mut Browser, query: &str) -> Vec<String> {
    sentences(browser.get(app, &format!("{LOG}?{query}")).await.is(200))
}

/// An entry of `actor` about the group `subject`.
pub(super) fn entry(at: Timestamp, actor: &str, subject: &str) -> Entry {
    let by = By { id: None, name: actor.to_owned(), channel: Channel::Worker, client_ip: None };
    Entry::new(at, by, Subject { kind: SubjectKind::Group, id: 7, name: subject.to_owned() }, &AuditEvent::GroupCreated {})
}

/// Hexadecimal text of a hash.
pub(super) fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

pub(super) fn append(app: &TestApp, entries: impl IntoIterator<Item = Entry> + Clone) {
    app.store()
        .audited_transaction(|tx| {
            entries.clone().into_iter().for_each(|entry| tx.audit(entry));
            Ok::<_, StoreError>(())
        })
        .unwrap();
}
