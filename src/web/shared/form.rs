//! Forms, checked before they are read: bounded size, valid token, known fields, and no field twice.

mod fields;

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
use fields::Fields;

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
const CSRF: &str = "csrf";

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

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let time = request.app_data::<BodyTime>().map_or(BODY_TIME, |time| time.0);
            let body = timeout(time, body).await.map_err(|_| WebError::TooSlow)?;
            let body = body.map_err(|error| match error.as_response_error().status_code().as_u16() {
                413 => WebError::TooLarge,
                _ => WebError::Malformed,
            })?;
            let is_long = body.len() > FORM_MAX;
            if request.content_type() != "application/x-www-form-urlencoded" {
                return Err(WebError::Malformed.into());
            }
            let path = request.path().to_owned();
            let read = move || (fields_of(&body), IdempotencyKey::new(&path, &body));
            // Long forms are read outside the threads that serve pages.
            let (fields, key) = if is_long { web::block(read).await.map_err(|_| WebError::Unavailable)? } else { read() };
            Ok(Self(parse(&request, fields?)?, key))
        })
    }
}

fn parse<T: DeserializeOwned>(request: &HttpRequest, mut fields: Fields) -> Result<T, WebError> {
    let token = fields.take(CSRF).ok_or(WebError::StaleForm)?;
    let key = &State::of(request)?.ctx.key;
    if !extract::seeds(request)?.any(|seed| csrf::is_valid(key, seed, &token)) {
        return Err(WebError::StaleForm);
    }
    // Types of forms refuse repeated and unknown fields.
    fields.read().map_err(|_| WebError::Malformed)
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
