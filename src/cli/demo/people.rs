//! Made-up users in the database: rows, memberships, assignments and history.

use std::ops::Range;

use chrono::{TimeDelta, Timelike as _};

use crate::{
    domain::{
        audit::Subject,
        clock::Timestamp,
        email_address::EmailAddress,
        ids::{AccountId, GroupId, PortfolioId},
        invitation::InvitationOrigin,
        user::display_name,
    },
    store::{
        Tx,
        bulk_insert::{self, Assignment, NewUser},
        credentials::refused_sign_ins::{self, RefusalReason, RefusedSignIn},
        groups::ADMINS,
    },
};

use super::{
    DemoError, Plan,
    business::{Business, MadeUpAssignments},
    chance::Chance,
    history::{self, MadeUpAccess, Places},
    past::{Administrator, Past, Person, RECORDED},
    places::Placed,
    users::{MadeUp, MadeUpUsers},
};

/// Users whose sign-ins were refused, at most.
const REFUSED: usize = 40;

/// Length of the time in which sign-ins were refused, in days.
const REFUSED_DAYS: u32 = 60;

/// A user with a complete history.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) person: Person,
    pub(super) user: MadeUp,
    pub(super) access: MadeUpAccess,
}

/// All users besides the Admin, added in portions.
pub(super) struct People<'a> {
    users: &'a MadeUpUsers,
    business: &'a Business,
    places: Places<'a>,
    plan: &'a Plan,
    /// Users with a complete history, in the order of their numbers.
    pub(super) recorded: Vec<Recorded>,
}

impl<'a> People<'a> {
    pub(super) fn new(users: &'a MadeUpUsers, business: &'a Business, made: &'a Placed, groups: &'a [Subject], plan: &'a Plan) -> Self {
        let places = Places { portfolios: &made.portfolios, accounts: &made.accounts, groups };
        Self { users, business, places, plan, recorded: Vec::new() }
    }

    fn chance(&self, number: u32) -> Chance {
        Chance::new(self.plan.seed, (1 << 34) + u64::from(number))
    }

    /// Adds the rows of the users with these numbers.
    fn insert(&self, tx: &mut Tx<'_>, past: &Past, numbers: Range<u32>) -> Result<Vec<(Recorded, Chance)>, DemoError> {
        let invited_by = past.admin(past.start, 0).map(|admin| admin.id);
        let (mut new, mut made_up) = (Vec::new(), Vec::new());
        for (number, user) in numbers.map(|number| (number, self.users.user(number))) {
            let email = EmailAddress::parse(&user.email)?;
            // Users invited in Users & Groups have no assignments yet.
            let has_any = user.invitation.is_none_or(|(origin, _)| origin == InvitationOrigin::UsersAndPermissions);
            let given = if has_any { self.business.of(number, user.default_role) } else { MadeUpAssignments::default() };
            let mut chance = self.chance(number);
            let access = MadeUpAccess::new(&user, &given, self.places.accounts.len(), past.now, &mut chance);
            made_up.push((number, email.key().to_owned(), user.clone(), access, chance));
            new.push(NewUser {
                email,
                first_name: user.first_name,
                last_name: user.last_name,
                default_role: user.default_role,
                password: user.credentials_set_at.map(|_| &self.plan.password),
                credentials_set_at: user.credentials_set_at,
                blocked_at: user.blocked_at,
                invited_by: user.invitation.and(invited_by),
                invitation: user.invitation,
                created_at: user.created_at,
                last_sign_in_at: user.last_sign_in_at,
                has_assignments: !given.portfolios.is_empty() || !given.accounts.is_empty(),
            });
        }
        bulk_insert::insert_users(tx, &new)?;
        let keys = made_up.iter().map(|(_, key, ..)| key.as_str()).collect::<Vec<_>>();
        let ids = bulk_insert::find_by_emails(tx.db(), &keys)?;
        let added = made_up.into_iter().filter_map(|(number, key, user, access, chance)| {
            let name = display_name(&user.first_name, &user.last_name, &user.email);
            let active_since = user.credentials_set_at.filter(|_| user.blocked_at.is_none());
            let (first_name, email) = (user.first_name.clone(), user.email.clone());
            let person = Person { id: *ids.get(&key)?, number, first_name, name, email, active_since };
            Some((Recorded { person, user, access }, chance))
        });
        Ok(added.collect())
    }

    /// Adds the users with these numbers, with their memberships and assignments, and records their history.
    pub(super) fn add(&mut self, tx: &mut Tx<'_>, past: &mut Past, numbers: Range<u32>) -> Result<(), DemoError> {
        let made_up = self.insert(tx, past, numbers)?;
        // Administrators first: entries about earlier users name them.
        let admins = made_up.iter().map(|(made_up, _)| made_up).filter(|made_up| made_up.user.is_admin);
        past.admins.extend(admins.map(|admin| Administrator { person: admin.person.clone(), since: admin.access.joined_at }));
        let (mut members, mut portfolios, mut accounts) = (Vec::new(), Vec::new(), Vec::new());
        for (made_up, mut chance) in made_up {
            let Recorded { person, user, access } = &made_up;
            let groups = user.groups.iter().filter_map(|&group| Some(GroupId(self.places.groups.get(group)?.id)));
            members.extend(groups.chain(user.is_admin.then_some(ADMINS)).map(|group| (group, person.id, access.joined_at)));
            let assignment = |at| Assignment { user: person.id, by: past.admin(at, person.number).map(|admin| admin.id), at };
            for given in &access.portfolios {
                let portfolio = self.places.portfolios.get(given.place).map(|portfolio| PortfolioId(portfolio.id));
                portfolios.extend(portfolio.map(|portfolio| (assignment(given.assigned_at()), portfolio)));
            }
            for given in &access.accounts {
                let account = self.places.accounts.get(given.place).map(|account| AccountId(account.id));
                accounts.extend(account.map(|account| (assignment(given.assigned_at()), account, given.permissions.unwrap_or_default())));
            }
            history::record(past, person, user, access, &self.places, &mut chance);
            if person.number < RECORDED {
                self.recorded.push(made_up);
            }
        }
        bulk_insert::add_members(tx, &members)?;
        Ok(bulk_insert::assign(tx, &portfolios, &accounts)?)
    }
}

/// Adds refused sign-ins of the last weeks.
pub(super) fn refuse_sign_ins(tx: &mut Tx<'_>, people: &[Recorded], now: Timestamp) -> Result<(), DemoError> {
    let minute = |at: Timestamp| at.with_second(0).and_then(|minute| minute.with_nanosecond(0)).unwrap_or(at);
    for Recorded { person, user, .. } in people.iter().filter(|made_up| made_up.user.credentials_set_at.is_some()).take(REFUSED) {
        let mut chance = Chance::new(person.number.into(), 1 << 35);
        let (reason, times) = match (user.blocked_at, chance.below(10)) {
            (Some(_), _) => (RefusalReason::Deactivated, 1),
            (None, 0) => (RefusalReason::Throttled, 12),
            (None, times) => (RefusalReason::Wrong, i64::from(times % 3 + 1)),
        };
        let at = now - TimeDelta::minutes(10) - chance.time(TimeDelta::days(REFUSED_DAYS.into()));
        let network = person.by().client_ip.unwrap_or_default();
        refused_sign_ins::add(tx, &RefusedSignIn { minute: minute(at), network, email_key: person.email.clone(), reason, times })?;
    }
    Ok(())
}
