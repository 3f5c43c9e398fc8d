//! Random operations on users and their access. After them the log tells for today what the tables hold.

use std::collections::BTreeSet;

use chrono::{Days, NaiveTime};
use proptest::{
    collection,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use usher::{
    domain::{
        account::AccountDetails,
        email_address::EmailAddress,
        ids::{AccountId, GroupId, PortfolioId, UserId},
        invitation::quota::Pace,
        permission::AssignmentPermissions,
        portfolio::PortfolioDetails,
        text::{AccountName, GroupName, Notes, PortfolioName},
        user::DefaultRole,
    },
    store::{
        Database, assignments as stored,
        groups::{self as stored_groups, ADMINS},
        users as stored_users,
    },
    usecases::{
        EntryPoint, Submission, User,
        access::{assignments, unassign},
        accounts,
        audit::{
            HistoryOf,
            access_on::{self, AccessRow, Through},
        },
        groups, portfolios,
        users::{
            deletion::{self, NewOwners},
            invite, lifecycle, profile, restoration,
        },
    },
};

use super::*;
use crate::helpers::{Db, Setting};

const KINDS: u8 = 28;

/// An operation: its kind, and numbers that choose what it is done to.
type Operation = (u8, usize, usize, usize);

/// A company under random operations.
struct Company {
    app: TestApp,
    maya: UserId,
    users: Vec<UserId>,
    groups: Vec<GroupId>,
    portfolios: Vec<PortfolioId>,
    accounts: Vec<AccountId>,
    named: usize,
    done: usize,
}

fn pick<T: Copy>(things: &[T], number: usize) -> Option<T> {
    (!things.is_empty()).then(|| things[number % things.len()])
}

fn permissions(number: usize) -> AssignmentPermissions {
    AssignmentPermissions { edits_details: number.is_multiple_of(2), sees_billing: number.is_multiple_of(3) }
}

impl Company {
    async fn new(db: Db) -> Self {
        let app = TestApp::with(db, Setting::default()).await;
        let maya = app.create_admin("Maya", "Fischer");
        Self { app, maya, users: vec![], groups: vec![], portfolios: vec![], accounts: vec![], named: 0, done: 0 }
    }

    fn by_maya<T>(&self) -> Submission<T> {
        self.app.caller(self.maya)
    }

    fn name(&mut self) -> String {
        self.named += 1;
        format!("Name{}", self.named)
    }

    fn user(&self, user: UserId) -> Option<User> {
        self.app.store().read(|db: &mut Database| stored_users::find(db, user)).unwrap()
    }

    /// Performs an operation, if it is permitted.
    fn perform(&mut self, (kind, first, second, third): Operation) -> Option<()> {
        let ctx = self.app.ctx.clone();
        let (user, account) = (pick(&self.users, first), pick(&self.accounts, second));
        let (portfolio, group) = (pick(&self.portfolios, second), pick(&self.groups, second));
        match kind {
            1 | 2 => {
                let email = EmailAddress::parse(&format!("{}@example.com", self.name())).unwrap();
                self.users.push(invite::invite(&ctx, &self.by_maya(), &email).ok()?.id);
            }
            3 | 4 => {
                let name = self.name();
                let admin = self.app.create_admin(&name, "Test");
                groups::remove(&ctx, &self.by_maya(), ADMINS, admin).ok()?;
                self.users.push(admin);
            }
            5 => drop(groups::add(&ctx, &self.by_maya(), ADMINS, user?).ok()?),
            6 => drop(groups::remove(&ctx, &self.by_maya(), ADMINS, user?).ok()?),
            7..=10 => drop(assignments::give_account(&ctx, &self.by_maya(), user?, account?, permissions(third)).ok()?),
            11 | 12 => drop(assignments::set_permissions(&ctx, &self.by_maya(), user?, account?, permissions(third)).ok()?),
            13 => drop(unassign::unassign(&ctx, &self.by_maya(), user?, &[AssignmentRef::Account(account?)], true).ok()?),
            14 => drop(assignments::give_portfolio(&ctx, &self.by_maya(), user?, portfolio?).ok()?),
            15 => drop(unassign::unassign(&ctx, &self.by_maya(), user?, &[AssignmentRef::Portfolio(portfolio?)], true).ok()?),
            16 | 17 => self.change_role(user?, portfolio?, third)?,
            18 => drop(lifecycle::block(&ctx, &self.by_maya(), EntryPoint::UsersAndGroups, user?).ok()?),
            19 => drop(lifecycle::activate(&ctx, &self.by_maya(), EntryPoint::UsersAndGroups, user?).ok()?),
            20 => drop(deletion::delete(&ctx, &self.by_maya(), user?, &NewOwners::One(None), None).ok()?),
            21 => drop(restoration::restore(&ctx, &self.by_maya(), user?).ok()?),
            22 if third.is_multiple_of(2) => drop(invite::revoke(&ctx, &self.by_maya(), EntryPoint::UsersAndGroups, user?).ok()?),
            22 => drop(invite::resend(&ctx, &self.by_maya(), EntryPoint::UsersAndPermissions, user?, Pace::Single).ok()?),
            23 => {
                let details = PortfolioDetails { name: PortfolioName::parse(&self.name()).unwrap(), notes: Notes::default() };
                self.portfolios.push(portfolios::create(&ctx, &self.by_maya(), &details, &[], &[]).ok()?);
            }
            24 => {
                let details = AccountDetails { name: AccountName::parse(&self.name()).unwrap(), website: None, notes: Notes::default() };
                self.accounts.push(accounts::create(&ctx, &self.by_maya(), portfolio?, &details, &[]).ok()?);
            }
            25 => drop(accounts::move_to(&ctx, &self.by_maya(), account?, pick(&self.portfolios, third)?).ok()?),
            26 if third.is_multiple_of(4) => drop(portfolios::deactivate(&ctx, &self.by_maya(), portfolio?).ok()?),
            26 => drop(portfolios::reactivate(&ctx, &self.by_maya(), portfolio?).ok()?),
            27 => {
                match third % 5 {
                    0 => {
                        let name = GroupName::parse(&self.name()).unwrap();
                        self.groups.push(groups::create(&ctx, &self.by_maya(), &name).ok()?);
                    }
                    1 if first.is_multiple_of(4) => {
                        let name = GroupName::parse(&self.name()).unwrap();
                        groups::rename(&ctx, &self.by_maya(), group?, &name).ok()?;
                    }
                    1 if first.is_multiple_of(3) => drop(groups::delete(&ctx, &self.by_maya(), group?).ok()?),
                    _ => drop(groups::add(&ctx, &self.by_maya(), group?, user?).ok()?),
                }
                self.app.advance(TimeDelta::hours(i64::try_from(third % 10).unwrap()));
            }
            _ => {}
        }
        self.done += 1;
        Some(())
    }

    fn change_role(&mut self, user: UserId, portfolio: PortfolioId, number: usize) -> Option<()> {
        let before = self.user(user)?;
        let theirs = self.app.store().read(|db: &mut Database| stored::portfolios_of(db, &[user])).unwrap();
        let name = self.name();
        let new = profile::Profile {
            first_name: usher::domain::text::PersonName::parse(&name).unwrap(),
            last_name: usher::domain::text::PersonName::parse("Test").unwrap(),
            email: EmailAddress::parse(&before.email).unwrap(),
            default_role: if number.is_multiple_of(3) { DefaultRole::User } else { DefaultRole::PortfolioAdmin },
            portfolios: vec![portfolio],
            leaves: theirs.into_iter().map(|given| given.portfolio.id).collect(),
            agreed: true,
            version: before.version,
        };
        profile::update(&self.app.ctx, &self.by_maya(), user, &new).ok().map(drop)
    }

    /// Access by the current tables.
    fn current(&self) -> BTreeSet<String> {
        let now = self.app.now();
        let read = |db: &mut Database| {
            let ids = self.users.iter().copied().chain([self.maya]).collect::<Vec<_>>();
            let users = stored_users::find_all(db, &ids)?;
            let user = |id: UserId| users.iter().find(|user| user.id == id);
            let mut found = BTreeSet::new();
            for given in stored::portfolios_of(db, &ids)? {
                let Some(user) = user(given.user) else { continue };
                found.insert(access(user, now, Some(given.portfolio.id.0), None, "Portfolio", given.by, given.at));
            }
            for given in stored::accounts_of(db, &ids)? {
                let Some(user) = user(given.user) else { continue };
                let permissions = format!("{:?}", given.permissions);
                let (portfolio, account) = (Some(given.account.portfolio_id.0), Some(given.account.id.0));
                found.insert(access(user, now, portfolio, account, &permissions, given.by, given.at));
            }
            Ok::<_, StoreError>(found)
        };
        self.app.store().read(read).unwrap()
    }

    /// Access by the log.
    fn replayed(&self, of: HistoryOf) -> Vec<AccessRow> {
        let end = self.app.now().date().checked_add_days(Days::new(1)).unwrap().and_time(NaiveTime::MIN);
        let maya = self.user(self.maya).unwrap();
        access_on::read(&self.app.ctx, &maya, of, end).unwrap().rows
    }

    fn assert_equal(&self) {
        let current = self.current();
        let told = |rows: Vec<AccessRow>| {
            let rows = rows.into_iter().filter(|row| row.through != Through::Admin);
            rows.map(|row| as_text(&row)).collect::<BTreeSet<_>>()
        };
        let portfolios = self.portfolios.iter().flat_map(|portfolio| self.replayed(HistoryOf::Portfolio(*portfolio)));
        assert_eq!(told(portfolios.collect()), current, "by portfolio");
        let users = self.users.iter().flat_map(|user| self.replayed(HistoryOf::User(*user)));
        assert_eq!(told(users.collect()), current, "by user");
        for account in &self.accounts {
            let rows = self.replayed(HistoryOf::Account(*account)).into_iter().filter(|row| row.account.is_some());
            let of_account = format!(" account {account} ");
            let expected = current.iter().filter(|text| text.contains(&of_account)).cloned().collect::<BTreeSet<_>>();
            assert_eq!(told(rows.collect()), expected, "account {account}");
        }
        for id in &self.users {
            let maya = self.user(self.maya).unwrap();
            let end = self.app.now() + TimeDelta::days(1);
            let then = access_on::read(&self.app.ctx, &maya, HistoryOf::User(*id), end).unwrap().user;
            let Some(user) = self.user(*id) else {
                assert_eq!(then, None, "{id} is gone");
                continue;
            };
            let memberships = self.app.store().read(|db: &mut Database| stored_groups::memberships_of(db, &[*id])).unwrap();
            // The role tells of Admins.
            let custom = memberships.into_iter().filter(|membership| membership.group != ADMINS);
            let mut groups = custom.map(|membership| membership.group_name).collect::<Vec<_>>();
            groups.sort();
            let then = then.expect("the user is there");
            assert_eq!((then.role, then.status, then.groups), (user.actor().role, user.status(self.app.now()), groups), "{}", user.email);
        }
    }
}

fn access(
    user: &User,
    now: Timestamp,
    portfolio: Option<i64>,
    account: Option<i64>,
    access: &str,
    by: Option<UserId>,
    at: Timestamp,
) -> String {
    let account = account.map_or_else(String::new, |account| format!(" account {account}"));
    let name = user.display_name();
    format!("{} {name} {} {:?} portfolio {portfolio:?}{account} {access} by {by:?} at {at}", user.id, user.email, user.status(now))
}

fn as_text(row: &AccessRow) -> String {
    let access = match row.through {
        Through::Account(permissions) => format!("{permissions:?}"),
        through => format!("{through:?}"),
    };
    let portfolio = row.portfolio.as_ref().map(|portfolio| portfolio.id);
    let account = row.account.as_ref().map_or_else(String::new, |account| format!(" account {}", account.id));
    format!(
        "{} {} {} {:?} portfolio {portfolio:?}{account} {access} by {:?} at {}",
        row.user.id, row.user.name, row.email, row.status, row.by, row.since
    )
}

/// Runs so many random operations, and compares after every two hundred. A failure is shrunk to the operations that it needs.
fn holds_after(operations: usize, db: Db) {
    let config = Config { cases: 1, max_shrink_iters: 20, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let operation = (0..KINDS, 0..10_000_usize, 0..10_000_usize, 0..10_000_usize);
    let run = |operations: Vec<Operation>| {
        actix_web::rt::System::new().block_on(async {
            let mut company = Company::new(db).await;
            for operations in operations.chunks(200) {
                for operation in operations {
                    company.perform(*operation);
                }
                company.assert_equal();
            }
            println!("{} of {} operations were permitted", company.done, operations.len());
            assert!(company.done > operations.len() / 3);
        });
        Ok(())
    };
    runner.run(&collection::vec(operation, operations), run).unwrap();
}

#[test]
fn the_log_tells_for_today_what_the_tables_hold_after_a_thousand_random_operations_on_sqlite() {
    holds_after(1000, Db::Sqlite);
}

#[test]
fn the_log_tells_for_today_what_the_tables_hold_after_random_operations_on_postgres() {
    holds_after(200, Db::Postgres);
}
