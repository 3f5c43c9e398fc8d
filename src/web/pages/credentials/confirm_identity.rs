//! Confirmation of a signed-in user who they are, before a sensitive action.

use actix_session::Session;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Query,
};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::{password::Password, proof::ProofMethod, token::Token, two_factor::AppCode},
        ids::HeldFormId,
    },
    usecases::{
        Context, User,
        credentials::{
            current_password::{self, CurrentPasswordError},
            identity::{self, ConfirmError, Proofs, TypedProof},
            passkey::PasskeyAnswer,
            second_step::SecondStepError,
        },
        held_forms,
    },
    web::{
        pages::my_account::passkeys,
        shared::{
            error::WebError,
            form::Form,
            hashing::HashingClass,
            page::{FormErrors, Layout, NO_MORE_ATTEMPTS, PasskeyPrompt, SecretField, too_many_attempts},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::{addresses, paths, redirect},
            session,
        },
    },
};

/// Words in the address for a code or a passkey in place of the password.
const CODE: &str = "code";
const PASSKEY: &str = "passkey";

/// The form for the proof.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/confirm_identity.html")]
pub struct ConfirmIdentityPage {
    pub layout: Layout,
    pub email: String,
    /// Id of the form that waits; empty for none.
    pub held: String,
    /// Page to go on to; empty for none.
    pub next: String,
    /// Page to go back to.
    pub back: String,
    /// Kind of the asked proof.
    pub method: ProofMethod,
    /// Kinds that the user has besides.
    pub others: Vec<ProofMethod>,
    /// The password or the code, never shown again; of a passkey the error alone.
    pub proof: SecretField,
    pub passkey: Option<PasskeyPrompt>,
}

impl ConfirmIdentityPage {
    fn errors(&self) -> FormErrors {
        let id = match self.method {
            ProofMethod::Password => "current",
            ProofMethod::Code => CODE,
            ProofMethod::Passkey => PASSKEY,
        };
        FormErrors::of([(id, self.proof.error.as_ref())])
    }

    /// Address of the form for another proof.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn other(&self, method: &ProofMethod) -> String {
        address(&self.held, &self.next, *method)
    }
}

/// Address of the form.
fn address(held: &str, next: &str, method: ProofMethod) -> String {
    let with = match method {
        ProofMethod::Password => "password",
        ProofMethod::Code => CODE,
        ProofMethod::Passkey => PASSKEY,
    };
    paths::with_query(paths::ConfirmIdentity {}, &[("form", held), ("next", next), ("with", with)])
}

/// Sensitive action that waits, and the kind of the proof.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ConfirmQuery {
    #[serde(default)]
    form: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    with: String,
}

/// Typed proof.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmForm {
    #[serde(default)]
    held: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    with: String,
    #[serde(default)]
    current: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    ceremony: String,
    #[serde(default)]
    credential: String,
    /// Field for password managers.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `GET /confirm`
pub(in crate::web) async fn show(context: PageContext, query: Query<ConfirmQuery>) -> HandlerResult {
    respond::page(&page(&context, query.into_inner(), SecretField::default()).await?)
}

/// `POST /confirm`
pub(in crate::web) async fn submit(context: PageContext, session: Session, form: Form<ConfirmForm>) -> HandlerResult {
    let ConfirmForm { held, next, with, current, code, ceremony, credential, .. } = form.0;
    let query = ConfirmQuery { form: held, next, with };
    let proof = match (&*query.with, AppCode::parse(&code)) {
        (PASSKEY, _) => Ok(TypedProof::Passkey(PasskeyAnswer { ceremony, credential })),
        (CODE, Some(code)) => Ok(TypedProof::Code(code)),
        (CODE, None) => Err(SecretField::message("Enter the six digits of your app")),
        _ if current.is_empty() => Err(SecretField::missing()),
        _ => Ok(TypedProof::Password(Password::typed(&current))),
    };
    let is_passkey = query.with == PASSKEY;
    let error = match proof {
        Ok(proof) => match confirm(&context, proof).await? {
            Ok(renewed) => {
                session::begin(&session, &renewed)?;
                return go_on(&context, &query).await;
            }
            Err(error) => error,
        },
        Err(error) => return respond::again(&page(&context, query, error).await?),
    };
    let wait = |until: Timestamp| (until - context.now()).max(TimeDelta::zero());
    match error {
        ConfirmError::Password(CurrentPasswordError::Wrong) => {
            respond::again(&page(&context, query, SecretField::message("This is not your password")).await?)
        }
        ConfirmError::Code(SecondStepError::Wrong | SecondStepError::Ended) => {
            let wrong = if is_passkey { SecretField::message(passkeys::REFUSED) } else { SecretField::wrong_code() };
            respond::again(&page(&context, query, wrong).await?)
        }
        ConfirmError::Password(CurrentPasswordError::Throttled { until }) | ConfirmError::Code(SecondStepError::Throttled { until }) => {
            let wait = wait(until);
            respond::wait(wait, &page(&context, query, SecretField::message(too_many_attempts(&wait))).await?)
        }
        ConfirmError::Code(SecondStepError::Closed) => {
            let page = page(&context, query, SecretField::message(NO_MORE_ATTEMPTS)).await?;
            respond::with_status(StatusCode::TOO_MANY_REQUESTS, &page)
        }
        ConfirmError::Password(CurrentPasswordError::Store(error)) | ConfirmError::Code(SecondStepError::Store(error)) => Err(error.into()),
        ConfirmError::Code(SecondStepError::Hashing(error)) => Err(WebError::Internal(error.to_string())),
        ConfirmError::Action(denied) => Err(denied.into()),
    }
}

/// Checks the proof. A held attempt at the password takes no place in the queue.
async fn confirm(context: &PageContext, proof: TypedProof) -> Result<Result<Token, ConfirmError>, WebError> {
    let (user, principal) = (context.current.user.id, context.current.principal());
    if !matches!(proof, TypedProof::Password(_)) {
        return context.state().try_run(move |ctx| identity::confirm(ctx, &principal, &proof)).await;
    }
    if let Err(held) = context.state().try_run(move |ctx| current_password::admit(ctx, user)).await? {
        return Ok(Err(held.into()));
    }
    context.state().try_run_hashing(HashingClass::Known, move |ctx| identity::confirm(ctx, &principal, &proof)).await
}

/// Goes on to what waited. A waiting form is submitted again by the browser, since this answer keeps the method (RFC 9110,
/// 15.4.8); it is recognised by its id.
async fn go_on(context: &PageContext, query: &ConfirmQuery) -> HandlerResult {
    match address_of_waiting(context, &query.form).await? {
        Some(address) => Ok(HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, redirect::location(&address))).finish()),
        None => respond::see_other(addresses::known_page(&query.next).unwrap_or(paths::Root::PATTERN)),
    }
}

/// Address of a waiting form of this user.
async fn address_of_waiting(context: &PageContext, form: &str) -> Result<Option<String>, WebError> {
    let (user, Ok(id)) = (context.current.user.id, form.parse::<HeldFormId>()) else { return Ok(None) };
    let found = context.state().run(move |ctx| held_forms::find(ctx, user, id)).await?;
    Ok(found.map(|form| form.address))
}

async fn page(context: &PageContext, query: ConfirmQuery, proof: SecretField) -> Result<ConfirmIdentityPage, WebError> {
    let ConfirmQuery { form: held, next, with } = query;
    let waiting = address_of_waiting(context, &held).await?;
    let above = |address: &str| addresses::nearest_page(address);
    let back = waiting.as_deref().and_then(above).or_else(|| above(&next)).unwrap_or_else(|| paths::Root {}.to_string());
    let (layout_data, ()) = context.open(|_: &Context, _: &User| Ok(())).await?;
    let user = &context.current.user;
    let id = user.id;
    let Proofs { has_password, has_app, ceremony } = context.state().run(move |ctx| identity::proofs(ctx, id)).await?;
    let kinds = [
        (ProofMethod::Password, "password", has_password),
        (ProofMethod::Code, CODE, has_app),
        (ProofMethod::Passkey, PASSKEY, ceremony.is_some()),
    ];
    let mut kinds = kinds.into_iter().filter(|(_, _, is_there)| *is_there).collect::<Vec<_>>();
    // The asked kind first, else the password, else a passkey.
    kinds.sort_by_key(|(_, word, _)| *word != with);
    let mut kinds = kinds.into_iter().map(|(method, _, _)| method);
    let method = kinds.next().unwrap_or(ProofMethod::Password);
    let next = addresses::known_page(&next).unwrap_or_default().to_owned();
    let held = waiting.map(|_| held).unwrap_or_default();
    let prompt = ceremony.map(|ceremony| PasskeyPrompt::new(ceremony, address(&held, &next, ProofMethod::Passkey)));
    Ok(ConfirmIdentityPage {
        layout: context.layout(&layout_data),
        email: user.email.clone(),
        held,
        next,
        back,
        method,
        others: kinds.collect(),
        proof,
        passkey: prompt.filter(|_| method == ProofMethod::Passkey),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, method: ProofMethod, proof: SecretField) -> ConfirmIdentityPage {
        let (layout, email, back) = (sample.layout(), sample.email.clone(), paths::MyAccount {}.to_string());
        let others = ProofMethod::ALL.iter().copied().filter(|other| *other != method).collect();
        let passkey = (method == ProofMethod::Passkey).then(PasskeyPrompt::sample);
        ConfirmIdentityPage { layout, email, held: "7".to_owned(), next: String::new(), back, method, others, proof, passkey }
    }

    #[test]
    fn renders() {
        check("confirm-identity", |sample| page(sample, ProofMethod::Password, SecretField::default()));
        check("confirm-identity-error", |sample| page(sample, ProofMethod::Password, SecretField::missing()));
        check("confirm-identity-code", |sample| page(sample, ProofMethod::Code, SecretField::wrong_code()));
        check("confirm-identity-passkey", |sample| page(sample, ProofMethod::Passkey, SecretField::message(passkeys::REFUSED)));
    }
}
