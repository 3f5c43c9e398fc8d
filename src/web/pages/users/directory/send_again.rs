//! Failed mails, sent again one by one or together.

use actix_web::web::Path;

use crate::{
    domain::ids::MailId,
    usecases::{
        FailedMail,
        outbox::failed_mails::{self, SendAgainError},
    },
    web::shared::{
        error::WebError,
        form::{Form, ListButton},
        list_query::ListQuery,
        page::{Flash, FlashKind, counted, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// `POST /users-and-groups/mail/{mail}/send-again`
pub(in crate::web) async fn one(context: PageContext, mail: Path<MailId>, form: Form<ListButton>) -> HandlerResult {
    let (mail, list) = (*mail, list(&context, &form));
    let said = |mail: &FailedMail| Flash::new(FlashKind::Ok, format!("We’ll send the mail to {} again.", mail.recipient));
    match context.act(said, move |ctx, submission| failed_mails::send_again(ctx, submission, mail)).await? {
        Ok(mail) => {
            let page = mail.user_id.and_then(|user_id| context.view_of(&paths::Manage { user: user_id }.to_string()).map(str::to_owned));
            respond::see_other(page.unwrap_or(list))
        }
        Err(error) => context.say(&none_failed(error, "This mail can’t be sent again.")?, list),
    }
}

/// `POST /users-and-groups/mail/send-again`
pub(in crate::web) async fn all(context: PageContext, form: Form<ListButton>) -> HandlerResult {
    let said = |mails: &u64| Flash::new(FlashKind::Ok, format!("We’ll send {} again.", counted(*mails, "mail", "mails")));
    match context.act(said, failed_mails::send_all_again).await? {
        Ok(_) => respond::see_other(list(&context, &form)),
        Err(error) => context.say(&none_failed(error, "There are no failed mails.")?, list(&context, &form)),
    }
}

fn list(context: &PageContext, form: &Form<ListButton>) -> String {
    context.home_or(with_query(paths::UsersAndGroups {}, &ListQuery::returned(&form.0.return_query)))
}

/// Message after a repeated click or on an outdated page.
fn none_failed(error: SendAgainError, text: &str) -> Result<Flash, WebError> {
    match error {
        SendAgainError::NoneFailed => Ok(Flash::new(FlashKind::Info, text)),
        SendAgainError::Action(error) => Err(error.into()),
    }
}
