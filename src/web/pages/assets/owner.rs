//! Change the owner of one asset, or of everything that a user owns.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::AssetHead;
use crate::{
    domain::{
        asset::AssetKind,
        ids::{AssetId, UserId},
        search::SearchTerm,
    },
    usecases::{
        self,
        assets::owner::{self, OwnerError, OwnerOptions, Reowned},
    },
    web::shared::{
        error::WebError,
        form::Form,
        page::{FieldError, FindQuery, Finder, Flash, FlashKind, FormErrors, Layout, UserLabel, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Search for the new owner.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/owner.html")]
pub struct ChangeOwnerPage {
    pub layout: Layout,
    /// `None` for everything that a user owns.
    pub head: Option<AssetHead>,
    pub owner: UserLabel,
    /// "2 folders, 1 process"
    pub owned: String,
    /// True if a folder has further assets of its owner.
    pub has_content: bool,
    pub with_content: bool,
    pub keeps_edit: bool,
    pub finder: Finder,
}

impl ChangeOwnerPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }

    /// Page to return to.
    fn back(&self) -> String {
        self.head.as_ref().map_or_else(|| paths::UsersAndGroups {}.to_string(), |head| head.path().to_string())
    }
}

/// New owner.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerForm {
    user: Option<UserId>,
    /// Checked for the content of a folder.
    with_content: Option<String>,
    /// Checked if the old owner can still edit.
    keeps_edit: Option<String>,
    /// Typed search, with which the page is shown again.
    #[serde(default)]
    q: String,
}

/// `GET /assets/{asset}/owner`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: Query<FindQuery>) -> HandlerResult {
    let reowned = Reowned::Asset { id: *id, with_content: true };
    respond::page(&page(&context, reowned, query.into_inner().q, true, None).await?)
}

/// `POST /assets/{asset}/owner`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<OwnerForm>) -> HandlerResult {
    let reowned = Reowned::Asset { id: *id, with_content: form.0.with_content.is_some() };
    change(&context, reowned, form.0, paths::Asset { asset: *id }.to_string()).await
}

/// `GET /users-and-groups/users/{user}/assets`
pub(in crate::web) async fn show_all(context: PageContext, id: Path<UserId>, query: Query<FindQuery>) -> HandlerResult {
    respond::page(&page(&context, Reowned::AllOf(*id), query.into_inner().q, false, None).await?)
}

/// `POST /users-and-groups/users/{user}/assets`
pub(in crate::web) async fn submit_all(context: PageContext, id: Path<UserId>, form: Form<OwnerForm>) -> HandlerResult {
    change(&context, Reowned::AllOf(*id), form.0, paths::UsersAndGroups {}.to_string()).await
}

async fn change(context: &PageContext, reowned: Reowned, form: OwnerForm, next: String) -> HandlerResult {
    let OwnerForm { user, keeps_edit, q, .. } = form;
    let keeps_edit = keeps_edit.is_some();
    let again =
        async |q: String, error: String| respond::again(&page(context, reowned, q, keeps_edit, Some(FieldError::Message(error))).await?);
    let Some(user) = user else { return again(q, "Choose a person from the results".to_owned()).await };
    let said = |(count, new): &(u64, usecases::User)| {
        let assets = counted(*count, "asset", "assets");
        Flash::new(FlashKind::Ok, format!("{} now owns {assets}.", new.display_name()))
    };
    match context.act(said, move |ctx, submission| owner::change(ctx, submission, reowned, user, keeps_edit)).await? {
        Ok(_) => respond::see_other(next),
        Err(OwnerError::Gone) => again(q, "This person no longer exists".to_owned()).await,
        Err(OwnerError::NotActive { name, status }) => {
            again(q, format!("{name} is {}. Only active people can own assets", status.label())).await
        }
        Err(OwnerError::IsOwner { name }) => again(q, format!("{name} already owns this")).await,
        Err(OwnerError::NoAssets { name }) => context.say(&Flash::new(FlashKind::Info, format!("{name} owns no assets.")), next),
        Err(OwnerError::Action(error)) => Err(error.into()),
    }
}

async fn page(
    context: &PageContext,
    reowned: Reowned,
    q: String,
    keeps_edit: bool,
    error: Option<FieldError>,
) -> Result<ChangeOwnerPage, WebError> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (layout_data, options) = context.open(move |ctx, actor| owner::options(ctx, actor, reowned, search)).await?;
    let OwnerOptions { asset, owner, counts, candidates } = options;
    let head = asset.as_ref().map(|(asset, path)| AssetHead::new(asset, path));
    let action = match reowned {
        Reowned::Asset { id, .. } => paths::ChangeOwner { asset: id }.to_string(),
        Reowned::AllOf(user) => paths::UserAssets { user }.to_string(),
    };
    let others = candidates.rows.iter().filter(|user| user.id != owner.id);
    let results = others.map(|user| UserLabel::from(&user.who())).collect();
    let finder = Finder { q, results, has_more: candidates.has_next, error, ..Finder::new(action, "Shows active people.") };
    Ok(ChangeOwnerPage {
        layout: context.layout(&layout_data),
        has_content: head.is_some() && counts.iter().map(|(_, count)| count).sum::<i64>() > 1,
        with_content: matches!(reowned, Reowned::Asset { with_content: true, .. }),
        owned: in_words(&counts),
        owner: UserLabel::from(&owner.who()),
        head,
        keeps_edit,
        finder,
    })
}

/// "2 folders, 1 process"
fn in_words(counts: &[(AssetKind, i64)]) -> String {
    let words = |(kind, count): &(AssetKind, i64)| counted(count.unsigned_abs(), kind.words().0, kind.words().1);
    let words = counts.iter().map(words).collect::<Vec<_>>().join(", ");
    if words.is_empty() { "no assets".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample) -> ChangeOwnerPage {
        let results = sample.rows(|_, user| user).into_iter().take(8).collect();
        ChangeOwnerPage {
            layout: sample.layout(),
            head: Some(AssetHead::sample(sample)),
            owner: sample.user(3),
            owned: in_words(&[(AssetKind::Folder, 2), (AssetKind::Process, 1)]),
            has_content: true,
            with_content: true,
            keeps_edit: sample.rows > 3,
            finder: Finder { q: sample.text.clone(), results, ..Finder::new("/assets/7/owner", "Shows active people.") },
        }
    }

    #[test]
    fn renders() {
        check("change-owner", page);
        check("change-owner-of-all", |sample| ChangeOwnerPage { head: None, has_content: false, ..page(sample) });
    }
}
