//! Edit name and description of an asset.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{AssetHead, fields::AssetFields};
use crate::{
    domain::ids::AssetId,
    usecases::{EditError, assets},
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Base, Flash, FlashKind, FormErrors, Layout},
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
    version: i32,
    #[serde(default)]
    was: String,
}

/// `GET /assets/{asset}/edit`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>) -> HandlerResult {
    respond::page(&page(&context, *id, None).await?)
}

/// `POST /assets/{asset}/edit`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<EditForm>) -> HandlerResult {
    let (asset, EditForm { name, description, version, was }) = (*id, form.0);
    let base = Base { version, was };
    let (fields, details) = AssetFields::typed(&name, &description);
    let Some(details) = details else {
        return respond::again(&page(&context, asset, Some((fields, base))).await?);
    };
    let said = |&(): &()| Flash::new(FlashKind::Ok, "Details saved.");
    match context.act(said, move |ctx, submission| assets::edit(ctx, submission, asset, &details, version)).await? {
        Ok(()) => respond::see_other(paths::Asset { asset }),
        Err(EditError::Stale(saved)) => {
            let page = page(&context, asset, Some(fields.merged(&base, &saved))).await?;
            respond::with_status(StatusCode::CONFLICT, &EditAssetPage { is_stale: true, ..page })
        }
        Err(EditError::NameTaken) => respond::again(&page(&context, asset, Some((fields, base))).await?),
        Err(EditError::Action(error)) => context.say(&already(error)?, paths::Asset { asset }),
    }
}

async fn page(context: &PageContext, id: AssetId, typed: Option<(AssetFields, Base)>) -> Result<EditAssetPage, WebError> {
    let (layout_data, (asset, path)) = context.open(move |ctx, actor| assets::editable(ctx, actor, id)).await?;
    let (fields, base) = typed.unwrap_or_else(|| AssetFields::of(&asset));
    Ok(EditAssetPage { layout: context.layout(&layout_data), head: AssetHead::new(&asset, &path), fields, base, is_stale: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{page::Field, samples::check};

    #[test]
    fn renders() {
        for is_stale in [false, true] {
            check(&format!("edit-asset-{is_stale}"), |sample| EditAssetPage {
                layout: sample.layout(),
                head: AssetHead::sample(sample),
                fields: AssetFields { name: Field::new("Close").beside(&sample.text), ..AssetFields::typed("", &sample.text).0 },
                base: Base::default(),
                is_stale,
            });
        }
    }
}
