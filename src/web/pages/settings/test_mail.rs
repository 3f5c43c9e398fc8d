//! Send test mail: to the signed-in Admin.

use crate::{
    usecases::{User, settings},
    web::shared::{
        error,
        form::{Button, Form},
        page::{Flash, FlashKind},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// `POST /settings/test-mail`
pub(in crate::web) async fn submit(context: PageContext, form: Form<Button>) -> HandlerResult {
    let (transport, is_filed) = (context.state().process.transport.clone(), context.passes_links_on());
    let said = move |user: &User| {
        let text = if is_filed {
            "Test mail saved as a file (no mail server).".to_owned()
        } else {
            format!("Test mail to {} is on its way. Reload this page to see the answer of the mail server.", user.email)
        };
        Flash::new(FlashKind::Ok, text)
    };
    match context.make(form.1, said, move |ctx, submission| settings::send_test_mail(ctx, submission, &transport)).await? {
        Ok(_) => respond::see_other(paths::Settings {}),
        Err(denied) => context.say(&error::already(denied)?, paths::Settings {}),
    }
}
