//! What a link says that leads to no open invitation.

use actix_web::http::StatusCode;
use askama::Template;

use crate::{
    domain::{email_address::masked, token::Token},
    usecases::{
        directory,
        invitations::{self, Found},
    },
    web::{
        extract::Guest,
        failure::Failure,
        page::{Gate, Moment},
        paths,
        respond::{self, Answer},
        state::State,
    },
};

/// One card that says what became of the invitation, and what to do.
#[derive(Debug, Clone, Template)]
#[template(path = "invitation/ended.html")]
pub struct InvitationEndedPage {
    pub gate: Gate,
    pub ended: Ended,
    /// Whether mails are sent; without a mail server, people ask for their link.
    pub sends_mail: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Used {
        at: Moment,
    },
    Revoked,
    /// A newer link was sent.
    Replaced,
    Expired {
        at: Moment,
        /// Where a new link would go, with most of it hidden.
        masked_email: String,
        new_link: paths::InvitationNewLink,
    },
    /// No invitation has this link.
    Unknown,
    /// "Send me a new link" was pressed.
    NewLinkSent {
        masked_email: String,
    },
}

/// What stands behind the link.
pub(super) async fn look(state: &State, token: &str) -> Result<Found, Failure> {
    let Some(token) = Token::parse(token) else { return Ok(Found::Unknown) };
    state.run(move |ctx| invitations::look(ctx, &token)).await
}

/// What is said about a link that was found not to be open.
pub(super) async fn page_of(state: &State, guest: &Guest, token: &str, found: Found) -> Answer {
    let now = state.ctx.now();
    let ended = match found {
        // It has not ended: its own page is the answer.
        Found::Open(_) => return respond::see_other(paths::Invitation { token: token.to_owned() }),
        Found::Replaced { .. } => Ended::Replaced,
        Found::Revoked => Ended::Revoked,
        Found::Unknown => Ended::Unknown,
        Found::Used { at } => Ended::Used { at: Moment::new(at, now) },
        Found::Expired { email, expired_at } => Ended::Expired {
            at: Moment::new(expired_at, now),
            masked_email: masked(&email),
            new_link: paths::InvitationNewLink { token: token.to_owned() },
        },
    };
    page(state, guest, ended).await
}

pub(super) async fn page(state: &State, guest: &Guest, ended: Ended) -> Answer {
    let company = state.run(directory::company_name).await?;
    let gate = respond::gate(state, guest, &company);
    respond::with_status(ended.status(), &InvitationEndedPage { gate, ended, sends_mail: state.ctx.sends_mail })
}

impl InvitationEndedPage {
    fn title(&self) -> &'static str {
        match self.ended {
            Ended::Used { .. } => "This invitation was already used",
            Ended::Revoked => "This invitation was revoked",
            Ended::Replaced => "This invitation was replaced",
            Ended::Expired { .. } => "This invitation has expired",
            Ended::Unknown => "This link leads to no invitation",
            Ended::NewLinkSent { .. } if self.sends_mail => "A new link is on its way",
            Ended::NewLinkSent { .. } => "There is a new link",
        }
    }
}

impl Ended {
    /// 410 for a link that was one, 404 for what never was.
    fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::NewLinkSent { .. } => StatusCode::OK,
            Self::Used { .. } | Self::Revoked | Self::Replaced | Self::Expired { .. } => StatusCode::GONE,
        }
    }

    /// Whether somebody who sees this may have set a password before.
    fn may_sign_in(&self) -> bool {
        match self {
            Self::Used { .. } | Self::Expired { .. } | Self::Unknown => true,
            Self::Revoked | Self::Replaced | Self::NewLinkSent { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{Sample, check};

    fn page(sample: &Sample, ended: Ended, sends_mail: bool) -> InvitationEndedPage {
        InvitationEndedPage { gate: sample.gate(), ended, sends_mail }
    }

    fn expired(sample: &Sample) -> Ended {
        let new_link = paths::InvitationNewLink { token: "0123456789abcdef".into() };
        Ended::Expired { at: sample.moment(3000), masked_email: sample.email.clone(), new_link }
    }

    fn sent(sample: &Sample) -> Ended {
        Ended::NewLinkSent { masked_email: sample.email.clone() }
    }

    #[test]
    fn renders() {
        check("invitation-used", |sample| page(sample, Ended::Used { at: sample.moment(3000) }, true));
        check("invitation-revoked", |sample| page(sample, Ended::Revoked, true));
        check("invitation-unknown", |sample| page(sample, Ended::Unknown, true));
        for (how, sends_mail) in [("", true), ("-without-mail", false)] {
            check(&format!("invitation-replaced{how}"), |sample| page(sample, Ended::Replaced, sends_mail));
            check(&format!("invitation-expired{how}"), |sample| page(sample, expired(sample), sends_mail));
            check(&format!("invitation-new-link{how}"), |sample| page(sample, sent(sample), sends_mail));
        }
    }

    #[test]
    fn only_an_expired_one_offers_a_new_link() {
        let sample = Sample::plain();
        let used = Ended::Used { at: sample.moment(1) };
        for (ended, offers) in [
            (expired(&sample), true),
            (used, false),
            (Ended::Revoked, false),
            (Ended::Replaced, false),
            (Ended::Unknown, false),
            (sent(&sample), false),
        ] {
            let html = page(&sample, ended.clone(), true).render().unwrap();
            assert_eq!(html.contains("Send me a new link"), offers, "{ended:?}");
        }
    }

    #[test]
    fn without_a_mail_server_nobody_is_promised_a_mail() {
        let mut sample = Sample::plain();
        sample.email.clear();
        let used = Ended::Used { at: sample.moment(1) };
        for ended in [expired(&sample), used, Ended::Revoked, Ended::Replaced, Ended::Unknown, sent(&sample)] {
            let html = page(&sample, ended.clone(), false).render().unwrap();
            assert!(!html.contains("mail") && !html.contains("on its way"), "{ended:?}: {html}");
        }
        for ended in [expired(&sample), Ended::Replaced, sent(&sample)] {
            let html = page(&sample, ended.clone(), false).render().unwrap();
            assert!(html.contains("whoever invited you, or an administrator"), "{ended:?}: {html}");
        }
    }
}
