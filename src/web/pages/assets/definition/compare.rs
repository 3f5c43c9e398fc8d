//! Two versions of a definition, compared line by line.

use actix_web::{
    http::StatusCode,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

use super::{super::AssetHead, VersionLine};
use crate::{
    domain::ids::{AssetId, VersionNumber},
    usecases::assets::{
        comparison::{ComparedRow, Comparison},
        definition::{self, Compared},
    },
    web::shared::{
        page::{Layout, counted, grouped},
        page_context::PageContext,
        respond::{self, HandlerResult},
    },
};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/definition/compare.html")]
pub struct CompareVersionsPage {
    pub layout: Layout,
    pub head: AssetHead,
    pub from: VersionLine,
    pub to: VersionLine,
    pub latest: VersionNumber,
    pub comparison: Comparison,
}

impl CompareVersionsPage {
    /// "2 lines added, 1 line removed"
    fn in_words(&self) -> String {
        let Comparison { added, removed, .. } = self.comparison;
        let lines = |count: usize| counted(count as u64, "line", "lines");
        if added + removed == 0 { "No differences".to_owned() } else { format!("{} added, {} removed", lines(added), lines(removed)) }
    }

    fn rows_shown(&self) -> String {
        grouped(self.comparison.rows.len() as u64)
    }
}

/// Numbers of the two versions.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct CompareQuery {
    from: Option<VersionNumber>,
    to: Option<VersionNumber>,
}

/// `GET /assets/{asset}/definition/compare`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: Query<CompareQuery>) -> HandlerResult {
    let (id, CompareQuery { from, to }) = (*id, *query);
    let (layout_data, compared) = context.open(move |ctx, actor| definition::compare(ctx, actor, id, from, to)).await?;
    let Compared { asset, path, from, to, latest, comparison } = compared;
    let page = CompareVersionsPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        from: VersionLine::new(id, from, layout_data.now),
        to: VersionLine::new(id, to, layout_data.now),
        latest,
        comparison,
    };
    respond::long_page(StatusCode::OK, page).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::asset::AssetKind, web::shared::samples::check};

    #[test]
    fn renders() {
        check("compare-versions", |sample| {
            let rows = sample.rows(|place, user| match place % 4 {
                0 => ComparedRow::Removed(sample.text.clone()),
                1 => ComparedRow::Added(user.name),
                2 => ComparedRow::Unchanged(sample.text.clone()),
                _ => ComparedRow::Folded(place),
            });
            CompareVersionsPage {
                layout: sample.layout(),
                head: AssetHead { kind: AssetKind::Process, ..AssetHead::sample(sample) },
                from: VersionLine::sample(sample, 1),
                to: VersionLine::sample(sample, 3),
                latest: VersionNumber(4),
                comparison: Comparison { has_more: rows.len() == 50, added: rows.len(), removed: 1, rows },
            }
        });
    }
}
