//! Lists of a scope, compared with a plain scan of all users.

use std::collections::{BTreeMap, BTreeSet};

use usher::{
    domain::{
        account::AccountDetails,
        ids::{AccountId, PortfolioId},
        permission::AssignmentPermissions,
        portfolio::PortfolioDetails,
        scope::{Scope, ScopeRelation},
        text::{AccountName, Notes, PortfolioName},
        user_list::{LastSignIn, Order, SortBy, UserFilter},
    },
    store::{
        accounts, assignments,
        credentials::two_factor::{self, HashedCodes, NewApp},
        page::COUNT_MAX,
        portfolios, scopes,
        users::{Cursor, Listed, UserQuery},
    },
};

use super::*;
use crate::derived::{differing, execute};

mod many;

/// Reproducible pseudo-random numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn happens(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// Portfolios with accounts, and users of every status with some of them.
struct World {
    portfolios: Vec<PortfolioId>,
    /// Portfolios in which each user has an assignment.
    assigned: BTreeMap<UserId, BTreeSet<PortfolioId>>,
    admins: BTreeSet<UserId>,
    people: Vec<UserId>,
}

const LAST_NAMES: [&str; 6] = ["Fischer", "Novotná", "fischer", "O'Neill", "Yıldız", "Zorn"];

fn world(store: &Store, seed: u64, size: usize) -> World {
    store.write_transaction(|tx| Ok::<_, StoreError>(make(tx, &mut Dice(seed), size))).unwrap()
}

fn make(tx: &mut Tx<'_>, dice: &mut Dice, size: usize) -> World {
    let notes = Notes::default();
    let mut accounts = Vec::<(AccountId, PortfolioId)>::new();
    let mut portfolios = Vec::new();
    for number in 0..4 {
        let details = PortfolioDetails { name: PortfolioName::parse(&format!("P{number}")).unwrap(), notes: notes.clone() };
        let portfolio = portfolios::insert(tx, &details, now()).unwrap();
        portfolios.push(portfolio);
        for number in 0..3 {
            let details = AccountDetails { name: AccountName::parse(&format!("A{number}")).unwrap(), website: None, notes: notes.clone() };
            accounts.push((accounts::insert(tx, portfolio, &details, now()).unwrap(), portfolio));
        }
    }
    let giver = active(tx, "Maya", "First").unwrap();
    let mut world = World { portfolios, assigned: BTreeMap::new(), admins: BTreeSet::new(), people: vec![giver] };
    for number in 0..size {
        let id = if dice.happens(4) {
            let id = invited(tx, &format!("p{number}@example.com"), giver).unwrap();
            let expiry = now() + TimeDelta::minutes(i64::try_from(dice.below(3)).unwrap() - 1);
            users::renew_invitation(tx, id, expiry).unwrap();
            id
        } else {
            active(tx, &format!("P{number}"), LAST_NAMES[dice.below(LAST_NAMES.len())]).unwrap()
        };
        happen_to(tx, dice, id, number);
        if dice.happens(8) {
            groups::add_member(tx, ADMINS, id, now()).unwrap();
            world.admins.insert(id);
        }
        assign(tx, dice, &mut world, &accounts, giver, id);
        happen_to(tx, dice, id, number);
        if dice.happens(9) {
            users::delete(tx, id, Some(id), now()).unwrap();
            world.assigned.remove(&id);
        } else {
            world.people.push(id);
        }
    }
    world
}

/// Changes of a user before and after assignments.
fn happen_to(tx: &mut Tx<'_>, dice: &mut Dice, id: UserId, number: usize) {
    if dice.happens(4) {
        users::set_blocked(tx, id, dice.happens(2).then(now)).unwrap();
    }
    if dice.happens(2) {
        let days = TimeDelta::days(if dice.happens(3) { 40 } else { 0 });
        users::set_last_sign_in(tx, id, now() - days - TimeDelta::minutes(i64::try_from(dice.below(9)).unwrap())).unwrap();
    }
    if dice.happens(4) {
        users::set_default_role(tx, id, DefaultRole::PortfolioAdmin).unwrap();
    }
    let person = users::find(tx.db(), id).unwrap().unwrap();
    if dice.happens(5) {
        let name = |text| PersonName::parse(text).unwrap();
        users::set_profile(tx, &person, &name("Anna"), &name(LAST_NAMES[dice.below(LAST_NAMES.len())]), DefaultRole::User).unwrap();
    }
    if dice.happens(5) {
        users::set_email(tx, &person, &EmailAddress::parse(&format!("x{}.{number}@example.org", dice.below(1000))).unwrap()).unwrap();
    }
    if dice.happens(3) && person.status(now()) == Status::Active {
        turn_two_factor(tx, id, person.two_factor_since.is_none());
    }
    if dice.happens(5) && person.status(now()) == Status::Expired {
        users::renew_invitation(tx, id, now() + TimeDelta::hours(2)).unwrap();
    }
}

/// Turns two-factor of a user on or off.
fn turn_two_factor(tx: &mut Tx<'_>, user: UserId, on: bool) {
    if on {
        let codes = HashedCodes { salt: [0; 16], hashes: Vec::new() };
        two_factor::turn_on(tx, &NewApp { user, sealed_secret: &[0], step: 0, codes: &codes, now: now() }).unwrap();
    } else {
        two_factor::turn_off(tx, user, now()).unwrap();
    }
}

/// Assigns a few things to a user, and unassigns some again.
fn assign(tx: &mut Tx<'_>, dice: &mut Dice, world: &mut World, accounts: &[(AccountId, PortfolioId)], giver: UserId, id: UserId) {
    let mut kept = Vec::new();
    for &portfolio in &world.portfolios {
        if dice.happens(6) {
            assignments::give_portfolio(tx, id, portfolio, Some(giver), now()).unwrap();
            if dice.happens(3) { assert!(assignments::unassign_portfolio(tx, id, portfolio).unwrap()) } else { kept.push(portfolio) }
        }
    }
    for &(account, portfolio) in accounts {
        if dice.happens(8) {
            assignments::give_account(tx, id, account, AssignmentPermissions::default(), Some(giver), now()).unwrap();
            if dice.happens(3) { assert!(assignments::unassign_account(tx, id, account).unwrap()) } else { kept.push(portfolio) }
        }
    }
    world.assigned.insert(id, kept.into_iter().collect());
}

impl World {
    fn portfolios_of(&self, id: UserId) -> Vec<PortfolioId> {
        self.assigned.get(&id).into_iter().flatten().copied().collect()
    }

    fn inside(&self, scope: &Scope, id: UserId) -> ScopeRelation {
        scope.inside(self.admins.contains(&id), &self.portfolios_of(id))
    }

    /// All possible scopes.
    fn scopes(&self) -> Vec<Scope> {
        let some =
            |mask: usize| (0..self.portfolios.len()).filter(|place| mask >> place & 1 == 1).map(|place| self.portfolios[place]).collect();
        (0..16).map(|mask| Scope::of_portfolios(some(mask))).chain([Scope::Company]).collect()
    }
}

fn user_query(scope: Scope, filter: UserFilter, by: SortBy, is_descending: bool) -> UserQuery {
    UserQuery { scope, filter, order: Order { by, is_descending }, as_of: now() }
}

fn page(store: &Store, wanted: &UserQuery, position: &Position<Cursor>, limit: usize) -> Slice<Listed> {
    store
        .read(|db| {
            let counts = users::counts(db, wanted)?;
            let slice = users::page(db, wanted, counts.all, position, limit)?;
            // Walking the order and sorting the hits give equal pages.
            assert_eq!(users::page(db, wanted, Count::Many, position, limit)?, slice, "{wanted:?} {position:?}");
            Ok::<_, StoreError>(slice)
        })
        .unwrap()
}

fn ids(slice: &Slice<Listed>) -> Vec<UserId> {
    slice.rows.iter().map(|row| row.user.id).collect()
}

/// The whole list, page by page, forwards and backwards.
fn walked(store: &Store, wanted: &UserQuery) -> Vec<UserId> {
    let (mut forwards, mut position) = (Vec::new(), Position::First);
    loop {
        let slice = page(store, wanted, &position, 7);
        forwards.extend(ids(&slice));
        assert_eq!(slice.has_previous, position != Position::First);
        match slice.rows.last().filter(|_| slice.has_next) {
            Some(row) => position = Position::After(row.cursor.clone()),
            None => break,
        }
    }
    let (mut backwards, mut position) = (Vec::new(), Position::Last);
    loop {
        let slice = page(store, wanted, &position, 7);
        assert!(slice.rows.iter().all(|row| row.cursor.fits(wanted.order)));
        backwards.splice(0..0, ids(&slice));
        match slice.rows.first().filter(|_| slice.has_previous) {
            Some(row) => position = Position::Before(row.cursor.clone()),
            None => break,
        }
    }
    assert_eq!(forwards, backwards, "{wanted:?}");
    forwards
}

#[apply(both_databases!)]
fn scopes_in_sql_and_in_rust_hold_equal_users(store: TestStore) {
    let world = world(&store, 3, 60);
    for scope in world.scopes() {
        let everybody = user_query(scope.clone(), UserFilter::default(), SortBy::Name, false);
        let listed = ids(&page(&store, &everybody, &Position::First, 100)).into_iter().collect::<BTreeSet<_>>();
        let inside = world.people.iter().copied().filter(|&id| world.inside(&scope, id) != ScopeRelation::Not).collect::<BTreeSet<_>>();
        assert_eq!(listed, inside, "{scope:?}");
        for &id in &world.people {
            let told = store
                .read(|db| {
                    let person = users::find(db, id)?.unwrap();
                    scopes::inside(db, &scope, &person)
                })
                .unwrap();
            assert_eq!(told, world.inside(&scope, id), "{scope:?} {id}");
        }
    }
}

#[apply(both_databases!)]
fn every_order_leads_through_the_whole_list_in_both_directions(store: TestStore) {
    let world = world(&store, 7, 60);
    let own = Scope::of_portfolios(world.portfolios[..2].to_vec());
    let filters = [
        UserFilter::default(),
        UserFilter { search: SearchTerm::parse("fisch"), ..UserFilter::default() },
        UserFilter { status: Some(Status::Expired), ..UserFilter::default() },
        UserFilter { is_unassigned: true, status: Some(Status::Active), ..UserFilter::default() },
        UserFilter { default_role: Some(DefaultRole::PortfolioAdmin), ..UserFilter::default() },
        UserFilter { default_role: Some(DefaultRole::User), status: Some(Status::Invited), ..UserFilter::default() },
        UserFilter { default_role: Some(DefaultRole::User), is_unassigned: true, ..UserFilter::default() },
        UserFilter { last_sign_in: Some(LastSignIn::Never), ..UserFilter::default() },
        UserFilter { has_two_factor: Some(true), ..UserFilter::default() },
        UserFilter { has_two_factor: Some(false), status: Some(Status::Active), ..UserFilter::default() },
        UserFilter { has_two_factor: Some(false), is_unassigned: true, ..UserFilter::default() },
        UserFilter { has_two_factor: Some(true), default_role: Some(DefaultRole::PortfolioAdmin), ..UserFilter::default() },
        UserFilter { has_two_factor: Some(true), search: SearchTerm::parse("fisch"), ..UserFilter::default() },
        UserFilter { has_two_factor: Some(false), last_sign_in: Some(LastSignIn::Never), ..UserFilter::default() },
        UserFilter { last_sign_in: Some(LastSignIn::Over30Days), status: Some(Status::Active), ..UserFilter::default() },
        UserFilter { last_sign_in: Some(LastSignIn::Never), search: SearchTerm::parse("fisch"), ..UserFilter::default() },
    ];
    for scope in [Scope::Company, own] {
        for filter in &filters {
            let mut found = Vec::new();
            for by in SortBy::ALL {
                for is_descending in [false, true] {
                    let wanted = user_query(scope.clone(), filter.clone(), *by, is_descending);
                    let mut listed = walked(&store, &wanted);
                    listed.sort_unstable();
                    found.push(listed);
                }
            }
            found.dedup();
            assert_eq!(found.len(), 1, "{scope:?} {filter:?}");
            let counts = store.read(|db| users::counts(db, &user_query(scope.clone(), filter.clone(), SortBy::Name, false))).unwrap();
            assert_eq!(counts.of(filter.status), Count::Exactly(i64::try_from(found[0].len()).unwrap()), "{scope:?} {filter:?}");
            let alone = user_query(scope.clone(), filter.clone(), SortBy::Name, false);
            assert_eq!(store.read(|db| users::count_alone(db, &alone)).unwrap(), counts.of(filter.status), "{scope:?} {filter:?}");
        }
    }
}

#[apply(both_databases!)]
fn a_scope_lists_its_users_as_the_company_does(store: TestStore) {
    let world = world(&store, 17, 80);
    let own = Scope::of_portfolios(world.portfolios[..2].to_vec());
    for (by, typed) in SortBy::ALL.iter().flat_map(|by| ["", "anna", "fischer"].map(|typed| (by, typed))) {
        let filter = |status| UserFilter { search: SearchTerm::parse(typed), status, ..UserFilter::default() };
        let of = |scope: &Scope, status| page(&store, &user_query(scope.clone(), filter(status), *by, false), &Position::First, 100).rows;
        for status in [None].into_iter().chain(Status::ALL.map(Some)) {
            let inside = of(&Scope::Company, status)
                .into_iter()
                .filter(|row| world.inside(&own, row.user.id) != ScopeRelation::Not)
                .collect::<Vec<_>>();
            assert_eq!(of(&own, status), inside, "{by:?} {typed:?} {status:?}");
        }
    }
}

#[apply(both_databases!)]
fn an_account_that_moves_takes_its_users_along(store: TestStore) {
    let world = world(&store, 19, 30);
    let [from, to] = [world.portfolios[0], world.portfolios[1]];
    let list = |portfolio| {
        ids(&page(
            &store,
            &user_query(Scope::of_portfolios(vec![portfolio]), UserFilter::default(), SortBy::Name, false),
            &Position::First,
            100,
        ))
    };
    let (person, account) = store
        .write_transaction(|tx| {
            let details = AccountDetails { name: AccountName::parse("Moved").unwrap(), website: None, notes: Notes::default() };
            let (person, account) = (active(tx, "Zoe", "Moved")?, accounts::insert(tx, from, &details, now())?);
            assignments::give_account(tx, person, account, AssignmentPermissions::default(), Some(world.people[0]), now())?;
            Ok::<_, StoreError>((person, account))
        })
        .unwrap();
    assert!(list(from).contains(&person) && !list(to).contains(&person));
    store.write_transaction(|tx| accounts::set_portfolio(tx, account, to)).unwrap();
    assert!(!list(from).contains(&person) && list(to).contains(&person));
    let unassigned = user_query(Scope::Company, UserFilter { is_unassigned: true, ..UserFilter::default() }, SortBy::Name, false);
    assert!(!ids(&page(&store, &unassigned, &Position::First, 100)).contains(&person));
}

#[apply(both_databases!)]
fn orders_are_what_they_say(store: TestStore) {
    let world = world(&store, 11, 60);
    let rows =
        |by, is_descending| page(&store, &user_query(Scope::Company, UserFilter::default(), by, is_descending), &Position::First, 100).rows;
    let people = |by, is_descending| rows(by, is_descending).into_iter().map(|row| row.user).collect::<Vec<_>>();
    assert_eq!(people(SortBy::Name, false).len(), world.people.len());
    assert!(people(SortBy::Name, false).is_sorted_by_key(usher::usecases::User::key));
    assert!(people(SortBy::Email, false).is_sorted_by_key(|person| person.email.to_lowercase()));
    assert!(rows(SortBy::Created, true).is_sorted_by_key(|row| std::cmp::Reverse((row.created_at, row.user.id))));
    let place = |status| Status::ALL.iter().position(|other| *other == status);
    assert!(people(SortBy::Status, false).is_sorted_by_key(|person| (place(person.status(now())), person.key())));
    for is_descending in [false, true] {
        let times = people(SortBy::LastSignIn, is_descending).into_iter().map(|person| person.last_sign_in_at).collect::<Vec<_>>();
        let (known, never) = times.split_at(times.iter().position(Option::is_none).unwrap());
        assert!(never.iter().all(Option::is_none));
        assert!(if is_descending { known.is_sorted_by(|one, other| one >= other) } else { known.is_sorted() });
    }
}

#[apply(both_databases!)]
fn counts_are_those_of_each_status(store: TestStore) {
    let world = world(&store, 13, 60);
    let own = Scope::of_portfolios(world.portfolios[1..].to_vec());
    for scope in [Scope::Company, own] {
        for typed in ["", "fisch", "p1"] {
            let of = |status| {
                let filter = UserFilter { search: SearchTerm::parse(typed), status, ..UserFilter::default() };
                user_query(scope.clone(), filter, SortBy::Name, false)
            };
            let counts = store.read(|db| users::counts(db, &of(None))).unwrap();
            for status in [None].into_iter().chain(Status::ALL.map(Some)) {
                let rows = page(&store, &of(status), &Position::First, 100).rows;
                assert!(status.is_none_or(|status| rows.iter().all(|row| row.user.status(now()) == status)));
                assert_eq!(counts.of(status), Count::Exactly(i64::try_from(rows.len()).unwrap()), "{scope:?} {typed:?} {status:?}");
            }
        }
    }
}

#[apply(both_databases!)]
fn users_with_two_factor_are_those_who_turned_it_on(store: TestStore) {
    let world = world(&store, 23, 60);
    for scope in [Scope::Company, Scope::of_portfolios(world.portfolios[..2].to_vec())] {
        let of = |has_two_factor| {
            let wanted = user_query(scope.clone(), UserFilter { has_two_factor, ..UserFilter::default() }, SortBy::Name, false);
            page(&store, &wanted, &Position::First, 100).rows
        };
        let [with, without] = [true, false].map(|has| of(Some(has)));
        assert!(!with.is_empty() && with.iter().all(|row| row.user.two_factor_since.is_some()), "{scope:?}");
        assert!(!without.is_empty() && without.iter().all(|row| row.user.two_factor_since.is_none()), "{scope:?}");
        assert_eq!(with.len() + without.len(), of(None).len(), "{scope:?}");
    }
    let active = UserFilter { has_two_factor: Some(false), status: Some(Status::Active), ..UserFilter::default() };
    let without = page(&store, &user_query(Scope::Company, active, SortBy::Name, false), &Position::First, 100).rows.len();
    assert_eq!(store.read(users::count_without_two_factor).unwrap(), without as u64);
    assert_eq!(differing(usher::usecases::consistency::compare(&store).unwrap()), []);
}
