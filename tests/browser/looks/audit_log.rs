//! The audit log, its proof, and the activity of users, portfolios and accounts.

use usher::{
    domain::audit::{AuditEvent, By, Channel, Entry, Subject, SubjectKind},
    store::{StoreError, credentials::refused_sign_ins::RefusalReason},
    usecases::{audit::verification::verify_when_due, outbox::housekeeping},
};

use super::{look_good, none, once};
use crate::{
    business::{Business, HANA},
    site::{MAYA, Site},
};

#[test]
fn the_audit_log_and_activity() {
    let Business { site, nordic, fjord, hana, .. } = Business::new(true);
    let app = &site.app;
    let long = "Regional sales and partner management, northern Europe".to_owned();
    app.store()
        .audited_transaction(|tx| {
            let by = By {
                id: None,
                name: "Usher".to_owned(),
                channel: Channel::Page,
                client_ip: Some("2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned()),
            };
            let renamed = AuditEvent::GroupRenamed { before: long.clone(), after: long.to_uppercase() };
            tx.audit(Entry::new(app.now(), by, Subject { kind: SubjectKind::Group, id: 7, name: long.clone() }, &renamed));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    app.store().note_refusal("192.0.2.1", "somebody.with.a.long.name@subsidiary.example.com", RefusalReason::Wrong, app.now());
    housekeeping::write_refusals(&app.ctx).unwrap();
    let newest = app.audit().len();
    let maya = site.signed_in(MAYA, true);
    let pages = [
        "/audit-log".to_owned(),
        format!("/audit-log?user={hana}&action=assignments&q=nordic"),
        "/audit-log?q=nobody".to_owned(),
        "/audit-log?from=2026-11-23&to=2026-11-22".to_owned(),
        format!("/audit-log/{newest}"),
        "/audit-log/person?as=user&q=ha".to_owned(),
        "/audit-log/place".to_owned(),
        "/audit-log/refused-sign-ins".to_owned(),
        format!("/portfolios/{nordic}/activity"),
        format!("/portfolios/{nordic}/access"),
        format!("/accounts/{fjord}/access"),
        format!("/accounts/{fjord}/access?on=2020-05-31"),
        format!("/accounts/{fjord}/access?on=2030-05-31"),
        format!("/users-and-permissions/{hana}/access"),
    ];
    look_good(&maya, &pages);
    let hana_s = site.signed_in(HANA, true);
    look_good(&hana_s, &[format!("/accounts/{fjord}/activity"), format!("/users-and-permissions/{hana}/activity")]);
}

#[test]
fn the_proof_of_the_audit_log() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/audit-log/proof");
    let mut found = once(&maya, "Not verified yet");
    maya.press("Verify now");
    found.extend(once(&maya, "Verification requested"));
    site.wait(verify_when_due(&site.app.ctx)).unwrap();
    maya.open("/audit-log/proof");
    found.extend(once(&maya, "entries are in place and unchanged."));
    site.app.execute("UPDATE audit_verification SET broken_at = 2");
    maya.open("/audit-log/proof");
    found.extend(once(&maya, "Entry 2 was changed or is missing. Someone with access"));
    none(&found);
}
