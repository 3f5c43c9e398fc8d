//! The definition of a process: a text with versions.

use std::time::Instant;

use crate::{
    domain::{
        asset::{AssetAccess, AssetKind, DefinitionError, DefinitionText},
        audit::AuditEvent,
        ids::{AssetId, VersionNumber},
        policy::AssetAction,
    },
    store::{
        Database, StoreError,
        assets::{
            self, Asset,
            versions::{self, NewVersion, Version},
        },
        page::{Position, Slice},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{
            error::action_error_from_store,
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::{
    comparison::{self, Comparison, TIME_MAX},
    find, path,
};

/// A version with the name of the user who saved it; `None` if they are gone for good.
#[derive(Debug, Clone)]
pub struct VersionRow {
    pub version: Version,
    pub saved_by: Option<String>,
}

fn named(db: &mut Database, versions: Slice<Version>) -> Result<Slice<VersionRow>, StoreError> {
    let names = users::names(db, versions.rows.iter().filter_map(|version| version.saved_by))?;
    let saved_by = |version: &Version| version.saved_by.and_then(|by| names.get(&by).cloned());
    Ok(versions.map(|version| VersionRow { saved_by: saved_by(&version), version }))
}

fn named_one(db: &mut Database, version: Version) -> Result<VersionRow, StoreError> {
    let names = users::names(db, version.saved_by)?;
    Ok(VersionRow { saved_by: version.saved_by.and_then(|by| names.get(&by).cloned()), version })
}

/// Latest version; `None` before the first.
pub(super) fn latest(db: &mut Database, id: AssetId) -> Result<Option<VersionRow>, StoreError> {
    versions::latest(db, id)?.map(|version| named_one(db, version)).transpose()
}

/// Finds a process that exists for the actor, with their access.
fn find_process(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<(Asset, AssetAccess), ActionError> {
    let (asset, access) = find(db, actor, id)?;
    if asset.kind == AssetKind::Process { Ok((asset, access)) } else { Err(ActionError::unknown()) }
}

fn find_editable_process(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<Asset, ActionError> {
    let (asset, access) = find_process(db, actor, id)?;
    actor.authorise(AssetAction::EditAsset(Some(access)))?;
    Ok(asset)
}

/// A version with its text.
#[derive(Debug, Clone)]
pub struct VersionText {
    pub row: VersionRow,
    pub text: String,
}

fn with_text(db: &mut Database, id: AssetId, version: Version) -> Result<VersionText, ActionError> {
    let text = versions::text(db, id, version.number)?.ok_or_else(ActionError::unknown)?;
    Ok(VersionText { row: named_one(db, version)?, text })
}

fn find_version(db: &mut Database, id: AssetId, number: VersionNumber) -> Result<VersionText, ActionError> {
    let version = versions::find(db, id, number)?.ok_or_else(ActionError::unknown)?;
    with_text(db, id, version)
}

/// The definition of a process with one page of its versions, newest first.
#[derive(Debug, Clone)]
pub struct Definition {
    pub asset: Asset,
    pub path: Vec<Asset>,
    pub access: AssetAccess,
    /// Latest version; `None` before the first.
    pub current: Option<VersionText>,
    pub versions: Slice<VersionRow>,
}

pub fn show(ctx: &Context, user: &User, id: AssetId, position: &Position, limit: usize) -> Result<Definition, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, access) = find_process(db, &actor, id)?;
        let current = versions::latest(db, id)?.map(|version| with_text(db, id, version)).transpose()?;
        let versions = versions::list(db, id, position, limit)?;
        Ok(Definition { path: path(db, &actor, &asset)?, asset, access, current, versions: named(db, versions)? })
    })
}

/// One version of a definition.
#[derive(Debug, Clone)]
pub struct OneVersion {
    pub asset: Asset,
    pub path: Vec<Asset>,
    pub access: AssetAccess,
    pub version: VersionText,
    pub latest: VersionNumber,
}

pub fn version(ctx: &Context, user: &User, id: AssetId, number: VersionNumber) -> Result<OneVersion, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, access) = find_process(db, &actor, id)?;
        let version = find_version(db, id, number)?;
        let latest = versions::latest(db, id)?.map_or(number, |latest| latest.number);
        Ok(OneVersion { path: path(db, &actor, &asset)?, asset, access, version, latest })
    })
}

/// Two versions and their differences.
#[derive(Debug, Clone)]
pub struct Compared {
    pub asset: Asset,
    pub path: Vec<Asset>,
    pub from: VersionRow,
    pub to: VersionRow,
    pub latest: VersionNumber,
    pub comparison: Comparison,
}

/// Compares two versions: by default the latest with the one before it.
pub fn compare(
    ctx: &Context,
    user: &User,
    id: AssetId,
    from: Option<VersionNumber>,
    to: Option<VersionNumber>,
) -> Result<Compared, ActionError> {
    let (asset, path, latest, from, to) = ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, _) = find_process(db, &actor, id)?;
        let latest = versions::latest(db, id)?.ok_or_else(ActionError::unknown)?.number;
        let to = find_version(db, id, to.unwrap_or(latest))?;
        let before = VersionNumber((to.row.version.number.0 - 1).max(1));
        let from = find_version(db, id, from.unwrap_or(before))?;
        Ok::<_, ActionError>((asset.clone(), path(db, &actor, &asset)?, latest, from, to))
    })?;
    let comparison = comparison::compare(&from.text, &to.text, Instant::now() + TIME_MAX);
    Ok(Compared { asset, path, from: from.row, to: to.row, latest, comparison })
}

/// Process whose definition is edited, with the latest version.
pub fn editable(ctx: &Context, user: &User, id: AssetId) -> Result<(Asset, Vec<Asset>, Option<VersionText>), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let asset = find_editable_process(db, &actor, id)?;
        let current = versions::latest(db, id)?.map(|version| with_text(db, id, version)).transpose()?;
        Ok((asset.clone(), path(db, &actor, &asset)?, current))
    })
}

/// Refusal of a definition.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error(transparent)]
    Text(#[from] DefinitionError),
    /// Another version was saved since the form was opened.
    #[error("version {0} was saved meanwhile")]
    Stale(VersionNumber),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(SaveError);

/// Saves a typed text as a new version, if the latest one is still `base`, which is 0 before the first. Refuses a text
/// that is the latest or was not changed since the form was opened.
pub fn save(
    ctx: &Context,
    submission: &Submission<VersionNumber>,
    id: AssetId,
    typed: &str,
    base: VersionNumber,
) -> Result<VersionNumber, SaveError> {
    let text = DefinitionText::parse(typed)?;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        assets::lock(work.tx, id)?;
        let asset = find_editable_process(work.tx.db(), &work.actor, id)?;
        let latest = number(versions::latest(work.tx.db(), id)?);
        for number in [latest, base] {
            if versions::is_text(work.tx.db(), id, number, text.as_str())? {
                return Err(ActionError::is_so(asset.name).into());
            }
        }
        if latest != base {
            return Err(SaveError::Stale(latest));
        }
        Ok(write(work, &asset, latest, text.as_str(), None)?)
    })
}

/// Brings the text of a version back as a new version. Returns its number.
pub fn bring_back(
    ctx: &Context,
    submission: &Submission<VersionNumber>,
    id: AssetId,
    back: VersionNumber,
) -> Result<VersionNumber, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        assets::lock(work.tx, id)?;
        let asset = find_editable_process(work.tx.db(), &work.actor, id)?;
        let text = versions::text(work.tx.db(), id, back)?.ok_or_else(ActionError::unknown)?;
        let latest = number(versions::latest(work.tx.db(), id)?);
        if versions::is_text(work.tx.db(), id, latest, &text)? {
            return Err(ActionError::is_so(asset.name));
        }
        Ok(write(work, &asset, latest, &text, Some(back))?)
    })
}

/// Number of the latest version; 0 before the first.
fn number(latest: Option<Version>) -> VersionNumber {
    latest.map_or(VersionNumber(0), |version| version.number)
}

fn write(
    work: &mut UnitOfWork<'_, '_>,
    asset: &Asset,
    latest: VersionNumber,
    text: &str,
    restored_from: Option<VersionNumber>,
) -> Result<VersionNumber, StoreError> {
    let (number, by, now) = (VersionNumber(latest.0 + 1), work.actor.id(), work.now);
    versions::insert(work.tx, asset.id, NewVersion { number, text, restored_from, by, now })?;
    assets::touch(work.tx, asset.id, by, now)?;
    let (bytes, restored_from) = (text.len() as u64, restored_from.map(|number| number.0));
    work.record(asset, &AuditEvent::AssetVersionSaved { number: number.0, bytes, restored_from });
    Ok(number)
}
