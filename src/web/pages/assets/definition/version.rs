//! One version of a definition, and bringing it back.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;

use super::{super::AssetHead, VersionLine, comparison_path};
use crate::{
    domain::{
        asset::AssetAccess,
        ids::{AssetId, VersionNumber},
    },
    usecases::assets::definition::{self, OneVersion},
    web::shared::{
        form::{Button, Form},
        page::{Flash, FlashKind, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/definition/version.html")]
pub struct VersionPage {
    pub layout: Layout,
    pub head: AssetHead,
    pub line: VersionLine,
    pub text: String,
    pub latest: VersionNumber,
    pub may_edit: bool,
}

impl VersionPage {
    fn is_latest(&self) -> bool {
        self.line.number == self.latest
    }

    /// The version before with its comparison; `None` for the first.
    fn previous(&self) -> Option<(VersionNumber, String)> {
        let VersionLine { asset, number, .. } = self.line;
        let previous = VersionNumber(number.0 - 1);
        (previous.0 > 0).then(|| (previous, comparison_path(asset, previous, number)))
    }

    /// Comparison with the current version.
    fn comparison_path(&self) -> String {
        comparison_path(self.line.asset, self.line.number, self.latest)
    }
}

/// `GET /assets/{asset}/definition/{number}`
pub(in crate::web) async fn show(context: PageContext, path: Path<(AssetId, VersionNumber)>) -> HandlerResult {
    let (id, number) = path.into_inner();
    let (layout_data, shown) = context.open(move |ctx, actor| definition::version(ctx, actor, id, number)).await?;
    let OneVersion { asset, path, access, version, latest } = shown;
    let page = VersionPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        line: VersionLine::new(id, version.row, layout_data.now),
        text: version.text,
        latest,
        may_edit: access >= AssetAccess::Edit,
    };
    respond::long_page(StatusCode::OK, page).await
}

/// `POST /assets/{asset}/definition/{number}/bring-back`
pub(in crate::web) async fn bring_back(context: PageContext, path: Path<(AssetId, VersionNumber)>, _: Form<Button>) -> HandlerResult {
    let (asset, back) = path.into_inner();
    let said = move |number: &VersionNumber| Flash::new(FlashKind::Ok, format!("Version {back} is back, as version {number}."));
    let act = move |ctx: &_, submission: &_| definition::bring_back(ctx, submission, asset, back);
    context.act_and_go(paths::Definition { asset }, said, act).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::asset::AssetKind, web::shared::samples::check};

    #[test]
    fn renders() {
        for number in [1, 3] {
            check(&format!("definition-version-{number}"), |sample| VersionPage {
                layout: sample.layout(),
                head: AssetHead { kind: AssetKind::Process, ..AssetHead::sample(sample) },
                line: VersionLine::sample(sample, number),
                text: sample.text.clone(),
                latest: VersionNumber(3),
                may_edit: true,
            });
        }
    }
}
