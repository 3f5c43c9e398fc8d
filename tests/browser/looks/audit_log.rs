//! The proof of the audit log: before a verification, requested, verified and damaged.

use usher::usecases::audit::verification::verify_when_due;

use super::{none, once};
use crate::site::{MAYA, Site};

#[test]
fn the_proof_of_the_audit_log() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/audit-log/proof");
    let mut found = once(&maya, "Not verified yet");
    maya.press("Verify now");
    found.extend(once(&maya, "Verification requested"));
    site.wait(verify_when_due(&site.app.ctx)).unwrap();
    maya.press("Mail it every day");
    found.extend(once(&maya, "entries are in place and unchanged."));
    site.app.execute("UPDATE audit_verification SET broken_at = 2");
    maya.open("/audit-log/proof");
    found.extend(once(&maya, "Entry 2 was changed or is missing. Someone with access"));
    none(&found);
}
