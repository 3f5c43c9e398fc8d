//! Move an asset to another folder, after a review of its effects on access.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{AssetHead, FolderLink, fields};
use crate::{
    domain::{asset::ShareLevel, ids::AssetId, policy::PolicyDenial, search::SearchTerm},
    usecases::{
        ActionError, Asset,
        assets::{
            TreeError,
            moves::{self, AccessChange, MoveReview},
        },
    },
    web::shared::{
        error::WebError,
        form::Form,
        page::{Count, FieldError, Flash, FlashKind, FormErrors, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Word for the top level, in addresses and forms.
const TOP: &str = "top";

/// Most changes of access that are shown.
const CHANGES_MAX: usize = 100;

/// Choice of the new folder.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/move.html")]
pub struct MoveAssetPage {
    pub layout: Layout,
    pub head: AssetHead,
    pub q: String,
    pub folders: Vec<FolderLink>,
    /// True if further folders match.
    pub has_more: bool,
    pub may_be_top: bool,
    pub error: Option<FieldError>,
}

impl MoveAssetPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("folders", self.error.as_ref())])
    }

    /// Announcement of the results.
    fn said(&self) -> String {
        match self.folders.len() {
            0 if self.q.is_empty() => "You can’t edit any other folder.".to_owned(),
            0 => format!("No folder that you can edit matches “{}”", self.q),
            shown if self.has_more => format!("Showing the first {shown}. Search to narrow the list."),
            _ => "Folders that you can edit".to_owned(),
        }
    }
}

/// Review of a move.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/move_review.html")]
pub struct MoveReviewPage {
    pub layout: Layout,
    pub head: AssetHead,
    /// `None` for the top level.
    pub to: Option<FolderLink>,
    pub gains: Changes,
    pub loses: Changes,
}

/// The first users and groups whose access changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    pub rows: Vec<ChangeRow>,
    pub count: Count,
}

impl Changes {
    /// `is_partial` tells that the groups have further members.
    fn new(changes: Vec<AccessChange>, is_partial: bool) -> Self {
        let number = changes.len() as u64;
        let count = if is_partial { Count::MoreThan(number) } else { Count::Exactly(number) };
        Self { rows: changes.into_iter().take(CHANGES_MAX).map(ChangeRow::from).collect(), count }
    }

    /// "Showing 100 of 250"; `None` if all are shown.
    fn said(&self) -> Option<String> {
        let is_whole = self.count == Count::Exactly(self.rows.len() as u64) || self.rows.is_empty();
        (!is_whole).then(|| format!("Showing {} of {}", self.rows.len(), self.count))
    }
}

impl MoveReviewPage {
    /// Chosen folder, as the form carries it.
    fn value(&self) -> String {
        self.to.as_ref().map_or_else(|| TOP.to_owned(), |folder| folder.id.to_string())
    }

    fn place(&self) -> &str {
        self.to.as_ref().map_or("the top level", |folder| &folder.name)
    }
}

/// Change of the access of one user or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    pub name: String,
    pub is_group: bool,
    /// "Through Research, Sales"; empty for direct access.
    pub through: String,
    /// "Edit", "View instead of Edit".
    pub words: String,
}

impl From<AccessChange> for ChangeRow {
    fn from(change: AccessChange) -> Self {
        let words = match (change.before.map(ShareLevel::label), change.after.map(ShareLevel::label)) {
            (Some(before), Some(after)) => format!("{after} instead of {before}"),
            (one, other) => one.or(other).unwrap_or_default().to_owned(),
        };
        let through = if change.through.is_empty() { String::new() } else { format!("Through {}", change.through.join(", ")) };
        Self { name: change.name, is_group: change.is_group, through, words }
    }
}

/// Search for a folder, and the chosen one.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct MoveQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    to: String,
}

/// Confirmed folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveForm {
    to: String,
}

fn place(to: &str) -> Result<Option<AssetId>, WebError> {
    if to == TOP { Ok(None) } else { to.parse().map(Some).map_err(|_| WebError::Malformed) }
}

/// `GET /assets/{asset}/move`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: Query<MoveQuery>) -> HandlerResult {
    let (id, MoveQuery { q, to }) = (*id, query.into_inner());
    if to.is_empty() {
        return respond::page(&choices(&context, id, q, None).await?);
    }
    let to = place(&to)?;
    // The outer result is the page's, the inner one the review's.
    let (layout_data, review) = context
        .open(move |ctx, actor| match moves::review(ctx, actor, id, to) {
            Err(TreeError::Action(error)) if !is_unchanged(&error) => Err(error),
            review => Ok(review),
        })
        .await?;
    let MoveReview { asset, path, to, gains, loses, is_partial } = match review {
        Ok(review) => review,
        Err(error) => return respond::again(&choices(&context, id, q, Some(message(error)?)).await?),
    };
    respond::page(&MoveReviewPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        to: to.as_ref().map(FolderLink::from),
        gains: Changes::new(gains, is_partial),
        loses: Changes::new(loses, is_partial),
    })
}

/// `POST /assets/{asset}/move`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<MoveForm>) -> HandlerResult {
    let (id, to) = (*id, place(&form.0.to)?);
    let said = |(asset, to): &(Asset, Option<Asset>)| {
        let place = to.as_ref().map_or("the top level", |folder| &folder.name);
        Flash::new(FlashKind::Ok, format!("Moved {} to {place}.", asset.name))
    };
    match context.act(said, move |ctx, submission| moves::move_to(ctx, submission, id, to)).await? {
        Ok(_) => respond::see_other(paths::Asset { asset: id }),
        Err(error) => respond::again(&choices(&context, id, String::new(), Some(message(error)?)).await?),
    }
}

fn is_unchanged(error: &ActionError) -> bool {
    matches!(error, ActionError::Refused { denial: PolicyDenial::Unchanged, .. })
}

/// Message at the choice of the folder. Other refusals remain errors.
fn message(error: TreeError) -> Result<FieldError, WebError> {
    match error {
        TreeError::TooDeep => Ok(fields::too_deep()),
        TreeError::InItself => Ok(FieldError::Message("A folder can’t be moved into itself. Choose another one.".to_owned())),
        TreeError::Action(error) if is_unchanged(&error) => {
            Ok(FieldError::Message("It is already there. Choose another folder.".to_owned()))
        }
        TreeError::Action(error) => Err(error.into()),
    }
}

async fn choices(context: &PageContext, id: AssetId, q: String, error: Option<FieldError>) -> Result<MoveAssetPage, WebError> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (layout_data, options) = context.open(move |ctx, actor| moves::options(ctx, actor, id, search.as_ref())).await?;
    Ok(MoveAssetPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&options.asset, &options.path),
        q,
        folders: options.folders.rows.iter().map(FolderLink::from).collect(),
        has_more: options.folders.has_next,
        may_be_top: options.may_be_top,
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for is_wrong in [false, true] {
            check(&format!("move-asset-{is_wrong}"), |sample| MoveAssetPage {
                layout: sample.layout(),
                head: AssetHead::sample(sample),
                q: sample.text.clone(),
                folders: sample.rows(|place, _| FolderLink { id: AssetId(i64::try_from(place).unwrap() + 20), name: sample.group() }),
                has_more: is_wrong,
                may_be_top: is_wrong,
                error: is_wrong.then(fields::too_deep),
            });
        }
        check("move-asset-review", |sample| {
            let change = |place: usize, user: crate::web::shared::page::UserLabel| {
                let before = place.is_multiple_of(2).then_some(ShareLevel::View);
                let through = if place > 1 { vec![sample.group()] } else { Vec::new() };
                AccessChange { name: user.name, is_group: place == 1, through, before, after: Some(ShareLevel::Edit) }
            };
            MoveReviewPage {
                layout: sample.layout(),
                head: AssetHead::sample(sample),
                to: AssetHead::sample(sample).folders.pop(),
                gains: Changes::new(sample.rows(change), false),
                loses: Changes::new(sample.rows(change), sample.rows == 50),
            }
        });
    }
}
