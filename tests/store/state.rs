//! State kept in tables, independent of the audit log.

use chrono::TimeDelta;
use usher::{
    domain::{
        portfolio::PortfolioDetails,
        text::{Notes, PortfolioName},
    },
    store::{
        assignments, portfolios, users,
        withheld::{self, Withheld},
    },
};

use super::*;

#[apply(both_databases!)]
fn a_withheld_assignment_stays_until_it_is_given_after_all(store: TestStore) {
    let details = PortfolioDetails { name: PortfolioName::parse("Nordic").unwrap(), notes: Notes::default() };
    store
        .write_transaction(|tx| {
            let (maya, noor) = (active(tx, "Maya", "Fischer")?, active(tx, "Noor", "Dijk")?);
            let portfolio = portfolios::insert(tx, &details, now())?;
            withheld::insert(
                tx,
                noor,
                Withheld { portfolio_id: Some(portfolio), account_id: None, assigned_by: Some(maya), withheld_at: now() },
            )?;
            let kept = withheld::of(tx.db(), noor, now() - TimeDelta::seconds(1))?;
            assert_eq!(
                kept.iter().map(|row| (row.portfolio_id, row.account_id, row.assigned_by)).collect::<Vec<_>>(),
                [(Some(portfolio), None, Some(maya))]
            );
            users::remove(tx, maya)?;
            assert_eq!(withheld::of(tx.db(), noor, now() - TimeDelta::seconds(1))?[0].assigned_by, None);
            assignments::give_portfolio(tx, noor, portfolio, Some(noor), now())?;
            assert!(withheld::of(tx.db(), noor, now() - TimeDelta::seconds(1))?.is_empty());
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[apply(both_databases!)]
fn a_deleted_user_is_listed_with_who_deleted_them(store: TestStore) {
    store
        .write_transaction(|tx| {
            let (maya, jonas) = (active(tx, "Maya", "Fischer")?, active(tx, "Jonas", "Vermeulen")?);
            users::delete(tx, jonas, Some(maya), now())?;
            let since = now() - TimeDelta::days(1);
            let deleted = users::list_deleted(tx.db(), since, &Position::First, 10)?.unwrap().rows.remove(0);
            assert_eq!((deleted.id, deleted.deleted_by), (jonas, Some(maya)));
            users::delete(tx, maya, Some(maya), now())?;
            assert_eq!(users::names(tx.db(), [maya])?[&maya], "Maya Fischer");
            users::restore(tx, jonas)?;
            assert!(users::lock_deleted(tx, jonas, since)?.is_none());
            Ok::<_, StoreError>(())
        })
        .unwrap();
}
