//! Page of an asset. A folder lists its content.

use actix_web::web::Path;
use askama::Template;

use super::{Aside, AssetHead, AssetRow, NewPlace, connection::ConnectionFacts, definition::VersionLine};
use crate::{
    domain::{
        asset::{AssetAccess, AssetKind},
        ids::AssetId,
        permission::Permission,
    },
    usecases::assets::{self, Listing, Shown},
    web::shared::{
        error::WebError,
        list_query::{self, ListQuery},
        page::{Count, DisplayTime, Layout, Pager},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Page of an asset.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/show.html")]
pub struct AssetPage {
    pub layout: Layout,
    pub aside: Aside,
    pub head: AssetHead,
    pub description: String,
    pub owner: String,
    pub changed_at: DisplayTime,
    /// Name of the last editor; `None` if they are gone for good.
    pub changed_by: Option<String>,
    pub may_edit: bool,
    /// True if the reader owns it, and so shares and deletes it.
    pub is_yours: bool,
    /// True for Admins.
    pub may_change_owner: bool,
    /// Content of a folder.
    pub content: Option<FolderContent>,
    /// Latest version of the definition of a process.
    pub definition: Option<VersionLine>,
    /// Connection of an integration.
    pub connection: Option<ConnectionFacts>,
}

/// Content of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderContent {
    pub count: Count,
    pub rows: Vec<AssetRow>,
    pub pager: Pager,
}

/// `GET /assets/{asset}`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: ListQuery) -> HandlerResult {
    let id = *id;
    let request = query.request()?;
    if !query.q.is_empty() {
        return Err(WebError::Malformed);
    }
    let (position, limit) = (request.position.clone(), request.rows.count());
    let (layout_data, shown) = context.open(move |ctx, actor| assets::show(ctx, actor, id, &position, limit)).await?;
    let Shown { asset, access, path, owner, changed_by, content: listing, definition, connection } = shown;
    let (now, reader) = (layout_data.now, &context.current.user);
    let folder = listing.map(|Listing { rows, count }| FolderContent {
        count: list_query::shown(count),
        pager: query.pager(paths::Asset { asset: id }, &request, &rows, |row| row.asset.key(), count, ("asset", "assets")),
        rows: rows.rows.into_iter().map(|row| AssetRow::new(row, reader, now)).collect(),
    });
    let may_edit = access >= AssetAccess::Edit;
    let creates_in = match asset.kind {
        AssetKind::Folder => may_edit.then_some(NewPlace::Folder(id)),
        AssetKind::Process | AssetKind::Integration => Some(NewPlace::TopLevel),
    };
    respond::page(&AssetPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(reader, None, creates_in),
        head: AssetHead::new(&asset, &path),
        description: asset.description,
        owner,
        changed_at: DisplayTime::new(asset.changed_at, now),
        changed_by,
        may_edit,
        is_yours: access == AssetAccess::Owner,
        may_change_owner: Permission::AssetsChangeOwner.level(reader.actor().role).is_any(),
        content: folder,
        definition: definition.map(|row| VersionLine::new(id, row, now)),
        connection: connection.map(|row| ConnectionFacts::new(row, now)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample) -> AssetPage {
        AssetPage {
            layout: sample.layout(),
            aside: Aside::sample(None),
            head: AssetHead::sample(sample),
            description: sample.text.clone(),
            owner: sample.user(3).name,
            changed_at: sample.display_time(7),
            changed_by: (sample.rows > 0).then(|| sample.user(2).name),
            may_edit: true,
            is_yours: true,
            may_change_owner: true,
            content: Some(FolderContent {
                count: Count::Exactly(sample.rows as u64),
                rows: AssetRow::samples(sample),
                pager: Pager::single("3 assets"),
            }),
            definition: None,
            connection: None,
        }
    }

    #[test]
    fn renders() {
        check("folder", page);
        check("integration", |sample| AssetPage {
            head: AssetHead { kind: AssetKind::Integration, ..AssetHead::sample(sample) },
            content: None,
            connection: (sample.rows > 0).then(|| ConnectionFacts::sample(sample)),
            ..page(sample)
        });
        check("process", |sample| AssetPage {
            head: AssetHead { kind: AssetKind::Process, ..AssetHead::sample(sample) },
            content: None,
            definition: (sample.rows > 0).then(|| VersionLine::sample(sample, 3)),
            may_edit: false,
            is_yours: false,
            ..page(sample)
        });
    }
}
