//! `usher audit`, and the script with which a third party verifies an export.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use diesel::connection::SimpleConnection as _;
use tempfile::TempDir;
use usher::{
    domain::{
        audit::{AuditEvent, By, Channel, Entry, Subject, SubjectKind},
        clock::{Clock as _, SystemClock},
        ids::UserId,
    },
    store::StoreError,
};

use crate::ops::{
    faults::{Server, usher},
    start::{NewDatabase, begun, databases, run, said},
};

impl NewDatabase {
    /// Adds entries of many shapes to the one about the first Admin.
    fn append(&self, count: usize) {
        let group = Subject { kind: SubjectKind::Group, id: 3, name: "Größe “Ω”\u{2028}\n😀".to_owned() };
        let account = Subject { kind: SubjectKind::Account, id: 7, name: String::new() };
        let by = |id| By { id, name: "Zoë \"Z\" O’Neil".to_owned(), channel: Channel::Page, client_ip: Some("2001:db8::1".to_owned()) };
        let entry = |place: usize| {
            let event = AuditEvent::PortfolioCreated { notes: format!("{place}: a \\ b\t\u{1}").repeat(place % 3 * 20) };
            let entry = Entry::new(SystemClock.now(), by((place.is_multiple_of(2)).then_some(UserId(1))), group.clone(), &event);
            if place.is_multiple_of(4) { entry.at_place(account.clone()) } else { entry }
        };
        let appended = self.store().audited_transaction(|tx| {
            (0..count).for_each(|place| tx.audit(entry(place)));
            Ok::<_, StoreError>(())
        });
        appended.unwrap();
    }

    /// Runs statements that the database would refuse.
    fn tamper(&self, statements: &str) {
        let store = self.store();
        let free = if store.is_sqlite() {
            "DROP TRIGGER audit_entries_stay; DROP TRIGGER audit_entries_are_kept;"
        } else {
            "ALTER TABLE audit_entries DISABLE TRIGGER USER;"
        };
        store.read(|db| Ok::<_, StoreError>(db.batch_execute(&format!("{free} {statements}"))?)).unwrap();
    }

    /// Removes the newest entry without a trace.
    fn cut_off(&self) {
        self.tamper(
            "DELETE FROM audit_entries WHERE sequence = (SELECT sequence FROM audit_head); \
             UPDATE audit_head SET sequence = sequence - 1, hash = (SELECT hash FROM audit_entries ORDER BY sequence DESC LIMIT 1)",
        );
    }
}

/// Each database with six entries, and its data folder.
fn logs() -> impl Iterator<Item = (NewDatabase, TempDir)> {
    databases().into_iter().map(|database| {
        let data = begun(&database);
        database.append(5);
        (database, data)
    })
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn fails(output: &Output, reason: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(reason), "{}", said(output));
}

/// First word of the line that `usher audit head` prints.
fn head(data: &TempDir, database: &NewDatabase) -> String {
    succeeds(&run(data, database, &["audit", "head"])).split_whitespace().next().unwrap().to_owned()
}

/// Runs the script on an export.
fn python(export: &str, heads: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (path, script) = (folder.path().join("export.jsonl"), concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_audit.py"));
    fs::write(&path, export).unwrap();
    let ran = Command::new("python3").arg(script).arg(path).args(heads).output();
    ran.unwrap_or_else(|error| panic!("python3 is needed to verify an export as a third party does: {error}"))
}

#[test]
fn the_head_is_one_line_that_is_found_again_while_the_log_grows_beside_a_server() {
    for (database, data) in logs() {
        let server = Server::start(data.path(), &database.settings());
        server.address();
        let line = succeeds(&run(&data, &database, &["audit", "head"]));
        let (head, time) = line.strip_suffix('\n').unwrap().split_once(' ').unwrap();
        assert!(head.starts_with("6:") && head.len() == 66 && time.starts_with("20") && time.ends_with('Z'), "{line}");
        let heads = data.path().join("heads.txt");
        fs::write(&heads, format!("{line}\n{line}")).unwrap();
        database.append(3);
        let verified = succeeds(&run(&data, &database, &["audit", "verify", "--heads", heads.to_str().unwrap(), "--head", head]));
        assert!(verified.starts_with("unbroken; entries: 9; kept heads found: 3; head: 9:"), "{verified}");
    }
}

#[test]
fn an_entry_that_was_changed_is_named_by_verify_and_by_check() {
    for (database, data) in logs() {
        database.tamper("UPDATE audit_entries SET details = replace(details, '\"version\":1', '\"version\":2') WHERE sequence = 4");
        fails(&run(&data, &database, &["audit", "verify"]), "the audit log is damaged: entry 4 was changed or is missing");
        fails(&run(&data, &database, &["check"]), "\nWRONG audit chain: entry 4 was changed or is missing\n");
    }
}

#[test]
fn a_kept_head_reveals_an_end_that_was_cut_off() {
    for (database, data) in logs() {
        let kept = head(&data, &database);
        database.cut_off();
        succeeds(&run(&data, &database, &["audit", "verify"]));
        fails(
            &run(&data, &database, &["audit", "verify", "--head", &kept]),
            &format!("entry 6 was changed or is missing, since the kept {kept} is not there"),
        );
    }
}

#[test]
fn a_file_without_heads_is_refused_with_the_line() {
    let [database, _] = databases();
    let data = begun(&database);
    let heads = data.path().join("heads.txt");
    let path = heads.to_str().unwrap();
    fails(&run(&data, &database, &["audit", "verify", "--heads", path]), &format!("{path}: "));
    fs::write(&heads, "\n412\n").unwrap();
    fails(&run(&data, &database, &["audit", "verify", "--heads", path]), &format!("{path}, line 2: it is not SEQUENCE:HASH"));
}

#[test]
fn a_third_party_verifies_an_export_and_a_kept_head() {
    for (database, data) in logs() {
        let kept = head(&data, &database);
        database.append(2500);
        let export = succeeds(&run(&data, &database, &["audit", "export"]));
        let end = head(&data, &database);
        assert_eq!(succeeds(&python(&export, &[&kept, &end])), format!("unbroken; entries: 2506; head: {end}\n"));
    }
}

#[test]
fn a_third_party_finds_what_was_done_to_an_export() {
    for (database, data) in logs() {
        let (kept, export) = (head(&data, &database), succeeds(&run(&data, &database, &["audit", "export"])));
        let lines = export.lines().collect::<Vec<_>>();
        assert_eq!(lines.len(), 6);
        let with = |line: &str| [&lines[..3], &[line], &lines[4..]].concat().join("\n");
        let flipped = lines[3].replacen("2001:db8::1", "2001:db8::2", 1);
        for altered in
            [flipped, lines[3].replacen("\"place_id\":null", "\"place_id\":\"\"", 1), lines[3].replace("\"sequence\":4", "\"sequence\":5")]
        {
            assert_ne!(altered, lines[3]);
            fails(&python(&with(&altered), &[]), "entry 4 was changed or is missing");
        }
        fails(&python(&[&lines[..3], &lines[4..]].concat().join("\n"), &[]), "entry 4 was changed or is missing");
        let cut = lines[..5].join("\n");
        succeeds(&python(&cut, &[]));
        fails(&python(&cut, &[&kept]), "entry 6 is missing");
        fails(&python(&export, &[&format!("2:{}", "0".repeat(64))]), "entry 2 is not the kept one");
    }
}

#[test]
fn an_export_that_nobody_reads_to_its_end_stops_quietly() {
    let [database, _] = databases();
    let data = begun(&database);
    database.append(1000);
    let mut command = usher(data.path(), &database.settings());
    let mut process = command.args(["audit", "export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));
}

#[test]
fn without_a_database_none_is_made() {
    let (data, database) = (tempfile::tempdir().unwrap(), &databases()[0]);
    for command in ["head", "verify", "export"] {
        fails(&run(&data, database, &["audit", command]), "there is no database yet");
        assert!(!data.path().join("usher.db").exists());
    }
    let [_, postgres] = databases();
    fails(&run(&data, &postgres, &["audit", "head"]), "the database is not up to date; `usher migrate` updates it");
}

#[test]
fn an_empty_log_has_a_head_without_a_time() {
    for database in databases() {
        let data = tempfile::tempdir().unwrap();
        succeeds(&run(&data, &database, &["migrate"]));
        let zeros = format!("0:{}", "0".repeat(64));
        assert_eq!(succeeds(&run(&data, &database, &["audit", "head"])), format!("{zeros}\n"));
        assert!(succeeds(&run(&data, &database, &["audit", "verify", "--head", &zeros])).contains("entries: 0;"));
        assert_eq!(succeeds(&run(&data, &database, &["audit", "export"])), "");
    }
}
