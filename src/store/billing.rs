//! Billing information of accounts.

use diesel::prelude::*;

use crate::domain::{
    account::{Billing, BillingFields},
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

/// `None` for an account without billing information.
pub fn find(db: &mut Database, account: AccountId) -> Result<Option<BillingRow>, StoreError> {
    let fields = (
        billing::legal_name,
        billing::email,
        billing::address_line_1,
        billing::address_line_2,
        billing::city,
        billing::postal_code,
        billing::country,
        billing::tax_id,
        billing::purchase_order,
    );
    let found = billing::table.find(account).select((fields, billing::updated_at, billing::version)).first(db).optional()?;
    Ok(found.map(|(fields, updated_at, version)| {
        let (legal_name, email, address_line_1, address_line_2, city, postal_code, country, tax_id, purchase_order) = fields;
        let fields =
            BillingFields { legal_name, email, address_line_1, address_line_2, city, postal_code, country, tax_id, purchase_order };
        BillingRow { fields, updated_at, version }
    }))
}

pub fn save(tx: &mut Tx<'_>, account: AccountId, new: &Billing, now: Timestamp) -> Result<(), StoreError> {
    let texts = new.fields();
    let [legal_name, email, address_line_1, address_line_2, city, postal_code, country, tax_id, purchase_order] =
        texts.labelled().map(|(_, text)| text);
    let fields = (
        billing::legal_name.eq(legal_name),
        billing::email.eq(email),
        billing::address_line_1.eq(address_line_1),
        billing::address_line_2.eq(address_line_2),
        billing::city.eq(city),
        billing::postal_code.eq(postal_code),
        billing::country.eq(country),
        billing::tax_id.eq(tax_id),
        billing::purchase_order.eq(purchase_order),
        billing::updated_at.eq(now),
    );
    let touched = diesel::update(billing::table.find(account)).set((fields, billing::version.eq(billing::version + 1))).execute(tx.db())?;
    if touched == 0 {
        diesel::insert_into(billing::table).values((billing::account_id.eq(account), fields)).execute(tx.db())?;
    }
    Ok(())
}
