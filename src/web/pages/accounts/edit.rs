//! Edit the details of an account.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{AccountHead, fields::AccountFields};
use crate::{
    domain::ids::AccountId,
    usecases::{EditError, accounts},
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Base, Flash, FlashKind, FormErrors, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/edit.html")]
pub struct EditAccountPage {
    pub layout: Layout,
    /// Account with its saved name.
    pub account: AccountHead,
    pub fields: AccountFields,
    pub base: Base,
    /// True if another user saved meanwhile.
    pub is_stale: bool,
}

impl EditAccountPage {
    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }
}

/// Typed details.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditForm {
    name: String,
    website: String,
    notes: String,
    version: i32,
    #[serde(default)]
    was: String,
}

/// `GET /accounts/{account}/edit`
pub(in crate::web) async fn show(context: PageContext, id: Path<AccountId>) -> HandlerResult {
    respond::page(&page(&context, *id, None).await?)
}

/// `POST /accounts/{account}/edit`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AccountId>, form: Form<EditForm>) -> HandlerResult {
    let (id, EditForm { name, website, notes, version, was }) = (*id, form.0);
    let base = Base { version, was };
    let (fields, details) = AccountFields::typed(&name, &website, &notes);
    let Some(details) = details else {
        return respond::again(&page(&context, id, Some((fields, base))).await?);
    };
    let said = |&(): &()| Flash::new(FlashKind::Ok, "Details saved.");
    match context.act(said, move |ctx, submission| accounts::edit(ctx, submission, id, &details, version)).await? {
        Ok(()) => respond::see_other(paths::Account { account: id }),
        Err(EditError::Stale(saved)) => {
            let page = page(&context, id, Some(fields.merged(&base, &saved))).await?;
            respond::with_status(StatusCode::CONFLICT, &EditAccountPage { is_stale: true, ..page })
        }
        Err(EditError::NameTaken) => respond::again(&page(&context, id, Some((fields.name_taken(), base))).await?),
        Err(EditError::Action(error)) => context.say(&already(error)?, paths::Account { account: id }),
    }
}

async fn page(context: &PageContext, id: AccountId, typed: Option<(AccountFields, Base)>) -> Result<EditAccountPage, WebError> {
    let (layout_data, (account, may)) = context.open(move |ctx, actor| accounts::editable(ctx, actor, id)).await?;
    let (fields, base) = typed.unwrap_or_else(|| AccountFields::of(&account));
    Ok(EditAccountPage { layout: context.layout(&layout_data), account: AccountHead::new(&account, may), fields, base, is_stale: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{page::Field, samples::check};

    #[test]
    fn renders() {
        for is_stale in [false, true] {
            check(&format!("edit-account-{is_stale}"), |sample| EditAccountPage {
                layout: sample.layout(),
                account: AccountHead::sample(sample),
                fields: AccountFields { name: Field::new("Fjord").beside(&sample.text), ..AccountFields::typed("", &sample.text, "").0 },
                base: Base::default(),
                is_stale,
            });
        }
    }
}
