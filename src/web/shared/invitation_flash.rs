//! Messages about sent invitations, for all pages.

use crate::usecases::users::invite::Resent;

use super::page::{Flash, FlashKind, NAMED, names_in_short};

/// Message about a new invitation. `passes_links_on`: without a mail server, administrators pass the link on.
pub(in crate::web) fn invited(name: &str, email: &str, passes_links_on: bool) -> Flash {
    let text = if passes_links_on {
        format!("Invitation for {name} created. Use Show link to send it yourself.")
    } else {
        format!("Invitation sent to {email}.")
    };
    Flash::new(FlashKind::Ok, text)
}

pub(in crate::web) fn resent(passes_links_on: bool) -> impl Fn(&Resent) -> Flash {
    move |Resent { user, reassigned }| {
        let email = &user.email;
        let sent = if passes_links_on {
            format!("New invitation for {email} created. Use Show link to send it yourself; the earlier link no longer works.")
        } else {
            format!("New invitation sent to {email}. The earlier link no longer works.")
        };
        let text = if reassigned.is_empty() {
            sent
        } else {
            format!("{sent} You are now the assigner of {} (the previous one lost access).", names_in_short(reassigned, NAMED))
        };
        Flash::new(FlashKind::Ok, text)
    }
}
