//! Messages about invitations, for all pages.

use crate::usecases::{EntryPoint, User, users::invite::Resent};

use super::page::{Flash, FlashAction, FlashKind, NAMED, names_in_short};

/// Message about a new invitation. `passes_links_on`: without a mail server, administrators send the link themselves.
pub(in crate::web) fn invited(user: &User, entry_point: EntryPoint, passes_links_on: bool) -> Flash {
    if passes_links_on {
        let text = format!("Invitation for {} created.", user.display_name());
        Flash::new(FlashKind::Ok, text).with_action(copy_link(user, entry_point))
    } else {
        Flash::new(FlashKind::Ok, format!("Invitation sent to {}.", user.email))
    }
}

pub(in crate::web) fn resend_flash(entry_point: EntryPoint, passes_links_on: bool) -> impl Fn(&Resent) -> Flash {
    move |Resent { user, reassigned }| {
        let done = if passes_links_on { format!("for {} created", user.email) } else { format!("sent to {}", user.email) };
        let sent = format!("New invitation {done}. The earlier link no longer works.");
        let text = if reassigned.is_empty() {
            sent
        } else {
            format!("{sent} You are now the assigner of {} (the previous one lost access).", names_in_short(reassigned, NAMED))
        };
        let flash = Flash::new(FlashKind::Ok, text);
        if passes_links_on { flash.with_action(copy_link(user, entry_point)) } else { flash }
    }
}

fn copy_link(user: &User, entry_point: EntryPoint) -> FlashAction {
    FlashAction::copy_link(&user.display_name(), entry_point.link(user.id))
}
