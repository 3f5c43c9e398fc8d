//! Change of one's password.

use actix_session::Session;
use askama::Template;
use serde::Deserialize;

use super::{
    prove,
    show::{MyAccountPage, PasswordFields},
};
use crate::{
    domain::{
        clock::Timestamp,
        credentials::{
            password::{NewPassword, Password},
            token::Token,
        },
    },
    usecases::{
        credentials::current_password::CurrentPasswordError,
        my_account::{
            self,
            password::{self, ChangePasswordError},
        },
    },
    web::shared::{
        form::Form,
        page::{Flash, FlashKind, SecretField},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
        session,
    },
};

/// Typed passwords.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    /// Missing for a user without a password.
    #[serde(default)]
    current: String,
    password: String,
    /// Field for password managers.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `POST /my-account/password`
pub(in crate::web) async fn submit(context: PageContext, session: Session, form: Form<PasswordForm>) -> HandlerResult {
    let PasswordForm { current, password: new, .. } = form.0;
    let again = async |fields: PasswordFields| -> HandlerResult {
        respond::again(&MyAccountPage { password: fields, ..MyAccountPage::open(&context).await? })
    };
    let id = context.current.user.id;
    let has_password = context.state().run(move |ctx| my_account::has_password(ctx, id)).await?;
    let new = match NewPassword::parse(&new, context.current.company.password_min) {
        Ok(new) if !(has_password && current.is_empty()) => new,
        parsed => {
            let current = if has_password { SecretField::current(&current) } else { SecretField::default() };
            return again(PasswordFields { current, new: parsed.map_or_else(SecretField::refused, |_| SecretField::default()) }).await;
        }
    };
    let (user, company) = (context.current.user.clone(), context.current.company.clone());
    let current = has_password.then(|| Password::typed(&current));
    let said = |_: &Token| Flash::new(FlashKind::Ok, "Your password was changed. You are signed out everywhere else.");
    let change = move |ctx: &_, submission: &_| password::change(ctx, submission, &user, &company, current.as_ref(), new);
    match prove(&context, context.submission(said), change).await? {
        Ok(renewed) => {
            session::begin(&session, &renewed)?;
            respond::see_other(paths::MyAccount {})
        }
        Err(ChangePasswordError::Current(error)) => {
            let page = MyAccountPage::open(&context).await?;
            current_again(error, context.now().at, |current| MyAccountPage {
                password: PasswordFields { current, ..PasswordFields::default() },
                ..page
            })
        }
        Err(ChangePasswordError::Same) => {
            let new = SecretField::message("This is your current password. Choose another");
            again(PasswordFields { new, ..PasswordFields::default() }).await
        }
        Err(ChangePasswordError::Refused(error)) => {
            again(PasswordFields { new: SecretField::refused(error), ..PasswordFields::default() }).await
        }
        Err(ChangePasswordError::Action(error)) => Err(error.into()),
    }
}

/// The form again, built by `page` from the field of the current password with its error.
pub(super) fn current_again<P: Template>(
    error: CurrentPasswordError,
    now: Timestamp,
    page: impl FnOnce(SecretField) -> P,
) -> HandlerResult {
    match error {
        CurrentPasswordError::Wrong => respond::again(&page(SecretField::message("This is not your current password"))),
        CurrentPasswordError::Throttled { until } => respond::held(until, now, page),
        CurrentPasswordError::Store(error) => Err(error.into()),
    }
}
