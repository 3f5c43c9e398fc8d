//! Home: invitations that expire soon, and figures that lead to lists.

use chrono::TimeDelta;

use crate::{
    business::Business,
    site::{MAYA, sign_in},
};

#[apply(with_scripts_and_without!)]
fn an_invitation_that_expires_soon_is_resent_from_home(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let first = site.invite("noor@example.com");
    site.app.advance(TimeDelta::minutes(30));
    let maya = site.browser(scripts);
    sign_in(&maya, MAYA);
    maya.see("Invitations that expire soon");
    maya.press("Resend invitation to noor@example.com");
    maya.see("New invitation sent to noor@example.com.");
    assert_eq!(maya.path(), "/");
    assert!(!maya.shows("Invitations that expire soon"));
    assert_ne!(site.link_in_mail(), first);
}

#[apply(with_scripts_and_without!)]
fn each_figure_of_home_leads_to_a_list_of_as_many(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    site.invite("noor@example.com");
    let maya = site.browser(scripts);
    sign_in(&maya, MAYA);
    for (figure, listed) in [
        ("Active 3 Can sign in", "3 users"),
        ("Invited 1 Invitation not accepted yet", "1 user"),
        ("No billing 2 Accounts missing billing", "2 accounts"),
    ] {
        maya.open("/");
        maya.click_link(figure);
        maya.see(listed);
        assert_ne!(maya.path(), "/");
    }
}
