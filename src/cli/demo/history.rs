//! Made-up history of users: memberships and assignments with their times, as rows and as entries of the audit log.

use chrono::TimeDelta;

use crate::domain::{
    audit::{AuditEvent, Subject},
    clock::Timestamp,
    permission::AssignmentPermissions,
    user::Status,
};

use super::{
    business::MadeUpAssignments,
    chance::Chance,
    past::{Past, Person, RECORDED},
    users::{MadeUp, PORTFOLIO_ADMIN, USER},
};

const BROWSERS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
];

/// Days between two sign-ins, for users who were here within the last week, the last month, and before.
const RHYTHMS: [i64; 3] = [7, 30, 90];

/// Term of the invitations that were accepted.
const TERM: TimeDelta = TimeDelta::days(5);

/// Duration of a deactivation that ended.
const BREAK: TimeDelta = TimeDelta::days(6);

/// Assignment of a portfolio or an account.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// Place in the list of portfolios or of accounts.
    pub(super) place: usize,
    /// Permissions of an account.
    pub(super) permissions: Option<AssignmentPermissions>,
    since: Timestamp,
    /// Time of a later change of the permissions.
    changed_at: Option<Timestamp>,
}

impl Given {
    /// Time in the assignment's row.
    pub(super) fn assigned_at(&self) -> Timestamp {
        self.changed_at.unwrap_or(self.since)
    }
}

/// Access of a user, with the times at which it was given.
#[derive(Debug, Clone)]
pub(super) struct MadeUpAccess {
    /// Time at which the user joined all groups.
    pub(super) joined_at: Timestamp,
    pub(super) portfolios: Vec<Given>,
    pub(super) accounts: Vec<Given>,
    /// An account that was given and taken away again.
    taken: Option<(usize, Timestamp)>,
}

impl MadeUpAccess {
    /// Times of the assignments of a user. `accounts` is the number of all accounts.
    pub(super) fn new(user: &MadeUp, assigned: &MadeUpAssignments, accounts: usize, now: Timestamp, chance: &mut Chance) -> Self {
        let end = user.blocked_at.unwrap_or(now);
        let accepted = user.credentials_set_at;
        let later = |since: Timestamp, chance: &mut Chance| since + chance.time(end - since);
        let mut given = |place, permissions: Option<AssignmentPermissions>| {
            let since = match accepted {
                Some(accepted) if chance.happens(1, 4) => later(accepted, chance),
                _ => user.created_at,
            };
            let is_changed = accepted.is_some() && permissions.is_some() && chance.happens(1, 6);
            let changed_at = is_changed.then(|| later(since, chance));
            Given { place, permissions, since, changed_at }
        };
        let portfolios = assigned.portfolios.iter().map(|&place| given(place, None)).collect();
        let current = assigned.accounts.iter().map(|&(place, permissions)| given(place, Some(permissions))).collect::<Vec<_>>();
        // A neighbour of an account that the user has is mostly one of the same portfolio.
        let neighbour = current.first().map(|given| given.place + 1).filter(|place| *place < accounts);
        let neighbour = neighbour.filter(|place| current.iter().all(|given| given.place != *place));
        let taken = neighbour.zip(accepted).filter(|_| chance.happens(1, 3)).map(|(place, accepted)| (place, later(accepted, chance)));
        let joined_at = accepted.map_or(user.created_at, |accepted| (accepted + TimeDelta::hours(1)).min(now));
        Self { joined_at, portfolios, accounts: current, taken }
    }
}

/// Portfolios, accounts and groups, as subjects of entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) portfolios: &'a [Subject],
    pub(super) accounts: &'a [Subject],
    pub(super) groups: &'a [Subject],
}

/// Records the history of a user: complete for the first ones, sign-ins and invitations of others.
pub(super) fn record(past: &mut Past, person: &Person, user: &MadeUp, access: &MadeUpAccess, places: &Places<'_>, chance: &mut Chance) {
    let expires_at = user.invitation.map_or(user.created_at + TERM, |(_, expires_at)| expires_at).and_utc();
    let invited = AuditEvent::UserInvited { email: user.email.clone(), role: user.default_role, expires_at };
    let accepted = AuditEvent::InvitationAccepted { email: user.email.clone() };
    let browser = BROWSERS.get(usize::try_from(person.id.0).unwrap_or(0) % BROWSERS.len()).copied().unwrap_or_default();
    let signed_in = AuditEvent::SignedIn { browser: browser.to_owned() };
    // The first Admin sent all open invitations, as their rows say.
    let invited_at = if user.invitation.is_some() { past.start } else { user.created_at };
    let (by, me) = (past.by_admin(invited_at, person.number), person.subject());
    if person.number >= RECORDED {
        past.record_other(user.created_at, by, me.clone(), &invited);
        for (at, event) in [(user.credentials_set_at, &accepted), (user.last_sign_in_at, &signed_in)] {
            if let Some(at) = at {
                past.record_other(at, person.by(), me.clone(), event);
            }
        }
        return;
    }
    past.record(user.created_at, by, me.clone(), &invited);
    record_assignments(past, person, user, access, places);
    let Some(since) = user.credentials_set_at else { return };
    past.record(since, person.by(), me.clone(), &accepted);
    for group in user.groups.iter().filter_map(|&group| places.groups.get(group)) {
        let by = past.by_admin(access.joined_at, person.number);
        past.record_at(access.joined_at, by, me.clone(), group, &AuditEvent::GroupMemberAdded {});
    }
    if user.is_admin {
        let by = past.by_admin(past.start, person.number);
        past.record(access.joined_at, by, me.clone(), &AuditEvent::AdminAppointed {});
    }
    record_presence(past, person, user, since, &signed_in, chance);
}

/// Records sign-ins since the acceptance, and times without access.
fn record_presence(past: &mut Past, person: &Person, user: &MadeUp, since: Timestamp, signed_in: &AuditEvent, chance: &mut Chance) {
    let me = person.subject();
    let last = user.last_sign_in_at.filter(|last| since < *last);
    let away = last.filter(|last| !user.is_admin && since + BREAK * 3 < *last && chance.happens(1, 20)).map(|last| {
        let from = since + chance.time(last - since - BREAK);
        (from, from + BREAK)
    });
    if let Some((from, to)) = away {
        let (active, deactivated) = (Status::Active, Status::Deactivated);
        let event = AuditEvent::UserDeactivated { before: active, after: deactivated };
        past.record(from, past.by_admin(from, person.number), me.clone(), &event);
        let event = AuditEvent::UserReactivated { before: deactivated, after: active };
        past.record(to, past.by_admin(to, person.number), me.clone(), &event);
    }
    for at in last.map(|last| sign_ins(person.number, since, last, past.now, chance)).unwrap_or_default() {
        if away.is_none_or(|(from, to)| at < from || to < at) {
            past.record(at, person.by(), me.clone(), signed_in);
        }
    }
    if let Some(at) = user.blocked_at {
        let event = AuditEvent::UserDeactivated { before: Status::Active, after: Status::Deactivated };
        past.record(at, past.by_admin(at, person.number), me, &event);
    }
}

fn record_assignments(past: &mut Past, person: &Person, user: &MadeUp, access: &MadeUpAccess, places: &Places<'_>) {
    let portfolios = access.portfolios.iter().map(|given| (given, places.portfolios.get(given.place)));
    let accounts = access.accounts.iter().map(|given| (given, places.accounts.get(given.place)));
    for (given, place) in portfolios.chain(accounts) {
        let Some(place) = place else { continue };
        let after = given.permissions;
        let before = after.map(|after| AssignmentPermissions { sees_billing: !after.sees_billing, ..after });
        let first = if given.changed_at.is_some() { before } else { after };
        let by = past.by_admin(given.since, person.number);
        past.record_at(given.since, by, person.subject(), place, &AuditEvent::AssignmentAdded { permissions: first });
        if let (Some(at), Some(before), Some(after)) = (given.changed_at, before, after) {
            let by = past.by_admin(at, person.number);
            past.record_at(at, by, person.subject(), place, &AuditEvent::AssignmentChanged { before, after });
        }
    }
    if let Some((place, at)) = access.taken
        && let Some(place) = places.accounts.get(place)
    {
        let permissions = Some(AssignmentPermissions::default());
        let by = past.by_admin(user.created_at, person.number);
        past.record_at(user.created_at, by, person.subject(), place, &AuditEvent::AssignmentAdded { permissions });
        let by = past.by_admin(at, person.number);
        past.record_at(at, by, person.subject(), place, &AuditEvent::AssignmentRemoved { permissions });
    }
}

/// Times of sign-ins after `since`, from the last one backwards.
fn sign_ins(number: u32, since: Timestamp, last: Timestamp, now: Timestamp, chance: &mut Chance) -> Vec<Timestamp> {
    let days = match (now - last).num_days() {
        _ if [PORTFOLIO_ADMIN, USER].contains(&number) => 2,
        0..7 => RHYTHMS[0],
        7..30 => RHYTHMS[1],
        _ => RHYTHMS[2],
    };
    let (mut times, mut at) = (Vec::new(), last);
    while since < at {
        times.push(at);
        at -= TimeDelta::days(days) / 2 + chance.time(TimeDelta::days(days));
    }
    times
}
