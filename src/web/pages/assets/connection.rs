//! Edit the connection of an integration. Its secret is typed here and never shown.

use std::fmt;

use actix_web::{http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::AssetHead;
use crate::{
    domain::{
        asset::{BaseAddress, BaseAddressError, ConnectionKind, ConnectionSecret},
        ids::AssetId,
        time_zone::ZonedTime,
    },
    usecases::{
        Connection,
        assets::connection::{self, ConnectionError, ConnectionRow, NewConnection, SecretChange},
    },
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Base, DisplayTime, Field, FieldError, Flash, FlashKind, FormErrors, Layout, SecretField, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

impl AssetHead {
    pub(super) fn connection_path(&self) -> paths::Connection {
        paths::Connection { asset: self.id }
    }
}

/// A secret that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretLine {
    pub set_by: String,
    pub set_at: DisplayTime,
}

/// Facts of a connection, for its viewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionFacts {
    pub kind: &'static str,
    pub base_address: String,
    /// `None` without a secret.
    pub secret: Option<SecretLine>,
}

impl ConnectionFacts {
    pub(super) fn new(row: ConnectionRow, now: ZonedTime) -> Self {
        let secret = secret_line(&row, now);
        Self { kind: row.connection.kind.label(), base_address: row.connection.base_address, secret }
    }
}

fn secret_line(row: &ConnectionRow, now: ZonedTime) -> Option<SecretLine> {
    let set_by = row.secret_set_by.clone().unwrap_or_else(|| "a deleted user".to_owned());
    row.connection.secret_set_at.map(|at| SecretLine { set_by, set_at: DisplayTime::new(at, now) })
}

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/connection.html")]
pub struct ConnectionPage {
    pub layout: Layout,
    pub head: AssetHead,
    pub fields: ConnectionFields,
    pub base: Base,
    /// Saved secret; `None` without one.
    pub saved_secret: Option<SecretLine>,
    /// True if another user saved meanwhile.
    pub is_stale: bool,
}

/// Kind, base address and secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionFields {
    pub kind: Field,
    pub base_address: Field,
    pub secret: SecretField,
    pub removes_secret: bool,
}

impl ConnectionPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("base-address", self.fields.base_address.error.as_ref()), ("secret", self.fields.secret.error.as_ref())])
    }

    fn kinds() -> Vec<(&'static str, &'static str)> {
        ConnectionKind::ALL.iter().map(|kind| (kind.as_str(), kind.label())).collect()
    }
}

/// Typed connection.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionForm {
    kind: ConnectionKind,
    base_address: String,
    #[serde(default)]
    secret: String,
    /// Checked to remove the secret.
    remove_secret: Option<String>,
    version: i32,
    #[serde(default)]
    was: String,
}

impl fmt::Debug for ConnectionForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionForm").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl From<BaseAddressError> for FieldError {
    fn from(error: BaseAddressError) -> Self {
        let text = match error {
            BaseAddressError::Empty => "Enter a base address",
            BaseAddressError::TooLong => "Use at most 2,000 characters",
            BaseAddressError::Malformed => "Enter an address such as https://api.example.com or sftp://files.example.com",
            BaseAddressError::Credentials => "Remove the user name and password. The secret has its own field",
            BaseAddressError::SecretParameter => "Remove the key, token or password from the address. The secret has its own field",
        };
        Self::Message(text.to_owned())
    }
}

/// Error at a secret that was typed but not saved, since pages never show it.
fn not_saved() -> FieldError {
    FieldError::Message("Enter the secret again. It was not saved".to_owned())
}

impl ConnectionFields {
    /// Saved values, and the state of the form when it is opened.
    fn of(saved: Option<&Connection>) -> (Self, Base) {
        let [kind, base_address] = values(saved).map(Field::new);
        (Self { kind, base_address, ..Self::default() }, base(saved))
    }

    /// Merges the typed values with those saved since `base`.
    fn merged(self, from: &Base, saved: Option<&Connection>) -> (Self, Base) {
        let [kind, base_address] = from.merge([self.kind, self.base_address], values(saved));
        (Self { kind, base_address, ..self }, base(saved))
    }

    /// Typed values with their errors, and the connection if there are no errors.
    fn typed(form: &ConnectionForm) -> (Self, Option<NewConnection>) {
        let removes_secret = form.remove_secret.is_some();
        let mut fields = Self { kind: Field::new(form.kind.as_str()), removes_secret, ..Self::default() };
        let base_address = parse(&form.base_address, BaseAddress::parse, &mut fields.base_address);
        let message = |text: &str| Err(FieldError::Message(text.to_owned()));
        let secret = match ConnectionSecret::parse(&form.secret) {
            Err(_) => message("Use at most 4,000 bytes"),
            Ok(Some(_)) if removes_secret => message("Enter a new secret or remove the saved one, not both"),
            Ok(Some(secret)) => Ok(SecretChange::Replace(secret)),
            Ok(None) if removes_secret => Ok(SecretChange::Remove),
            Ok(None) => Ok(SecretChange::Keep),
        };
        let is_typed = matches!(secret, Ok(SecretChange::Replace(_)));
        let kind = form.kind;
        match (base_address, secret) {
            (Some(base_address), Ok(secret)) => (fields, Some(NewConnection { kind, base_address, secret })),
            (_, secret) => {
                fields.secret.error = secret.err().or_else(|| is_typed.then(not_saved));
                (fields, None)
            }
        }
    }
}

fn values(saved: Option<&Connection>) -> [&str; 2] {
    saved.map_or([ConnectionKind::Rest.as_str(), ""], |saved| [saved.kind.as_str(), &saved.base_address])
}

fn base(saved: Option<&Connection>) -> Base {
    Base::of(saved.map_or(0, |saved| saved.version), values(saved))
}

/// `GET /assets/{asset}/connection`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>) -> HandlerResult {
    respond::page(&page(&context, *id, None).await?)
}

/// `POST /assets/{asset}/connection`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<ConnectionForm>) -> HandlerResult {
    let (asset, Form(form, key)) = (*id, form);
    let (mut fields, new) = ConnectionFields::typed(&form);
    let base = Base { version: form.version, was: form.was };
    let Some(new) = new else {
        return respond::again(&page(&context, asset, Some((fields, base))).await?);
    };
    let (version, has_secret) = (base.version, matches!(new.secret, SecretChange::Replace(_)));
    let said = |(): &()| Flash::new(FlashKind::Ok, "Connection saved.");
    match context.make(key, said, move |ctx, submission| connection::save(ctx, submission, asset, &new, version)).await? {
        Ok(()) => respond::see_other(paths::Asset { asset }),
        Err(ConnectionError::Stale(saved)) => {
            fields.secret.error = has_secret.then(not_saved);
            let page = page(&context, asset, Some(fields.merged(&base, saved.as_deref()))).await?;
            respond::with_status(StatusCode::CONFLICT, &ConnectionPage { is_stale: true, ..page })
        }
        Err(ConnectionError::Action(error)) => context.say(&already(error)?, paths::Asset { asset }),
    }
}

async fn page(context: &PageContext, id: AssetId, typed: Option<(ConnectionFields, Base)>) -> Result<ConnectionPage, WebError> {
    let (layout_data, (asset, path, saved)) = context.open(move |ctx, actor| connection::editable(ctx, actor, id)).await?;
    let (fields, base) = typed.unwrap_or_else(|| ConnectionFields::of(saved.as_ref().map(|saved| &saved.connection)));
    Ok(ConnectionPage {
        layout: context.layout(&layout_data),
        head: AssetHead::new(&asset, &path),
        fields,
        base,
        saved_secret: saved.and_then(|saved| secret_line(&saved, layout_data.now)),
        is_stale: false,
    })
}

#[cfg(test)]
impl ConnectionFacts {
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        let secret = SecretLine { set_by: sample.user(3).name, set_at: sample.display_time(7) };
        Self { kind: "REST API", base_address: sample.text.clone(), secret: (sample.rows > 3).then_some(secret) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::asset::AssetKind, web::shared::samples::check};

    #[test]
    fn renders() {
        for is_stale in [false, true] {
            check(&format!("connection-{is_stale}"), |sample| ConnectionPage {
                layout: sample.layout(),
                head: AssetHead { kind: AssetKind::Integration, ..AssetHead::sample(sample) },
                fields: ConnectionFields {
                    kind: Field::new("sftp").beside(&sample.text),
                    base_address: Field::refused(&sample.text, BaseAddressError::Credentials),
                    secret: SecretField::refused(not_saved()),
                    removes_secret: is_stale,
                },
                base: Base::default(),
                saved_secret: ConnectionFacts::sample(sample).secret,
                is_stale,
            });
        }
    }
}
