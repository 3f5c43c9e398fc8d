//! Change of one's email address, which counts once confirmed.

use serde::Deserialize;

use super::show::{EmailFields, MyAccountPage};
use crate::{
    domain::{credentials::password::Password, email_address::EmailAddress},
    usecases::{
        ActionError, User,
        credentials::email_change::{self, OwnAddressError},
    },
    web::shared::{
        error::{self, too_many_mails},
        form::{Button, Form},
        page::{Field, FieldError, Flash, FlashKind, SecretField, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

use super::password::current_again;

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
    let EmailForm { email: typed, current, .. } = form.0;
    let mut fields = EmailFields::default();
    let parsed = parse(&typed, EmailAddress::parse, &mut fields.email);
    if current.is_empty() {
        fields.current = SecretField::missing();
    }
    let (Some(email), false) = (parsed, current.is_empty()) else {
        return respond::again(&MyAccountPage { email: fields, ..MyAccountPage::open(&context).await? });
    };
    let (address, current) = (email.to_string(), Password::typed(&current));
    let said = move |_: &User| Flash::new(FlashKind::Ok, format!("Confirmation sent to {address}. Until confirmed, you keep your address."));
    let refused = |fields: EmailFields, message: String| EmailFields { email: Field::refused(&*typed, FieldError::Message(message)), ..fields };
    match context.act_hashing(said, move |ctx, submission| email_change::request(ctx, submission, &email, &current)).await? {
        Ok(_) => respond::see_other(paths::MyAccount {}),
        Err(OwnAddressError::Current(error)) => {
            let page = MyAccountPage::open(&context).await?;
            current_again(error, context.now(), |current| MyAccountPage { email: EmailFields { current, ..fields }, ..page })
        }
        Err(OwnAddressError::Taken) => {
            let email = refused(fields, "You can’t use this address. Ask an Admin.".to_owned());
            respond::again(&MyAccountPage { email, ..MyAccountPage::open(&context).await? })
        }
        Err(OwnAddressError::Action(ActionError::TooManyMails { name, wait })) => {
            let email = refused(fields, too_many_mails(&name, &wait));
            respond::again(&MyAccountPage { email, ..MyAccountPage::open(&context).await? })
        }
        Err(OwnAddressError::Action(denied)) => context.say(&error::already(denied)?, paths::MyAccount {}),
    }
}

/// `POST /my-account/keep-email`
pub(in crate::web) async fn keep(context: PageContext, _form: Form<Button>) -> HandlerResult {
    let said = |user: &User| Flash::new(FlashKind::Ok, format!("Email change cancelled. You keep {}.", user.email));
    context.act_and_go(paths::MyAccount {}, said, email_change::withdraw_own).await
}
