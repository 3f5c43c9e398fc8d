//! Manage User: somebody's name, address and default role, as an administrator edits them; and the end of their sessions.

use crate::{
    domain::{
        audit::{AuditEvent, UserFields},
        clock::Timestamp,
        email_address::EmailAddress,
        ids::{PortfolioId, UserId, sorted},
        permission::Permission,
        policy::Action,
        scope::{Scope, ScopeRelation},
        text::PersonName,
        user::{DefaultRole, Status},
    },
    mail::{
        Message,
        messages::{Assignments, UserEdited},
    },
    store::{
        StoreError, Tx, assignments,
        portfolios::{self, Portfolio},
        scopes,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Principal, Submission,
        access::assignments::audit_portfolio,
        credentials::email_change::{self, NewAddress, Tokens},
        shared::{
            context::{Rights, about_user},
            ending::{AccessEnd, end_access},
            scoped_actor::{ScopedActor, ScopedAssignments, TargetUser},
        },
    },
};

use super::invite::{self, Existing};

/// What somebody is to be.
#[derive(Debug, Clone)]
pub struct Profile {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
    pub default_role: DefaultRole,
    /// For somebody who becomes a Portfolio Admin: their first portfolios.
    pub portfolios: Vec<PortfolioId>,
    /// For a Portfolio Admin who becomes a User: the portfolios of which they have been told that they go.
    pub leaves: Vec<PortfolioId>,
    /// True if they have been told that the user leaves their scope with these.
    pub agreed: bool,
    /// As the form was drawn.
    pub version: i32,
}

/// A user before and after a change.
#[derive(Debug, Clone)]
pub struct Updated {
    pub before: User,
    pub after: User,
    /// True where nothing lies in common any more, so that the actor no longer sees the user.
    pub has_left: bool,
}

/// Why somebody does not become that.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Somebody else changed it since the form was drawn; this is how it stands now.
    #[error("it was changed meanwhile")]
    Stale(Box<User>),
    /// A Portfolio Admin begins with active portfolios. One that was chosen is deactivated, if it has a name here.
    #[error("a portfolio is missing")]
    NeedsPortfolio { deactivated: Option<String> },
    /// These go with the role, and nobody has agreed to that yet.
    #[error("portfolios go with the role")]
    Leaves {
        portfolios: Vec<Portfolio>,
        /// True if the user leaves the actor's scope with them.
        parts: bool,
    },
    /// The address belongs to somebody. Whoever may not know them is not told who.
    #[error("the address is in use")]
    AddressTaken(Option<Box<Existing>>),
    /// Another address needs somebody who can confirm it.
    #[error("the address cannot be changed")]
    AddressStays,
    #[error(transparent)]
    Denied(#[from] ActionError),
}

impl From<StoreError> for ProfileError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// Somebody whom the actor may edit, and the address that waits to be confirmed.
pub fn editable(ctx: &Context, actor: &User, id: UserId) -> Result<(User, Option<String>), ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let acting = ScopedActor::of(db, actor)?;
        let user = acting.require(db, EntryPoint::UsersAndPermissions, id, |target, _| Action::EditUser(target), now)?;
        let waiting = email_change::pending(db, &user, now)?.map(|change| change.email);
        Ok((user, waiting))
    })
}

/// Updates somebody, if they still are as they were at `profile.version`. A changed role ends their sessions; another address of somebody
/// active waits until it is confirmed there. Tells who they were and are.
///
/// # Errors
/// See [`ProfileError`].
pub fn update(ctx: &Context, submission: &Submission<Updated>, id: UserId, profile: &Profile) -> Result<Updated, ProfileError> {
    let (now, tokens) = (ctx.now(), Tokens::new(ctx));
    submission.audited_transaction(ctx, |tx, caller| {
        let acting = caller.acting(tx, Rights::Change, now)?;
        let met = acting.target_user_for_update(tx, id, now)?;
        acting.require_on(&met, Action::EditUser)?;
        let before = &met.user;
        let (first_name, last_name) = (profile.first_name.as_str(), profile.last_name.as_str());
        let is_so = first_name == before.first_name && last_name == before.last_name && profile.email.as_str() == before.email;
        if is_so && profile.default_role == before.default_role {
            return Err(ActionError::unchanged(before).into());
        }
        if before.version != profile.version {
            return Err(ProfileError::Stale(Box::new(met.user)));
        }
        let with_role = change_role(tx, caller, &acting, &met, profile, now)?;
        users::set_profile(tx, before, &profile.first_name, &profile.last_name, profile.default_role)?;
        let named = users::find(tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        if profile.email.as_str() != before.email {
            let asked = NewAddress { caller, by: &acting.user, user: &named, email: &profile.email, now };
            change_address(ctx, tx, &acting, &asked, &tokens)?;
        }
        let after = users::find(tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let fields = |user: &User| UserFields { name: user.display_name(), email: user.email.clone(), default_role: user.default_role };
        let (was, is) = (fields(before), fields(&after));
        // A change of address that waits has an entry of its own.
        if was != is || profile.email.as_str() == before.email {
            tx.audit(about_user(now, caller.by(&acting.user), &before.who(), &AuditEvent::UserEdited { before: was, after: is }));
        }
        tell(ctx, tx, &acting, before, &after, with_role, now)?;
        let has_left = scopes::inside(tx.db(), &acting.scope, &after)? == ScopeRelation::Not;
        Ok(Updated { before: met.user, after, has_left })
    })
}

/// What comes and goes with another default role.
fn change_role(
    tx: &mut Tx<'_>,
    caller: &Principal,
    acting: &ScopedActor,
    met: &TargetUser,
    profile: &Profile,
    now: Timestamp,
) -> Result<Assignments, ProfileError> {
    let (user, default_role) = (&met.user, profile.default_role);
    let mut names = Assignments::default();
    if user.default_role == default_role {
        return Ok(names);
    }
    let theirs = assignments::portfolios_of(tx.db(), &[user.id])?.into_iter().map(|given| given.portfolio).collect::<Vec<_>>();
    match default_role {
        DefaultRole::PortfolioAdmin => {
            acting.authorise(Action::Use(Permission::UsersInvitePortfolioAdmin))?;
            if profile.portfolios.is_empty() {
                return Err(ProfileError::NeedsPortfolio { deactivated: None });
            }
            for id in sorted(&profile.portfolios) {
                portfolios::lock(tx, id)?;
                let portfolio = acting.portfolio(tx.db(), id)?;
                let is_own = acting.scope.holds(id);
                acting.authorise(Action::InviteWith { default_role, is_own })?;
                if !portfolio.is_active() {
                    return Err(ProfileError::NeedsPortfolio { deactivated: Some(portfolio.name) });
                }
                assignments::give_portfolio(tx, user.id, id, acting.user.id, now)?;
                audit_portfolio(tx, caller, acting, user, &portfolio, &AuditEvent::AssignmentAdded { permissions: None }, now);
                names.given.push(portfolio.name);
            }
        }
        DefaultRole::User => {
            let parts = acting.scope != Scope::Company && ScopedAssignments::of(tx.db(), acting, user)?.accounts.is_empty();
            if (parts && !profile.agreed) || !theirs.iter().all(|portfolio| profile.leaves.contains(&portfolio.id)) {
                return Err(ProfileError::Leaves { portfolios: theirs, parts });
            }
            for portfolio in theirs {
                assignments::take_portfolio(tx, user.id, portfolio.id)?;
                audit_portfolio(tx, caller, acting, user, &portfolio, &AuditEvent::AssignmentRemoved { permissions: None }, now);
                names.taken.push(portfolio.name);
            }
        }
    }
    end_access(tx, user.id, AccessEnd::DefaultRoleChanged, None, now)?;
    Ok(names)
}

/// Another address: that of somebody active waits until it is confirmed there, and an open invitation goes to the new one instead.
fn change_address(
    ctx: &Context,
    tx: &mut Tx<'_>,
    acting: &ScopedActor,
    asked: &NewAddress<'_>,
    tokens: &Tokens,
) -> Result<(), ProfileError> {
    let NewAddress { user, email, now, .. } = *asked;
    if let Some(other) = Existing::find(tx.db(), email, now)?.filter(|other| other.id != user.id) {
        return Err(ProfileError::AddressTaken(other.met(tx.db(), acting, now)?.map(Box::new)));
    }
    match user.status(now) {
        Status::Active => Ok(email_change::begin(ctx, tx, asked, tokens)?),
        Status::Invited | Status::Expired => Ok(invite::readdress(ctx, tx, acting, asked, &tokens.to_new)?),
        Status::Deactivated => Err(ProfileError::AddressStays),
    }
}

/// Tells somebody who can sign in what is different now.
fn tell(
    ctx: &Context,
    tx: &mut Tx<'_>,
    acting: &ScopedActor,
    before: &User,
    after: &User,
    assignments: Assignments,
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = (before.display_name() != after.display_name()).then(|| after.display_name());
    let role = (before.default_role != after.default_role).then(|| after.default_role.label().to_owned());
    if after.status(now) != Status::Active || (name.is_none() && role.is_none()) {
        return Ok(());
    }
    ctx.tell(tx, after, &acting.user, |change| Message::UserEdited(UserEdited { change, name, role, assignments }), now)
}

/// Ends all sessions of somebody. Tells who it was, and how many there were.
pub fn end_sessions(ctx: &Context, submission: &Submission<(User, usize)>, id: UserId) -> Result<(User, usize), ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        // One at a time: of two who sign each other out, each would wait for the other's session.
        let acting = caller.acting(tx, Rights::Change, now)?;
        let user = acting.require_for_update(tx, EntryPoint::UsersAndPermissions, id, |target, _| Action::EndSessions(target), now)?;
        let ended = end_access(tx, id, AccessEnd::SignedOutEverywhere, None, now)?;
        if ended > 0 {
            ctx.tell(tx, &user, &acting.user, Message::SignedOut, now)?;
        }
        tx.audit(about_user(now, caller.by(&acting.user), &user.who(), &AuditEvent::SessionsEnded { sessions: ended as u64 }));
        Ok((user, ended))
    })
}
