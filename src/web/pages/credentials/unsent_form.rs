//! The form that came after the end of its session, offered to its user after signing in again.

use askama::Template;
use serde::Deserialize;

use crate::{
    domain::ids::HeldFormId,
    usecases::{
        Context, User,
        held_forms::{self, HeldForm},
    },
    web::shared::{
        error::WebError,
        form::{Form, fields_of},
        held_forms::TEXTS,
        page::{Flash, FlashKind, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::{addresses, paths},
    },
};

/// Longest shown part of a text, in characters.
const SHOWN_MAX: usize = 500;

/// Question to send the form after all.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/unsent_form.html")]
pub struct UnsentFormPage {
    pub layout: Layout,
    pub held: String,
    /// Address of the form.
    pub address: String,
    /// Address of the page with the form.
    pub page: Option<String>,
    /// Labels and beginnings of typed texts.
    pub texts: Vec<(&'static str, String)>,
}

/// The shown form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscardForm {
    form: String,
}

/// `GET /unsent-form`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    let holder = context.current.holder();
    let last = move |ctx: &Context, _: &User| Ok(holder.map(|holder| held_forms::last_unsent(ctx, holder)).transpose()?.flatten());
    let (layout_data, found) = context.open(last).await?;
    let Some((id, form)) = found else { return respond::see_other(paths::Root {}) };
    let page = UnsentFormPage {
        layout: context.layout(&layout_data),
        held: id.to_string(),
        texts: texts(&form).await?,
        page: addresses::nearest_page(&form.address),
        address: form.address,
    };
    respond::page(&page)
}

/// `POST /unsent-form`: the form is not to be sent.
pub(in crate::web) async fn discard(context: PageContext, form: Form<DiscardForm>) -> HandlerResult {
    let discarded = match (context.current.holder(), form.0.form.parse::<HeldFormId>()) {
        (Some(holder), Ok(id)) => context.state().run(move |ctx| held_forms::discard(ctx, holder, id)).await?,
        _ => None,
    };
    let page = discarded.and_then(|form| addresses::nearest_page(&form.address)).unwrap_or_else(|| paths::Root {}.to_string());
    context.say(&Flash::new(FlashKind::Info, "Discarded. Nothing was saved."), page)
}

/// Typed texts of a form. Long forms are read outside the threads that serve pages.
async fn texts(form: &HeldForm) -> Result<Vec<(&'static str, String)>, WebError> {
    let body = form.body.clone();
    let fields = actix_web::web::block(move || fields_of(&body)).await.map_err(|_| WebError::Unavailable)??;
    let typed = TEXTS.iter().filter_map(|(name, label)| Some((*label, fields.get(name).filter(|text| !text.trim().is_empty())?)));
    Ok(typed.map(|(label, text)| (label, beginning(text))).collect())
}

/// Beginning of a long text.
fn beginning(text: &str) -> String {
    let mut shown = text.chars().take(SHOWN_MAX).collect::<String>();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("unsent-form", |sample| UnsentFormPage {
            layout: sample.layout(),
            held: "7".to_owned(),
            address: paths::NewPortfolio {}.to_string(),
            page: Some(paths::NewPortfolio {}.to_string()),
            texts: sample.rows(|_, _| ("Notes", sample.text.clone())),
        });
        check("unsent-form-without-texts", |sample| UnsentFormPage {
            layout: sample.layout(),
            held: "7".to_owned(),
            address: paths::NewPortfolio {}.to_string(),
            page: Some(paths::NewPortfolio {}.to_string()),
            texts: Vec::new(),
        });
    }
}
