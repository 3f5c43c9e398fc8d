//! A form that somebody signed in has sent: what it changes, and what the next page says of that, are saved together or not at all.

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

/// Words for what came of it; opaque here.
type Message<T> = Box<dyn Fn(&T) -> String + Send + Sync>;

/// A form whose outcome, where it is done, is a `T`.
pub struct Submission<T> {
    principal: Principal,
    /// The form, if it is to be done once.
    form: Option<IdempotencyKey>,
    message: Option<Message<T>>,
}

impl<T> fmt::Debug for Submission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission").field("principal", &self.principal).field("form", &self.form).finish_non_exhaustive()
    }
}

/// Nothing is said of it, and it may come again.
impl<T> From<Principal> for Submission<T> {
    fn from(principal: Principal) -> Self {
        Self { principal, form: None, message: None }
    }
}

impl<T> Submission<T> {
    /// Does it once, however often the form comes.
    #[must_use]
    pub fn with_key(self, form: IdempotencyKey) -> Self {
        Self { form: Some(form), ..self }
    }

    /// Has the next page of the session say `message`.
    #[must_use]
    pub fn saying(self, message: impl Fn(&T) -> String + Send + Sync + 'static) -> Self {
        Self { message: Some(Box::new(message)), ..self }
    }

    /// One of several steps, each a transaction of its own: with it is saved what `so_far` came of the whole.
    pub(in crate::usecases) fn step<U: 'static>(&self, so_far: &T) -> Submission<U> {
        let message = self.message.as_ref().map(|message| message(so_far));
        let step = Submission::from(self.principal.clone());
        if let Some(message) = message { step.saying(move |_| message.clone()) } else { step }
    }

    /// Runs `f` in an audited transaction, and keeps the message in it. `f` may run more than once.
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

    /// Refuses a form that was done already. For acts that make something new each time.
    pub(in crate::usecases) fn ensure_first_submission(&self, work: &mut UnitOfWork<'_, '_>) -> Result<(), ActionError> {
        let (Some(form), Some(session)) = (self.form, work.session) else { return Ok(()) };
        let is_first = idempotency_keys::is_first(work.tx, session, form)?.ok_or(ActionError::SignedOut)?;
        if is_first { Ok(()) } else { Err(ActionError::Repeated) }
    }
}
