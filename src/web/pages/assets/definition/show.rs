//! Current definition of a process, and the list of its versions.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;

use super::{super::AssetHead, VersionLine};
use crate::{
    domain::{asset::AssetAccess, ids::AssetId},
    usecases::{
        Count,
        assets::definition::{self, Definition},
    },
    web::shared::{
        list_query::ListQuery,
        page::{Layout, Pager},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/definition/show.html")]
pub struct DefinitionPage {
    pub layout: Layout,
    pub head: AssetHead,
    /// Latest version with its text; `None` before the first.
    pub current: Option<(VersionLine, String)>,
    pub versions: Vec<VersionLine>,
    pub pager: Pager,
    pub may_edit: bool,
}

/// `GET /assets/{asset}/definition`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: ListQuery) -> HandlerResult {
    let id = *id;
    let query = query.without_search();
    let request = query.request()?;
    let (position, limit) = (request.position.clone(), request.rows.count());
    let (layout_data, shown) = context.open(move |ctx, actor| definition::show(ctx, actor, id, &position, limit)).await?;
    let Definition { asset, path, access, current, versions } = shown;
    let line = |row| VersionLine::new(id, row, layout_data.now);
    // Versions are numbered without gaps.
    let count = Count::Exactly(current.as_ref().map_or(0, |current| current.row.version.number.0));
    let path_here = paths::Definition { asset: id };
    let page = DefinitionPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        current: current.map(|current| (line(current.row), current.text)),
        pager: query.pager(path_here, &request, &versions, |row| row.version.key(), count, ("version", "versions")),
        versions: versions.rows.into_iter().map(line).collect(),
        may_edit: access >= AssetAccess::Edit,
    };
    respond::long_page(StatusCode::OK, page).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::asset::AssetKind, web::shared::samples::check};

    #[test]
    fn renders() {
        check("definition", |sample| {
            let numbers = (1..=i64::try_from(sample.rows).unwrap()).rev();
            DefinitionPage {
                layout: sample.layout(),
                head: AssetHead { kind: AssetKind::Process, ..AssetHead::sample(sample) },
                current: (sample.rows > 0).then(|| (VersionLine::sample(sample, 3), sample.text.clone())),
                versions: numbers.map(|number| VersionLine::sample(sample, number)).collect(),
                pager: Pager::single("3 versions"),
                may_edit: sample.rows != 3,
            }
        });
    }
}
