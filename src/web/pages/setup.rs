//! Setup: the first Admin names the company and becomes its first user.

use askama::Template;

use crate::{
    domain::{
        company::Company,
        credentials::{password::NewPassword, token::Token},
        email_address::EmailAddress,
        text::CompanyName,
    },
    usecases::{
        Context,
        setup::{self, NewAdmin, SetupError},
    },
    web::shared::{
        error::WebError,
        extract::AnonymousSession,
        form::Form,
        page::{Field, FieldError, FormErrors, PublicLayout, SecretField, parse},
        respond::{self, HandlerResult},
        routing::paths,
        session,
        state::State,
    },
};

use super::credentials::new_password;
use actix_session::Session;
use actix_web::web::{Data, Query};
use serde::Deserialize;

/// Form behind the one-time address.
#[derive(Debug, Clone, Template)]
#[template(path = "setup.html")]
pub struct SetupPage {
    pub layout: PublicLayout,
    /// Token of the one-time address, posted with the form.
    pub key: String,
    pub fields: SetupFields,
    /// Shortest password, in characters.
    pub password_min: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupFields {
    pub company: Field,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    pub password: SecretField,
}

impl SetupFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("company", self.company.error.as_ref()),
            ("first-name", self.first_name.error.as_ref()),
            ("last-name", self.last_name.error.as_ref()),
            ("email", self.email.error.as_ref()),
            ("password", self.password.error.as_ref()),
        ])
    }
}

/// Query of the one-time address.
#[derive(Debug, Clone, Deserialize)]
pub struct SetupQuery {
    key: String,
}

/// Typed values of the first Admin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupForm {
    key: String,
    company: String,
    first_name: String,
    last_name: String,
    email: String,
    password: String,
}

/// `GET /setup?key=…`: exists only with the open one-time key.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, query: Option<Query<SetupQuery>>) -> HandlerResult {
    let key = query.map(|query| query.into_inner().key).unwrap_or_default();
    let company = look(&state, &key).await?;
    let layout = respond::layout(&state, &anonymous, "");
    respond::page(&SetupPage { layout, key, fields: SetupFields::default(), password_min: company.password_min })
}

/// `POST /setup`
pub(in crate::web) async fn submit(
    state: Data<State>,
    anonymous: AnonymousSession,
    session: Session,
    form: Form<SetupForm>,
) -> HandlerResult {
    let Form(form, _) = form;
    let company = look(&state, &form.key).await?;
    let (name, admin, password) = match form.parse(&company) {
        Ok(parsed) => parsed,
        Err(mut fields) => {
            let (link, client_ip, min) = (token(&form.key)?, &anonymous.client.client_ip, company.password_min);
            fields.password = new_password::review(&state, link, client_ip, &form.password, min, Vec::new()).await?;
            let layout = respond::layout(&state, &anonymous, "");
            return respond::again(&SetupPage { layout, key: form.key, fields: *fields, password_min: company.password_min });
        }
    };
    let (link, client) = (token(&form.key)?, anonymous.client.clone());
    let set_up = move |ctx: &Context, link: &Token| setup::set_up(ctx, link, &name, &admin, password, &client);
    match new_password::run(&state, link, &anonymous.client.client_ip, set_up).await? {
        Ok(begun) => {
            session::begin(&session, &begun)?;
            respond::see_other(paths::Root {})
        }
        Err(SetupError::Password(error)) => new_password::again(error, state.ctx.now(), |password| {
            let [company_name, first_name, last_name, email] =
                [&form.company, &form.first_name, &form.last_name, &form.email].map(|typed| Field::new(&**typed));
            let fields = SetupFields { company: company_name, first_name, last_name, email, password };
            let layout = respond::layout(&state, &anonymous, "");
            SetupPage { layout, key: form.key.clone(), fields, password_min: company.password_min }
        }),
        Err(error) => Err(error.into()),
    }
}

async fn look(state: &State, key: &str) -> Result<Company, WebError> {
    let key = key.to_owned();
    state.run(move |ctx| setup::look(ctx, &token(&key)?)).await
}

fn token(key: &str) -> Result<Token, SetupError> {
    Token::parse(key).ok_or(SetupError::NoSuchAddress)
}

impl SetupForm {
    fn parse(&self, company: &Company) -> Result<(CompanyName, NewAdmin, NewPassword), Box<SetupFields>> {
        let mut fields = SetupFields::default();
        let name = parse(&self.company, FieldError::line("the company’s name", CompanyName::parse), &mut fields.company);
        let first_name = parse(&self.first_name, FieldError::first_name(), &mut fields.first_name);
        let last_name = parse(&self.last_name, FieldError::last_name(), &mut fields.last_name);
        let email = parse(&self.email, EmailAddress::parse, &mut fields.email);
        let password = NewPassword::parse(&self.password, company.password_min);
        let password = password.map_err(|error| fields.password = SecretField::refused(error)).ok();
        match (name, first_name, last_name, email, password) {
            (Some(name), Some(first_name), Some(last_name), Some(email), Some(password)) => {
                Ok((name, NewAdmin { first_name, last_name, email }, password))
            }
            _ => Err(Box::new(fields)),
        }
    }
}

impl From<SetupError> for WebError {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::NoSuchAddress => Self::NotFound,
            SetupError::Store(error) => error.into(),
            SetupError::Password(error) => Self::Internal(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{credentials::password::PasswordError, email_address::EmailAddressError, text::LineError},
        web::shared::{
            page::FieldError,
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample, fields: SetupFields) -> SetupPage {
        let layout = PublicLayout { company: String::new(), ..sample.public_layout() };
        SetupPage { layout, key: sample.text.clone(), fields, password_min: 15 }
    }

    #[test]
    fn renders() {
        check("setup", |sample| page(sample, SetupFields::default()));
        check("setup-error", |sample| {
            let name = |what| Field::refused(&sample.text, FieldError::Line { what, error: LineError::Empty });
            let fields = SetupFields {
                company: name("the company’s name"),
                first_name: name("a first name"),
                last_name: Field::new(&sample.text),
                email: Field::refused(&sample.email, EmailAddressError::Malformed),
                password: SecretField::refused(PasswordError::TooShort(15)),
            };
            page(sample, fields)
        });
    }
}
