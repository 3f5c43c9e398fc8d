//! Lists of assets: the reader's own, shared ones, and all.

use askama::Template;

use super::{Aside, AsideEntry, NewPlace, query::AssetsQuery, table::AssetTable};
use crate::{
    usecases::assets::{self, AssetList},
    web::shared::{
        page::Layout,
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
    pub table: AssetTable,
}

impl AssetsPage {
    fn title(&self) -> &'static str {
        match self.list {
            // A search or a filter covers everything that the reader may read.
            AsideEntry::Mine | AsideEntry::Shared if self.table.is_narrowed() => "Search results",
            AsideEntry::Mine => "My assets",
            AsideEntry::Shared => "Shared with me",
            AsideEntry::All => "All assets",
            AsideEntry::Deleted => "Deleted assets",
        }
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
pub(in crate::web) async fn mine(context: PageContext, query: AssetsQuery) -> HandlerResult {
    list(&context, query, AssetList::Mine, AsideEntry::Mine).await
}

/// `GET /assets/shared`
pub(in crate::web) async fn shared(context: PageContext, query: AssetsQuery) -> HandlerResult {
    list(&context, query, AssetList::Shared, AsideEntry::Shared).await
}

/// `GET /assets/all`
pub(in crate::web) async fn all(context: PageContext, query: AssetsQuery) -> HandlerResult {
    list(&context, query, AssetList::All, AsideEntry::All).await
}

async fn list(context: &PageContext, query: AssetsQuery, which: AssetList, entry: AsideEntry) -> HandlerResult {
    let request = query.request()?;
    let page = request.list();
    let (layout_data, (listing, tree)) = context.open(move |ctx, actor| assets::list(ctx, actor, which, page)).await?;
    let path = match which {
        AssetList::Mine => paths::Assets::PATTERN,
        AssetList::Shared => paths::SharedAssets::PATTERN,
        AssetList::All => paths::AllAssets::PATTERN,
    };
    let reader = &context.current.user;
    respond::page(&AssetsPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(reader, Some(entry), Some(NewPlace::TopLevel), None, &tree),
        list: entry,
        table: AssetTable::new(path.to_owned(), query, &request, listing, reader, layout_data.now),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for (list, q) in [(AsideEntry::Mine, ""), (AsideEntry::Shared, ""), (AsideEntry::All, ""), (AsideEntry::Mine, "close")] {
            check(&format!("assets-{list:?}-{q}"), |sample| AssetsPage {
                layout: sample.layout(),
                aside: Aside::sample(Some(list), sample),
                list,
                table: AssetTable::sample(sample, "/assets", AssetsQuery { q: q.to_owned(), ..AssetsQuery::default() }),
            });
        }
        check("assets-partial", |sample| AssetsPage {
            layout: sample.layout(),
            aside: Aside::sample(Some(AsideEntry::All), sample),
            list: AsideEntry::All,
            table: AssetTable {
                is_partial: true,
                ..AssetTable::sample(sample, "/assets/all", AssetsQuery { q: "plan".to_owned(), ..AssetsQuery::default() })
            },
        });
    }
}
