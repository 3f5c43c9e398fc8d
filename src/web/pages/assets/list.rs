//! Lists of assets: the reader's own, shared ones, and all.

use askama::Template;

use super::{Aside, AsideEntry, AssetRow, NewPlace};
use crate::{
    usecases::assets::{self, AssetList, Listing},
    web::shared::{
        error::WebError,
        list_query::{self, ListQuery},
        page::{Count, Layout, Pager},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// List of assets.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/list.html")]
pub struct AssetsPage {
    pub layout: Layout,
    pub aside: Aside,
    pub list: AsideEntry,
    pub count: Count,
    pub rows: Vec<AssetRow>,
    pub pager: Pager,
}

impl AssetsPage {
    fn title(&self) -> &'static str {
        match self.list {
            AsideEntry::Mine => "My assets",
            AsideEntry::Shared => "Shared with me",
            AsideEntry::All => "All assets",
            AsideEntry::Deleted => "Deleted assets",
        }
    }

    /// True for the list whose assets can be selected to change their owner.
    fn selects(&self) -> bool {
        self.list == AsideEntry::All
    }

    /// Title and advice of the empty list.
    fn empty(&self) -> (&'static str, &'static str) {
        match self.list {
            AsideEntry::Shared => ("Nothing is shared with you", "Assets that others share with you or your groups appear here."),
            _ => ("No assets yet", "Create a folder, a process or an integration. You own what you create and can share it."),
        }
    }
}

/// `GET /assets`
pub(in crate::web) async fn mine(context: PageContext, query: ListQuery) -> HandlerResult {
    list(&context, &query, AssetList::Mine, AsideEntry::Mine).await
}

/// `GET /assets/shared`
pub(in crate::web) async fn shared(context: PageContext, query: ListQuery) -> HandlerResult {
    list(&context, &query, AssetList::Shared, AsideEntry::Shared).await
}

/// `GET /assets/all`
pub(in crate::web) async fn all(context: PageContext, query: ListQuery) -> HandlerResult {
    list(&context, &query, AssetList::All, AsideEntry::All).await
}

async fn list(context: &PageContext, query: &ListQuery, which: AssetList, entry: AsideEntry) -> HandlerResult {
    let request = query.request()?;
    if !query.q.is_empty() {
        return Err(WebError::Malformed);
    }
    let (position, limit) = (request.position.clone(), request.rows.count());
    let read = move |ctx: &_, actor: &_| assets::list(ctx, actor, which, &position, limit);
    let (layout_data, Listing { rows, count }) = context.open(read).await?;
    let path = match which {
        AssetList::Mine => paths::Assets::PATTERN,
        AssetList::Shared => paths::SharedAssets::PATTERN,
        AssetList::All => paths::AllAssets::PATTERN,
    };
    let pager = query.pager(path, &request, &rows, |row| row.asset.key(), count, ("asset", "assets"));
    let reader = &context.current.user;
    respond::page(&AssetsPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(reader, Some(entry), Some(NewPlace::TopLevel)),
        list: entry,
        count: list_query::shown(count),
        rows: rows.rows.into_iter().map(|row| AssetRow::new(row, reader, layout_data.now)).collect(),
        pager,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for list in [AsideEntry::Mine, AsideEntry::Shared, AsideEntry::All] {
            check(&format!("assets-{list:?}"), |sample| AssetsPage {
                layout: sample.layout(),
                aside: Aside::sample(Some(list)),
                list,
                count: Count::Exactly(sample.rows as u64),
                rows: AssetRow::samples(sample),
                pager: Pager { next: Some("?page=a".into()), ..Pager::single("1–50 of 1,200 assets") },
            });
        }
    }
}
