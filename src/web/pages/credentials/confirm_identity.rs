//! Confirmation of a signed-in user who they are, before a sensitive action.

use actix_session::Session;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Query,
};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
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
            page::{FormErrors, Layout, NO_MORE_ATTEMPTS, PasskeyPrompt, SecretField},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::{addresses, paths, redirect},
            session,
        },
    },
};

/// Words in the address for the kinds of proofs.
const PASSWORD: &str = "password";
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
    pub back: Option<String>,
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
    paths::with_query(paths::ConfirmIdentity {}, &[("form", held), ("next", next), ("with", word(method))])
}

/// Word in the address for a kind of proof.
fn word(method: ProofMethod) -> &'static str {
    match method {
        ProofMethod::Password => PASSWORD,
        ProofMethod::Code => CODE,
        ProofMethod::Passkey => PASSKEY,
    }
}

/// Kind of the asked proof, and the others that the user has: the one by this word if the user has it, else the
/// password, else a passkey.
fn method(Proofs { has_password, has_app, ceremony }: &Proofs, with: &str) -> (ProofMethod, Vec<ProofMethod>) {
    let kinds = [(ProofMethod::Password, *has_password), (ProofMethod::Code, *has_app), (ProofMethod::Passkey, ceremony.is_some())];
    let mut kinds = kinds.into_iter().filter_map(|(method, is_there)| is_there.then_some(method)).collect::<Vec<_>>();
    kinds.sort_by_key(|method| word(*method) != with);
    let mut kinds = kinds.into_iter();
    (kinds.next().unwrap_or(ProofMethod::Password), kinds.collect())
}

/// Proofs that the user can give.
async fn proofs(context: &PageContext) -> Result<Proofs, WebError> {
    let user = context.current.user.id;
    context.state().run(move |ctx| identity::proofs(ctx, user)).await
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
    let method = method(&proofs(&context).await?, &with).0;
    let query = ConfirmQuery { form: held, next, with: word(method).to_owned() };
    let proof = match (method, AppCode::parse(&code)) {
        (ProofMethod::Passkey, _) => Ok(TypedProof::Passkey(PasskeyAnswer { ceremony, credential })),
        (ProofMethod::Code, Some(code)) => Ok(TypedProof::Code(code)),
        (ProofMethod::Code, None) => Err(SecretField::message("Enter the six digits of your app")),
        (ProofMethod::Password, _) if current.is_empty() => Err(SecretField::missing()),
        (ProofMethod::Password, _) => Ok(TypedProof::Password(Password::typed(&current))),
    };
    let is_passkey = method == ProofMethod::Passkey;
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
    match error {
        ConfirmError::Password(CurrentPasswordError::Wrong) => {
            respond::again(&page(&context, query, SecretField::message("This is not your password")).await?)
        }
        ConfirmError::Code(SecondStepError::Wrong | SecondStepError::Ended) => {
            let wrong = if is_passkey { SecretField::message(passkeys::REFUSED) } else { SecretField::wrong_code() };
            respond::again(&page(&context, query, wrong).await?)
        }
        ConfirmError::Password(CurrentPasswordError::Throttled { until }) | ConfirmError::Code(SecondStepError::Throttled { until }) => {
            let page = page(&context, query, SecretField::default()).await?;
            respond::held(until, context.now().at, |proof| ConfirmIdentityPage { proof, ..page })
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

/// Address of a waiting form of this user; `None` where none was asked for.
///
/// # Errors
/// [`WebError::Refused`] once it has waited for too long.
async fn address_of_waiting(context: &PageContext, form: &str) -> Result<Option<String>, WebError> {
    if form.is_empty() {
        return Ok(None);
    }
    let (Some(holder), Ok(id)) = (context.current.holder(), form.parse::<HeldFormId>()) else { return Err(WebError::form_gone()) };
    let form = context.state().run(move |ctx| held_forms::find(ctx, holder, id)).await?.ok_or_else(WebError::form_gone)?;
    Ok(Some(form.address))
}

/// Page to go back to from a form at `address`, or from the page `next`. Users who must enrol have none.
fn back(context: &PageContext, address: Option<&str>, next: &str) -> Option<String> {
    let above = |next: &str| next.rsplit_once('/').and_then(|(above, _)| addresses::nearest_page(above));
    let page = address.and_then(addresses::nearest_page).or_else(|| above(paths::path_of(next)));
    (!context.current.must_enrol).then(|| page.unwrap_or_else(|| paths::Root {}.to_string()))
}

async fn page(context: &PageContext, query: ConfirmQuery, proof: SecretField) -> Result<ConfirmIdentityPage, WebError> {
    let ConfirmQuery { form: held, next, with } = query;
    let waiting = address_of_waiting(context, &held).await?;
    let (layout_data, ()) = context.open(|_: &Context, _: &User| Ok(())).await?;
    let user = &context.current.user;
    let proofs = proofs(context).await?;
    let (method, others) = method(&proofs, &with);
    let next = addresses::known_page(&next).unwrap_or_default().to_owned();
    let held = waiting.as_ref().map(|_| held).unwrap_or_default();
    let prompt = proofs.ceremony.map(|ceremony| PasskeyPrompt::new(ceremony, address(&held, &next, ProofMethod::Passkey)));
    Ok(ConfirmIdentityPage {
        layout: context.layout(&layout_data),
        email: user.email.clone(),
        back: back(context, waiting.as_deref(), &next),
        held,
        next,
        method,
        others,
        proof,
        passkey: prompt.filter(|_| method == ProofMethod::Passkey),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, method: ProofMethod, proof: SecretField) -> ConfirmIdentityPage {
        let (layout, email, back) = (sample.layout(), sample.email.clone(), Some(paths::MyAccount {}.to_string()));
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
