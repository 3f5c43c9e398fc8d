//! Choice of the appearance.

use serde::Deserialize;

use crate::{
    domain::appearance::Appearance,
    usecases::my_account,
    web::shared::{
        form::Form,
        page::{Flash, FlashKind},
        page_context::PageContext,
        respond::HandlerResult,
        routing::paths,
    },
};

/// The choice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppearanceForm {
    appearance: Appearance,
}

/// `POST /my-account/appearance`
pub(in crate::web) async fn submit(context: PageContext, form: Form<AppearanceForm>) -> HandlerResult {
    let appearance = form.0.appearance;
    let said = |(): &()| Flash::new(FlashKind::Ok, "The appearance was changed.");
    context.act_and_go(paths::MyAccount {}, said, move |ctx, submission| my_account::set_appearance(ctx, submission, appearance)).await
}
