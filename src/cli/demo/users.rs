//! Made-up users. Each is computed from its number, without a memory of others.

use chrono::TimeDelta;

use crate::domain::{
    clock::Timestamp,
    invitation::InvitationOrigin,
    user::{DefaultRole, Status},
};

use super::{
    chance::Chance,
    names::{self, Name},
    past::RECORDED,
};

/// Host of the made-up addresses, reserved for examples (RFC 2606).
pub(super) const HOST: &str = "example.com";

/// Custom groups: name, members of a thousand users, and most members.
pub(super) const GROUPS: [(&str, u32, u32); 12] = [
    ("Engineering", 180, 4000),
    ("Sales", 150, 3000),
    ("Customer Support", 120, 2500),
    ("Operations", 90, 1800),
    ("Marketing", 70, 1200),
    ("Finance", 50, 800),
    ("Human Resources", 40, 500),
    ("Data & Analytics", 35, 400),
    ("Security", 25, 250),
    ("Legal", 20, 120),
    ("Works Council", 12, 30),
    ("Board", 8, 12),
];

/// Statuses of the first users, so that even a few show every status; those of the rest are random.
const FIRST: [Status; 9] = [
    Status::Deactivated,
    Status::Invited,
    Status::Expired,
    Status::Active,
    Status::Active,
    Status::Active,
    Status::Active,
    Status::Active,
    Status::Active,
];

/// Numbers of a Portfolio Admin and a User meant for trying out.
pub(super) const PORTFOLIO_ADMIN: u32 = 8;
pub(super) const USER: u32 = 9;

/// Active ones among the first users.
const ACTIVE: std::ops::Range<u32> = 4..9;

/// Admins among the first users, if there are enough users.
const ADMINS: std::ops::Range<u32> = 4..8;

/// A made-up user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadeUp {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) default_role: DefaultRole,
    pub(super) created_at: Timestamp,
    pub(super) credentials_set_at: Option<Timestamp>,
    pub(super) blocked_at: Option<Timestamp>,
    pub(super) invitation: Option<(InvitationOrigin, Timestamp)>,
    pub(super) last_sign_in_at: Option<Timestamp>,
    pub(super) is_admin: bool,
    /// Indexes in [`GROUPS`].
    pub(super) groups: Vec<usize>,
}

/// Made-up users, besides the Admin with the number zero.
#[derive(Debug)]
pub(super) struct MadeUpUsers {
    users: u32,
    seed: u64,
    now: Timestamp,
    /// Step through the pairs of names. It is coprime with their number, so that all pairs appear before one repeats.
    step: u32,
}

impl MadeUpUsers {
    pub(super) fn new(users: u32, seed: u64, now: Timestamp) -> Self {
        let pairs = names::pairs();
        let start = pairs / 3 + Chance::new(seed, u64::MAX).below(pairs / 3);
        let step = (start..pairs).find(|step| greatest_common_divisor(*step, pairs) == 1).unwrap_or(1);
        Self { users, seed, now, step }
    }

    /// User with this number, from one on.
    pub(super) fn user(&self, number: u32) -> MadeUp {
        let mut chance = Chance::new(self.seed, number.into());
        let status = status(number, &mut chance);
        let (first, last, email) = self.name(number);
        let mut user = MadeUp {
            first_name: String::new(),
            last_name: String::new(),
            email,
            default_role: default_role(number, &mut chance),
            created_at: self.now,
            credentials_set_at: None,
            blocked_at: None,
            invitation: None,
            last_sign_in_at: None,
            is_admin: ADMINS.contains(&number) && number < self.users / 5,
            groups: Vec::new(),
        };
        match status {
            Status::Invited | Status::Expired => self.invite(&mut user, status == Status::Expired, &mut chance),
            Status::Active | Status::Deactivated => self.let_in(&mut user, number, status == Status::Deactivated, &mut chance),
        }
        let is_named = user.invitation.is_none_or(|(origin, _)| origin == InvitationOrigin::UsersAndPermissions);
        if is_named && let (Some(first), Some(last)) = (first, last) {
            (user.first_name, user.last_name) = (first.shown.clone(), last.shown.clone());
        }
        if status == Status::Active {
            user.groups = self.groups(number, &mut chance);
        }
        user
    }

    /// First name, last name, and a unique address: a number tells users of one name apart, and no name has a digit.
    fn name(&self, number: u32) -> (Option<&'static Name>, Option<&'static Name>, String) {
        let (round, place) = (number / names::pairs(), number % names::pairs());
        let start = Chance::new(self.seed, u64::MAX - 1 - u64::from(round)).below(names::pairs());
        let pair = (u64::from(place) * u64::from(self.step) + u64::from(start)) % u64::from(names::pairs());
        let namesakes = if round == 0 { String::new() } else { (round + 1).to_string() };
        match u32::try_from(pair).ok().and_then(names::pair) {
            Some((first, last)) => (Some(first), Some(last), format!("{}.{}{namesakes}@{HOST}", first.ascii, last.ascii)),
            None => (None, None, format!("{number}@{HOST}")),
        }
    }

    /// Invites the user; the invitation is open or expired.
    fn invite(&self, user: &mut MadeUp, is_expired: bool, chance: &mut Chance) {
        let (origin, term) = if chance.happens(1, 2) {
            (InvitationOrigin::UsersAndGroups, TimeDelta::hours(24))
        } else {
            (InvitationOrigin::UsersAndPermissions, TimeDelta::days(5))
        };
        let age = if is_expired { term + chance.time(TimeDelta::days(60)) } else { chance.time(term) };
        user.created_at = self.now - age;
        user.invitation = Some((origin, user.created_at + term));
    }

    /// Accepts an invitation, adds later sign-ins, and may deactivate the user. Users with a complete history are of the
    /// last year, and those meant for trying out and the Admins of its beginning.
    fn let_in(&self, user: &mut MadeUp, number: u32, is_blocked: bool, chance: &mut Chance) {
        let (least, more) = match number {
            _ if number == USER || (ADMINS.start..=PORTFOLIO_ADMIN).contains(&number) => (TimeDelta::days(330), TimeDelta::days(30)),
            _ if number < RECORDED => (TimeDelta::hours(1), TimeDelta::days(360)),
            _ => (TimeDelta::hours(1), TimeDelta::days(5 * 365)),
        };
        let age = least + chance.time(more);
        user.created_at = self.now - age;
        let accepted = user.created_at + chance.time(age.min(TimeDelta::days(5)));
        user.credentials_set_at = Some(accepted);
        let came_back = match chance.below(100) {
            0..10 => Some(TimeDelta::days(1)),
            10..40 => Some(TimeDelta::days(7)),
            40..70 => Some(TimeDelta::days(30)),
            70..95 => Some(TimeDelta::days(365)),
            _ => None,
        };
        // Users meant for trying out were here lately.
        let came_back = if [PORTFOLIO_ADMIN, USER].contains(&number) { Some(TimeDelta::days(1)) } else { came_back };
        user.last_sign_in_at = came_back.map(|within| (self.now - chance.time(within)).max(accepted));
        if is_blocked {
            let since = user.last_sign_in_at.unwrap_or(accepted);
            user.blocked_at = Some(since + chance.time(self.now - since));
        }
    }

    fn groups(&self, number: u32, chance: &mut Chance) -> Vec<usize> {
        let is_in = |(place, &(_, of_a_thousand, most)): (u32, &(&str, u32, u32))| {
            let wanted = u64::from(self.users) * u64::from(of_a_thousand) / 1000;
            let wanted = u32::try_from(wanted.min(most.into())).unwrap_or(most);
            // The first active users are spread over all groups, so that none is empty.
            chance.happens(wanted, self.users) || (ACTIVE.contains(&number) && place % 5 == number % 5)
        };
        let are_in = (0..).zip(&GROUPS).map(is_in).enumerate();
        are_in.filter_map(|(place, is_in)| is_in.then_some(place)).collect()
    }
}

fn default_role(number: u32, chance: &mut Chance) -> DefaultRole {
    let rolled = if chance.happens(1, 10) { DefaultRole::PortfolioAdmin } else { DefaultRole::User };
    match number {
        PORTFOLIO_ADMIN => DefaultRole::PortfolioAdmin,
        USER => DefaultRole::User,
        _ => rolled,
    }
}

fn status(number: u32, chance: &mut Chance) -> Status {
    let rolled = match chance.below(100) {
        0..88 => Status::Active,
        88..94 => Status::Deactivated,
        94..97 => Status::Invited,
        _ => Status::Expired,
    };
    let first = number.checked_sub(1).and_then(|place| FIRST.get(usize::try_from(place).ok()?));
    first.copied().unwrap_or(rolled)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use chrono::DateTime;

    use super::*;
    use crate::domain::{email_address::EmailAddress, user::StatusFacts};

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap().naive_utc()
    }

    fn all(users: u32, seed: u64) -> impl Iterator<Item = MadeUp> {
        let made_up = MadeUpUsers::new(users, seed, now());
        (1..users).map(move |number| made_up.user(number))
    }

    fn statuses(users: u32) -> HashMap<Status, usize> {
        let mut statuses = HashMap::new();
        for MadeUp { blocked_at, credentials_set_at, invitation, .. } in all(users, 1) {
            let standing =
                StatusFacts { blocked_at, credentials_set_at, invitation_expires_at: invitation.map(|(_, expires_at)| expires_at) };
            *statuses.entry(standing.status(now())).or_default() += 1;
        }
        statuses
    }

    #[test]
    fn a_seed_makes_its_users_and_no_others() {
        assert!(all(200, 7).eq(all(200, 7)));
        assert!(all(200, 7).zip(all(200, 8)).all(|(one, other)| one != other));
    }

    #[test]
    fn addresses_are_unique_beyond_the_number_of_names() {
        let mut addresses = HashSet::new();
        assert!(all(names::pairs() * 3, 3).all(|user| addresses.insert(EmailAddress::parse(&user.email).unwrap().key().to_owned())));
    }

    #[test]
    fn every_status_is_there_and_most_are_active() {
        assert_eq!(statuses(5), Status::ALL.map(|status| (status, 1)).into());
        let many = statuses(2000);
        assert!(many[&Status::Active] > 1600, "{many:?}");
        assert!(Status::ALL.iter().all(|status| many[status] > 20), "{many:?}");
    }

    #[test]
    fn nothing_happens_before_it_can_or_in_the_future() {
        for user in all(2000, 5) {
            let MadeUp { created_at, credentials_set_at, last_sign_in_at, blocked_at, .. } = user;
            let order = [Some(created_at), credentials_set_at, last_sign_in_at, blocked_at, Some(now())];
            assert!(order.iter().flatten().is_sorted(), "{user:?}");
            assert!(user.invitation.is_none_or(|(_, expires_at)| created_at < expires_at), "{user:?}");
        }
    }

    #[test]
    fn groups_and_admins_are_of_active_users_and_of_a_size_to_their_company() {
        let members = |users, group| all(users, 1).filter(|user| user.groups.contains(&group)).count();
        assert!(members(1000, 0) > 100);
        assert!(members(50_000, 11) < 30);
        assert!((0..GROUPS.len()).all(|group| members(10, group) > 0));
        for user in all(1000, 1).filter(|user| user.is_admin || !user.groups.is_empty()) {
            assert!(user.credentials_set_at.is_some() && user.blocked_at.is_none(), "{user:?}");
        }
        let admins = |users| all(users, 1).filter(|user| user.is_admin).count();
        assert_eq!([5, 25, 1000].map(admins), [0, 1, 4]);
    }
}
