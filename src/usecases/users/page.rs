//! Manage: a user's details, permissions and assignments, and the actions on them.

mod assigned;

use crate::{
    domain::{
        clock::Timestamp,
        company::Company,
        credentials::token::TokenPurpose,
        ids::UserId,
        invitation::InvitationOrigin,
        policy::{AccessAction, GroupAction, UserAction},
        role::Role,
        search::SearchTerm,
        user::{DefaultRole, Status},
    },
    store::{
        Database, ReadEntry, StoreError,
        accounts::{self, Account},
        groups,
        page::Position,
        portfolios::{self, Portfolio},
        sessions, tokens,
        users::{self, User},
    },
    usecases::{
        ActionError, Context,
        access::{
            grantors::Grantors,
            withheld::{self, WithheldAssignment},
        },
        audit::Visible,
        credentials::{
            email_change, password_reset,
            two_factor_app::{self, TwoFactorState},
        },
        outbox::mails::{self, LinkDelivery},
        shared::scoped_actor::{ScopedActor, ScopedAssignments, TargetUser},
    },
};

use super::{
    directory,
    effective_permissions::{EffectivePermissions, explain},
};

pub use assigned::{Assigned, AssignmentsQuery, Held, What};

/// Most portfolios or accounts to assign without a search.
const SHOWN_MAX: usize = 100;

/// Most events on the page.
const EVENTS_MAX: usize = 10;

/// A user as the actor sees them.
#[derive(Debug, Clone)]
pub struct Shown {
    pub user: User,
    pub status: Status,
    /// Role of the user. Only Admins may know other Admins.
    pub role: Role,
    /// Groups that the actor may see.
    pub groups: Vec<String>,
    pub invitation: Option<Invitation>,
    /// Address that waits for confirmation, with its mail's status, for actors who may withdraw it.
    pub email_change: Option<(email_change::Pending, Option<LinkDelivery>)>,
    /// Reset link, for actors who may send one.
    pub password_reset: Option<password_reset::Latest>,
    /// `None` while it is off.
    pub two_factor: Option<TwoFactorState>,
    /// Sessions, for actors who may end them.
    pub sessions: Option<SessionsInShort>,
    pub effective: EffectivePermissions,
    pub assigned: Assigned,
    /// Assignments that were withheld at acceptance.
    pub withheld: Vec<WithheldAssignment>,
    pub offered: Offered,
    /// Latest events in the actor's scope, newest first.
    pub events: Vec<ReadEntry>,
    pub may: May,
}

/// Invitation of a user, open or accepted.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Name of the open link's sender, else of the inviter; `None` when that user is gone.
    pub by: Option<String>,
    pub sent_at: Timestamp,
    pub until: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    /// Status of its mail.
    pub mail: Option<LinkDelivery>,
    /// Term of a new link.
    pub term: chrono::TimeDelta,
}

/// Sessions of a user, as administrators see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionsInShort {
    pub number: u64,
    /// Sign-in of the oldest; `None` without any.
    pub since: Option<Timestamp>,
}

/// Portfolios and accounts that the actor can assign to the user.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// Portfolios with this search.
    pub portfolios: Vec<Portfolio>,
    pub accounts: Vec<Account>,
    /// True if there are more than shown, so that a search is needed.
    pub is_partial: bool,
}

/// The policy's answers about the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of the policy")]
pub struct May {
    pub edit: bool,
    pub reset_password: bool,
    pub deactivate: bool,
    pub reactivate: bool,
    pub resend: bool,
    pub revoke: bool,
    pub see_link: bool,
    /// See the number of sessions, and end them.
    pub end_sessions: bool,
    pub reset_two_factor: bool,
    pub assign: bool,
}

impl May {
    fn of(actor: &ScopedActor, target_user: &TargetUser, other_active_admins: u64) -> Self {
        let target = target_user.target;
        let listed = directory::May::of(actor.actor, target, other_active_admins);
        Self {
            edit: actor.may(UserAction::EditUser(target)),
            reset_password: actor.may(UserAction::SendPasswordReset(target)),
            deactivate: listed.block,
            reactivate: listed.activate,
            resend: listed.resend,
            revoke: listed.revoke,
            see_link: listed.see_link,
            end_sessions: actor.may(UserAction::EndSessions(target)),
            reset_two_factor: target_user.user.two_factor_since.is_some() && actor.may(UserAction::ResetTwoFactor(target)),
            assign: actor.may(AccessAction::ChangeAssignments { target, is_own: true }),
        }
    }
}

pub fn show(ctx: &Context, actor: &User, company: &Company, id: UserId, wanted: &AssignmentsQuery) -> Result<Shown, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        let target_user = actor.target_user(db, id, now)?;
        let sees_admins = actor.may(GroupAction::SeeAdmins);
        let role = Role::of(target_user.user.is_admin && sees_admins, target_user.user.default_role);
        let may = May::of(&actor, &target_user, groups::other_active_admins(db, id)?);
        let in_scope = ScopedAssignments::of(db, &actor, &target_user.user)?;
        let is_open = matches!(target_user.target.status, Status::Invited | Status::Expired);
        let grantors = Grantors::of(db, &in_scope.portfolios, &in_scope.accounts, now)?.of_open(is_open);
        let memberships = groups::memberships_of(db, &[id])?.into_iter();
        let groups = memberships.filter(|membership| sees_admins || membership.group != groups::ADMINS);
        let sessions = if may.end_sessions { Some(sessions::of_user(db, id, company, now)?) } else { None };
        Ok(Shown {
            status: target_user.target.status,
            role,
            groups: groups.map(|membership| membership.group_name).collect(),
            invitation: invitation(db, &target_user.user, |origin| company.invitation_term(origin))?,
            email_change: if may.edit { email_change::pending_with_mail(db, &target_user.user, now)? } else { None },
            password_reset: if may.reset_password { password_reset::latest(db, id, now)? } else { None },
            sessions: sessions.map(|sessions| SessionsInShort {
                number: sessions.len() as u64,
                since: sessions.iter().map(|session| session.created_at).min(),
            }),
            two_factor: two_factor_app::state(db, &target_user.user)?,
            effective: explain(db, role, &in_scope, &grantors)?,
            withheld: withheld::of(db, &actor, &target_user.user, &in_scope, now)?,
            events: Visible::about(&actor, &target_user).latest(db, EVENTS_MAX)?,
            offered: if may.assign {
                offered(db, &actor, &target_user.user, wanted.offer.as_ref(), &in_scope)?
            } else {
                Offered::default()
            },
            assigned: Assigned::of(db, &actor, &target_user.user, &in_scope, &grantors, wanted)?,
            may,
            user: target_user.user,
        })
    })
}

fn offered(
    db: &mut Database,
    actor: &ScopedActor,
    user: &User,
    search: Option<&SearchTerm>,
    ScopedAssignments { portfolios, accounts }: &ScopedAssignments,
) -> Result<Offered, StoreError> {
    let mut offered = Offered::default();
    if user.default_role == DefaultRole::PortfolioAdmin {
        let filter = portfolios::Filter { scope: actor.scope.clone(), search: search.cloned(), active_only: true, except: None };
        // Further rows make up for the assigned portfolios, which are removed.
        let found = portfolios::list(db, &filter, &Position::First, SHOWN_MAX + portfolios.len())?;
        offered.is_partial |= found.has_next;
        offered.portfolios = found.rows;
        offered.portfolios.retain(|portfolio| !portfolios.iter().any(|given| given.portfolio.id == portfolio.id));
    }
    let filter = accounts::Filter { active_only: true, search: search.cloned(), ..accounts::Filter::within(actor.scope.clone()) };
    let found = accounts::list_by_portfolio(db, &filter, SHOWN_MAX + accounts.len())?;
    offered.is_partial |= found.has_next;
    offered.accounts = found.rows;
    offered.accounts.retain(|account| !accounts.iter().any(|given| given.account.id == account.id));
    Ok(offered)
}

fn invitation(
    db: &mut Database,
    user: &User,
    term: impl FnOnce(InvitationOrigin) -> chrono::TimeDelta,
) -> Result<Option<Invitation>, StoreError> {
    let Some(origin) = user.invitation_origin else { return Ok(None) };
    let open = tokens::open_of(db, user.id, TokenPurpose::Invitation)?;
    let by = open.as_ref().map_or(user.invited_by, |token| token.asked_by);
    let by = by.map(|by| users::find(db, by)).transpose()?.flatten();
    Ok(Some(Invitation {
        by: by.map(|by| by.display_name()),
        sent_at: open.map_or(user.created_at, |token| token.created_at),
        until: user.invitation_expires_at.filter(|_| user.credentials_set_at.is_none()),
        accepted_at: user.credentials_set_at,
        mail: match user.credentials_set_at {
            None => mails::of_link(db, TokenPurpose::Invitation, user.id)?,
            Some(_) => mails::of_accepted_invitation(db, user.id)?,
        },
        term: term(origin),
    }))
}
