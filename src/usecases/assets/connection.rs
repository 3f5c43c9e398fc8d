//! The connection of an integration: kind, base address and secret.

use crate::{
    domain::{
        asset::{AssetKind, BaseAddress, ConnectionKind, ConnectionSecret},
        audit::{AuditEvent, ConnectionFields},
        ids::AssetId,
        policy::AssetAction,
    },
    store::{
        Database, StoreError,
        assets::{
            self, Asset,
            connections::{self, Connection},
        },
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{error::action_error_from_store, scoped_actor::ScopedActor, transaction::Rights},
    },
};

use super::{find, path};

/// A connection with the name of the user who set the secret; `None` if they are gone for good.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    pub connection: Connection,
    pub secret_set_by: Option<String>,
}

/// Saved connection; `None` before the first save.
pub(super) fn saved(db: &mut Database, id: AssetId) -> Result<Option<ConnectionRow>, StoreError> {
    let Some(connection) = connections::find(db, id)? else { return Ok(None) };
    let names = users::names(db, connection.secret_set_by)?;
    Ok(Some(ConnectionRow { secret_set_by: names.into_values().next(), connection }))
}

fn find_editable_integration(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<Asset, ActionError> {
    let (asset, access) = find(db, actor, id)?;
    if asset.kind != AssetKind::Integration {
        return Err(ActionError::unknown());
    }
    actor.authorise(AssetAction::EditAsset(Some(access)))?;
    Ok(asset)
}

/// Integration whose connection is edited, with the folders above it.
pub fn editable(ctx: &Context, user: &User, id: AssetId) -> Result<(Asset, Vec<Asset>, Option<ConnectionRow>), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let asset = find_editable_integration(db, &actor, id)?;
        Ok((asset.clone(), path(db, &actor, &asset)?, saved(db, id)?))
    })
}

/// Change of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretChange {
    Keep,
    Replace(ConnectionSecret),
    Remove,
}

/// A connection to save.
#[derive(Debug, Clone)]
pub struct NewConnection {
    pub kind: ConnectionKind,
    pub base_address: BaseAddress,
    pub secret: SecretChange,
}

/// Refusal of a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// Saved by another user since the form was opened. Carries the current connection.
    #[error("it was changed meanwhile")]
    Stale(Option<Box<Connection>>),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(ConnectionError);

/// Saves a connection, if its version is still `version`, which is 0 before the first save.
pub fn save(ctx: &Context, submission: &Submission<()>, id: AssetId, new: &NewConnection, version: i32) -> Result<(), ConnectionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        assets::lock(work.tx, id)?;
        let asset = find_editable_integration(work.tx.db(), &work.actor, id)?;
        let saved = connections::find(work.tx.db(), id)?;
        let has_secret = saved.as_ref().is_some_and(|saved| saved.secret_set_at.is_some());
        let before = saved.as_ref().map(|saved| ConnectionFields { kind: saved.kind, base_address: saved.base_address.clone() });
        let after = ConnectionFields { kind: new.kind, base_address: new.base_address.as_str().to_owned() };
        let is_edited = before.as_ref() != Some(&after);
        let replaced = if let SecretChange::Replace(secret) = &new.secret { Some(secret) } else { None };
        let is_removed = new.secret == SecretChange::Remove && has_secret;
        if replaced.is_some() {
            submission.ensure_first_submission(work)?;
        } else if !is_edited && !is_removed {
            return Err(ActionError::is_so(asset.name).into());
        }
        if saved.as_ref().map_or(0, |saved| saved.version) != version {
            return Err(ConnectionError::Stale(saved.map(Box::new)));
        }
        let (by, now) = (work.actor.id(), work.now);
        connections::save(work.tx, id, new.kind, &new.base_address)?;
        assets::touch(work.tx, id, by, now)?;
        if is_edited {
            work.record(&asset, &AuditEvent::AssetConnectionEdited { before, after });
        }
        if let Some(secret) = replaced {
            let sealed = secret.seal(&ctx.key, id, &*ctx.random);
            connections::set_secret(work.tx, id, &sealed, by, now)?;
            work.record(&asset, &AuditEvent::AssetSecretReplaced {});
        }
        if is_removed {
            connections::remove_secret(work.tx, id)?;
            work.record(&asset, &AuditEvent::AssetSecretRemoved {});
        }
        Ok(())
    })
}
