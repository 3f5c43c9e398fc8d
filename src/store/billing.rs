//! Billing information of accounts.

use diesel::{dsl::Eq, prelude::*};

use crate::domain::{
    account::{Billing, BillingFields, billing_fields},
    clock::Timestamp,
    ids::AccountId,
};

use super::{Database, StoreError, Tx, schema::billing};

/// Stored billing information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingRow {
    pub fields: BillingFields,
    pub updated_at: Timestamp,
    pub version: i32,
}

macro_rules! columns {
    ($($name:ident: $label:literal, $kind:ident $(($what:literal))?;)+) => {
        const COLUMNS: ($(billing::$name,)+) = ($(billing::$name,)+);

        #[derive(Queryable)]
        struct Columns {
            $($name: String),+
        }

        impl From<Columns> for BillingFields {
            fn from(Columns { $($name),+ }: Columns) -> Self {
                Self { $($name),+ }
            }
        }

        fn values(fields: &BillingFields) -> ($(Eq<billing::$name, &str>,)+) {
            ($(billing::$name.eq(&*fields.$name),)+)
        }
    };
}

billing_fields!(columns);

/// Finds billing information; `None` where none was saved.
pub fn find(db: &mut Database, account: AccountId) -> Result<Option<BillingRow>, StoreError> {
    let found = billing::table.find(account).select((COLUMNS, billing::updated_at, billing::version));
    let found = found.first::<(Columns, Timestamp, i32)>(db).optional()?;
    Ok(found.map(|(columns, updated_at, version)| BillingRow { fields: columns.into(), updated_at, version }))
}

pub fn save(tx: &mut Tx<'_>, account: AccountId, new: &Billing, now: Timestamp) -> Result<(), StoreError> {
    let row = (values(new.fields()), billing::updated_at.eq(now));
    let touched = diesel::update(billing::table.find(account)).set((row, billing::version.eq(billing::version + 1))).execute(tx.db())?;
    if touched == 0 {
        diesel::insert_into(billing::table).values((billing::account_id.eq(account), row)).execute(tx.db())?;
    }
    Ok(())
}
