//! Edit portfolio: name and notes.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{PortfolioHead, fields::PortfolioFields};
use crate::{
    domain::ids::PortfolioId,
    usecases::{EditError, portfolios},
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Base, Flash, FlashKind, FormErrors, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "portfolios/edit.html")]
pub struct EditPortfolioPage {
    pub layout: Layout,
    /// Portfolio with its saved name.
    pub portfolio: PortfolioHead,
    pub fields: PortfolioFields,
    pub base: Base,
    /// True if another user saved meanwhile.
    pub is_stale: bool,
}

impl EditPortfolioPage {
    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }
}

/// Typed details.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditForm {
    name: String,
    notes: String,
    version: i32,
    #[serde(default)]
    was: String,
}

/// `GET /portfolios/{portfolio}/edit`
pub(in crate::web) async fn show(context: PageContext, id: Path<PortfolioId>) -> HandlerResult {
    respond::page(&page(&context, *id, None).await?)
}

/// `POST /portfolios/{portfolio}/edit`
pub(in crate::web) async fn submit(context: PageContext, id: Path<PortfolioId>, form: Form<EditForm>) -> HandlerResult {
    let (id, EditForm { name, notes, version, was }) = (*id, form.0);
    let base = Base { version, was };
    let (fields, details) = PortfolioFields::typed(&name, &notes);
    let Some(details) = details else {
        return respond::again(&page(&context, id, Some((fields, base))).await?);
    };
    let said = |&(): &()| Flash::new(FlashKind::Ok, "Portfolio saved.");
    match context.act(said, move |ctx, submission| portfolios::edit(ctx, submission, id, &details, version)).await? {
        Ok(()) => respond::see_other(paths::Portfolio { portfolio: id }),
        Err(EditError::Stale(saved)) => {
            let page = page(&context, id, Some(fields.merged(&base, &saved))).await?;
            respond::with_status(StatusCode::CONFLICT, &EditPortfolioPage { is_stale: true, ..page })
        }
        Err(EditError::NameTaken) => respond::again(&page(&context, id, Some((fields.name_taken(), base))).await?),
        Err(EditError::Action(error)) => context.say(&already(error)?, paths::Portfolio { portfolio: id }),
    }
}

async fn page(context: &PageContext, id: PortfolioId, typed: Option<(PortfolioFields, Base)>) -> Result<EditPortfolioPage, WebError> {
    let (layout_data, portfolio) = context.open(move |ctx, actor| portfolios::managed(ctx, actor, id)).await?;
    let (fields, base) = typed.unwrap_or_else(|| PortfolioFields::of(&portfolio));
    Ok(EditPortfolioPage {
        layout: context.layout(&layout_data),
        portfolio: PortfolioHead::from(&portfolio),
        fields,
        base,
        is_stale: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{page::Field, samples::check};

    #[test]
    fn renders() {
        for is_stale in [false, true] {
            check(&format!("edit-portfolio-{is_stale}"), |sample| EditPortfolioPage {
                layout: sample.layout(),
                portfolio: PortfolioHead::sample(sample),
                fields: PortfolioFields { name: Field::new("Nordic").beside(&sample.text), ..PortfolioFields::typed("", &sample.text).0 },
                base: Base::default(),
                is_stale,
            });
        }
    }
}
