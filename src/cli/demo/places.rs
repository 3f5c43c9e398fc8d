//! Made-up portfolios, accounts and billing information, with their history.

use chrono::TimeDelta;

use crate::{
    domain::{
        account::{AccountDetails, Billing, BillingFields, Website},
        audit::{AuditEvent, Subject, SubjectKind},
        clock::Timestamp,
        ids::{AccountId, PortfolioId},
        portfolio::PortfolioDetails,
        text::{AccountName, Notes, PortfolioName},
    },
    store::{Tx, accounts, billing, portfolios},
};

use super::{
    DemoError, address,
    business::{MadeUpAccount, MadeUpPortfolio},
    past::Past,
};

/// Time since the deactivation of portfolios.
const DEACTIVATED: TimeDelta = TimeDelta::days(40);

/// Accounts of which one has a purchase order, added later.
const PURCHASE_ORDERS: usize = 4;

/// Made-up portfolios and accounts in the database.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub(super) portfolios: Vec<Subject>,
    pub(super) accounts: Vec<Subject>,
}

/// Adds portfolios with their accounts. All are of the first day of the past.
pub(super) fn add(tx: &mut Tx<'_>, past: &mut Past, made_up: &[MadeUpPortfolio]) -> Result<Placed, DemoError> {
    let mut placed = Placed::default();
    let number = made_up.iter().map(|portfolio| portfolio.accounts.len() + 1).sum::<usize>();
    let step = TimeDelta::days(1) / i32::try_from(number + 1).unwrap_or(i32::MAX);
    let mut at = past.start;
    for made_up in made_up {
        at += step;
        let details = PortfolioDetails { name: PortfolioName::parse(&made_up.name)?, notes: Notes::parse(&made_up.notes)? };
        let id = portfolios::insert(tx, &details, at)?;
        let portfolio = Subject { kind: SubjectKind::Portfolio, id: id.0, name: made_up.name.clone() };
        let created = AuditEvent::PortfolioCreated { notes: made_up.notes.clone() };
        past.record(at, past.by_admin(at, 0), portfolio.clone(), &created);
        for made_up in &made_up.accounts {
            at += step;
            let account = add_account(tx, past, made_up, &portfolio, at)?;
            add_billing(tx, past, made_up, (&account, placed.accounts.len()), &portfolio, at + step)?;
            placed.accounts.push(account);
        }
        if !made_up.is_active {
            let at = past.now - DEACTIVATED;
            portfolios::set_deactivated(tx, PortfolioId(portfolio.id), Some(at))?;
            past.record(at, past.by_admin(at, 0), portfolio.clone(), &AuditEvent::PortfolioDeactivated {});
        }
        placed.portfolios.push(portfolio);
    }
    Ok(placed)
}

fn add_account(
    tx: &mut Tx<'_>,
    past: &mut Past,
    made_up: &MadeUpAccount,
    portfolio: &Subject,
    at: Timestamp,
) -> Result<Subject, DemoError> {
    let website = Website::parse(&made_up.website).unwrap_or_default();
    let details = AccountDetails { name: AccountName::parse(&made_up.name)?, website, notes: Notes::default() };
    let id = accounts::insert(tx, PortfolioId(portfolio.id), &details, at)?;
    let account = Subject { kind: SubjectKind::Account, id: id.0, name: made_up.name.clone() };
    let created = AuditEvent::AccountCreated { website: made_up.website.clone(), notes: String::new() };
    past.record_at(at, past.by_admin(at, 0), account.clone(), portfolio, &created);
    Ok(account)
}

/// Adds billing information, and to some a purchase order later.
fn add_billing(
    tx: &mut Tx<'_>,
    past: &mut Past,
    made_up: &MadeUpAccount,
    (account, place): (&Subject, usize),
    portfolio: &Subject,
    at: Timestamp,
) -> Result<(), DemoError> {
    let Some(billed_in) = made_up.billed_in else { return Ok(()) };
    let first = billing_of(made_up, billed_in, String::new())?;
    billing::save(tx, AccountId(account.id), &first, at)?;
    let entered = AuditEvent::BillingUpdated { before: None, after: first.fields().clone().into() };
    past.record_at(at, past.by_admin(at, 0), account.clone(), portfolio, &entered);
    if place % PURCHASE_ORDERS == 0 {
        let at = at + (past.now - at) / 360 * i32::try_from(place % 300 + 30).unwrap_or(30);
        let second = billing_of(made_up, billed_in, format!("PO-{}", 4100 + place))?;
        billing::save(tx, AccountId(account.id), &second, at)?;
        let updated = AuditEvent::BillingUpdated { before: Some(first.fields().clone().into()), after: second.fields().clone().into() };
        past.record_at(at, past.by_admin(at, u32::try_from(place).unwrap_or(0)), account.clone(), portfolio, &updated);
    }
    Ok(())
}

fn billing_of(
    account: &MadeUpAccount,
    (country, city, postal_code): (&str, &str, &str),
    purchase_order: String,
) -> Result<Billing, DemoError> {
    let fields = BillingFields {
        legal_name: format!("{} Group", account.name),
        email: address("invoices")?.to_string(),
        address_line_1: "Strandgaten 14".to_owned(),
        city: city.to_owned(),
        postal_code: postal_code.to_owned(),
        country: country.to_owned(),
        purchase_order,
        ..BillingFields::default()
    };
    Billing::parse(&fields).map_err(|refused| DemoError::Billing(format!("{refused:?}")))
}
