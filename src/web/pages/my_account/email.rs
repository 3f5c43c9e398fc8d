//! Change of one's email address, which takes effect once confirmed.

use chrono::TimeDelta;
use serde::Deserialize;

use super::{
    password::current_again,
    prove,
    show::{EmailFields, MyAccountPage},
};
use crate::{
    domain::{credentials::password::Password, email_address::EmailAddress},
    usecases::{
        ActionError, User,
        credentials::email_change::{self, OwnAddressError},
    },
    web::shared::{
        error,
        form::{Button, Form},
        page::{Field, FieldError, Flash, FlashKind, SecretField, already_known, parse, wait_in_words},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Typed address, with the current password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailForm {
    email: String,
    current: String,
    /// Field for password managers.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `POST /my-account/email`
pub(in crate::web) async fn submit(context: PageContext, form: Form<EmailForm>) -> HandlerResult {
    let Form(EmailForm { email: typed, current, .. }, key) = form;
    let mut fields = EmailFields { current: SecretField::current(&current), ..EmailFields::default() };
    let parsed = parse(&typed, EmailAddress::parse, &mut fields.email);
    let (Some(email), false) = (parsed, current.is_empty()) else {
        return respond::again(&MyAccountPage { email: fields, ..MyAccountPage::open(&context).await? });
    };
    let (address, current) = (email.to_string(), Password::typed(&current));
    let said = move |_: &User| Flash::new(FlashKind::Ok, format!("Confirmation sent to {address}; until then the current address stays."));
    let submission = context.submission(said).with_key(key);
    let requested = prove(&context, submission, move |ctx, submission| email_change::request(ctx, submission, &email, &current)).await?;
    let refused = |error: FieldError| EmailFields { email: Field::refused(&*typed, error), ..EmailFields::default() };
    match requested {
        Ok(_) => respond::see_other(paths::MyAccount {}),
        Err(OwnAddressError::Current(error)) => {
            let page = MyAccountPage::open(&context).await?;
            current_again(error, context.now().at, |current| MyAccountPage { email: EmailFields { current, ..fields }, ..page })
        }
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
