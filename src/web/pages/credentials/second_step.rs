//! Second step of a sign-in: the code of an authenticator app, a recovery code, or a passkey.

use actix_session::Session;
use actix_web::{
    HttpRequest,
    cookie::time::Duration,
    http::StatusCode,
    web::{Data, Query},
};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::credentials::{
        token::Token,
        two_factor::{AppCode, RecoveryCode},
    },
    usecases::{
        ClientInfo,
        credentials::{
            passkey::PasskeyAnswer,
            second_step::{self, Code, OpenStep, SecondStepError},
        },
    },
    web::{
        pages::my_account::passkeys,
        shared::{
            cookies,
            error::WebError,
            extract::AnonymousSession,
            form::Form,
            hashing::HashingClass,
            page::{FormErrors, NO_MORE_ATTEMPTS, PasskeyPrompt, PublicLayout, SecretField},
            respond::{self, HandlerResult},
            routing::{addresses, paths},
            state::State,
        },
    },
};

use super::after::{self, After};

/// Cookie with the token of the step, as long as the step lasts.
const STEP: &str = "usher-second-step";

/// Word in the address for a recovery code.
const RECOVERY: &str = "recovery";

/// Word in the form for a passkey.
const PASSKEY: &str = "passkey";

/// The form for the code.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/second_step.html")]
pub struct SecondStepPage {
    pub layout: PublicLayout,
    pub email: String,
    pub next: String,
    pub unsent: bool,
    /// True for a recovery code.
    pub is_recovery: bool,
    /// True if codes can be entered.
    pub has_app: bool,
    /// Prompt for a passkey, if the user has one.
    pub passkey: Option<PasskeyPrompt>,
    /// Refusal of a passkey.
    pub problem: Option<&'static str>,
    /// The code is never shown again.
    pub code: SecretField,
}

impl SecondStepPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("code", self.code.error.as_ref())])
    }

    /// Address of the form for the other kind of code.
    fn other(&self) -> String {
        let with = if self.is_recovery { "" } else { RECOVERY };
        address(with, &self.next, self.unsent)
    }
}

/// Address of the form. Of a `next` that makes it too long to be read, it keeps the path.
fn address(with: &str, next: &str, unsent: bool) -> String {
    let next = addresses::known_page(next).unwrap_or_default();
    let unsent = if unsent { "true" } else { "" };
    let address = |next| paths::with_query(paths::SecondStep {}, &[("with", with), ("next", next), ("unsent", unsent)]);
    let whole = address(next);
    if whole.len() <= paths::ADDRESS_MAX { whole } else { address(paths::path_of(next)) }
}

/// Page after the sign-in, and the kind of the code.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SecondStepQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    unsent: bool,
    #[serde(default)]
    with: String,
}

/// Typed code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondStepForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    ceremony: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    unsent: bool,
    #[serde(default)]
    with: String,
}

/// Goes on to the code after the right password.
pub(super) fn begin(request: &HttpRequest, state: &State, step: &Token, next: &str, unsent: bool) -> HandlerResult {
    cookies::keep(request, state, STEP, step.reveal().to_owned(), Duration::seconds(second_step::TERM.num_seconds()));
    respond::see_other(address("", next, unsent))
}

/// Token of the browser's step.
fn step(request: &HttpRequest, state: &State) -> Option<Token> {
    Token::parse(cookies::sent(request, state, STEP)?.value())
}

/// `GET /sign-in/two-factor`
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    query: Query<SecondStepQuery>,
) -> HandlerResult {
    let Query(SecondStepQuery { next, unsent, with }) = query;
    let page = page(&request, &state, &anonymous, (&next, unsent, with == RECOVERY), SecretField::default()).await?;
    page.map_or_else(|| After::SecondStep.sign_in(&request, &state), |page| respond::page(&page))
}

/// `POST /sign-in/two-factor`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    session: Session,
    form: Form<SecondStepForm>,
) -> HandlerResult {
    let SecondStepForm { code, ceremony, credential, next, unsent, with } = form.0;
    let (is_recovery, is_passkey) = (with == RECOVERY, with == PASSKEY);
    let Some(step) = step(&request, &state) else { return After::SecondStep.sign_in(&request, &state) };
    let typed = match (is_passkey, is_recovery) {
        (true, _) => Some(Code::Passkey(PasskeyAnswer { ceremony, credential })),
        (false, true) => RecoveryCode::parse(&code).map(Code::Recovery),
        (false, false) => AppCode::parse(&code).map(Code::App),
    };
    let finished = match typed {
        None => Err(SecondStepError::Wrong),
        Some(code) => try_finish(&state, step, code, is_recovery, anonymous.client.clone()).await?,
    };
    state.metrics.sign_ins.note_code(&finished);
    let error = match finished {
        Ok(begun) => {
            cookies::keep(&request, &state, STEP, String::new(), Duration::ZERO);
            return after::go_on(&state, &anonymous, &session, &begun, (&next, unsent)).await;
        }
        Err(error) => error,
    };
    let again = async |code| page(&request, &state, &anonymous, (&next, unsent, is_recovery), code).await;
    let ended = || After::SecondStep.sign_in(&request, &state);
    match error {
        SecondStepError::Ended => ended(),
        SecondStepError::Wrong => {
            if is_passkey {
                let page = again(SecretField::default()).await?.map(|page| SecondStepPage { problem: Some(passkeys::REFUSED), ..page });
                return page.map_or_else(ended, |page| respond::again(&page));
            }
            let wrong =
                if is_recovery { SecretField::message("This recovery code is wrong or was used") } else { SecretField::wrong_code() };
            again(wrong).await?.map_or_else(ended, |page| respond::again(&page))
        }
        SecondStepError::Throttled { until } => again(SecretField::default())
            .await?
            .map_or_else(ended, |page| respond::held(until, state.ctx.now(), |code| SecondStepPage { code, ..page })),
        SecondStepError::Closed => again(SecretField::message(NO_MORE_ATTEMPTS))
            .await?
            .map_or_else(ended, |page| respond::with_status(StatusCode::TOO_MANY_REQUESTS, &page)),
        SecondStepError::Store(error) => Err(error.into()),
        SecondStepError::Hashing(error) => Err(WebError::Internal(error.to_string())),
    }
}

/// Checks the throttle first, so that a held attempt takes no place in the queue.
async fn try_finish(
    state: &State,
    step: Token,
    code: Code,
    is_recovery: bool,
    client: ClientInfo,
) -> Result<Result<Token, SecondStepError>, WebError> {
    let (asked, admitted) = (step.clone(), client.clone());
    let is_known_browser = match state.try_run(move |ctx| second_step::admit(ctx, &asked, &admitted)).await? {
        Ok(is_known_browser) => is_known_browser,
        Err(error) => return Ok(Err(error)),
    };
    let finish = move |ctx: &_| second_step::finish(ctx, &step, &code, &client);
    if !is_recovery {
        return state.try_run(finish).await;
    }
    let class = if is_known_browser { HashingClass::Known } else { HashingClass::Stranger };
    state.try_run_hashing(class, finish).await
}

/// The page of an open step; `None` where it has ended.
async fn page(
    request: &HttpRequest,
    state: &State,
    anonymous: &AnonymousSession,
    (next, unsent, is_recovery): (&str, bool, bool),
    code: SecretField,
) -> Result<Option<SecondStepPage>, WebError> {
    let Some(step) = step(request, state) else { return Ok(None) };
    let Some(open) = state.run(move |ctx| second_step::look(ctx, &step)).await? else { return Ok(None) };
    let OpenStep { email, company, has_app, ceremony } = open;
    let layout = respond::layout(state, anonymous, &company);
    let passkey = ceremony.map(|ceremony| PasskeyPrompt::new(ceremony, paths::SecondStep {}));
    let (next, is_recovery) = (next.to_owned(), is_recovery && has_app);
    Ok(Some(SecondStepPage { layout, email, next, unsent, is_recovery, has_app, passkey, problem: None, code }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, is_recovery: bool, code: SecretField) -> SecondStepPage {
        let (layout, email, next) = (sample.public_layout(), sample.email.clone(), sample.text.clone());
        let passkey = Some(PasskeyPrompt::sample());
        SecondStepPage { layout, email, next, unsent: false, is_recovery, has_app: true, passkey, problem: None, code }
    }

    #[test]
    fn renders() {
        check("second-step", |sample| page(sample, false, SecretField::default()));
        check("second-step-recovery", |sample| page(sample, true, SecretField::default()));
        check("second-step-error", |sample| page(sample, false, SecretField::wrong_code()));
        check("second-step-passkey", |sample| SecondStepPage {
            has_app: false,
            problem: Some(passkeys::REFUSED),
            ..page(sample, false, SecretField::default())
        });
    }
}
