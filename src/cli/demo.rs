//! `usher demo`: a made-up company, for trying Usher out or measuring it.
//!
//! The database must not have users yet, so that the demo neither mixes with real users nor runs twice. One transaction
//! holds everything: an interruption leaves nothing, and SQLite is fastest when it builds its indexes at the end. A
//! server on the same file waits with its writes meanwhile; without users it has only the setup page.

mod business;
mod chance;
mod names;
mod users;

use std::time::{Duration, Instant};

use chrono::{Datelike as _, TimeDelta};

use crate::{
    config::Settings,
    domain::{
        account::{AccountDetails, Billing, BillingFields, Website},
        audit::{AuditAction, AuditEvent, By, Channel, Entry, Subject, SubjectKind},
        clock::{Clock as _, Random, SystemClock, SystemRandom, Timestamp, random_bytes},
        credentials::{
            password::{HashingFailed, Password, PasswordHash},
            token::TokenEnd,
        },
        email_address::{EmailAddress, EmailAddressError},
        ids::{AccountId, GroupId, PortfolioId, UserId},
        invitation::InvitationOrigin,
        portfolio::PortfolioDetails,
        text::{AccountName, CompanyName, GroupName, LineError, Notes, PersonName, PortfolioName},
    },
    startup,
    store::{
        Store, StoreError, Tx, accounts,
        audit::daily_counts::{self, DailyCount},
        audit_entries, billing,
        bulk_insert::{self, NewUser},
        company,
        groups::{self, ADMINS},
        portfolios, tokens,
        users::{NewActive, insert_active, is_anybody},
    },
};

use super::{CommandError, args, password_from_stdin, say};
use business::{Business, MadeUpAccount, MadeUpAssignments, MadeUpPortfolio};
use users::{GROUPS, HOST, MadeUpUsers, PORTFOLIO_ADMIN, USER};

const COMPANY: &str = "Northwind Trading";
const ADMIN: (&str, &str) = ("Maya", "Fischer");

/// Users that memory holds at a time.
const CHUNK: u32 = 50_000;

/// Time between two reports of progress.
const PATIENCE: Duration = Duration::from_secs(3);

/// Size and key data of the made-up company.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Number of users, the Admin included.
    pub users: u32,
    pub seed: u64,
    /// Password of all active users.
    pub password: PasswordHash,
}

/// Reason for refusing to fill a database.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("this database already has users that `usher demo` did not create; choose a new one with USHER_DATA_DIR or USHER_DATABASE_URL")]
    Inhabited,
    #[error("`usher demo` has already filled this database; choose a new one with USHER_DATA_DIR or USHER_DATABASE_URL")]
    MadeBefore,
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Hashing(#[from] HashingFailed),
    #[error("a made-up name {0}")]
    Name(#[from] LineError),
    #[error("a made-up address {0}")]
    Address(#[from] EmailAddressError),
    #[error("made-up billing information: {0}")]
    Billing(String),
}

pub(super) fn run(demo: &args::Demo, settings: &Settings) -> Result<(), CommandError> {
    let store = startup::context(settings, &settings.public_url)?.store;
    store.read(refuse_users)?;
    let made_up = (!demo.password_stdin).then(|| password(&SystemRandom));
    let typed = made_up.clone().map_or_else(password_from_stdin, Ok)?;
    let email = address("admin")?;
    let password = Password::choose(&typed, store.read(company::load)?.password_min, &[email.as_str(), ADMIN.0, ADMIN.1, COMPANY])?;
    let password = password.hash(&random_bytes(&SystemRandom)).map_err(DemoError::from)?;
    let plan = Plan { users: demo.users, seed: demo.seed, password };

    let mut said = Instant::now();
    fill(&store, &plan, SystemClock.now(), |done| {
        if said.elapsed() >= PATIENCE {
            eprintln!("{done} of {} users", plan.users);
            said = Instant::now();
        }
    })?;
    say(format_args!("{COMPANY} has {} users. Sign in as {email}", plan.users));
    let users = MadeUpUsers::new(plan.users, plan.seed, SystemClock.now());
    for (number, role) in [(PORTFOLIO_ADMIN, "Portfolio Admin"), (USER, "User")] {
        if number < plan.users {
            say(format_args!("or, as a {role}, as {}", users.user(number).email));
        }
    }
    match made_up {
        Some(password) => say(format_args!("with the password {password}, which all demo users share.")),
        None => say("with the password you entered, which all demo users share."),
    }
    Ok(())
}

/// Fills a database that has no users, in one transaction. `progress` gets the number of users so far.
///
/// # Errors
/// See [`DemoError`].
pub fn fill(store: &Store, plan: &Plan, now: Timestamp, mut progress: impl FnMut(u32)) -> Result<(), DemoError> {
    let (users, business) = (MadeUpUsers::new(plan.users, plan.seed, now), Business::new(plan.users, plan.seed));
    store.audited_transaction(|tx| {
        let mut begun = begin(tx, plan, now)?;
        daily_counts::insert(tx, &daily_counts_of(plan, now))?;
        bulk_insert::indexed_at_once(tx, |tx| {
            add_portfolios(tx, &business.portfolios, &mut begun, now)?;
            let mut done = 1;
            while done < plan.users {
                let end = plan.users.min(done.saturating_add(CHUNK));
                add(tx, &users, &business, done..end, plan, &begun, now)?;
                done = end;
                progress(done);
            }
            Ok(())
        })
    })
}

/// Sign-ins and invitations of twelve weeks, fewer at weekends and long ago. Those of today follow from real ones.
fn daily_counts_of(plan: &Plan, now: Timestamp) -> Vec<DailyCount> {
    let users = i64::from(plan.users);
    let counts = (1..=83).flat_map(|ago| {
        let day = now.date() - TimeDelta::days(ago);
        let part = if day.weekday().num_days_from_monday() < 5 { 10 } else { 1 };
        let growth = 100 - ago - ago * 7 % 13;
        [(AuditAction::SignedIn, users * part * growth / 5000), (AuditAction::UserInvited, (users * part * growth / 200_000).max(part % 2))]
            .map(|(action, entries)| DailyCount { day, action, entries })
    });
    counts.collect()
}

/// Rows made before the users: company, groups, portfolios and accounts.
struct Begun {
    admin: UserId,
    groups: Vec<GroupId>,
    portfolios: Vec<PortfolioId>,
    accounts: Vec<AccountId>,
}

/// Adds portfolios with their accounts.
fn add_portfolios(tx: &mut Tx<'_>, portfolios: &[MadeUpPortfolio], begun: &mut Begun, now: Timestamp) -> Result<(), DemoError> {
    for made_up in portfolios {
        let details = PortfolioDetails { name: PortfolioName::parse(&made_up.name)?, notes: Notes::parse(&made_up.notes)? };
        let portfolio = portfolios::insert(tx, &details, now)?;
        for made_up in &made_up.accounts {
            let website = Website::parse(&made_up.website).unwrap_or_default();
            let details = AccountDetails { name: AccountName::parse(&made_up.name)?, website, notes: Notes::default() };
            let account = accounts::insert(tx, portfolio, &details, now)?;
            if let Some((country, city, postal_code)) = made_up.billed_in {
                billing::save(tx, account, &billing_of(made_up, country, city, postal_code)?, now)?;
            }
            begun.accounts.push(account);
        }
        if !made_up.is_active {
            portfolios::set_deactivated(tx, portfolio, Some(now))?;
        }
        begun.portfolios.push(portfolio);
    }
    Ok(())
}

fn billing_of(account: &MadeUpAccount, country: &str, city: &str, postal_code: &str) -> Result<Billing, DemoError> {
    let fields = BillingFields {
        legal_name: format!("{} Group", account.name),
        email: address("invoices")?.to_string(),
        address_line_1: "Strandgaten 14".to_owned(),
        city: city.to_owned(),
        postal_code: postal_code.to_owned(),
        country: country.to_owned(),
        ..BillingFields::default()
    };
    Billing::parse(&fields).map_err(|refused| DemoError::Billing(format!("{refused:?}")))
}

/// Adds the company, its Admin and its groups.
fn begin(tx: &mut Tx<'_>, plan: &Plan, now: Timestamp) -> Result<Begun, DemoError> {
    company::lock_rights(tx)?;
    refuse_users(tx.db())?;
    tokens::end_setup(tx, TokenEnd::Revoked, now)?;
    company::set_name(tx, &CompanyName::parse(COMPANY)?)?;
    let new = NewActive {
        email: &address("admin")?,
        first_name: &PersonName::parse(ADMIN.0)?,
        last_name: &PersonName::parse(ADMIN.1)?,
        password: &plan.password,
        now,
    };
    let admin = insert_active(tx, &new)?;
    groups::add_member(tx, ADMINS, admin, now)?;
    let mut groups = Vec::with_capacity(GROUPS.len());
    for (name, ..) in GROUPS {
        groups.push(groups::insert(tx, &GroupName::parse(name)?, now)?);
    }
    let by = By { id: None, name: "usher demo".to_owned(), channel: Channel::CommandLine, client_ip: None };
    let company = Subject { kind: SubjectKind::Company, id: 1, name: COMPANY.to_owned() };
    let event = AuditEvent::DemoCreated { users: plan.users.into(), seed: plan.seed, admin: new.email.to_string() };
    tx.audit(Entry::new(now, by, company, &event));
    Ok(Begun { admin, groups, portfolios: Vec::new(), accounts: Vec::new() })
}

/// Adds the users with these numbers, their memberships and their assignments.
fn add(
    tx: &mut Tx<'_>,
    users: &MadeUpUsers,
    business: &Business,
    numbers: std::ops::Range<u32>,
    plan: &Plan,
    begun: &Begun,
    now: Timestamp,
) -> Result<(), DemoError> {
    let (mut new, mut members, mut assigned) = (Vec::new(), Vec::<(GroupId, String)>::new(), Vec::new());
    for (number, user) in numbers.map(|number| (number, users.user(number))) {
        let email = EmailAddress::parse(&user.email)?;
        // Users invited in Users & Groups have no assignments yet.
        let has_any = user.invitation.is_none_or(|(origin, _)| origin == InvitationOrigin::UsersAndPermissions);
        let given = if has_any { business.of(number, user.default_role) } else { MadeUpAssignments::default() };
        let has_assignments = !given.portfolios.is_empty() || !given.accounts.is_empty();
        assigned.push((email.key().to_owned(), given));
        let groups = user.groups.iter().filter_map(|&group| begun.groups.get(group).copied());
        members.extend(groups.chain(user.is_admin.then_some(ADMINS)).map(|group| (group, email.key().to_owned())));
        new.push(NewUser {
            email,
            first_name: user.first_name,
            last_name: user.last_name,
            default_role: user.default_role,
            password: user.credentials_set_at.map(|_| &plan.password),
            credentials_set_at: user.credentials_set_at,
            blocked_at: user.blocked_at,
            invited_by: user.invitation.map(|_| begun.admin),
            invitation: user.invitation,
            created_at: user.created_at,
            last_sign_in_at: user.last_sign_in_at,
            has_assignments,
        });
    }
    bulk_insert::insert_users(tx, &new)?;
    let keys = members.iter().map(|(_, key)| key.as_str()).chain(assigned.iter().map(|(key, _)| key.as_str())).collect::<Vec<_>>();
    let ids = bulk_insert::find_by_emails(tx.db(), &keys)?;
    let members = members.iter().filter_map(|(group, key)| Some((*group, *ids.get(key)?))).collect::<Vec<_>>();
    bulk_insert::add_members(tx, &members, now)?;
    let (mut portfolios, mut accounts) = (Vec::new(), Vec::new());
    for (key, assigned) in &assigned {
        let Some(&user) = ids.get(key) else { continue };
        portfolios.extend(assigned.portfolios.iter().filter_map(|&place| Some((user, *begun.portfolios.get(place)?))));
        accounts
            .extend(assigned.accounts.iter().filter_map(|&(place, permissions)| Some((user, *begun.accounts.get(place)?, permissions))));
    }
    Ok(bulk_insert::assign(tx, &portfolios, &accounts, begun.admin, now)?)
}

fn refuse_users(db: &mut crate::store::Database) -> Result<(), DemoError> {
    if !is_anybody(db)? {
        return Ok(());
    }
    let first = audit_entries(db, 0, 1)?;
    let is_made_up = first.first().is_some_and(|entry| entry.action == AuditAction::DemoCreated);
    Err(if is_made_up { DemoError::MadeBefore } else { DemoError::Inhabited })
}

fn address(local: &str) -> Result<EmailAddress, DemoError> {
    Ok(EmailAddress::parse(&format!("{local}@{HOST}"))?)
}

/// Twenty easily distinguished letters and digits: 98 bits.
fn password(random: &dyn Random) -> String {
    const LETTERS: &[u8; 30] = b"abcdefghjkmnpqrstuvwxyz2345679";
    let mut text = String::new();
    while text.len() < 24 {
        let [byte] = random_bytes(random);
        // Bytes from 240 on are skipped: the remainder by 30 would favour the first letters.
        if let (0..240, Some(letter)) = (byte, LETTERS.get(usize::from(byte) % LETTERS.len())) {
            text.push(char::from(*letter));
            if text.len() % 5 == 4 {
                text.push('-');
            }
        }
    }
    text.truncate(24);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_password_is_one_that_could_be_chosen() {
        let (one, other) = (password(&SystemRandom), password(&SystemRandom));
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [4; 5]);
        assert!(Password::choose(&one, 15, &[]).is_ok(), "{one}");
    }
}
