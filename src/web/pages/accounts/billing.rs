//! Billing information of an account, to read or to change.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::AccountHead;
use crate::{
    domain::{
        account::{BILLING_FIELDS, Billing, BillingField, BillingFieldError, BillingFieldKind, BillingFields},
        country::Country,
        ids::AccountId,
        permission::Permission,
    },
    usecases::{
        Account, BillingRow,
        accounts::billing::{self, BillingError},
    },
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Base, Field, FieldError, Flash, FlashKind, FormErrors, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Fields as wide as the form.
const WIDE: [&str; 3] = ["legal_name", "address_line_1", "address_line_2"];

#[derive(Debug, Clone, Template)]
#[template(path = "accounts/billing.html")]
pub struct BillingPage {
    pub layout: Layout,
    pub account: AccountHead,
    pub fields: Fields,
    /// Base of the form, with version 0 where nothing was saved.
    pub base: Base,
    pub may_update: bool,
    /// True if another user saved meanwhile.
    pub is_stale: bool,
}

/// Inputs in the order of [`BILLING_FIELDS`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields([Field; BILLING_FIELDS.len()]);

/// The form as it was typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingForm {
    #[serde(flatten)]
    fields: BillingFields,
    version: i32,
    #[serde(default)]
    was: String,
}

impl BillingPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of(self.fields.each().map(|(billing, field)| (billing.name, field.error.as_ref())))
    }

    fn countries() -> Vec<(&'static str, &'static str)> {
        Country::all().map(|country| (country.code(), country.name())).collect()
    }

    /// Labels and values, for readers.
    fn facts(&self) -> [(String, &str); BILLING_FIELDS.len()] {
        self.fields.each().map(|(billing, field)| match billing.kind {
            BillingFieldKind::Country => (billing.title(), field.value.parse::<Country>().map_or("", Country::name)),
            _ => (billing.title(), &*field.value),
        })
    }
}

impl Fields {
    fn each(&self) -> [(BillingField, &Field); BILLING_FIELDS.len()] {
        std::array::from_fn(|index| (BILLING_FIELDS[index], &self.0[index]))
    }

    /// Saved fields, with the base of the form.
    fn of(row: Option<&BillingRow>) -> (Self, Base) {
        (Self(texts(row).map(Field::new)), base(row))
    }

    /// Typed fields, merged with the values that another user has saved since the form was `opened`.
    fn merged(self, opened: &Base, saved: Option<&BillingRow>) -> (Self, Base) {
        let mut merged = opened.merge(self.0, texts(saved));
        for (billing, field) in BILLING_FIELDS.iter().zip(&mut merged) {
            if let (BillingFieldKind::Country, Some(saved)) = (billing.kind, &mut field.saved)
                && let Ok(country) = saved.parse::<Country>()
            {
                country.name().clone_into(saved);
            }
        }
        (Self(merged), base(saved))
    }

    fn typed(typed: &BillingFields) -> (Self, Option<Billing>) {
        let fields = typed.texts().map(Field::new);
        match Billing::parse(typed) {
            Ok(billing) => (Self(fields), Some(billing)),
            Err(refused) => {
                let mut refused = refused.into_iter();
                let error = |error: Option<BillingFieldError>| error.map(FieldError::from);
                (Self(fields.map(|field| Field { error: refused.next().and_then(error), ..field })), None)
            }
        }
    }
}

impl From<BillingFieldError> for FieldError {
    fn from(error: BillingFieldError) -> Self {
        match error {
            BillingFieldError::Line { what, error } => Self::Line { what, error },
            BillingFieldError::Email(error) => error.into(),
            BillingFieldError::Country(_) => Self::Message("Choose a country".to_owned()),
        }
    }
}

/// Saved texts, which are empty where nothing was saved.
fn texts(row: Option<&BillingRow>) -> [&str; BILLING_FIELDS.len()] {
    row.map_or([""; BILLING_FIELDS.len()], |row| row.fields.texts())
}

fn base(row: Option<&BillingRow>) -> Base {
    Base::of(row.map_or(0, |row| row.version), texts(row))
}

/// `GET /accounts/{account}/billing`
pub(in crate::web) async fn show(context: PageContext, id: Path<AccountId>) -> HandlerResult {
    respond::page(&page(&context, *id, None).await?)
}

/// `POST /accounts/{account}/billing`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AccountId>, form: Form<BillingForm>) -> HandlerResult {
    let id = *id;
    let (fields, new) = Fields::typed(&form.0.fields);
    let base = Base { version: form.0.version, was: form.0.was };
    let Some(new) = new else {
        return respond::again(&page(&context, id, Some((fields, base))).await?);
    };
    let version = base.version;
    let said = |account: &Account| Flash::new(FlashKind::Ok, format!("Billing of {} saved.", account.name));
    match context.act(said, move |ctx, submission| billing::update(ctx, submission, id, &new, version)).await? {
        Ok(_) => respond::see_other(paths::Billing { account: id }),
        Err(BillingError::Stale(saved)) => {
            let page = page(&context, id, Some(fields.merged(&base, saved.as_deref()))).await?;
            respond::with_status(StatusCode::CONFLICT, &BillingPage { is_stale: true, ..page })
        }
        Err(BillingError::Action(error)) => context.say(&already(error)?, paths::Billing { account: id }),
    }
}

/// Page with saved or typed fields. Typed ones are shown only to users who may save them.
async fn page(context: &PageContext, id: AccountId, typed: Option<(Fields, Base)>) -> Result<BillingPage, WebError> {
    if typed.is_some() {
        context.current.require(Permission::BillingUpdate)?;
    }
    let opened = context.open(move |ctx, actor| billing::show(ctx, actor, id)).await;
    let (layout_data, shown) = opened.map_err(|failure| match failure {
        WebError::OutOfReach => WebError::BillingNotGiven,
        other => other,
    })?;
    if typed.is_some() && !shown.may.update_billing {
        return Err(WebError::OutOfReach);
    }
    let (fields, base) = typed.unwrap_or_else(|| Fields::of(shown.billing.as_ref()));
    Ok(BillingPage {
        layout: context.layout(&layout_data),
        account: AccountHead::new(&shown.account, shown.may),
        fields,
        base,
        may_update: shown.may.update_billing,
        is_stale: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for (may_update, is_stale) in [(true, false), (true, true), (false, false)] {
            check(&format!("billing-{may_update}-{is_stale}"), |sample| BillingPage {
                layout: sample.layout(),
                account: AccountHead::sample(sample),
                fields: Fields(BILLING_FIELDS.map(|billing| match billing.name {
                    "legal_name" => Field::new("Fjord Foods AS").beside(&sample.text),
                    "city" if may_update => Field::refused(&*sample.text, FieldError::Message(sample.group())),
                    "country" => Field::new("NO"),
                    _ => Field::default(),
                })),
                base: Base::default(),
                may_update,
                is_stale,
            });
        }
    }
}
