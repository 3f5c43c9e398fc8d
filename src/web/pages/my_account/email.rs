//! Change of one's email address, which takes effect once confirmed.

use chrono::TimeDelta;
use serde::Deserialize;

use super::show::{EmailFields, MyAccountPage};
use crate::{
    domain::email_address::EmailAddress,
    usecases::{
        ActionError, User,
        credentials::email_change::{self, OwnAddressError},
    },
    web::shared::{
        error,
        form::{Button, Form},
        page::{Field, FieldError, Flash, FlashKind, already_known, parse, wait_in_words},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Typed address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailForm {
    email: String,
}

/// `POST /my-account/email`
pub(in crate::web) async fn submit(context: PageContext, form: Form<EmailForm>) -> HandlerResult {
    let Form(EmailForm { email: typed }, key) = form;
    let mut fields = EmailFields::default();
    let Some(email) = parse(&typed, EmailAddress::parse, &mut fields.email) else {
        return respond::again(&MyAccountPage { email: fields, ..MyAccountPage::open(&context).await? });
    };
    let address = email.to_string();
    let said = move |_: &User| Flash::new(FlashKind::Ok, format!("Confirmation sent to {address}; until then the current address stays."));
    let requested = context.make(key, said, move |ctx, submission| email_change::request(ctx, submission, &email)).await?;
    let refused = |error: FieldError| EmailFields { email: Field::refused(&*typed, error) };
    match requested {
        Ok(_) => respond::see_other(paths::MyAccount {}),
        Err(OwnAddressError::Taken(existing)) => {
            let email = refused(already_known(&existing));
            respond::again(&MyAccountPage { email, ..MyAccountPage::open(&context).await? })
        }
        Err(OwnAddressError::Action(ActionError::TooManyMails { wait, .. })) => {
            let text = format!("You asked for several changes in a row. Try again in {}.", wait_in_words(&wait));
            let email = refused(FieldError::Message(text));
            respond::wait(wait.max(TimeDelta::zero()), &MyAccountPage { email, ..MyAccountPage::open(&context).await? })
        }
        Err(OwnAddressError::Action(denied)) => context.say(&error::already(denied)?, paths::MyAccount {}),
    }
}

/// `POST /my-account/keep-email`
pub(in crate::web) async fn keep(context: PageContext, _form: Form<Button>) -> HandlerResult {
    let said = |user: &User| Flash::new(FlashKind::Ok, format!("Email change cancelled. You keep {}.", user.email));
    context.act_and_go(paths::MyAccount {}, said, email_change::withdraw_own).await
}
