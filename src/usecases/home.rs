//! Home: figures and tasks of administrators within their scope, and everyone's own accounts and assets.

mod trend;

use std::{collections::HashMap, str::FromStr as _};

use chrono::TimeDelta;

use crate::{
    domain::{
        asset::AssetOrder,
        clock::Timestamp,
        ids::UserId,
        permission::Permission,
        policy::{Action, UserAction},
        role::Role,
        scope::Scope,
        time_zone::{TimeZone, ZonedTime},
        user::Status,
        user_list::{BULK_MAX, LastSignIn, Order, UserFilter},
    },
    mail::MailKind,
    store::{
        Database, ReadEntry, StoreError,
        accounts::{self, Account},
        assets::{self, Asset, AssetQuery, View},
        groups, outbox,
        page::{Count, Position, Slice},
        portfolios::{self, Portfolio},
        scopes,
        users::{self, StatusCounts, User, UserQuery},
    },
};

pub use trend::Trend;

use super::{ActionError, Context, audit::latest_changes, shared::scoped_actor::ScopedActor};

/// Most rows of each list.
const SHOWN_MAX: usize = 5;

/// Most own portfolios, accounts and assets.
const OWN_MAX: usize = 10;

/// Remaining term of an invitation that expires soon.
const SOON: TimeDelta = TimeDelta::hours(24);

/// Contents of Home.
#[derive(Debug, Clone)]
pub struct Home {
    /// For Admins and Portfolio Admins.
    pub administered: Option<Administered>,
    /// Active portfolios of a Portfolio Admin.
    pub portfolios: Slice<Portfolio>,
    /// Assigned accounts outside these portfolios.
    pub accounts: Slice<Account>,
    /// Owned assets.
    pub assets: Slice<Asset>,
}

/// Figures and tasks of a scope.
#[derive(Debug, Clone)]
pub struct Administered {
    pub counts: StatusCounts,
    /// Number of active users who last signed in more than 90 days ago.
    pub dormant: Count,
    pub without_billing: Count,
    /// Users whose invitation expires soon, as far as the actor may resend it: at most as many as one bulk action takes.
    pub expiring: Slice<User>,
    pub undelivered: Vec<Undelivered>,
    pub trend: Trend,
    /// Steps that a new company has not done yet, for Admins.
    pub first_steps: Vec<FirstStep>,
    /// Latest changes of the company, or of the portfolios.
    pub changes: Vec<ReadEntry>,
    pub may_read_log: bool,
    pub may_invite: bool,
    pub may_retry_mails: bool,
}

/// A step of a new company. Each is offered until it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStep {
    MailServer,
    Portfolio,
    Account,
    Invitation,
    SecondAdmin,
}

/// A mail that failed.
#[derive(Debug, Clone)]
pub struct Undelivered {
    pub what: &'static str,
    pub user: Option<UserId>,
    /// Name of the user; the address of a mail without one.
    pub to: String,
    pub reply: String,
    pub at: Timestamp,
}

/// Reads Home for a user, with the days of a time zone.
pub fn show(ctx: &Context, user: &User, zone: TimeZone) -> Result<Home, ActionError> {
    let now = ZonedTime { at: ctx.now(), zone };
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let own = match &actor.scope {
            Scope::Company => Vec::new(),
            Scope::Portfolios { active, .. } => active.clone(),
        };
        let filter = portfolios::Filter { scope: Scope::of_portfolios(own.clone()), search: None, active_only: true, except: None };
        let portfolios = portfolios::list(db, &filter, &Position::First, OWN_MAX)?;
        let filter = accounts::Filter { assigned_to: Some(user.id), outside: own, ..accounts::Filter::within(Scope::Company) };
        let own_assets = AssetQuery { view: View::OwnedBy(user.id), filter: assets::Filter::default(), order: AssetOrder::default() };
        Ok(Home {
            portfolios,
            accounts: accounts::list(db, &filter, &Position::First, OWN_MAX)?,
            assets: assets::list(db, &own_assets, &Position::First, OWN_MAX)?.page,
            administered: if actor.actor.role == Role::User || actor.scope.is_empty() {
                None
            } else {
                Some(administered(ctx, db, &actor, now)?)
            },
        })
    })
}

fn administered(ctx: &Context, db: &mut Database, actor: &ScopedActor, now: ZonedTime) -> Result<Administered, ActionError> {
    actor.authorise(Action::Use(Permission::UsersView))?;
    let query = UserQuery { scope: actor.scope.clone(), filter: UserFilter::default(), order: Order::default(), as_of: now.at };
    let filter = UserFilter { status: Some(Status::Active), last_sign_in: Some(LastSignIn::Over90Days), ..UserFilter::default() };
    let dormant = UserQuery { filter, ..query.clone() };
    let counts = users::counts(db, &query)?;
    Ok(Administered {
        first_steps: if actor.scope == Scope::Company { first_steps(ctx, db, actor, counts.all)? } else { Vec::new() },
        counts,
        dormant: users::count_alone(db, &dormant)?,
        without_billing: accounts::count_without_billing(db, &actor.scope)?,
        expiring: expiring(db, actor, now.at)?,
        undelivered: undelivered(db, &actor.scope, now.at)?,
        trend: Trend::read(db, &actor.scope, now)?,
        changes: latest_changes(db, &actor.scope, SHOWN_MAX)?,
        may_read_log: actor.may(Action::Use(Permission::AuditLogView)),
        may_invite: actor.may(Action::Use(Permission::UsersInvite)),
        may_retry_mails: actor.may(UserAction::SendMailsAgain),
    })
}

/// Steps to do. A company is new until it has a second Admin, an account and a colleague; by then it has chosen its way
/// of mail, too.
fn first_steps(ctx: &Context, db: &mut Database, actor: &ScopedActor, users: Count) -> Result<Vec<FirstStep>, StoreError> {
    let has_admin = actor.id().map(|id| groups::other_active_admins(db, id)).transpose()?.is_some_and(|others| others > 0);
    let portfolios = portfolios::Filter { scope: Scope::Company, search: None, active_only: false, except: None };
    let has_portfolio = !portfolios::list(db, &portfolios, &Position::First, 1)?.rows.is_empty();
    let has_account = !accounts::list(db, &accounts::Filter::within(Scope::Company), &Position::First, 1)?.rows.is_empty();
    let has_colleague = users != Count::Exactly(1);
    if has_admin && has_account && has_colleague {
        return Ok(Vec::new());
    }
    let steps = [
        (ctx.sends_mail, FirstStep::MailServer),
        (has_portfolio, FirstStep::Portfolio),
        (has_account, FirstStep::Account),
        (has_colleague, FirstStep::Invitation),
        (has_admin, FirstStep::SecondAdmin),
    ];
    Ok(steps.into_iter().filter(|(is_done, _)| !is_done).map(|(_, step)| step).collect())
}

fn expiring(db: &mut Database, actor: &ScopedActor, now: Timestamp) -> Result<Slice<User>, StoreError> {
    let mut found = users::expiring(db, &actor.scope, now, now + SOON, BULK_MAX)?;
    let ids = found.rows.iter().map(|user| user.id).collect::<Vec<_>>();
    let assigned = if actor.scope == Scope::Company { HashMap::new() } else { scopes::portfolios_of(db, &ids)? };
    found.rows.retain(|user| {
        let portfolios = assigned.get(&user.id).map(Vec::as_slice).unwrap_or_default();
        let target = user.target(now).in_scope(actor.scope.inside(user.is_admin, portfolios));
        actor.may(UserAction::ResendInvitation(target))
    });
    Ok(found)
}

/// Mails that failed last. Portfolio Admins read of invitations only, as on the pages of users.
fn undelivered(db: &mut Database, scope: &Scope, now: Timestamp) -> Result<Vec<Undelivered>, StoreError> {
    let kinds = MailKind::ALL.iter().filter(|kind| kind.is_invitation()).map(|kind| kind.as_str()).collect::<Vec<_>>();
    let found = outbox::latest_failed(db, scope, &kinds, i64::try_from(SHOWN_MAX).unwrap_or(i64::MAX))?;
    let names = users::names(db, found.iter().filter_map(|mail| mail.user_id))?;
    let undelivered = |mail: outbox::Undelivered| Undelivered {
        what: MailKind::from_str(&mail.kind).map_or("Mail", MailKind::label),
        to: mail.user_id.and_then(|user| names.get(&user).cloned()).unwrap_or(mail.recipient),
        user: mail.user_id,
        reply: mail.reply.unwrap_or_default(),
        at: mail.done_at.unwrap_or(now),
    };
    Ok(found.into_iter().map(undelivered).collect())
}
