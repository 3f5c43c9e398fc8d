//! Refusals of use cases.

use chrono::TimeDelta;

use crate::{
    domain::{
        credentials::password::HashingFailed,
        invitation::quota::QuotaSpan,
        policy::{Action, Actor, PolicyDenial, decide},
    },
    store::{StoreError, users::User},
};

/// Refusal of an action.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// End of the actor's session: blocked, deleted or signed out meanwhile.
    #[error("nobody is signed in")]
    SignedOut,
    /// Action of a user who needs two-factor first.
    #[error("two-factor has to be turned on first")]
    EnrolmentNeeded,
    /// Sensitive action, for which the actor has to prove again who they are.
    #[error("a recent proof of identity is needed")]
    ProofNeeded,
    /// Repetition of a form that was done already.
    #[error("it was done already")]
    Repeated,
    #[error("{denial}")]
    Refused {
        denial: PolicyDenial,
        /// Display name of the user, portfolio or account in question.
        name: Option<String>,
    },
    /// Excess of mails from the actor to this user.
    #[error("the next mail has to wait")]
    TooManyMails { name: String, wait: TimeDelta },
    /// The actor's quota of invitations is used up.
    #[error("the next invitation has to wait")]
    TooManyInvitations { sent: u32, span: QuotaSpan, wait: TimeDelta },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

impl ActionError {
    /// True if nothing is wrong with the request as a whole, so that an action on other users may succeed.
    pub fn is_about_one(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::TooManyMails { .. } | Self::TooManyInvitations { .. })
    }

    /// True if the change may be saved although the commit was not answered.
    pub fn may_be_done(&self) -> bool {
        matches!(self, Self::Store(StoreError::CommitUnknown(_)))
    }

    /// True if the thing does not exist for this actor.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Refused { denial: PolicyDenial::Unknown, .. })
    }

    /// Refusal of an edit that changes nothing about a user.
    pub(in crate::usecases) fn unchanged(about: &User) -> Self {
        Self::is_so(about.display_name())
    }

    /// Refusal of an edit that changes nothing about a portfolio or an account.
    pub(in crate::usecases) fn is_so(name: String) -> Self {
        Self::Refused { denial: PolicyDenial::Unchanged, name: Some(name) }
    }

    /// Refusal of an addition to a deactivated portfolio.
    pub(in crate::usecases) fn deactivated(portfolio: String) -> Self {
        Self::Refused { denial: PolicyDenial::PortfolioDeactivated, name: Some(portfolio) }
    }

    /// Refusal for a thing that does not exist for this actor.
    pub(in crate::usecases) fn unknown() -> Self {
        Self::Refused { denial: PolicyDenial::Unknown, name: None }
    }
}

/// Refusal of a name.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    #[error("the name is in use")]
    Taken,
    #[error(transparent)]
    Action(#[from] ActionError),
}

/// Refusal of an edit of a portfolio's or an account's details.
#[derive(Debug, thiserror::Error)]
pub enum EditError<T> {
    #[error("the name is in use")]
    NameTaken,
    /// Saved by another user since the form was opened. Carries the current details.
    #[error("it was changed meanwhile")]
    Stale(Box<T>),
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl<T> From<StoreError> for EditError<T> {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Asks the policy, and names `about` when it refuses.
pub(in crate::usecases) fn authorise(actor: Actor, action: impl Into<Action>, about: Option<&User>) -> Result<(), ActionError> {
    decide(actor, action).map_err(|denial| ActionError::Refused { denial, name: about.map(User::display_name) })
}

/// Converts a store's error into the variant `Action` of use cases' errors.
macro_rules! action_error_from_store {
    ($($error:ty),+) => {
        $(impl From<crate::store::StoreError> for $error {
            fn from(error: crate::store::StoreError) -> Self {
                Self::Action(error.into())
            }
        })+
    };
}

pub(in crate::usecases) use action_error_from_store;

action_error_from_store!(NameError);
