//! Edit details of an account.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{AccountHead, fields::AccountFields};
use crate::{
    domain::{ids::AccountId, permission::Permission, policy::Action},
    usecases::accounts::{self, AccountError},
    web::{
        console::Console,
        failure::Failure,
        form::Form,
        page::{Flash, FlashKind, FormErrors, Shell},
        paths,
        respond::{self, Answer},
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/edit.html")]
pub struct EditAccountPage {
    pub shell: Shell,
    /// As it is named now.
    pub account: AccountHead,
    pub fields: AccountFields,
    pub version: i32,
    /// Whether somebody else saved meanwhile.
    pub is_stale: bool,
}

impl EditAccountPage {
    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }
}

/// What is to be saved.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditForm {
    name: String,
    website: String,
    notes: String,
    version: i32,
}

/// `GET /accounts/{account}/edit`
pub(in crate::web) async fn show(console: Console, id: Path<AccountId>) -> Answer {
    respond::page(&page(&console, *id, None).await?)
}

/// `POST /accounts/{account}/edit`
pub(in crate::web) async fn submit(console: Console, id: Path<AccountId>, form: Form<EditForm>) -> Answer {
    let (id, EditForm { name, website, notes, version }) = (*id, form.0);
    let (fields, details) = AccountFields::typed(&name, &website, &notes);
    let Some(details) = details else {
        return respond::again(&page(&console, id, Some((fields, version))).await?);
    };
    match console.act(move |ctx, caller| accounts::edit(ctx, caller, id, &details, version)).await? {
        Ok(()) => console.done(&Flash::new(FlashKind::Ok, "The details are saved."), paths::Account { account: id }),
        Err(AccountError::Stale(saved)) => {
            let page = page(&console, id, Some((fields.beside(&saved), saved.version))).await?;
            respond::with_status(StatusCode::CONFLICT, &EditAccountPage { is_stale: true, ..page })
        }
        // Details are edited in a deactivated portfolio too.
        Err(AccountError::NameTaken | AccountError::PortfolioDeactivated) => {
            respond::again(&page(&console, id, Some((fields.name_taken(), version))).await?)
        }
        Err(AccountError::Denied(denied)) => Err(denied.into()),
    }
}

async fn page(console: &Console, id: AccountId, typed: Option<(AccountFields, i32)>) -> Result<EditAccountPage, Failure> {
    let (frame, (account, may)) =
        console.open(Action::Use(Permission::AccountsEdit), move |ctx, actor| accounts::editable(ctx, actor, id)).await?;
    let (fields, version) = typed.unwrap_or_else(|| (AccountFields::of(&account), account.version));
    Ok(EditAccountPage { shell: console.shell(&frame), account: AccountHead::new(&account, may), fields, version, is_stale: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{page::Field, samples::check};

    #[test]
    fn renders() {
        for is_stale in [false, true] {
            check(&format!("edit-account-{is_stale}"), |sample| EditAccountPage {
                shell: sample.shell(),
                account: AccountHead::sample(sample),
                fields: AccountFields { name: Field::new("Fjord").beside(&sample.text), ..AccountFields::typed("", &sample.text, "").0 },
                version: 3,
                is_stale,
            });
        }
    }
}
