//! What a link says that leads to no open invitation.

use actix_web::http::StatusCode;
use askama::Template;

use crate::web::{
    page::{Gate, Moment},
    paths,
};

/// One card that says what became of the invitation, and what to do.
#[derive(Debug, Clone, Template)]
#[template(path = "invitation/ended.html")]
pub struct InvitationEndedPage {
    pub gate: Gate,
    pub ended: Ended,
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

impl Ended {
    /// 410 for a link that was one, 404 for what never was.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::NewLinkSent { .. } => StatusCode::OK,
            Self::Used { .. } | Self::Revoked | Self::Replaced | Self::Expired { .. } => StatusCode::GONE,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Used { .. } => "This invitation was already used",
            Self::Revoked => "This invitation was revoked",
            Self::Replaced => "This invitation was replaced",
            Self::Expired { .. } => "This invitation has expired",
            Self::Unknown => "This link leads to no invitation",
            Self::NewLinkSent { .. } => "A new link is on its way",
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

    fn page(sample: &Sample, ended: Ended) -> InvitationEndedPage {
        InvitationEndedPage { gate: sample.gate(), ended }
    }

    #[test]
    fn renders() {
        check("invitation-used", |sample| page(sample, Ended::Used { at: sample.moment(3000) }));
        check("invitation-revoked", |sample| page(sample, Ended::Revoked));
        check("invitation-replaced", |sample| page(sample, Ended::Replaced));
        check("invitation-unknown", |sample| page(sample, Ended::Unknown));
        check("invitation-expired", |sample| {
            let new_link = paths::InvitationNewLink { token: "0123456789abcdef".into() };
            page(sample, Ended::Expired { at: sample.moment(3000), masked_email: sample.email.clone(), new_link })
        });
        check("invitation-new-link", |sample| page(sample, Ended::NewLinkSent { masked_email: sample.email.clone() }));
    }

    #[test]
    fn only_an_expired_one_offers_a_new_link() {
        let sample = Sample::plain();
        let new_link = paths::InvitationNewLink { token: "abc".into() };
        let expired = Ended::Expired { at: sample.moment(1), masked_email: String::new(), new_link };
        for (ended, offers) in [
            (expired, true),
            (Ended::Used { at: sample.moment(1) }, false),
            (Ended::Revoked, false),
            (Ended::Replaced, false),
            (Ended::Unknown, false),
        ] {
            let html = page(&sample, ended.clone()).render().unwrap();
            assert_eq!(html.contains("Send me a new link"), offers, "{ended:?}");
        }
    }
}
