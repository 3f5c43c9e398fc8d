//! Connections of integrations.

use diesel::prelude::*;

use crate::{
    domain::{
        asset::{BaseAddress, ConnectionKind},
        clock::Timestamp,
        ids::{AssetId, UserId},
    },
    store::{Database, StoreError, Tx, schema::integrations},
};

/// Connection of an integration. The sealed secret is not read.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = integrations)]
pub struct Connection {
    pub kind: ConnectionKind,
    pub base_address: String,
    /// `None` without a secret.
    pub secret_set_at: Option<Timestamp>,
    pub secret_set_by: Option<UserId>,
    pub version: i32,
}

/// Finds a connection; `None` where none was saved.
pub fn find(db: &mut Database, asset: AssetId) -> Result<Option<Connection>, StoreError> {
    Ok(integrations::table.find(asset).select(Connection::as_select()).first(db).optional()?)
}

/// Saves kind and base address, with the next version.
pub fn save(tx: &mut Tx<'_>, asset: AssetId, kind: ConnectionKind, base_address: &BaseAddress) -> Result<(), StoreError> {
    let fields = (integrations::kind.eq(kind), integrations::base_address.eq(base_address.as_str()));
    let saved = diesel::update(integrations::table.find(asset)).set((fields, integrations::version.eq(integrations::version + 1)));
    if saved.execute(tx.db())? == 0 {
        let new = (integrations::asset_id.eq(asset), fields);
        diesel::insert_into(integrations::table).values(new).execute(tx.db())?;
    }
    Ok(())
}

/// Replaces the sealed secret of a saved connection.
pub fn set_secret(tx: &mut Tx<'_>, asset: AssetId, sealed: &[u8], by: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(integrations::table.find(asset))
        .set((
            integrations::sealed_secret.eq(Some(sealed)),
            integrations::secret_set_at.eq(Some(now)),
            integrations::secret_set_by.eq(by.map(|by| by.0)),
        ))
        .execute(tx.db())?;
    Ok(())
}

pub fn remove_secret(tx: &mut Tx<'_>, asset: AssetId) -> Result<(), StoreError> {
    diesel::update(integrations::table.find(asset))
        .set((
            integrations::sealed_secret.eq(None::<Vec<u8>>),
            integrations::secret_set_at.eq(None::<Timestamp>),
            integrations::secret_set_by.eq(None::<i64>),
        ))
        .execute(tx.db())?;
    Ok(())
}
