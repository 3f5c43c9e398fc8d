//! Invitations: sending, resending and revoking them.

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        company::Company,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        email_address::EmailAddress,
        ids::UserId,
        invitation::{
            InvitationOrigin,
            quota::{self, Pace, UsedQuota},
        },
        policy::{AccessAction, Action, Target, UserAction},
        time_unit,
        user::{DefaultRole, Status},
    },
    mail::{
        Link, Message,
        messages::{Access, Invitation},
    },
    store::{
        Database, StoreError, company, invitation_counts, outbox,
        tokens::{self, NewToken},
        users::{self, NewInvited, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Principal, Submission,
        access::grantors,
        outbox::mails::Recipient,
        shared::{
            ending::{AccessEnd, end_access},
            error::action_error_from_store,
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Reason for which no user is invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Address of a user outside the actor's scope: the refusal tells no more.
    #[error("the address is not the caller's to invite")]
    NotYours,
    /// Address of a user whom the actor may see.
    #[error("the address is in use")]
    Exists(Box<Existing>),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(InviteError);

/// User who has an address already, with the action that fits.
#[derive(Debug, Clone)]
pub struct Existing {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub status: Status,
    /// Fitting action, if the actor may do it.
    pub way: Option<ExistingUserAction>,
}

/// Actions that fit an existing user instead of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingUserAction {
    Resend,
    Reactivate,
    Assign,
}

impl ExistingUserAction {
    fn of(actor: &ScopedActor, target: Target) -> Option<Self> {
        let (way, action): (_, Action) = match target.status {
            Status::Invited | Status::Expired => (Self::Resend, UserAction::ResendInvitation(target).into()),
            Status::Deactivated => (Self::Reactivate, UserAction::Activate(target).into()),
            Status::Active => (Self::Assign, AccessAction::ChangeAssignments { target, is_own: true }.into()),
        };
        actor.may(action).then_some(way)
    }
}

impl Existing {
    /// Finds the user with the address.
    pub(in crate::usecases) fn find(db: &mut Database, email: &EmailAddress, now: Timestamp) -> Result<Option<Self>, StoreError> {
        let found = users::find_by_email(db, email)?;
        let existing = |user: User| Self { id: user.id, name: user.display_name(), status: user.status(now), email: user.email, way: None };
        Ok(found.map(|(user, _)| existing(user)))
    }

    /// The user with the fitting action; `None` where they do not exist for the actor.
    pub(in crate::usecases) fn visible_to(
        self,
        db: &mut Database,
        actor: &ScopedActor,
        now: Timestamp,
    ) -> Result<Option<Self>, ActionError> {
        match actor.target_user(db, self.id, now) {
            Ok(target_user) => Ok(Some(Self { way: ExistingUserAction::of(actor, target_user.target), ..self })),
            Err(ActionError::Refused { .. }) => Ok(None),
            Err(denied) => Err(denied),
        }
    }
}

/// Invites a user from Users & Groups, with the default role User and without assignments.
pub fn invite(ctx: &Context, submission: &Submission<User>, email: &EmailAddress) -> Result<User, InviteError> {
    let token = Token::new(&*ctx.random);
    let origin = InvitationOrigin::UsersAndGroups;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(UserAction::InviteUser)?;
        submission.ensure_first_submission(work)?;
        if let Some(existing) = Existing::find(work.tx.db(), email, work.now)? {
            let existing = existing.visible_to(work.tx.db(), &work.actor, work.now)?.ok_or(InviteError::NotYours)?;
            return Err(InviteError::Exists(Box::new(existing)));
        }
        count_invitation(work, Pace::Single)?;
        let company = company::load(work.tx.db())?;
        let expires_at = work.now + company.invitation_term(origin);
        let default_role = DefaultRole::User;
        let new = NewInvited {
            first_name: "",
            last_name: "",
            email,
            default_role,
            origin,
            expires_at,
            invited_by: work.actor.id(),
            now: work.now,
        };
        let user = add(work, &new)?;
        send(work, &user, &token, &company, expires_at, Message::Invitation)?;
        Ok(user)
    })
}

/// Counts an invitation against the actor's quota. The count is saved with the invitation or not at all.
///
/// # Errors
/// [`ActionError::TooManyInvitations`] for a while after too many of them.
pub(in crate::usecases) fn count_invitation(work: &mut UnitOfWork<'_, '_>, pace: Pace) -> Result<(), ActionError> {
    let Some(by) = work.actor.id() else { return Ok(()) };
    // Orders invitations of one administrator at once, so that each sees the others' counts.
    users::lock(work.tx, by)?;
    let per_hour = company::load(work.tx.db())?.invitations_per_hour;
    let sent = invitation_counts::of_user(work.tx.db(), by, work.now)?;
    if let Some(UsedQuota { sent, span, until }) = quota::used(pace, &sent, per_hour, work.now) {
        return Err(ActionError::TooManyInvitations { sent, span, wait: until - work.now });
    }
    Ok(invitation_counts::add(work.tx, by, work.now)?)
}

/// Adds a user with an open invitation, which is not sent yet.
pub(in crate::usecases) fn add(work: &mut UnitOfWork<'_, '_>, new: &NewInvited<'_>) -> Result<User, ActionError> {
    let id = users::insert_invited(work.tx, new)?;
    let user = users::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
    let event = AuditEvent::UserInvited { email: user.email.clone(), role: new.default_role, expires_at: new.expires_at.and_utc() };
    work.record(&user, &event);
    Ok(user)
}

/// Invited user to whom the link was sent again.
#[derive(Debug, Clone)]
pub struct Resent {
    pub user: User,
    /// Portfolios and accounts, by name, that were reassigned to the sender.
    pub reassigned: Vec<String>,
}

/// Resends the invitation with a new link and term. The earlier link ends.
pub fn resend(
    ctx: &Context,
    submission: &Submission<Resent>,
    entry_point: EntryPoint,
    user_id: UserId,
    pace: Pace,
) -> Result<Resent, ActionError> {
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.require_for_update(entry_point, user_id, |target, _| UserAction::ResendInvitation(target))?;
        work.count_mail(&user)?;
        count_invitation(work, pace)?;
        let reassigned = grantors::reassign(work, &user)?;
        let expires_at = renew(work, &user, &token, Message::InvitationAgain)?;
        let event = AuditEvent::InvitationResent { expires_at: expires_at.and_utc() };
        work.record(&user, &event);
        Ok(Resent { user, reassigned })
    })
}

/// Revokes the invitation: its link ends, and the user leaves the lists. Returns the user.
pub fn revoke(ctx: &Context, submission: &Submission<User>, entry_point: EntryPoint, user_id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.require_for_update(entry_point, user_id, |target, _| UserAction::RevokeInvitation(target))?;
        remove_invited(work, &user)?;
        Ok(user)
    })
}

/// Removes an invited user within a transaction.
pub(in crate::usecases) fn remove_invited(work: &mut UnitOfWork<'_, '_>, user: &User) -> Result<(), StoreError> {
    end_access(work, user.id, AccessEnd::Lockout, None)?;
    users::remove(work.tx, user.id)?;
    work.record(user, &AuditEvent::InvitationRevoked { email: user.email.clone() });
    Ok(())
}

/// Finds a user whose invitation the actor may revoke.
pub fn revocable(ctx: &Context, actor: &User, entry_point: EntryPoint, user_id: UserId) -> Result<User, ActionError> {
    let now = ctx.now();
    ctx.store
        .read(|db| ScopedActor::of(db, actor)?.require(db, entry_point, user_id, |target, _| UserAction::RevokeInvitation(target), now))
}

/// Reads the open invitation's link, which administrators pass on where no mail server is configured. The audit log
/// records it.
///
/// # Errors
/// Unknown where mails are sent, and where the link has expired.
pub fn link(
    ctx: &Context,
    principal: &Principal,
    entry_point: EntryPoint,
    user_id: UserId,
) -> Result<(User, String, Timestamp), ActionError> {
    if ctx.sends_mail {
        return Err(ActionError::unknown());
    }
    principal.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.require_for_update(entry_point, user_id, |target, _| UserAction::SeeInvitationLink(target))?;
        let token = tokens::open_of(work.tx.db(), user_id, TokenPurpose::Invitation)?.filter(|token| work.now < token.expires_at);
        let token = token.ok_or_else(ActionError::unknown)?;
        let (message_id, sealed) = outbox::sealed_with_token(work.tx.db(), token.id)?.ok_or_else(ActionError::unknown)?;
        let link = match ctx.unseal(&message_id, &sealed) {
            Some(Message::Invitation(invitation) | Message::InvitationAgain(invitation)) => invitation.link.reveal().to_owned(),
            _ => return Err(ActionError::unknown()),
        };
        work.record(&user, &AuditEvent::InvitationLinkViewed {});
        Ok((user, link, token.expires_at))
    })
}

/// Sends the invitation to another address with a new link and term. The earlier link ends, and assignments that their
/// grantors may no longer give are reassigned to the sender.
pub(in crate::usecases) fn readdress(
    work: &mut UnitOfWork<'_, '_>,
    user: &User,
    email: &EmailAddress,
    token: &Token,
) -> Result<(), ActionError> {
    work.count_mail(user)?;
    count_invitation(work, Pace::Single)?;
    outbox::cancel_for(work.tx, user.id, work.now)?;
    users::set_email(work.tx, user, email)?;
    let user = users::find(work.tx.db(), user.id)?.ok_or_else(ActionError::unknown)?;
    grantors::reassign(work, &user)?;
    renew(work, &user, token, Message::Invitation)?;
    Ok(())
}

/// Replaces the link by one with a new term. Returns its end.
pub(in crate::usecases) fn renew(
    work: &mut UnitOfWork<'_, '_>,
    user: &User,
    token: &Token,
    message: fn(Invitation) -> Message,
) -> Result<Timestamp, StoreError> {
    let company = company::load(work.tx.db())?;
    let origin = user.invitation_origin.unwrap_or(InvitationOrigin::UsersAndGroups);
    let expires_at = work.now + company.invitation_term(origin);
    tokens::end_open(work.tx, user.id, Some(TokenPurpose::Invitation), TokenEnd::Replaced, work.now)?;
    users::renew_invitation(work.tx, user.id, expires_at)?;
    send(work, user, token, &company, expires_at, message)?;
    Ok(expires_at)
}

/// Mails the link of an invitation, with the role and the assignments that it gives as things stand.
pub(in crate::usecases) fn send(
    work: &mut UnitOfWork<'_, '_>,
    user: &User,
    token: &Token,
    company: &Company,
    expires_at: Timestamp,
    message: fn(Invitation) -> Message,
) -> Result<(), StoreError> {
    let asked_by = work.actor.id();
    let new = NewToken {
        purpose: TokenPurpose::Invitation,
        hash: token.hash(),
        user: Some(user.id),
        email: Some(&user.email),
        asked_by,
        expires_at,
        now: work.now,
    };
    let token_id = tokens::insert(work.tx, &new)?;
    let (role, assignments) = grantors::outlook(work.tx.db(), user, work.now)?;
    let message = message(Invitation {
        invited_by: inviter(work.tx.db(), user, asked_by)?,
        first_name: user.first_name.clone(),
        company: company.name.clone(),
        access: Access::new(role, assignments),
        link: Link::new(&work.ctx.links.with_token(TokenPurpose::Invitation, token)),
        term: time_unit::in_words(expires_at - work.now),
        expires_at,
    });
    work.post(Recipient { user_id: user.id, email: &user.email, token: Some(token_id) }, &message)
}

/// Name of the inviter: the sender of the open link, unless that was the invited user. Empty when that user is gone.
pub(in crate::usecases) fn inviter(db: &mut Database, user: &User, sent_by: Option<UserId>) -> Result<String, StoreError> {
    let by = sent_by.filter(|by| *by != user.id).or(user.invited_by);
    let inviter = by.map(|user_id| users::find(db, user_id)).transpose()?.flatten();
    Ok(inviter.map(|inviter| inviter.display_name()).unwrap_or_default())
}
