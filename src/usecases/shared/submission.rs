//! Forms of signed-in users. Their changes, and the messages that the next pages show, are saved together or not at
//! all.

use std::{error::Error, fmt};

use crate::{
    domain::idempotency_key::IdempotencyKey,
    store::{StoreError, idempotency_keys, sessions},
};

use super::{
    context::Context,
    error::ActionError,
    principal::Principal,
    transaction::{Rights, UnitOfWork},
};

/// Message for an outcome.
type Message<T> = Box<dyn Fn(&T) -> String + Send + Sync>;

/// A form with the outcome `T`.
pub struct Submission<T> {
    principal: Principal,
    /// Key of a form that is done only once.
    form: Option<IdempotencyKey>,
    message: Option<Message<T>>,
}

impl<T> fmt::Debug for Submission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission").field("principal", &self.principal).field("form", &self.form).finish_non_exhaustive()
    }
}

/// Form without a key and a message.
impl<T> From<Principal> for Submission<T> {
    fn from(principal: Principal) -> Self {
        Self { principal, form: None, message: None }
    }
}

impl<T> Submission<T> {
    /// Makes the form fail when it is sent again.
    #[must_use]
    pub fn with_key(self, form: IdempotencyKey) -> Self {
        Self { form: Some(form), ..self }
    }

    /// Makes the next page of the session show `message`.
    #[must_use]
    pub fn saying(self, message: impl Fn(&T) -> String + Send + Sync + 'static) -> Self {
        Self { message: Some(Box::new(message)), ..self }
    }

    pub(in crate::usecases) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Form for one of several transactions, which saves the message for the progress `so_far`.
    pub(in crate::usecases) fn step<U: 'static>(&self, so_far: &T) -> Submission<U> {
        let message = self.message.as_ref().map(|message| message(so_far));
        let step = Submission::from(self.principal.clone());
        if let Some(message) = message { step.saying(move |_| message.clone()) } else { step }
    }

    /// Runs `f` in an audited transaction, and saves the message in it. `f` may run more than once.
    pub(in crate::usecases) fn audited_transaction<E>(
        &self,
        ctx: &Context,
        rights: Rights,
        mut f: impl FnMut(&mut UnitOfWork<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError> + From<ActionError> + Error + 'static,
    {
        self.principal.audited_transaction(ctx, rights, |work| {
            let done = f(work)?;
            if let (Some(message), Some(session)) = (&self.message, work.session) {
                sessions::set_state(work.tx, session, &message(&done))?;
            }
            Ok(done)
        })
    }

    /// Refuses a form that was done already. Actions that create something call this.
    pub(in crate::usecases) fn ensure_first_submission(&self, work: &mut UnitOfWork<'_, '_>) -> Result<(), ActionError> {
        let (Some(form), Some(session)) = (self.form, work.session) else { return Ok(()) };
        let is_first = idempotency_keys::is_first(work.tx, session, form)?.ok_or(ActionError::SignedOut)?;
        if is_first { Ok(()) } else { Err(ActionError::Repeated) }
    }
}
