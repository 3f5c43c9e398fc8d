//! Change of one's name.

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::show::{MyAccountPage, NameFields};
use crate::{
    usecases::my_account::{self, RenameError},
    web::shared::{
        error,
        form::Form,
        page::{Base, Field, FieldError, Flash, FlashKind, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Typed name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    first_name: String,
    last_name: String,
    version: i32,
    #[serde(default)]
    was: String,
}

/// `POST /my-account/name`
pub(in crate::web) async fn submit(context: PageContext, form: Form<NameForm>) -> HandlerResult {
    let NameForm { first_name, last_name, version, was } = form.0;
    let mut fields = NameFields { base: Base { version, was }, ..NameFields::default() };
    let first = parse(&first_name, FieldError::first_name(), &mut fields.first_name);
    let last = parse(&last_name, FieldError::last_name(), &mut fields.last_name);
    let (Some(first), Some(last)) = (first, last) else {
        return respond::again(&MyAccountPage { names: fields, ..MyAccountPage::open(&context).await? });
    };
    let rename = async |version: i32| {
        let (first, last) = (first.clone(), last.clone());
        let said = |(): &()| Flash::new(FlashKind::Ok, "Your name was changed.");
        context.act(said, move |ctx, submission| my_account::rename(ctx, submission, &first, &last, version)).await
    };
    let mut renamed = rename(version).await?;
    // A new version with the old name: a change of the password or the role.
    if let Err(RenameError::Stale(saved)) = &renamed
        && NameFields::of(saved).base.was == fields.base.was
    {
        renamed = rename(saved.version).await?;
    }
    match renamed {
        Ok(()) => respond::see_other(paths::MyAccount {}),
        Err(RenameError::Stale(saved)) => {
            let typed = [Field::new(first_name), Field::new(last_name)];
            let names = NameFields { is_stale: true, ..fields.merged(typed, &saved) };
            respond::with_status(StatusCode::CONFLICT, &MyAccountPage { names, ..MyAccountPage::open(&context).await? })
        }
        Err(RenameError::Action(denied)) => context.say(&error::already(denied)?, paths::MyAccount {}),
    }
}
