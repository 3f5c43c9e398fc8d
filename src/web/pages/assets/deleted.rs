//! Deleted assets, until they are removed permanently.

use actix_web::web::Path;
use askama::Template;

use super::{Aside, AsideEntry, NewPlace};
use crate::{
    domain::{asset::AssetKind, ids::AssetId},
    usecases::assets::{
        deletion::{self, Restorable, Restored},
        folder_tree,
    },
    web::shared::{
        form::{Form, ListButton},
        list_query::{self, ListQuery},
        page::{Count, DisplayTime, Flash, FlashKind, Layout, Pager, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// List with a button to restore each.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/deleted.html")]
pub struct DeletedAssetsPage {
    pub layout: Layout,
    pub aside: Aside,
    pub count: Count,
    pub rows: Vec<DeletedRow>,
    pub pager: Pager,
    /// Query of this view, to which the actions in its rows return.
    pub query: String,
}

/// An asset that can be restored, with everything deleted with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    pub id: AssetId,
    pub kind: AssetKind,
    pub name: String,
    pub owner: String,
    pub deleted_at: DisplayTime,
    pub restorable_until: DisplayTime,
}

impl DeletedRow {
    fn icon(&self) -> &'static str {
        super::icon(self.kind)
    }

    fn restore(&self) -> paths::RestoreAsset {
        paths::RestoreAsset { asset: self.id }
    }
}

/// `GET /assets/deleted`
pub(in crate::web) async fn list(context: PageContext, query: ListQuery) -> HandlerResult {
    let query = query.without_search();
    let request = query.request()?;
    let (company, position, limit) = (context.current.company.clone(), request.position.clone(), request.rows.count());
    let read = move |ctx: &_, actor: &_| {
        let tree = folder_tree::closed(ctx, actor)?;
        Ok((deletion::restorable(ctx, actor, &company, &position, limit)?, tree))
    };
    let (layout_data, ((deleted, count), tree)) = context.open(read).await?;
    let words = ("deleted asset", "deleted assets");
    let pager = query.pager(paths::DeletedAssets {}, &request, &deleted, |row| row.asset.key(), count, words);
    let now = layout_data.now;
    let row = |Restorable { asset, owner, until }: Restorable| DeletedRow {
        id: asset.id,
        kind: asset.kind,
        name: asset.name,
        owner,
        deleted_at: DisplayTime::new(asset.deleted_at, now),
        restorable_until: DisplayTime::new(until, now),
    };
    respond::page(&DeletedAssetsPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(&context.current.user, Some(AsideEntry::Deleted), Some(NewPlace::TopLevel), None, &tree),
        count: list_query::shown(count),
        rows: deleted.rows.into_iter().map(row).collect(),
        pager,
        query: query.text(),
    })
}

/// `POST /assets/deleted/{asset}/restore`
pub(in crate::web) async fn restore(context: PageContext, id: Path<AssetId>, _: Form<ListButton>) -> HandlerResult {
    let id = *id;
    let said = |Restored { asset, count, is_at_top }: &Restored| {
        let what = match count {
            1 => format!("{} was restored", asset.name),
            count => format!("{} and {} in it were restored", asset.name, counted(count - 1, "asset", "assets")),
        };
        let place = if *is_at_top { " at the top level, since its folder is gone" } else { "" };
        Flash::new(FlashKind::Ok, format!("{what}{place}."))
    };
    context.act_and_go(paths::Asset { asset: id }, said, move |ctx, submission| deletion::restore(ctx, submission, id)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("deleted-assets", |sample| DeletedAssetsPage {
            layout: sample.layout(),
            aside: Aside::sample(Some(AsideEntry::Deleted), sample),
            count: Count::Exactly(sample.rows as u64),
            rows: sample.rows(|place, user| DeletedRow {
                id: AssetId(i64::try_from(place).unwrap() + 1),
                kind: AssetKind::ALL[place % 3],
                name: sample.group(),
                owner: user.name,
                deleted_at: sample.display_time(place),
                restorable_until: sample.display_time(0),
            }),
            pager: Pager::single("3 deleted assets"),
            query: sample.query(),
        });
    }
}
