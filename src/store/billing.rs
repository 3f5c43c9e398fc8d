//! Where accounts' bills go.

use diesel::prelude::*;

use crate::domain::{
    account::{Billing, BillingLine},
    clock::Timestamp,
    ids::AccountId,
};

use super::{Database, StoreError, Tx, schema::billing};

/// An account's billing information as it is kept. What was left out is empty.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = billing)]
pub struct BillingRow {
    pub legal_name: String,
    pub email: String,
    pub address_line_1: String,
    pub address_line_2: String,
    pub city: String,
    pub postal_code: String,
    pub country: String,
    pub tax_id: String,
    pub purchase_order: String,
    pub updated_at: Timestamp,
    pub version: i32,
}

impl BillingRow {
    /// Whether `new` is what is kept already.
    pub fn says(&self, new: &Billing) -> bool {
        self.legal_name == new.legal_name.as_str()
            && self.email == new.email.as_str()
            && self.address_line_1 == new.address_line_1.as_str()
            && self.address_line_2 == optional(new.address_line_2.as_ref())
            && self.city == new.city.as_str()
            && self.postal_code == new.postal_code.as_str()
            && self.country == new.country.code()
            && self.tax_id == optional(new.tax_id.as_ref())
            && self.purchase_order == optional(new.purchase_order.as_ref())
    }
}

fn optional(line: Option<&BillingLine>) -> &str {
    line.map_or("", BillingLine::as_str)
}

/// `None` where nobody has said so yet.
pub fn find(db: &mut Database, account: AccountId) -> Result<Option<BillingRow>, StoreError> {
    Ok(billing::table.find(account).select(BillingRow::as_select()).first(db).optional()?)
}

pub fn save(tx: &mut Tx<'_>, account: AccountId, new: &Billing, now: Timestamp) -> Result<(), StoreError> {
    let fields = (
        billing::legal_name.eq(new.legal_name.as_str()),
        billing::email.eq(new.email.as_str()),
        billing::address_line_1.eq(new.address_line_1.as_str()),
        billing::address_line_2.eq(optional(new.address_line_2.as_ref())),
        billing::city.eq(new.city.as_str()),
        billing::postal_code.eq(new.postal_code.as_str()),
        billing::country.eq(new.country.code()),
        billing::tax_id.eq(optional(new.tax_id.as_ref())),
        billing::purchase_order.eq(optional(new.purchase_order.as_ref())),
        billing::updated_at.eq(now),
    );
    let touched = diesel::update(billing::table.find(account)).set((fields, billing::version.eq(billing::version + 1))).execute(tx.db())?;
    if touched == 0 {
        diesel::insert_into(billing::table).values((billing::account_id.eq(account), fields)).execute(tx.db())?;
    }
    Ok(())
}
