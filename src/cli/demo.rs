//! `usher demo`: a made-up company, for trying Usher out or measuring it.
//!
//! The database must not have users yet, so that the demo neither mixes with real users nor runs twice. One transaction
//! holds everything: an interruption leaves nothing, and SQLite is fastest when it builds its indexes at the end. A
//! server on the same file waits with its writes meanwhile; without users it has only the setup page.

mod asset_trees;
mod assets;
mod business;
mod chance;
mod definitions;
mod history;
mod mails;
mod names;
mod past;
mod people;
mod places;
mod users;

use std::time::{Duration, Instant};

use crate::{
    config::Settings,
    domain::{
        audit::{AuditAction, AuditEvent, Subject, SubjectKind},
        clock::{Clock as _, Random, SystemClock, SystemRandom, Timestamp, random_bytes},
        credentials::{
            password::{HashingFailed, Password, PasswordHash},
            token::TokenEnd,
        },
        email_address::{EmailAddress, EmailAddressError},
        text::{CompanyName, GroupName, LineError, PersonName},
    },
    startup,
    store::{
        StoreError, Tx, audit_entries, bulk_insert, company,
        groups::{self, ADMINS},
        tokens,
        users::{NewActive, insert_active, is_anybody},
    },
    usecases::Context,
};

use super::{CommandError, args, password_from_stdin, say};
use assets::Around;
use business::Business;
use past::{Administrator, Past, Person, RECORDED};
use people::People;
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
    #[error("a made-up integration {0}")]
    Integration(String),
}

pub(super) fn run(demo: &args::Demo, settings: &Settings) -> Result<(), CommandError> {
    let ctx = startup::context(settings, &settings.public_url)?;
    ctx.store.read(refuse_users)?;
    let made_up = (!demo.password_stdin).then(|| password(&SystemRandom));
    let typed = made_up.clone().map_or_else(password_from_stdin, Ok)?;
    let email = address("admin")?;
    let password = Password::choose(&typed, ctx.store.read(company::load)?.password_min, &[email.as_str(), ADMIN.0, ADMIN.1, COMPANY])?;
    let password = password.hash(&random_bytes(&SystemRandom)).map_err(DemoError::from)?;
    let plan = Plan { users: demo.users, seed: demo.seed, password };

    let mut said = Instant::now();
    fill(&ctx, &plan, SystemClock.now(), |done| {
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
pub fn fill(ctx: &Context, plan: &Plan, now: Timestamp, mut progress: impl FnMut(u32)) -> Result<(), DemoError> {
    let (users, business) = (MadeUpUsers::new(plan.users, plan.seed, now), Business::new(plan.users, plan.seed));
    ctx.store.audited_transaction(|tx| {
        let mut past = Past::new(now);
        let groups = begin(tx, plan, &mut past)?;
        let (people, placed) = bulk_insert::indexed_at_once(tx, |tx| {
            let placed = places::add(tx, &mut past, &business.portfolios)?;
            let mut people = People::new(&users, &business, &placed, &groups, plan);
            let mut done = 1;
            while done < plan.users {
                let end = plan.users.min(done.saturating_add(CHUNK));
                people.add(tx, &mut past, done..end)?;
                done = end;
                progress(done);
            }
            let recorded = people.recorded;
            Ok::<_, DemoError>((recorded, placed))
        })?;
        let admin = past.admins.first().map(|admin| &admin.person);
        let persons = admin.into_iter().chain(people.iter().map(|made_up| &made_up.person)).cloned().collect::<Vec<_>>();
        let around = Around { groups: &groups, portfolios: &placed.portfolios, account: placed.accounts.first() };
        assets::add(ctx, tx, &mut past, &persons, around, plan.users)?;
        mails::add(ctx, tx, &mut past, &people)?;
        people::refuse_sign_ins(tx, &people, now)?;
        past.append(tx);
        Ok(())
    })
}

/// Adds the company, its Admin and its groups. Returns the groups.
fn begin(tx: &mut Tx<'_>, plan: &Plan, past: &mut Past) -> Result<Vec<Subject>, DemoError> {
    let now = past.start;
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
    let id = insert_active(tx, &new)?;
    groups::add_member(tx, ADMINS, id, now)?;
    let admin = Person {
        id,
        number: 0,
        first_name: ADMIN.0.to_owned(),
        name: format!("{} {}", ADMIN.0, ADMIN.1),
        email: new.email.to_string(),
        active_since: Some(now),
    };
    let company = Subject { kind: SubjectKind::Company, id: 1, name: COMPANY.to_owned() };
    let (users, recorded) = (plan.users.into(), plan.users.min(RECORDED).into());
    let event = AuditEvent::DemoCreated { users, recorded, seed: plan.seed, admin: admin.email.clone() };
    past.record(now, past.by_admin(now, 0), company, &event);
    past.record(now, past.by_admin(now, 0), admin.subject(), &AuditEvent::AdminCreated { email: admin.email.clone() });
    let mut made = Vec::with_capacity(GROUPS.len());
    for (name, ..) in GROUPS {
        let id = groups::insert(tx, &GroupName::parse(name)?, now)?;
        let group = Subject { kind: SubjectKind::Group, id: id.0, name: name.to_owned() };
        past.record(now, admin.by(), group.clone(), &AuditEvent::GroupCreated {});
        made.push(group);
    }
    past.admins.push(Administrator { person: admin, since: now });
    Ok(made)
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
