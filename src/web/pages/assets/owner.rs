//! Change the owner of assets: of one, of selected ones, or of everything that a user owns.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

use super::AssetHead;
use crate::{
    domain::{
        asset::AssetKind,
        digest::Digest,
        ids::{AssetId, UserId},
        search::SearchTerm,
    },
    usecases::{
        self,
        assets::owner::{self, NewOwner, OwnerError, OwnerOptions, Reowned, SELECTED_MAX},
    },
    web::shared::{
        error::WebError,
        form::{self, Form, each_once},
        page::{FieldError, FindQuery, Finder, Flash, FlashKind, FormErrors, Layout, NAMED, UserLabel, counted, names_in_short},
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
    /// The only asset.
    pub head: Option<AssetHead>,
    /// Selected assets by name; empty for everything that a user owns.
    pub selected: Vec<AssetHead>,
    pub owners: Vec<UserLabel>,
    /// "2 folders, 1 process and 3 deleted assets"
    pub owned: String,
    /// True for a user who owns nothing.
    pub is_empty: bool,
    /// True if a folder has further assets of its owner.
    pub has_content: bool,
    pub checked: Checked,
    /// True if the owner was changed since the page was shown.
    pub is_changed: bool,
    /// Digest of the assets with their owners.
    pub seen: Digest,
    pub finder: Finder,
}

impl ChangeOwnerPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }

    /// Page to return to.
    fn back(&self) -> String {
        match &self.head {
            Some(head) => head.path().to_string(),
            None if self.selected.is_empty() => paths::UsersAndGroups {}.to_string(),
            None => paths::AllAssets {}.to_string(),
        }
    }

    /// "Jonas Vermeulen, Lena Novak and 3 more"
    fn owner_names(&self) -> String {
        let names = self.owners.iter().map(|owner| owner.name.clone()).collect::<Vec<_>>();
        names_in_short(&names, NAMED)
    }
}

/// New owner.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerForm {
    /// Selected assets.
    #[serde(default)]
    asset: Vec<AssetId>,
    user: Option<UserId>,
    /// Checked for the content of folders.
    with_content: Option<String>,
    /// Checked if the old owners can still edit.
    keeps_edit: Option<String>,
    /// Digest of the assets with their owners, as the page showed them.
    seen: Option<Digest>,
    /// Typed search, with which the page is shown again.
    #[serde(default)]
    q: String,
}

/// Query of the page about selected assets.
#[derive(Debug, Clone, Default, Deserialize)]
struct SelectedQuery {
    #[serde(default)]
    asset: Vec<AssetId>,
    #[serde(default)]
    q: String,
}

/// Choices of the form, as the page shows them.
#[derive(Debug, Clone, Copy)]
pub struct Checked {
    pub with_content: bool,
    pub keeps_edit: bool,
}

/// `GET /assets/{asset}/owner`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: Query<FindQuery>) -> HandlerResult {
    let reowned = Reowned::Assets { ids: vec![*id], with_content: true };
    respond::page(&page(&context, &reowned, query.into_inner().q, Checked { with_content: true, keeps_edit: true }, None).await?)
}

/// `POST /assets/{asset}/owner`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<OwnerForm>) -> HandlerResult {
    let reowned = Reowned::Assets { ids: vec![*id], with_content: form.0.with_content.is_some() };
    if !form.0.asset.is_empty() {
        return Err(WebError::Malformed);
    }
    change(&context, reowned, form.0, paths::Asset { asset: *id }.to_string()).await
}

/// `GET /assets/owner`
pub(in crate::web) async fn show_selected(context: PageContext, request: HttpRequest) -> HandlerResult {
    let SelectedQuery { asset: ids, q } = form::query(request.query_string())?;
    if ids.is_empty() {
        return select_first(&context);
    }
    let reowned = Reowned::Assets { ids: selected(ids)?, with_content: true };
    respond::page(&page(&context, &reowned, q, Checked { with_content: true, keeps_edit: true }, None).await?)
}

/// `POST /assets/owner`
pub(in crate::web) async fn submit_selected(context: PageContext, mut form: Form<OwnerForm>) -> HandlerResult {
    let ids = std::mem::take(&mut form.0.asset);
    if ids.is_empty() {
        return select_first(&context);
    }
    let reowned = Reowned::Assets { ids: selected(ids)?, with_content: form.0.with_content.is_some() };
    change(&context, reowned, form.0, paths::AllAssets {}.to_string()).await
}

fn select_first(context: &PageContext) -> HandlerResult {
    context.say(&Flash::new(FlashKind::Info, "Select the assets first."), paths::AllAssets {})
}

fn selected(ids: Vec<AssetId>) -> Result<Vec<AssetId>, WebError> {
    each_once(&ids)?;
    if ids.len() > SELECTED_MAX { Err(WebError::TooManyFields) } else { Ok(ids) }
}

/// `GET /users-and-groups/users/{user}/assets`
pub(in crate::web) async fn show_all(context: PageContext, id: Path<UserId>, query: Query<FindQuery>) -> HandlerResult {
    let checked = Checked { with_content: true, keeps_edit: false };
    respond::page(&page(&context, &Reowned::AllOf(*id), query.into_inner().q, checked, None).await?)
}

/// `POST /users-and-groups/users/{user}/assets`
pub(in crate::web) async fn submit_all(context: PageContext, id: Path<UserId>, form: Form<OwnerForm>) -> HandlerResult {
    change(&context, Reowned::AllOf(*id), form.0, paths::UsersAndGroups {}.to_string()).await
}

async fn change(context: &PageContext, reowned: Reowned, form: OwnerForm, next: String) -> HandlerResult {
    let OwnerForm { user, with_content, keeps_edit, seen, q, .. } = form;
    let checked = Checked { with_content: with_content.is_some(), keeps_edit: keeps_edit.is_some() };
    let shown = reowned.clone();
    let page = async |error: Option<String>| page(context, &shown, q, checked, error.map(FieldError::Message)).await;
    let Some(to) = user else { return respond::again(&page(Some("Choose a person from the results".to_owned())).await?) };
    let said = |(count, new): &(u64, usecases::User)| {
        let assets = counted(*count, "asset", "assets");
        Flash::new(FlashKind::Ok, format!("{} now owns {assets}.", new.display_name()))
    };
    let new = NewOwner { to, keeps_edit: checked.keeps_edit, seen };
    match context.act(said, move |ctx, submission| owner::change(ctx, submission, &reowned, &new)).await? {
        Ok(_) => respond::see_other(next),
        Err(OwnerError::Done { name }) => context.say(&Flash::new(FlashKind::Info, format!("{name} already owns this.")), next),
        Err(OwnerError::NoAssets { name }) => context.say(&Flash::new(FlashKind::Info, format!("{name} owns no assets.")), next),
        Err(OwnerError::Changed) => {
            let page = ChangeOwnerPage { is_changed: true, ..page(None).await? };
            respond::with_status(StatusCode::CONFLICT, &page)
        }
        Err(error) => respond::again(&page(Some(refused(error)?)).await?),
    }
}

/// Reason for which a user does not become the owner.
pub(in crate::web) fn refused(error: OwnerError) -> Result<String, WebError> {
    match error {
        OwnerError::Gone => Ok("This person no longer exists".to_owned()),
        OwnerError::NotActive { name, status } => Ok(format!("{name} is {}. Only active people can own assets", status.label())),
        OwnerError::IsOwner { name } | OwnerError::Done { name } => Ok(format!("{name} already owns this")),
        OwnerError::NoAssets { name } => Ok(format!("{name} owns no assets")),
        OwnerError::Changed => Ok("The owner has just changed".to_owned()),
        OwnerError::Action(error) => Err(error.into()),
    }
}

async fn page(
    context: &PageContext,
    reowned: &Reowned,
    q: String,
    checked: Checked,
    error: Option<FieldError>,
) -> Result<ChangeOwnerPage, WebError> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let asked = reowned.clone();
    let (layout_data, options) = context.open(move |ctx, actor| owner::options(ctx, actor, &asked, search)).await?;
    let OwnerOptions { assets, path, owners, counts, deleted, candidates, seen } = options;
    let (action, fields) = match (reowned, &assets[..]) {
        (Reowned::AllOf(user), _) => (paths::UserAssets { user: *user }.to_string(), Vec::new()),
        (Reowned::Assets { .. }, [asset]) => (paths::ChangeOwner { asset: asset.id }.to_string(), Vec::new()),
        (Reowned::Assets { .. }, assets) => {
            (paths::ChangeOwners {}.to_string(), assets.iter().map(|asset| ("asset", asset.id.to_string())).collect())
        }
    };
    // The only owner already owns everything.
    let is_owner = |user: &usecases::User| matches!(&owners[..], [owner] if owner.id == user.id);
    let results = candidates.rows.iter().filter(|user| !is_owner(user)).map(|user| UserLabel::from(&user.who())).collect();
    let hint = "Shows active people.";
    let finder =
        Finder { whom: " who can own assets", q, fields, results, has_more: candidates.has_next, error, ..Finder::new(action, hint) };
    let count = counts.iter().map(|(_, count)| count.unsigned_abs()).sum::<u64>();
    Ok(ChangeOwnerPage {
        layout: context.layout(&layout_data),
        head: if let [asset] = &assets[..] { Some(AssetHead::new(asset, &path)) } else { None },
        has_content: !assets.is_empty() && count > assets.len() as u64,
        selected: assets.iter().map(|asset| AssetHead::new(asset, &[])).collect(),
        owners: owners.iter().map(|owner| UserLabel::from(&owner.who())).collect(),
        owned: in_words(&counts, deleted),
        is_empty: assets.is_empty() && counts.is_empty() && deleted == 0,
        checked,
        is_changed: false,
        seen,
        finder,
    })
}

/// "3 folders, 5 processes and 1 deleted asset"
pub(in crate::web) fn in_words(counts: &[(AssetKind, i64)], deleted: i64) -> String {
    let counts = counts.iter().map(|(kind, count)| (*count, kind.words())).chain([(deleted, ("deleted asset", "deleted assets"))]);
    let words = counts.filter(|(count, _)| *count > 0).map(|(count, (one, many))| counted(count.unsigned_abs(), one, many));
    let words = words.collect::<Vec<_>>();
    match &words[..] {
        [] => "no assets".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
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
            selected: vec![AssetHead::sample(sample)],
            owners: vec![sample.user(3)],
            owned: in_words(&[(AssetKind::Folder, 2), (AssetKind::Process, 1)], 0),
            is_empty: false,
            has_content: true,
            checked: Checked { with_content: true, keeps_edit: sample.rows > 3 },
            is_changed: sample.rows > 12,
            seen: Digest::of(&sample.rows),
            finder: Finder { q: sample.text.clone(), results, ..Finder::new("/assets/7/owner", "Shows active people.") },
        }
    }

    #[test]
    fn renders() {
        check("change-owner", page);
        let all = |sample: &Sample| ChangeOwnerPage { head: None, selected: Vec::new(), has_content: false, ..page(sample) };
        check("change-owner-of-all", all);
        check("change-owner-of-nothing", |sample| ChangeOwnerPage { owned: in_words(&[], 0), is_empty: true, ..all(sample) });
        check("change-owner-of-several", |sample| {
            let selected = sample.rows(|_, _| AssetHead::sample(sample)).into_iter().chain([AssetHead::sample(sample)]).collect();
            ChangeOwnerPage { head: None, selected, owners: sample.rows(|_, user| user), ..page(sample) }
        });
    }

    #[test]
    fn kinds_are_counted_in_words() {
        assert_eq!(in_words(&[], 0), "no assets");
        assert_eq!(in_words(&[(AssetKind::Process, 1)], 0), "1 process");
        assert_eq!(in_words(&[(AssetKind::Process, 0)], 2), "2 deleted assets");
        assert_eq!(in_words(&[(AssetKind::Folder, 3), (AssetKind::Process, 5)], 1), "3 folders, 5 processes and 1 deleted asset");
    }
}
