//! Billing: where an account's bills go, to read or to change.

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::AccountHead;
use crate::{
    domain::{
        account::{Billing, BillingLine},
        country::Country,
        email_address::EmailAddress,
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
        page::{Base, Field, FieldError, Flash, FlashKind, FormErrors, Layout, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// What is said, or asked.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/billing.html")]
pub struct BillingPage {
    pub shell: Layout,
    pub account: AccountHead,
    pub fields: BillingFields,
    /// Of version 0 where nobody has said anything yet.
    pub base: Base,
    pub may_update: bool,
    /// True if somebody else saved meanwhile.
    pub is_stale: bool,
}

impl BillingPage {
    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }

    fn countries() -> Vec<(&'static str, &'static str)> {
        Country::all().map(|country| (country.code(), country.name())).collect()
    }

    /// Labels and what is said, for those who only read.
    fn facts(&self) -> [(&'static str, &str); 9] {
        let Self {
            fields: BillingFields { legal_name, email, line_1, line_2, city, postal_code, country, tax_id, purchase_order }, ..
        } = self;
        let country = country.value.parse::<Country>().map_or("", Country::name);
        [
            ("Legal Name", &legal_name.value),
            ("Billing Email", &email.value),
            ("Address Line 1", &line_1.value),
            ("Address Line 2", &line_2.value),
            ("City", &city.value),
            ("Postal Code", &postal_code.value),
            ("Country", country),
            ("Tax ID", &tax_id.value),
            ("Purchase Order Reference", &purchase_order.value),
        ]
    }
}

/// The fields of the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BillingFields {
    pub legal_name: Field,
    pub email: Field,
    pub line_1: Field,
    pub line_2: Field,
    pub city: Field,
    pub postal_code: Field,
    pub country: Field,
    pub tax_id: Field,
    pub purchase_order: Field,
}

/// What was typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingForm {
    legal_name: String,
    email: String,
    address_line_1: String,
    address_line_2: String,
    city: String,
    postal_code: String,
    country: String,
    tax_id: String,
    purchase_order: String,
    version: i32,
    #[serde(default)]
    was: String,
}

impl BillingFields {
    /// As they are saved, and what the form is opened with.
    fn of(row: Option<&BillingRow>) -> (Self, Base) {
        (Self::from(values(row).map(Field::new)), base(row))
    }

    /// With what somebody else has saved since they were as in `opened`.
    fn merged(self, opened: &Base, saved: Option<&BillingRow>) -> (Self, Base) {
        let Self { legal_name, email, line_1, line_2, city, postal_code, country, tax_id, purchase_order } = self;
        let typed = [legal_name, email, line_1, line_2, city, postal_code, country, tax_id, purchase_order];
        let mut merged = Self::from(opened.merge(typed, values(saved)));
        if let (Some(said), Some(country)) = (&mut merged.country.saved, saved.and_then(|row| row.fields.country.parse::<Country>().ok())) {
            country.name().clone_into(said);
        }
        (merged, base(saved))
    }

    fn typed(form: &BillingForm) -> (Self, Option<Billing>) {
        let mut fields = Self::default();
        let line = |what| FieldError::line(what, BillingLine::parse);
        let optional = || FieldError::line("", BillingLine::optional);
        let country = |code: &str| code.parse::<Country>().map_err(|_| FieldError::Message("Choose a country".to_owned()));
        let legal_name = parse(&form.legal_name, line("a legal name"), &mut fields.legal_name);
        let email = parse(&form.email, EmailAddress::parse, &mut fields.email);
        let line_1 = parse(&form.address_line_1, line("an address"), &mut fields.line_1);
        let line_2 = parse(&form.address_line_2, optional(), &mut fields.line_2);
        let city = parse(&form.city, line("a city"), &mut fields.city);
        let postal_code = parse(&form.postal_code, line("a postal code"), &mut fields.postal_code);
        let country = parse(&form.country, country, &mut fields.country);
        let tax_id = parse(&form.tax_id, optional(), &mut fields.tax_id);
        let purchase_order = parse(&form.purchase_order, optional(), &mut fields.purchase_order);
        let billing = || {
            Some(Billing {
                legal_name: legal_name?,
                email: email?,
                address_line_1: line_1?,
                address_line_2: line_2?,
                city: city?,
                postal_code: postal_code?,
                country: country?,
                tax_id: tax_id?,
                purchase_order: purchase_order?,
            })
        };
        let billing = billing();
        (fields, billing)
    }

    fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("legal", self.legal_name.error.as_ref()),
            ("email", self.email.error.as_ref()),
            ("line-1", self.line_1.error.as_ref()),
            ("line-2", self.line_2.error.as_ref()),
            ("city", self.city.error.as_ref()),
            ("postal", self.postal_code.error.as_ref()),
            ("country", self.country.error.as_ref()),
            ("tax", self.tax_id.error.as_ref()),
            ("order", self.purchase_order.error.as_ref()),
        ])
    }
}

/// Empty where nobody has said anything yet.
fn values(row: Option<&BillingRow>) -> [&str; 9] {
    row.map_or([""; 9], |row| row.fields.labelled().map(|(_, text)| text))
}

fn base(row: Option<&BillingRow>) -> Base {
    Base::of(row.map_or(0, |row| row.version), values(row))
}

impl From<[Field; 9]> for BillingFields {
    fn from(fields: [Field; 9]) -> Self {
        let [legal_name, email, line_1, line_2, city, postal_code, country, tax_id, purchase_order] = fields;
        Self { legal_name, email, line_1, line_2, city, postal_code, country, tax_id, purchase_order }
    }
}

/// `GET /accounts/{account}/billing`
pub(in crate::web) async fn show(console: PageContext, id: Path<AccountId>) -> HandlerResult {
    respond::page(&page(&console, *id, None).await?)
}

/// `POST /accounts/{account}/billing`
pub(in crate::web) async fn submit(console: PageContext, id: Path<AccountId>, form: Form<BillingForm>) -> HandlerResult {
    let id = *id;
    let (fields, new) = BillingFields::typed(&form.0);
    let base = Base { version: form.0.version, was: form.0.was };
    let Some(new) = new else {
        return respond::again(&page(&console, id, Some((fields, base))).await?);
    };
    let version = base.version;
    let said = |account: &Account| Flash::new(FlashKind::Ok, format!("Billing of {} saved.", account.name));
    match console.act(said, move |ctx, submission| billing::update(ctx, submission, id, &new, version)).await? {
        Ok(_) => respond::see_other(paths::Billing { account: id }),
        Err(BillingError::Stale(saved)) => {
            let page = page(&console, id, Some(fields.merged(&base, saved.as_deref()))).await?;
            respond::with_status(StatusCode::CONFLICT, &BillingPage { is_stale: true, ..page })
        }
        Err(BillingError::Denied(denied)) => console.say(&already(denied)?, paths::Billing { account: id }),
    }
}

/// The page; a form that was typed into is shown again only to those who may send it.
async fn page(console: &PageContext, id: AccountId, typed: Option<(BillingFields, Base)>) -> Result<BillingPage, WebError> {
    if typed.is_some() {
        console.current.require(Permission::BillingUpdate)?;
    }
    let opened = console.open(move |ctx, actor| billing::show(ctx, actor, id)).await;
    let (frame, shown) = opened.map_err(|failure| match failure {
        WebError::OutOfReach => WebError::BillingNotGiven,
        other => other,
    })?;
    if typed.is_some() && !shown.may.update_billing {
        return Err(WebError::OutOfReach);
    }
    let (fields, base) = typed.unwrap_or_else(|| BillingFields::of(shown.billing.as_ref()));
    Ok(BillingPage {
        shell: console.shell(&frame),
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
                shell: sample.shell(),
                account: AccountHead::sample(sample),
                fields: BillingFields {
                    legal_name: Field::new("Fjord Foods AS").beside(&sample.text),
                    city: if may_update { Field::refused(&*sample.text, FieldError::Message(sample.group())) } else { Field::default() },
                    country: Field::new("NO"),
                    ..BillingFields::default()
                },
                base: Base::default(),
                may_update,
                is_stale,
            });
        }
    }
}
