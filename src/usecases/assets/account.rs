//! The account of an asset. An editor who does not see it may keep it.

use crate::{
    domain::{
        asset::AssetDetails,
        audit::{AssetFields, AuditEvent, Named},
        ids::AccountId,
    },
    store::{
        Database,
        accounts::{self, Account},
        assets::Asset,
    },
    usecases::{
        ActionError,
        shared::{scoped_actor::ScopedActor, transaction::UnitOfWork},
    },
};

/// Finds an account, if the actor sees it.
pub(super) fn seen(db: &mut Database, actor: &ScopedActor, id: AccountId) -> Result<Option<Account>, ActionError> {
    match actor.account(db, id) {
        Ok((account, _)) => Ok(Some(account)),
        Err(ActionError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The chosen account, if the actor sees it or keeps the one `before`.
pub(super) fn require(
    work: &mut UnitOfWork<'_, '_>,
    chosen: Option<AccountId>,
    before: Option<AccountId>,
) -> Result<Option<Named>, ActionError> {
    let Some(id) = chosen else { return Ok(None) };
    if before == Some(id) {
        return named(work.tx.db(), before);
    }
    let (account, _) = work.actor.account(work.tx.db(), id)?;
    Ok(Some(Named::new(id.0, &account.name)))
}

fn named(db: &mut Database, id: Option<AccountId>) -> Result<Option<Named>, ActionError> {
    let account = id.map(|id| accounts::find(db, id)).transpose()?.flatten();
    Ok(account.map(|account| Named::new(account.id.0, &account.name)))
}

/// The event of an edit, before it is saved.
pub(super) fn edited(work: &mut UnitOfWork<'_, '_>, asset: &Asset, new: &AssetDetails) -> Result<AuditEvent, ActionError> {
    let before =
        AssetFields { name: asset.name.clone(), description: asset.description.clone(), account: named(work.tx.db(), asset.account_id)? };
    let after = AssetFields {
        name: new.name.to_string(),
        description: new.description.as_str().to_owned(),
        account: require(work, new.account, asset.account_id)?,
    };
    Ok(AuditEvent::AssetEdited { before, after })
}
