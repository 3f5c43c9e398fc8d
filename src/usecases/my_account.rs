//! My account: what users see of themselves, and change.

pub mod passkeys;
pub mod password;
pub mod sessions;
pub mod two_factor;

use crate::{
    domain::{
        appearance::Appearance,
        audit::{AuditEvent, UserFields},
        company::Company,
        credentials::token::TokenHash,
        ids::UserId,
        role::Role,
        text::PersonName,
    },
    store::{
        ReadEntry, StoreError, groups,
        sessions::ListedSession,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, LinkDelivery, Submission,
        access::grantors::Grantors,
        audit::Visible,
        credentials::{
            email_change::{self, Pending},
            two_factor_app::{self, TwoFactorState},
        },
        shared::{error::action_error_from_store, scoped_actor::ScopedAssignments, transaction::Rights},
        users::effective_permissions::{EffectivePermissions, explain},
    },
};

/// Most events on the page.
const EVENTS_MAX: usize = 15;

/// A user as they see themselves.
#[derive(Debug, Clone)]
pub struct MyAccount {
    /// False for a user who signs in with passkeys only.
    pub has_password: bool,
    /// `None` while it is off.
    pub two_factor: Option<TwoFactorState>,
    pub groups: Vec<String>,
    /// Address that waits for confirmation, with its mail's status.
    pub email_change: Option<(Pending, Option<LinkDelivery>)>,
    /// Sessions, the current one first, then the last used.
    pub sessions: Vec<OwnSession>,
    pub effective: EffectivePermissions,
    /// Latest events of the user and about them, newest first.
    pub events: Vec<ReadEntry>,
}

/// A session of the user.
#[derive(Debug, Clone)]
pub struct OwnSession {
    pub session: ListedSession,
    pub is_current: bool,
}

pub fn show(ctx: &Context, user: &User, company: &Company, session: TokenHash) -> Result<MyAccount, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let assignments = ScopedAssignments::unscoped(db, user.id)?;
        let grantors = Grantors::of(db, &assignments.portfolios, &assignments.accounts, now)?.of_open(false);
        let memberships = groups::memberships_of(db, &[user.id])?;
        let sessions = crate::store::sessions::of_user(db, user.id, company, now)?.into_iter();
        let mut sessions = sessions.map(|listed| OwnSession { is_current: listed.is(session), session: listed }).collect::<Vec<_>>();
        sessions.sort_by_key(|session| !session.is_current);
        Ok(MyAccount {
            has_password: users::password_hash(db, user.id)?.is_some(),
            two_factor: two_factor_app::state(db, user)?,
            groups: memberships.into_iter().map(|membership| membership.group_name).collect(),
            email_change: email_change::pending_with_mail(db, user, now)?,
            sessions,
            effective: explain(db, Role::of(user.is_admin, user.default_role), &assignments, &grantors)?,
            events: Visible::to_oneself(user.id).latest(db, EVENTS_MAX)?,
        })
    })
}

/// True if the user has a password.
pub fn has_password(ctx: &Context, user: UserId) -> Result<bool, StoreError> {
    Ok(ctx.store.read(|db| users::password_hash(db, user))?.is_some())
}

/// Reason for which the name does not change.
#[derive(Debug, thiserror::Error)]
pub enum RenameError {
    /// Edited by an administrator since the form was opened. Carries the current user.
    #[error("it was changed meanwhile")]
    Stale(Box<User>),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(RenameError);

/// Changes the user's own name, if their version is still `version`.
pub fn rename(
    ctx: &Context,
    submission: &Submission<()>,
    first_name: &PersonName,
    last_name: &PersonName,
    version: i32,
) -> Result<(), RenameError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        let fields = |first_name: &str, last_name: &str| UserFields {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: user.email.clone(),
            default_role: user.default_role,
        };
        let (before, after) = (fields(&user.first_name, &user.last_name), fields(first_name.as_str(), last_name.as_str()));
        if before == after {
            return Err(ActionError::unchanged(&user).into());
        }
        if user.version != version {
            return Err(RenameError::Stale(Box::new(user)));
        }
        users::set_profile(work.tx, &user, first_name, last_name, user.default_role)?;
        work.record(&user, &AuditEvent::UserEdited { before, after });
        Ok(())
    })
}

/// Changes the appearance of the user's pages.
pub fn set_appearance(ctx: &Context, submission: &Submission<()>, after: Appearance) -> Result<(), ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        let before = users::appearance(work.tx.db(), user.id)?;
        if before == after {
            return Err(ActionError::unchanged(&user));
        }
        users::set_appearance(work.tx, user.id, after)?;
        work.record(&user, &AuditEvent::AppearanceChanged { before, after });
        Ok(())
    })
}
