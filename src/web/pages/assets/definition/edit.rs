//! Edit the definition of a process.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{super::AssetHead, comparison_path};
use crate::{
    domain::{
        asset::DefinitionError,
        ids::{AssetId, VersionNumber},
    },
    usecases::assets::definition::{self, SaveError},
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Field, FieldError, Flash, FlashKind, FormErrors, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/definition/edit.html")]
pub struct EditDefinitionPage {
    pub layout: Layout,
    pub head: AssetHead,
    pub text: Field,
    /// Latest version when the form was opened; 0 before the first.
    pub version: VersionNumber,
    /// Version that the typed text is based on, if another one was saved meanwhile.
    pub stale: Option<VersionNumber>,
}

impl EditDefinitionPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("text", self.text.error.as_ref())])
    }

    /// Changes of the other user since the form was opened.
    fn changes_path(&self) -> String {
        let (asset, first) = (self.head.id, VersionNumber(1));
        comparison_path(asset, self.stale.unwrap_or(first).max(first), self.version)
    }
}

/// Typed text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditDefinitionForm {
    text: String,
    version: i64,
}

impl From<DefinitionError> for FieldError {
    fn from(error: DefinitionError) -> Self {
        Self::Message(match error {
            DefinitionError::Empty => "Enter a definition".to_owned(),
            DefinitionError::TooLong => "Use at most 1 MB (1,000,000 bytes)".to_owned(),
            DefinitionError::Control(line) => format!("Remove the hidden control character in line {line}"),
        })
    }
}

/// `GET /assets/{asset}/definition/edit`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>) -> HandlerResult {
    respond::long_page(StatusCode::OK, page(&context, *id, None).await?).await
}

/// `POST /assets/{asset}/definition/edit`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<EditDefinitionForm>) -> HandlerResult {
    let (asset, EditDefinitionForm { text, version }) = (*id, form.0);
    let (base, typed) = (VersionNumber(version), text.clone());
    let said = |number: &VersionNumber| Flash::new(FlashKind::Ok, format!("Version {number} saved."));
    match context.act(said, move |ctx, submission| definition::save(ctx, submission, asset, &typed, base)).await? {
        Ok(_) => respond::see_other(paths::Definition { asset }),
        Err(SaveError::Text(error)) => {
            let page = page(&context, asset, Some((Field::refused(text, error), base))).await?;
            respond::long_page(StatusCode::UNPROCESSABLE_ENTITY, page).await
        }
        Err(SaveError::Stale(latest)) => {
            let page = page(&context, asset, Some((Field::new(text), latest))).await?;
            respond::long_page(StatusCode::CONFLICT, EditDefinitionPage { stale: Some(base), ..page }).await
        }
        Err(SaveError::Action(error)) => context.say(&already(error)?, paths::Definition { asset }),
    }
}

async fn page(context: &PageContext, id: AssetId, typed: Option<(Field, VersionNumber)>) -> Result<EditDefinitionPage, WebError> {
    let (layout_data, (asset, path, current)) = context.open(move |ctx, actor| definition::editable(ctx, actor, id)).await?;
    let saved = || current.map_or((Field::default(), VersionNumber(0)), |current| (Field::new(current.text), current.row.version.number));
    let (text, version) = typed.unwrap_or_else(saved);
    Ok(EditDefinitionPage { layout: context.layout(&layout_data), head: AssetHead::new(&asset, &path), text, version, stale: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::asset::AssetKind, web::shared::samples::check};

    #[test]
    fn renders() {
        for stale in [None, Some(VersionNumber(0)), Some(VersionNumber(2))] {
            check(&format!("edit-definition-{}", stale.map_or(9, |stale| stale.0)), |sample| EditDefinitionPage {
                layout: sample.layout(),
                head: AssetHead { kind: AssetKind::Process, ..AssetHead::sample(sample) },
                text: if stale.is_some() { Field::new(&sample.text) } else { Field::refused(&sample.text, DefinitionError::Control(3)) },
                version: VersionNumber(3),
                stale,
            });
        }
    }
}
