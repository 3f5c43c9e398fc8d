//! Pages of closed links of invitations.

use crate::{
    domain::email_address::masked,
    usecases::LinkClosed,
    web::{
        pages::credentials::closed_link::ClosedLink,
        shared::{routing::paths, state::State},
    },
};

/// Page of the closed link with this token.
pub(super) fn closed_page(closed: &LinkClosed, token: &str, state: &State) -> ClosedLink {
    in_words(closed, token, state.ctx.sends_mail)
}

/// Texts by state. Without a mail server no mail is promised: users ask for their link.
fn in_words(closed: &LinkClosed, token: &str, sends_mail: bool) -> ClosedLink {
    match closed {
        LinkClosed::Used { at } => ClosedLink::gone("This invitation was already used", "It was accepted on")
            .at(*at, ". Sign in with the password you chose then.")
            .sign_in()
            .foot("Not you? Tell an administrator."),
        LinkClosed::Revoked => {
            ClosedLink::gone("This invitation was revoked", "An administrator revoked it. If you still need access, ask for a new one.")
        }
        LinkClosed::Replaced { .. } => {
            let text = if sends_mail {
                "A newer invitation was mailed to you. Use the link in the latest mail."
            } else {
                "There is a newer link. Ask an administrator for it."
            };
            ClosedLink::gone("This invitation was replaced", text)
        }
        LinkClosed::Expired { email, at } => {
            let rest = if sends_mail {
                format!(". We can send a new link to the same address, {}.", masked(email))
            } else {
                ". Request a new link, then ask an administrator for it.".to_owned()
            };
            ClosedLink::gone("This invitation has expired", "It was valid until")
                .expired()
                .at(*at, rest)
                .button("Send me a new link", paths::InvitationNewLink { token: token.to_owned() })
                .foot_sign_in("Already set a password?")
        }
        LinkClosed::Unknown => ClosedLink::unknown("This invitation isn’t valid", "ask an administrator for a new invitation")
            .foot_sign_in("Already set a password?"),
    }
}

/// Page after "Send me a new link": the new link went to this address.
pub(super) fn new_link_sent(email: &str, sends_mail: bool) -> ClosedLink {
    if sends_mail {
        ClosedLink::done("A new link is on its way", format!("We sent it to {}. The earlier link no longer works.", masked(email)))
    } else {
        ClosedLink::done("There is a new link", "Ask an administrator for it. The earlier link no longer works.")
    }
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::*;
    use crate::web::{
        pages::credentials::closed_link::ClosedLinkPage,
        shared::samples::{self, Sample, check},
    };

    /// Every state, with and without a mail server.
    fn pages(sample: &Sample) -> Vec<(String, ClosedLinkPage)> {
        let (at, email) = (samples::now(), sample.email.clone());
        let closed = [
            ("used", LinkClosed::Used { at }),
            ("revoked", LinkClosed::Revoked),
            ("replaced", LinkClosed::Replaced { again_to: None }),
            ("unknown", LinkClosed::Unknown),
            ("expired", LinkClosed::Expired { email, at }),
        ];
        let page = |name: &str, sends_mail, ended| {
            let how = if sends_mail { "" } else { "-without-mail" };
            (format!("invitation-{name}{how}"), ClosedLinkPage { layout: sample.public_layout(), ended, now: sample.now() })
        };
        let of = |sends_mail| {
            let ended = |(name, closed): &(&str, LinkClosed)| page(name, sends_mail, in_words(closed, "0123456789abcdef", sends_mail));
            let sent = page("new-link", sends_mail, new_link_sent(&sample.email, sends_mail));
            closed.iter().map(ended).chain([sent]).collect::<Vec<_>>()
        };
        [of(true), of(false)].concat()
    }

    #[test]
    fn renders() {
        for (place, (name, _)) in pages(&Sample::plain()).into_iter().enumerate() {
            check(&name, |sample| pages(sample).swap_remove(place).1);
        }
    }

    #[test]
    fn only_an_expired_one_offers_a_new_link() {
        for (name, page) in pages(&Sample::plain()) {
            assert_eq!(page.render().unwrap().contains("Send me a new link"), name.contains("expired"), "{name}");
        }
    }

    #[test]
    fn without_a_mail_server_nobody_is_promised_a_mail() {
        let mut sample = Sample::plain();
        sample.email.clear();
        for (name, page) in pages(&sample).into_iter().filter(|(name, _)| name.ends_with("-without-mail")) {
            let html = page.render().unwrap();
            assert!(!html.contains("mail") && !html.contains("on its way"), "{name}: {html}");
            let asks = ["expired", "replaced", "new-link"].iter().any(|word| name.contains(word));
            assert!(!asks || html.contains("sk an administrator for it"), "{name}: {html}");
        }
    }
}
