//! The form that came after the end of its session, offered to its user after signing in again.

use askama::Template;

use crate::{
    domain::ids::HeldFormId,
    usecases::{
        Context, User,
        held_forms::{self, HeldForm},
    },
    web::shared::{
        error::WebError,
        form::{Button, Form, fields_of},
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
    /// Labels and beginnings of typed texts.
    pub texts: Vec<(&'static str, String)>,
}

/// `GET /unsent-form`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    let (layout_data, found) = context.open(|ctx: &Context, user: &User| Ok(held_forms::last_unsent(ctx, user.id)?)).await?;
    let Some((id, form)) = found else { return respond::see_other(paths::Root {}) };
    let page =
        UnsentFormPage { layout: context.layout(&layout_data), held: id.to_string(), texts: texts(&form).await?, address: form.address };
    respond::page(&page)
}

/// `POST /unsent-form`: the form is not to be sent.
pub(in crate::web) async fn discard(context: PageContext, _button: Form<Button>) -> HandlerResult {
    let user = context.current.user.id;
    let discarded = context
        .state()
        .run(move |ctx| {
            let found = held_forms::last_unsent(ctx, user)?;
            found.as_ref().map_or(Ok(()), |(id, _): &(HeldFormId, HeldForm)| held_forms::settle(ctx, user, *id))?;
            Ok::<_, crate::usecases::StoreError>(found)
        })
        .await?;
    let page = discarded.and_then(|(_, form)| addresses::nearest_page(&form.address)).unwrap_or_else(|| paths::Root {}.to_string());
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
            texts: sample.rows(|_, _| ("Notes", sample.text.clone())),
        });
        check("unsent-form-without-texts", |sample| UnsentFormPage {
            layout: sample.layout(),
            held: "7".to_owned(),
            address: paths::NewPortfolio {}.to_string(),
            texts: Vec::new(),
        });
    }
}
