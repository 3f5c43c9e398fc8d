//! One audited change: its transaction, its actor, its audit events and its mails.

use std::error::Error;

use crate::{
    domain::{
        audit::{AuditEvent, By, Channel, Entry, Subject, SubjectKind},
        clock::Timestamp,
        company::Company,
        credentials::token::{Token, TokenHash},
        ids::{PortfolioId, UserId},
        policy::{Action, Target, UserAction},
        user::Who,
    },
    store::{
        StoreError, Tx,
        accounts::Account,
        assets::Asset,
        company,
        groups::Group,
        portfolios::Portfolio,
        sessions,
        users::{self, User},
    },
};

use super::{
    context::Context,
    error::ActionError,
    principal::Principal,
    scoped_actor::{EntryPoint, ScopedActor, TargetUser},
};

/// Effect of a transaction on rights, which decides the lock that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecases) enum Rights {
    /// Changes rights: one such transaction at a time.
    Change,
    /// Leaves rights as they are, and keeps others from changing them meanwhile.
    Stay,
}

/// Unit of work: a transaction with its actor. Rows, audit events and mails are saved together or not at all.
#[derive(Debug)]
pub(in crate::usecases) struct UnitOfWork<'a, 'tx> {
    pub(in crate::usecases) ctx: &'a Context,
    pub(in crate::usecases) tx: &'a mut Tx<'tx>,
    pub(in crate::usecases) actor: ScopedActor,
    /// Session of the actor.
    pub(in crate::usecases) session: Option<TokenHash>,
    pub(in crate::usecases) now: Timestamp,
    channel: Channel,
    client_ip: Option<&'a str>,
}

impl Principal {
    /// Runs `f` in an audited transaction, after reading the actor. `f` may run more than once, so tokens are made
    /// before it.
    pub(in crate::usecases) fn audited_transaction<T, E>(
        &self,
        ctx: &Context,
        rights: Rights,
        mut f: impl FnMut(&mut UnitOfWork<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError> + From<ActionError> + Error + 'static,
    {
        let now = ctx.now();
        ctx.store.audited_transaction(|tx| {
            match rights {
                Rights::Change => company::lock_rights(tx)?,
                Rights::Stay => company::hold_rights(tx)?,
            }
            let actor = self.actor(tx.db(), now)?;
            let (session, channel, client_ip) = (self.session(), self.channel(), self.client_ip());
            f(&mut UnitOfWork { ctx, tx, actor, session, now, channel, client_ip })
        })
    }
}

impl<'a, 'tx> UnitOfWork<'a, 'tx> {
    /// Work of an actor without rights over others, from a page.
    pub(in crate::usecases) fn of(ctx: &'a Context, tx: &'a mut Tx<'tx>, actor: ScopedActor, client_ip: &'a str, now: Timestamp) -> Self {
        Self { ctx, tx, actor, session: None, now, channel: Channel::Page, client_ip: Some(client_ip) }
    }

    /// Network address of the actor's client.
    pub(in crate::usecases) fn client_ip(&self) -> Option<&'a str> {
        self.client_ip
    }

    /// Asks the policy.
    pub(in crate::usecases) fn require(&self, action: impl Into<Action>) -> Result<(), ActionError> {
        self.actor.authorise(action)
    }

    /// Finds and locks a user, and asks the policy about them. `action` is given the number of other active Admins.
    pub(in crate::usecases) fn require_for_update<A: Into<Action>>(
        &mut self,
        entry_point: EntryPoint,
        id: UserId,
        action: impl FnOnce(Target, u64) -> A,
    ) -> Result<User, ActionError> {
        users::lock(self.tx, id)?;
        self.actor.require(self.tx.db(), entry_point, id, action, self.now)
    }

    /// Finds and locks the actor's own user. The session is read again: another one may have ended it during the wait.
    pub(in crate::usecases) fn oneself(&mut self) -> Result<User, ActionError> {
        let (Some(id), Some(session)) = (self.actor.id(), self.session) else { return Err(ActionError::unknown()) };
        let user = users::lock(self.tx, id)?.ok_or(ActionError::SignedOut)?;
        sessions::find(self.tx.db(), session, self.now)?.ok_or(ActionError::SignedOut)?;
        self.require(UserAction::EditOneself(user.target(self.now)))?;
        Ok(user)
    }

    /// Finds and locks the actor's own user, for a change of how they sign in, or the end of their sessions.
    ///
    /// # Errors
    /// [`ActionError::ProofNeeded`] without a recent proof.
    pub(in crate::usecases) fn oneself_proved(&mut self) -> Result<User, ActionError> {
        let user = self.oneself()?;
        self.require(UserAction::ChangeOwnSignIn(user.target(self.now)))?;
        Ok(user)
    }

    /// Replaces the token of the actor's session, so that a copied cookie is worth nothing from now on (OWASP ASVS 5.0,
    /// 7.2.4).
    pub(in crate::usecases) fn renew_session(&mut self, token: &Token) -> Result<(), StoreError> {
        if let Some(session) = self.session.replace(token.hash()) {
            sessions::renew(self.tx, session, token.hash())?;
        }
        Ok(())
    }

    /// Notes that the actor has proved who they are.
    pub(in crate::usecases) fn note_proof(&mut self) -> Result<(), StoreError> {
        self.session.map_or(Ok(()), |session| sessions::note_proof(self.tx, session, self.now))
    }

    /// Finds and locks a user who exists for the actor.
    pub(in crate::usecases) fn target_user_for_update(&mut self, id: UserId) -> Result<TargetUser, ActionError> {
        users::lock(self.tx, id)?;
        self.actor.target_user(self.tx.db(), id, self.now)
    }

    /// Finds a portfolio that exists for the actor.
    pub(in crate::usecases) fn portfolio(&mut self, id: PortfolioId) -> Result<Portfolio, ActionError> {
        self.actor.portfolio(self.tx.db(), id)
    }

    /// Adds an event to the audit log.
    pub(in crate::usecases) fn record(&mut self, subject: impl Into<Subject>, event: &AuditEvent) {
        self.tx.audit(Entry::new(self.now, self.by(), subject.into(), event));
    }

    /// Adds an event in the portfolio, account or group `place`.
    pub(in crate::usecases) fn record_at(&mut self, subject: impl Into<Subject>, place: impl Into<Subject>, event: &AuditEvent) {
        self.tx.audit(Entry::new(self.now, self.by(), subject.into(), event).at_place(place.into()));
    }

    /// Adds an event about an account, in its portfolio.
    pub(in crate::usecases) fn record_in_portfolio(&mut self, account: &Account, event: &AuditEvent) {
        let portfolio = Subject { kind: SubjectKind::Portfolio, id: account.portfolio_id.0, name: account.portfolio_name.clone() };
        self.record_at(account, portfolio, event);
    }

    fn by(&self) -> By {
        let (channel, client_ip) = (self.channel, self.client_ip.map(str::to_owned));
        By { id: self.actor.id(), name: self.actor.name.clone(), channel, client_ip }
    }
}

impl From<&Who> for Subject {
    fn from(who: &Who) -> Self {
        Self { kind: SubjectKind::User, id: who.id.0, name: who.display_name() }
    }
}

impl From<&User> for Subject {
    fn from(user: &User) -> Self {
        Self { kind: SubjectKind::User, id: user.id.0, name: user.display_name() }
    }
}

impl From<&Group> for Subject {
    fn from(group: &Group) -> Self {
        Self { kind: SubjectKind::Group, id: group.id.0, name: group.name.clone() }
    }
}

impl From<&Portfolio> for Subject {
    fn from(portfolio: &Portfolio) -> Self {
        Self { kind: SubjectKind::Portfolio, id: portfolio.id.0, name: portfolio.name.clone() }
    }
}

impl From<&Account> for Subject {
    fn from(account: &Account) -> Self {
        Self { kind: SubjectKind::Account, id: account.id.0, name: account.name.clone() }
    }
}

impl From<&Asset> for Subject {
    fn from(asset: &Asset) -> Self {
        Self { kind: SubjectKind::Asset, id: asset.id.0, name: asset.name.clone() }
    }
}

impl From<&Company> for Subject {
    fn from(company: &Company) -> Self {
        Self { kind: SubjectKind::Company, id: 1, name: company.name.clone() }
    }
}
