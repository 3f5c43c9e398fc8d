//! Delete an asset, after a page with everything that goes.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{AssetHead, AssetRow, FolderLink};
use crate::{
    domain::{asset::AssetKind, digest::Digest, ids::AssetId},
    usecases::assets::deletion::{self, DeleteError, Deletion, Inventory, NAMED_MAX},
    web::shared::{
        error::WebError,
        form::Form,
        page::{DisplayTime, Flash, FlashKind, Layout, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Question with the consequences.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/delete.html")]
pub struct DeleteAssetPage {
    pub layout: Layout,
    pub head: AssetHead,
    /// Numbers of assets in it, by kind.
    pub content: Vec<(AssetKind, u64)>,
    /// The first of these.
    pub named: Vec<FolderLink>,
    /// Assets of other owners in it, which prevent the deletion.
    pub of_others: Vec<AssetRow>,
    /// End of the time to restore them; `None` for a permanent deletion.
    pub restorable_until: Option<DisplayTime>,
    /// Digest of the content.
    pub shown: Digest,
    /// True after a press on a page that showed another content.
    pub has_changed: bool,
}

impl DeleteAssetPage {
    /// "2 folders, 1 process"
    fn content_in_words(&self) -> String {
        let words = |(kind, count): &(AssetKind, u64)| counted(*count, kind.words().0, kind.words().1);
        self.content.iter().map(words).collect::<Vec<_>>().join(", ")
    }

    fn has_more(&self) -> bool {
        self.content.iter().map(|(_, count)| count).sum::<u64>() > self.named.len() as u64
    }
}

/// The press.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct DeleteForm {
    shown: Option<Digest>,
}

/// `GET /assets/{asset}/delete`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>) -> HandlerResult {
    respond::page(&page(&context, *id, false).await?)
}

/// `POST /assets/{asset}/delete`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<DeleteForm>) -> HandlerResult {
    let shown = form.0.shown;
    let (id, now) = (*id, context.now());
    let said = move |deletion: &Deletion| {
        let name = &deletion.name;
        let what = match deletion.count {
            1 => format!("{name} was deleted"),
            count => format!("{name} and {} in it were deleted", counted(count - 1, "asset", "assets")),
        };
        let until = deletion.restorable_until.map(|until| format!(" and can be restored until {}", DisplayTime::new(until, now).date()));
        Flash::new(FlashKind::Ok, format!("{what}{}.", until.unwrap_or_default()))
    };
    let deletion = match context.act(said, move |ctx, submission| deletion::delete(ctx, submission, id, shown.as_ref())).await? {
        Ok(deletion) => deletion,
        Err(DeleteError::Already(deletion)) => {
            context.keep(&said(&deletion));
            deletion
        }
        Err(DeleteError::HoldsOthers) => return respond::with_status(StatusCode::CONFLICT, &page(&context, id, false).await?),
        Err(DeleteError::Changed) => return respond::with_status(StatusCode::CONFLICT, &page(&context, id, true).await?),
        Err(DeleteError::Action(error)) => return Err(error.into()),
    };
    match deletion.folder {
        Some(asset) => respond::see_other(paths::Asset { asset }),
        None => respond::see_other(paths::Assets {}),
    }
}

async fn page(context: &PageContext, id: AssetId, has_changed: bool) -> Result<DeleteAssetPage, WebError> {
    let company = context.current.company.clone();
    let (layout_data, inventory) = context.open(move |ctx, actor| deletion::inventory(ctx, actor, &company, id)).await?;
    let Inventory { asset, path, counts, first, of_others, restorable_until, shown } = inventory;
    // The asset itself is named by the question.
    let number = |(kind, count): (AssetKind, i64)| (kind, count.unsigned_abs() - u64::from(kind == asset.kind));
    debug_assert!(first.len() <= NAMED_MAX);
    Ok(DeleteAssetPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        content: counts.into_iter().map(number).filter(|(_, count)| *count > 0).collect(),
        named: first.iter().map(FolderLink::from).collect(),
        of_others: of_others.into_iter().map(|row| AssetRow::new(row, &context.current.user, layout_data.now)).collect(),
        restorable_until: restorable_until.map(|until| DisplayTime::new(until, layout_data.now)),
        shown,
        has_changed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample) -> DeleteAssetPage {
        DeleteAssetPage {
            layout: sample.layout(),
            head: AssetHead::sample(sample),
            content: if sample.rows == 0 { Vec::new() } else { vec![(AssetKind::Folder, 1), (AssetKind::Process, 1200)] },
            named: AssetHead::sample(sample).folders,
            of_others: Vec::new(),
            restorable_until: (sample.rows > 3).then(|| sample.display_time(0)),
            shown: Digest::of(&sample.rows),
            has_changed: sample.rows == 1,
        }
    }

    #[test]
    fn renders() {
        check("delete-asset", page);
        check("delete-asset-of-others", |sample| DeleteAssetPage { of_others: AssetRow::samples(sample), ..page(sample) });
    }
}
