//! Create a folder, a process or an integration.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use super::{
    FolderLink,
    account::{self, Do},
    fields::AssetFields,
};
use crate::{
    domain::{asset::AssetKind, ids::AssetId, search::SearchTerm},
    usecases::{
        access::picker_options::PickerQuery,
        assets::{self, TreeError},
    },
    web::shared::{
        error::WebError,
        form::Form,
        page::{Flash, FlashKind, FormErrors, Layout, PICKS_MAX, Picker},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/new.html")]
pub struct NewAssetPage {
    pub layout: Layout,
    pub kind: AssetKind,
    /// Folder of the new asset with those above it; empty for the top level.
    pub folders: Vec<FolderLink>,
    pub fields: AssetFields,
    /// Accounts to choose from; `None` for readers who see none.
    pub accounts: Option<Picker>,
}

impl NewAssetPage {
    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }

    /// "Create folder"
    fn title(&self) -> String {
        format!("Create {}", self.kind.words().0)
    }

    /// Page to return to.
    fn back(&self) -> String {
        self.folders.last().map_or_else(|| paths::Assets {}.to_string(), |folder| folder.path().to_string())
    }
}

/// Kind and place of the new asset.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct NewAssetQuery {
    kind: Option<AssetKind>,
    folder: Option<AssetId>,
}

/// Typed details.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAssetForm {
    kind: AssetKind,
    folder: Option<AssetId>,
    name: String,
    description: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    find_account: String,
    r#do: Option<Do>,
}

/// `GET /assets/new`
pub(in crate::web) async fn show(context: PageContext, query: Query<NewAssetQuery>) -> HandlerResult {
    let kind = query.kind.unwrap_or(AssetKind::Folder);
    respond::page(&page(&context, kind, query.folder, AssetFields::default(), String::new()).await?)
}

/// `POST /assets/new`
pub(in crate::web) async fn submit(context: PageContext, form: Form<NewAssetForm>) -> HandlerResult {
    let Form(NewAssetForm { kind, folder, name, description, account, find_account: find, r#do }, key) = form;
    if r#do == Some(Do::Find) {
        return respond::page(&page(&context, kind, folder, AssetFields::new([&name, &description, &account]), find).await?);
    }
    let (fields, details) = AssetFields::typed(&name, &description, account::chosen(&account)?);
    let Some(details) = details else {
        return respond::again(&page(&context, kind, folder, fields, find).await?);
    };
    let name = details.name.clone();
    let said = move |_: &AssetId| Flash::new(FlashKind::Ok, format!("Created the {} {name}.", kind.words().0));
    match context.make(key, said, move |ctx, submission| assets::create(ctx, submission, kind, folder, &details)).await? {
        Ok(asset) => respond::see_other(paths::Asset { asset }),
        Err(TreeError::Action(error)) => Err(error.into()),
        Err(TreeError::TooDeep | TreeError::InItself) => respond::again(&page(&context, kind, folder, fields.too_deep(), find).await?),
    }
}

async fn page(
    context: &PageContext,
    kind: AssetKind,
    folder: Option<AssetId>,
    fields: AssetFields,
    find: String,
) -> Result<NewAssetPage, WebError> {
    let ticked = account::chosen(&fields.account.value)?.into_iter().collect();
    let wanted = PickerQuery { search: SearchTerm::parse(&find), ticked, held: Vec::new(), limit: PICKS_MAX };
    let (layout_data, (path, offer)) = context.open(move |ctx, actor| assets::new_in(ctx, actor, folder, &wanted)).await?;
    let folders = path.iter().map(FolderLink::from).collect();
    let accounts = account::picker(offer, &fields.account.value, find);
    Ok(NewAssetPage { layout: context.layout(&layout_data), kind, folders, fields, accounts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        pages::assets::AssetHead,
        shared::{page::PickerKind, samples::check},
    };

    #[test]
    fn renders() {
        for kind in AssetKind::ALL {
            check(&format!("new-asset-{}", kind.as_str()), |sample| NewAssetPage {
                layout: sample.layout(),
                kind: *kind,
                folders: AssetHead::sample(sample).folders,
                fields: AssetFields::typed(&sample.text, &sample.text, None).0,
                accounts: Some(Picker::sample(sample, PickerKind::One)),
            });
        }
    }
}
