//! New passwords behind a link: the queue for judging them, and their errors.

use askama::Template;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::{password::NewPassword, token::Token},
    },
    usecases::{Context, NewPasswordError, credentials::new_password},
    web::shared::{
        error::WebError,
        hashing::HashingClass,
        page::SecretField,
        respond::{self, HandlerResult},
        state::State,
    },
};

/// Runs a use case that takes a new password behind the open link `token`, unless the throttle of the link or of
/// `source` holds it.
pub(in crate::web) async fn run<T, E>(
    state: &State,
    token: Token,
    client_ip: &str,
    f: impl FnOnce(&Context, &Token) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, WebError>
where
    T: Send + 'static,
    E: From<NewPasswordError> + Send + 'static,
{
    let (link, client_ip) = (token.clone(), client_ip.to_owned());
    if let Err(error) = state.try_run(move |ctx| new_password::admit(ctx, &link, &client_ip)).await? {
        return Ok(Err(error.into()));
    }
    state.try_run_hashing(HashingClass::Known, move |ctx| f(ctx, &token)).await
}

/// Judges the password of a form whose other fields have errors, so that all errors show at once. A held attempt adds
/// none.
pub(in crate::web) async fn review(
    state: &State,
    token: Token,
    client_ip: &str,
    typed: &str,
    min: usize,
    known: Vec<String>,
) -> Result<SecretField, WebError> {
    let password = match NewPassword::parse(typed, min) {
        Ok(password) => password,
        Err(error) => return Ok(SecretField::refused(error)),
    };
    let ip = client_ip.to_owned();
    let review = move |ctx: &Context, link: &Token| {
        let known = known.iter().map(String::as_str).collect::<Vec<_>>();
        new_password::review(ctx, link, password, &known, &ip)
    };
    match run(state, token, client_ip, review).await? {
        Ok(()) | Err(NewPasswordError::Throttled { .. }) => Ok(SecretField::default()),
        Err(NewPasswordError::Refused(error)) => Ok(SecretField::refused(error)),
        Err(NewPasswordError::Store(error)) => Err(error.into()),
        Err(NewPasswordError::Hashing(error)) => Err(WebError::Internal(error.to_string())),
    }
}

/// The form again, built by `page` from the password field with its error.
pub(in crate::web) fn again<P: Template>(error: NewPasswordError, now: Timestamp, page: impl FnOnce(SecretField) -> P) -> HandlerResult {
    match error {
        NewPasswordError::Refused(error) => respond::again(&page(SecretField::refused(error))),
        NewPasswordError::Throttled { until } => respond::held(until, now, page),
        NewPasswordError::Store(error) => Err(error.into()),
        NewPasswordError::Hashing(error) => Err(WebError::Internal(error.to_string())),
    }
}
