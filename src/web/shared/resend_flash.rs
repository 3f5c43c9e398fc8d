//! What is said of an invitation that was sent once more, from whichever page.

use crate::usecases::users::invite::Resent;

use super::page::{Flash, FlashKind, NAMED, names_in_short};

pub(in crate::web) fn said(passes_links_on: bool) -> impl Fn(&Resent) -> Flash {
    move |Resent { user, reassigned }| {
        let email = &user.email;
        let sent = if passes_links_on {
            format!("The invitation to {email} has a new link. Show link gives it to you; the earlier one no longer works.")
        } else {
            format!("A new invitation is on its way to {email}. The earlier link no longer works.")
        };
        let text = if reassigned.is_empty() {
            sent
        } else {
            format!("{sent} Yours to give from now on, since whoever assigned it may no longer: {}.", names_in_short(reassigned, NAMED))
        };
        Flash::new(FlashKind::Ok, text)
    }
}
