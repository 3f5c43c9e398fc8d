//! Versions of the definitions of processes. Lists and heads never read the texts.

use diesel::{
    dsl::{exists, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::Integer,
};

use crate::{
    domain::{
        clock::Timestamp,
        ids::{AssetId, UserId, VersionNumber},
    },
    store::{
        Database, StoreError, Tx, backend,
        connection::MultiBackend,
        page::{Key, Position, Slice},
        schema::process_versions,
    },
};

/// A version without its text.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Version {
    pub number: VersionNumber,
    pub saved_by: Option<UserId>,
    pub saved_at: Timestamp,
    /// Version that was brought back as this one.
    pub restored_from: Option<VersionNumber>,
    /// Length of the text, in bytes.
    pub bytes: i32,
}

type Columns = (
    process_versions::number,
    process_versions::saved_by,
    process_versions::saved_at,
    process_versions::restored_from,
    SqlLiteral<Integer>,
);

/// Columns of a [`Version`]. Both databases know the length of a text without reading it.
fn columns() -> Columns {
    let bytes = sql::<Integer>("octet_length(process_versions.text)");
    (process_versions::number, process_versions::saved_by, process_versions::saved_at, process_versions::restored_from, bytes)
}

impl Version {
    /// Position in the list of versions.
    pub fn key(&self) -> Key {
        Key { sort_key: String::new(), id: self.number.0 }
    }
}

type Query<'a> = process_versions::BoxedQuery<'a, MultiBackend>;

/// One page of versions, newest first.
pub fn list(db: &mut Database, asset: AssetId, position: &Position, limit: usize) -> Result<Slice<Version>, StoreError> {
    let mut query: Query<'_> = process_versions::table.filter(process_versions::asset_id.eq(asset)).into_boxed();
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(process_versions::number.lt(key.id)),
        Position::Before(key) => query = query.filter(process_versions::number.gt(key.id)),
    }
    let query =
        if position.is_backward() { query.order(process_versions::number.asc()) } else { query.order(process_versions::number.desc()) };
    Ok(Slice::new(query.limit(backend::one_more(limit)).select(columns()).load(db)?, position, limit))
}

pub fn latest(db: &mut Database, asset: AssetId) -> Result<Option<Version>, StoreError> {
    let versions = process_versions::table.filter(process_versions::asset_id.eq(asset));
    Ok(versions.order(process_versions::number.desc()).select(columns()).first(db).optional()?)
}

pub fn find(db: &mut Database, asset: AssetId, number: VersionNumber) -> Result<Option<Version>, StoreError> {
    Ok(process_versions::table.find((asset, number)).select(columns()).first(db).optional()?)
}

pub fn text(db: &mut Database, asset: AssetId, number: VersionNumber) -> Result<Option<String>, StoreError> {
    Ok(process_versions::table.find((asset, number)).select(process_versions::text).first(db).optional()?)
}

/// True if the version has this text.
pub fn is_text(db: &mut Database, asset: AssetId, number: VersionNumber, text: &str) -> Result<bool, StoreError> {
    let version = process_versions::table.find((asset, number)).filter(process_versions::text.eq(text));
    Ok(diesel::select(exists(version)).get_result(db)?)
}

/// A new version.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    pub number: VersionNumber,
    pub text: &'a str,
    pub restored_from: Option<VersionNumber>,
    pub by: Option<UserId>,
    pub now: Timestamp,
}

pub fn insert(tx: &mut Tx<'_>, asset: AssetId, new: NewVersion<'_>) -> Result<(), StoreError> {
    diesel::insert_into(process_versions::table)
        .values((
            process_versions::asset_id.eq(asset),
            process_versions::number.eq(new.number),
            process_versions::saved_by.eq(new.by.map(|by| by.0)),
            process_versions::saved_at.eq(new.now),
            process_versions::restored_from.eq(new.restored_from.map(|number| number.0)),
            process_versions::text.eq(new.text),
        ))
        .execute(tx.db())?;
    Ok(())
}
