//! What is said of an invitation that was sent once more, from whichever page.

use crate::usecases::invitations::Resent;

use super::{
    console::Console,
    page::{Flash, FlashKind, named},
};

pub(super) fn said(console: &Console, Resent { person, taken_over }: &Resent) -> Flash {
    let mut text = if console.passes_links_on() {
        format!("The invitation to {} has a new link. Show link gives it to you; the earlier one no longer works.", person.email)
    } else {
        format!("A new invitation is on its way to {}. The earlier link no longer works.", person.email)
    };
    if !taken_over.is_empty() {
        text += &format!(" Yours to give from now on, since whoever assigned it may no longer: {}.", named(taken_over));
    }
    Flash::new(FlashKind::Ok, text)
}
