//! The audit log: access on a date.

use chrono::TimeDelta;
use usher::usecases::{AssignmentRef, access::unassign};

use crate::{business::Business, site::MAYA};

#[apply(with_scripts_and_without!)]
fn an_admin_answers_in_three_clicks_who_had_access_to_an_account_in_may(scripts: bool) {
    let Business { site, fjord, jonas, .. } = Business::new(scripts);
    // From November to June.
    site.app.advance(TimeDelta::days(200));
    unassign::unassign(&site.app.ctx, &site.caller(MAYA), jonas, &[AssignmentRef::Account(fjord)], true).unwrap();
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&format!("/accounts/{fjord}"));
    maya.see("No people yet");
    maya.click_link("Access on a date");
    maya.see_no("Jonas Vermeulen");
    maya.fill("Date", "05312027");
    maya.press("Show");
    maya.see("As of the end of 31 May 2027, from the audit log.");
    maya.see("Jonas Vermeulen");
    maya.see("Edit details");
    site.subjects();
}
