//! Edit the details of an asset.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{
    AssetHead,
    account::{self, Do},
    fields::AssetFields,
};
use crate::{
    domain::{ids::AssetId, search::SearchTerm},
    usecases::{
        EditError,
        assets::{self, Editable},
    },
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Base, Flash, FlashKind, FormErrors, Layout, PICKS_MAX, Picker},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/edit.html")]
pub struct EditAssetPage {
    pub layout: Layout,
    /// Asset with its saved name.
    pub head: AssetHead,
    pub fields: AssetFields,
    /// Accounts to choose from; `None` for readers who see none.
    pub accounts: Option<Picker>,
    pub base: Base,
    /// True if another user saved meanwhile.
    pub is_stale: bool,
}

impl EditAssetPage {
    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }
}

/// Typed details.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditForm {
    name: String,
    description: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    find_account: String,
    r#do: Option<Do>,
    version: i32,
    #[serde(default)]
    was: String,
}

/// `GET /assets/{asset}/edit`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>) -> HandlerResult {
    respond::page(&page(&context, *id, None, String::new()).await?)
}

/// `POST /assets/{asset}/edit`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<EditForm>) -> HandlerResult {
    let (asset, EditForm { name, description, account, find_account: find, r#do, version, was }) = (*id, form.0);
    let base = Base { version, was };
    if r#do == Some(Do::Find) {
        let fields = AssetFields::new([&name, &description, &account]);
        return respond::page(&page(&context, asset, Some((fields, base)), find).await?);
    }
    let (fields, details) = AssetFields::typed(&name, &description, account::chosen(&account)?);
    let Some(details) = details else {
        return respond::again(&page(&context, asset, Some((fields, base)), find).await?);
    };
    let said = |&(): &()| Flash::new(FlashKind::Ok, "Details saved.");
    match context.act(said, move |ctx, submission| assets::edit(ctx, submission, asset, &details, version)).await? {
        Ok(()) => respond::see_other(paths::Asset { asset }),
        Err(EditError::Stale(saved)) => {
            let page = page(&context, asset, Some(fields.merged(&base, &saved)), find).await?;
            respond::with_status(StatusCode::CONFLICT, &EditAssetPage { is_stale: true, ..page })
        }
        Err(EditError::NameTaken) => respond::again(&page(&context, asset, Some((fields, base)), find).await?),
        Err(EditError::Action(error)) => context.say(&already(error)?, paths::Asset { asset }),
    }
}

async fn page(context: &PageContext, id: AssetId, typed: Option<(AssetFields, Base)>, find: String) -> Result<EditAssetPage, WebError> {
    let chosen = typed.as_ref().map(|(fields, _)| account::chosen(&fields.account.value)).transpose()?;
    let search = SearchTerm::parse(&find);
    let (layout_data, found) = context.open(move |ctx, actor| assets::editable(ctx, actor, id, chosen, search, PICKS_MAX)).await?;
    let Editable { asset, path, accounts } = found;
    let (fields, base) = typed.unwrap_or_else(|| AssetFields::of(&asset));
    Ok(EditAssetPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        accounts: account::picker(accounts, &fields.account.value, find),
        fields,
        base,
        is_stale: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{
        page::{Field, PickerKind},
        samples::check,
    };

    #[test]
    fn renders() {
        for is_stale in [false, true] {
            check(&format!("edit-asset-{is_stale}"), |sample| EditAssetPage {
                layout: sample.layout(),
                head: AssetHead::sample(sample),
                fields: AssetFields {
                    name: Field::new("Close").beside(&sample.text),
                    account: Field::new("7").beside("9"),
                    ..AssetFields::typed("", &sample.text, None).0
                },
                accounts: Some(Picker::sample(sample, PickerKind::One)),
                base: Base::default(),
                is_stale,
            });
        }
    }
}
