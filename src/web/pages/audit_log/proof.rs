//! Proof that the audit log is complete: the newest hash and the last verification.

use askama::Template;

use crate::{
    domain::{audit::hex, time_zone::ZonedTime},
    usecases::audit::proof::{self, Proof},
    web::shared::{
        form::{Button, Form},
        page::{DisplayTime, Flash, FlashKind, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::{endpoint::Section, paths},
    },
};

/// Page of the proof.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/proof.html")]
pub struct ProofPage {
    pub layout: Layout,
    pub state: ProofState,
    /// Time of a request that is not met yet.
    pub requested: Option<DisplayTime>,
    pub is_mailed_daily: bool,
}

/// Newest entry and last verification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProofState {
    /// `None` for an empty log.
    pub newest: Option<Newest>,
    /// `None` before the first verification.
    pub verified: Option<LastVerification>,
}

/// The newest entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// `SEQUENCE:HASH`.
    pub head: String,
    pub sequence: i64,
    pub hash: String,
    /// `None` if the time is unreadable.
    pub at: Option<DisplayTime>,
}

/// Result of the last verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastVerification {
    pub at: DisplayTime,
    /// Last entry of the whole chain.
    pub sequence: i64,
    /// First damaged entry.
    pub damaged_at: Option<i64>,
}

impl ProofState {
    pub(super) fn of(Proof { newest, verification }: Proof, now: ZonedTime) -> Self {
        let newest = newest.map(|newest| {
            let (head, hash) = (newest.head.to_string(), hex(&newest.head.hash));
            Newest { sequence: newest.head.sequence, hash, head, at: newest.at.map(|at| DisplayTime::new(at, now)) }
        });
        let verified = verification.verified_at.map(|at| LastVerification {
            at: DisplayTime::new(at, now),
            sequence: verification.head.sequence,
            damaged_at: verification.broken_at,
        });
        Self { newest, verified }
    }
}

impl ProofPage {
    fn of(layout: Layout, proof: Proof, is_mailed_daily: bool, now: ZonedTime) -> Self {
        let requested = proof.verification.requested_at.map(|at| DisplayTime::new(at, now));
        Self { layout, state: ProofState::of(proof, now), requested, is_mailed_daily }
    }
}

/// `GET /audit-log/proof`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    let (layout_data, proof) = context.open(proof::show).await?;
    let is_mailed_daily = layout_data.company.mails_audit_head;
    respond::page(&ProofPage::of(context.layout(&layout_data), proof, is_mailed_daily, layout_data.now))
}

/// `POST /audit-log/proof/verify`
pub(in crate::web) async fn verify(context: PageContext, _button: Form<Button>) -> HandlerResult {
    let said = |(): &()| Flash::new(FlashKind::Ok, "The verification starts within seconds. Reload this page to see the result.");
    context.act_and_go(paths::AuditProof {}, said, proof::request_verification).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::audit::ChainHead,
        usecases::{NewestEntry, VerificationState},
        web::shared::samples::{check, now},
    };

    #[test]
    fn renders() {
        let head = ChainHead { sequence: 12_345, hash: [0xa7; 32] };
        let state = VerificationState { verified_at: Some(now()), head, broken_at: None, requested_at: None };
        let newest = Some(NewestEntry { head, at: Some(now()) });
        for (name, proof) in [
            ("audit-proof", Proof { newest, verification: state }),
            (
                "audit-proof-damaged",
                Proof { newest, verification: VerificationState { broken_at: Some(412), requested_at: Some(now()), ..state } },
            ),
            ("audit-proof-empty", Proof { newest: None, verification: VerificationState { verified_at: None, ..state } }),
        ] {
            check(name, |sample| ProofPage::of(sample.layout(), proof, proof.newest.is_some(), sample.now()));
        }
    }
}
