//! `usher admin recover`, beside a running server.

use crate::ops::{
    faults::{Client, Server},
    start::{NewDatabase, begun, databases, run, said},
};

/// Output of the command that has to succeed.
fn recovered(data: &tempfile::TempDir, database: &NewDatabase, options: &[&str]) -> String {
    let output = run(data, database, &[&["admin", "recover", "--email", "maya@example.com"], options].concat());
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_printed_link_opens_at_the_server() {
    for database in databases() {
        let data = begun(&database);
        let server = Server::start(data.path(), &database.settings());
        let mut browser = Client::at(&server.address());
        let printed = recovered(&data, &database, &[]);
        let [words, address] = printed.lines().collect::<Vec<_>>()[..] else { panic!("{printed}") };
        assert!(
            words.starts_with("maya@example.com can choose a new password here, once, until 20") && words.ends_with(" UTC:"),
            "{words}"
        );
        let (_, path) = address.split_once("/recover/").unwrap_or_else(|| panic!("{printed}"));
        assert!(address.starts_with("http://localhost:"), "{address}");
        let (status, page) = browser.request(&format!("GET /recover/{path}"), "");
        assert!(status == 200 && page.contains("Choose a new password"), "{page}");
        let again = recovered(&data, &database, &["--activate", "--reset-two-factor"]);
        assert_ne!(printed, again);
        assert_eq!(browser.request(&format!("GET /recover/{path}"), "").0, 410);
        let entry = database.store().read(|db| usher::store::audit_entries(db, 0, 100)).unwrap().pop().unwrap();
        assert_eq!((entry.action.as_str(), entry.channel.as_str()), ("recovery.link_made", "command line"));
        assert!(entry.actor_name.ends_with(" at the command line"), "{}", entry.actor_name);
    }
}

#[test]
fn a_refusal_ends_with_its_reason_and_status_one() {
    for database in databases() {
        let data = begun(&database);
        for (email, option, reason) in [
            ("noor@example.com", "--activate", "usher: no user has the address noor@example.com"),
            ("maya@example.com", "--make-admin", "usher: --make-admin is only for a company without an active Admin"),
        ] {
            let refused = run(&data, &database, &["admin", "recover", "--email", email, option]);
            assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
            assert!(said(&refused).contains(reason) && refused.stdout.is_empty(), "{}", said(&refused));
        }
        let unclear = run(&data, &database, &["admin", "recover", "--email", "maya"]);
        assert_eq!(unclear.status.code(), Some(2), "{}", said(&unclear));
    }
}

#[test]
fn without_a_database_none_is_made() {
    let (data, database) = (tempfile::tempdir().unwrap(), &databases()[0]);
    let refused = run(&data, database, &["admin", "recover", "--email", "maya@example.com"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("there is no database yet"), "{}", said(&refused));
}
