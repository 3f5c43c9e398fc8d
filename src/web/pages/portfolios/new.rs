//! New Portfolio: name, notes, accounts to move into it, and Portfolio Admins.

use askama::Template;
use serde::Deserialize;

use super::fields::PortfolioFields;
use crate::{
    domain::{
        ids::{AccountId, PortfolioId, UserId},
        search::SearchTerm,
    },
    usecases::{
        access::picker_options::{self, PickerQuery},
        portfolios::{self, CreateError},
    },
    web::{
        pages::accounts::pickers,
        shared::{
            error::WebError,
            form::{Form, each_once},
            page::{FieldError, Flash, FlashKind, FormErrors, Layout, PICKS_MAX, Picker},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "portfolios/new.html")]
pub struct NewPortfolioPage {
    pub layout: Layout,
    pub fields: PortfolioFields,
    pub accounts: Picker,
    pub users: Picker,
}

impl NewPortfolioPage {
    fn errors(&self) -> FormErrors {
        let mut errors = self.fields.errors();
        errors.and("accounts", self.accounts.error.as_ref());
        errors
    }
}

/// Pressed button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    Find,
    Create,
    /// Enter in a field: a search, if one was typed.
    Enter,
}

/// Typed and selected values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPortfolioForm {
    name: String,
    notes: String,
    #[serde(default)]
    account: Vec<AccountId>,
    #[serde(default)]
    user: Vec<UserId>,
    #[serde(default)]
    find_account: String,
    #[serde(default)]
    find_user: String,
    r#do: Do,
}

impl NewPortfolioForm {
    fn finds(&self) -> bool {
        match self.r#do {
            Do::Find => true,
            Do::Create => false,
            Do::Enter => !self.find_account.is_empty() || !self.find_user.is_empty(),
        }
    }
}

/// `GET /portfolios/new`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    let nothing = NewPortfolioForm {
        name: String::new(),
        notes: String::new(),
        account: Vec::new(),
        user: Vec::new(),
        find_account: String::new(),
        find_user: String::new(),
        r#do: Do::Create,
    };
    respond::page(&page(&context, PortfolioFields::default(), nothing).await?)
}

/// `POST /portfolios/new`
pub(in crate::web) async fn submit(context: PageContext, form: Form<NewPortfolioForm>) -> HandlerResult {
    let Form(form, sent) = form;
    each_once(&form.account)?;
    each_once(&form.user)?;
    let (fields, details) = PortfolioFields::typed(&form.name, &form.notes);
    if form.finds() {
        let fields = PortfolioFields { name: crate::web::shared::page::Field::new(form.name.as_str()), notes: fields.notes };
        return respond::page(&page(&context, fields, form).await?);
    }
    let Some(details) = details else { return respond::again(&page(&context, fields, form).await?) };
    let (name, accounts, users) = (details.name.clone(), form.account.clone(), form.user.clone());
    let said = move |_: &PortfolioId| Flash::new(FlashKind::Ok, format!("Created the portfolio {name}."));
    let create = move |ctx: &_, submission: &_| portfolios::create(ctx, submission, &details, &accounts, &users);
    match context.make(sent, said, create).await? {
        Ok(portfolio) => respond::see_other(paths::Portfolio { portfolio }),
        Err(CreateError::NameTaken) => respond::again(&page(&context, fields.name_taken(), form).await?),
        Err(CreateError::AccountNameTaken(account)) => {
            let mut page = page(&context, fields, form).await?;
            page.accounts.error =
                Some(FieldError::Message(format!("Two of the accounts are named {account}. Remove one, or rename it first")));
            respond::again(&page)
        }
        Err(CreateError::Action(error)) => Err(error.into()),
    }
}

async fn page(context: &PageContext, fields: PortfolioFields, form: NewPortfolioForm) -> Result<NewPortfolioPage, WebError> {
    let accounts = PickerQuery { search: SearchTerm::parse(&form.find_account), ticked: form.account, held: Vec::new(), limit: PICKS_MAX };
    let users = PickerQuery { search: SearchTerm::parse(&form.find_user), ticked: form.user, held: Vec::new(), limit: PICKS_MAX };
    let (layout_data, (accounts, users)) = context
        .open(move |ctx, actor| {
            Ok((picker_options::accounts_to_move(ctx, actor, &accounts)?, picker_options::portfolio_admins(ctx, actor, &users)?))
        })
        .await?;
    let now = layout_data.now.at;
    Ok(NewPortfolioPage {
        layout: context.layout(&layout_data),
        fields,
        accounts: pickers::accounts(accounts, form.find_account),
        users: pickers::users(users, form.find_user, "Portfolio Admins", now),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{page::PickerKind, samples::check};

    #[test]
    fn renders() {
        check("new-portfolio", |sample| NewPortfolioPage {
            layout: sample.layout(),
            fields: PortfolioFields::typed("", &sample.text).0,
            accounts: Picker { error: Some(FieldError::Message(sample.group())), ..Picker::sample(sample, PickerKind::Many) },
            users: Picker { id: "people", name: "user", find_name: "find_user", ..Picker::sample(sample, PickerKind::Many) },
        });
    }
}
