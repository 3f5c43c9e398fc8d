//! What a link says that leads to no open invitation.

use crate::{
    domain::{clock::Timestamp, email_address::masked},
    usecases::Dead,
    web::{links::Ended, page::Moment, paths},
};

/// What became of the invitation behind the link with this token.
pub(super) fn ended(dead: &Dead, token: &str, now: Timestamp) -> Ended {
    match dead {
        Dead::Used { at } => Ended::gone("This invitation was already used", "It was accepted on")
            .at(Moment::new(*at, now), ". Sign in with the password you chose then.")
            .sign_in()
            .foot("Not you? Tell an administrator."),
        Dead::Revoked => {
            Ended::gone("This invitation was revoked", "An administrator withdrew it. If you still need access, ask them for a new one.")
        }
        Dead::Replaced => {
            Ended::gone("This invitation was replaced", "A newer invitation was mailed to you. Use the link in the latest mail.")
        }
        Dead::Expired { email, at } => Ended::gone("This invitation has expired", "It was valid until")
            .expired()
            .at(Moment::new(*at, now), format!(". We can mail a new link to the same address, {}.", masked(email)))
            .button("Send me a new link", paths::InvitationNewLink { token: token.to_owned() })
            .foot_sign_in("Already set a password?"),
        Dead::Unknown => Ended::unknown("This link leads to no invitation", "ask an administrator for a new invitation")
            .foot_sign_in("Already set a password?"),
    }
}

/// "Send me a new link" was pressed.
pub(super) fn new_link_sent(email: &str) -> Ended {
    Ended::done("A new link is on its way", format!("We mail it to {}. The earlier link no longer works.", masked(email)))
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::*;
    use crate::web::{
        links::EndedPage,
        samples::{self, Sample, check},
    };

    fn page(sample: &Sample, dead: &Dead) -> EndedPage {
        EndedPage { gate: sample.gate(), ended: ended(dead, "0123456789abcdef", samples::now()) }
    }

    fn every(email: &str) -> [(&'static str, Dead); 5] {
        let at = samples::now();
        [
            ("used", Dead::Used { at }),
            ("revoked", Dead::Revoked),
            ("replaced", Dead::Replaced),
            ("unknown", Dead::Unknown),
            ("expired", Dead::Expired { email: email.to_owned(), at }),
        ]
    }

    #[test]
    fn renders() {
        for place in 0..5 {
            let (name, _) = every("")[place];
            check(&format!("invitation-{name}"), |sample| page(sample, &every(&sample.email)[place].1));
        }
        check("invitation-new-link", |sample| EndedPage { gate: sample.gate(), ended: new_link_sent(&sample.email) });
    }

    #[test]
    fn only_an_expired_one_offers_a_new_link() {
        for (name, dead) in every("maya@example.com") {
            let html = page(&Sample::plain(), &dead).render().unwrap();
            assert_eq!(html.contains("Send me a new link"), name == "expired", "{name}");
        }
    }
}
