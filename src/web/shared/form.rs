//! Forms, checked before they are read: bounded size, valid token, known fields, and no field twice.

mod fields;
mod held;

use std::{collections::HashSet, future::Future, hash::Hash, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    web::{self, Bytes},
};
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::domain::{asset::DEFINITION_MAX, idempotency_key::IdempotencyKey};

use super::{csrf, error::WebError, extract, state::State, steps};
pub(in crate::web) use {fields::Fields, held::address_of};

/// Largest form, in bytes.
pub(in crate::web) const FORM_MAX: usize = 64 * 1024;

/// Largest form with a long text, in bytes. Most bytes of a text are sent as three, and line ends as six.
pub(in crate::web) const LONG_FORM_MAX: usize = 4 * DEFINITION_MAX;

/// Most fields of a form, most of them checkboxes. One page offers a hundred at a time and keeps earlier selections.
const PAIRS_MAX: usize = 1000;

/// Default for the longest time of a form's arrival.
const BODY_TIME: Duration = Duration::from_secs(15);

/// Longest time of a body's arrival, kept by the server among the application's data.
#[derive(Debug, Clone, Copy)]
pub struct BodyTime(pub Duration);

/// Name of the field with the token.
pub(in crate::web) const CSRF: &str = "csrf";

/// Name of the field with the id of a form that waited, and is sent in place of the other fields.
pub(in crate::web) const HELD: &str = "held";

/// Fields of a form. The handler parses them into domain types, so that it can show the form again.
#[derive(Debug, Clone)]
pub(in crate::web) struct Form<T>(pub(in crate::web) T, pub(in crate::web) IdempotencyKey);

/// A form without fields: a button.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Button {}

/// A button in a list, which returns to that view of the list.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ListButton {
    /// Query of the list.
    #[serde(default, rename = "return")]
    pub(in crate::web) return_query: String,
}

/// Checks that no value appears twice.
///
/// # Errors
/// [`WebError::Malformed`] for a repeated value, which pages of Usher never send.
pub(in crate::web) fn each_once<T: Eq + Hash>(ticked: &[T]) -> Result<(), WebError> {
    if ticked.iter().collect::<HashSet<_>>().len() == ticked.len() { Ok(()) } else { Err(WebError::Malformed) }
}

/// A form of a signed-in user as it was submitted, which may have to wait.
#[derive(Debug, Clone)]
pub(in crate::web) struct Submitted(pub(in crate::web) Bytes);

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = in_time(&request, body).await?.map_err(|error| match error.as_response_error().status_code().as_u16() {
                413 => WebError::TooLarge,
                _ => WebError::Malformed,
            })?;
            if !is_urlencoded(&request) {
                return Err(WebError::Malformed.into());
            }
            let (mut fields, mut key) = read(&request, body.clone()).await?;
            let mut submitted = body;
            keep(&request, &submitted)?;
            check_token(&request, &mut fields)?;
            if let Some(id) = fields.get(HELD)
                && let Some(held) = held::open(&request, id).await?
            {
                submitted = held;
                (fields, key) = read(&request, submitted.clone()).await?;
                // The token of the page that sent the form was good when it was held.
                fields.take(CSRF);
                keep(&request, &submitted)?;
            }
            // Types of forms refuse repeated and unknown fields.
            Ok(Self(fields.read().map_err(|_| WebError::Malformed)?, key))
        })
    }
}

/// Keeps the form of a signed-in user at hand until it is answered.
fn keep(request: &HttpRequest, body: &Bytes) -> Result<(), WebError> {
    if extract::signed_in(request)?.is_some() {
        request.extensions_mut().insert(Submitted(body.clone()));
    }
    Ok(())
}

/// True for a form as browsers send it.
pub(in crate::web) fn is_urlencoded(request: &HttpRequest) -> bool {
    request.content_type() == "application/x-www-form-urlencoded"
}

/// Waits for a body, for a limited time.
pub(in crate::web) async fn in_time<T>(request: &HttpRequest, body: impl Future<Output = T>) -> Result<T, WebError> {
    let time = request.app_data::<BodyTime>().map_or(BODY_TIME, |time| time.0);
    timeout(time, body).await.map_err(|_| WebError::TooSlow)
}

/// The fields of a body, and the key of the form. Long forms are read outside the threads that serve pages.
pub(in crate::web) async fn read(request: &HttpRequest, body: Bytes) -> Result<(Fields, IdempotencyKey), WebError> {
    let (path, is_long) = (request.path().to_owned(), body.len() > FORM_MAX);
    let read = move || Ok((fields_of(&body)?, IdempotencyKey::new(&path, &body)));
    if is_long { web::block(read).await.map_err(|_| WebError::Unavailable)? } else { read() }
}

fn check_token(request: &HttpRequest, fields: &mut Fields) -> Result<(), WebError> {
    let token = fields.take(CSRF).ok_or(WebError::StaleForm)?;
    let key = &State::of(request)?.ctx.key;
    if extract::seeds(request)?.any(|seed| csrf::is_valid(key, seed, &token)) { Ok(()) } else { Err(WebError::StaleForm) }
}

/// The fields of a form's body, by their names.
pub(in crate::web) fn fields_of(body: &[u8]) -> Result<Fields, WebError> {
    if pieces(body, b'&').nth(PAIRS_MAX).is_some() {
        return Err(WebError::TooManyFields);
    }
    if !is_well_formed(body) {
        return Err(WebError::Malformed);
    }
    let fields = serde_urlencoded::from_bytes::<Vec<(String, String)>>(body).map_err(|_| WebError::Malformed)?;
    Fields::grouped(fields).ok_or(WebError::TooManyFields)
}

/// Reads a query whose fields may be lists.
pub(in crate::web) fn query<T: DeserializeOwned>(query: &str) -> Result<T, WebError> {
    fields_of(query.as_bytes())?.read().map_err(|_| WebError::Malformed)
}

fn pieces(body: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    body.split(move |byte| {
        steps::count(1);
        *byte == between
    })
}

/// True for UTF-8 in whole escapes, as browsers send it. The parser would replace anything else.
fn is_well_formed(body: &[u8]) -> bool {
    let is_escape = |after: &[u8]| after.get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    pieces(body, b'%').skip(1).all(is_escape) && percent_decode(body).decode_utf8().is_ok()
}
