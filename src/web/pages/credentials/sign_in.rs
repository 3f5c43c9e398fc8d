//! Sign-in and sign-out.

use std::fmt;

use askama::Template;
use chrono::TimeDelta;

use crate::{
    domain::credentials::password::Password,
    usecases::{
        self, ClientInfo, StoreError,
        credentials::{
            passkey::Ceremony,
            sign_in::{SignInError, SignInState},
        },
    },
    web::shared::{
        cookies,
        error::WebError,
        extract::{self, AnonymousSession, CurrentUser, UNSENT},
        form::{Button, Form},
        hashing::HashingClass,
        page::{Flash, FlashKind, NO_MORE_ATTEMPTS, PasskeyPrompt, PublicLayout, too_many_attempts},
        respond::{self, HandlerResult},
        routing::{addresses, paths},
        session,
        state::State,
    },
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    after::{After, KEPT, NOT_DONE, destination, go_on},
    second_step,
};

/// Message before the first user.
const SETUP_WAITS: &str = "Usher isn’t set up yet. The server printed the address of the setup when it started.";

/// The form for address and password.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/sign_in.html")]
pub struct SignInPage {
    pub layout: PublicLayout,
    /// Address as typed before.
    pub email: String,
    /// Address of the page after sign-in; empty for the first page that the user may open.
    pub next: String,
    /// True after a form that came after the end of its session.
    pub unsent: bool,
    pub problem: Option<SignInProblem>,
    /// Sign-in with a passkey; `None` where Usher's address can have none.
    pub passkey: Option<PasskeyPrompt>,
}

/// Reason for a refused sign-in. Its `Display` is the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInProblem {
    /// Wrong address or password; the message does not tell which.
    Wrong,
    /// Right password of a deactivated user.
    Deactivated,
    /// Too many wrong passwords, with the wait.
    TooMany(TimeDelta),
    /// So many wrong passwords that waiting does not help.
    Closed,
    /// Unknown or wrong passkey.
    Passkey,
}

impl SignInProblem {
    /// True if the typed fields are the problem.
    pub fn is_about_entries(&self) -> bool {
        matches!(self, Self::Wrong)
    }
}

impl fmt::Display for SignInProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("Email address or password is wrong"),
            Self::Deactivated => f.write_str("Your access is deactivated. Ask an administrator."),
            Self::Closed => f.write_str(NO_MORE_ATTEMPTS),
            Self::Passkey => f.write_str("This passkey was not accepted. Try again, or sign in with your password."),
            Self::TooMany(wait) => f.write_str(&too_many_attempts(wait)),
        }
    }
}

/// Page after sign-in, and the reason for coming here.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SignInQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    unsent: bool,
    #[serde(default)]
    after: String,
}

impl SignInQuery {
    pub(super) fn to(next: String, unsent: bool) -> Self {
        Self { next, unsent, after: String::new() }
    }
}

/// Typed address and password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    unsent: bool,
}

/// `GET /sign-in`
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    query: Query<SignInQuery>,
) -> HandlerResult {
    let is_done = |what: &str| cookies::is_done(&request, &state, what);
    let Query(SignInQuery { next, unsent, after }) = query;
    // The address alone proves nothing, since anyone may have written it.
    let unsent = unsent && (is_done(UNSENT) || is_done(extract::KEPT));
    let query = SignInQuery { next, unsent, after: if is_done(&after) { after } else { String::new() } };
    let after = After::of(&query.after);
    // Another user may be signed in with this browser; the message is shown all the same.
    if anonymous.signed_in.is_some() && after.is_none() {
        return respond::see_other(destination(&query.next));
    }
    respond::page(&page(&request, &state, &anonymous, String::new(), query, None).await?)
}

/// `POST /sign-in`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    session: Session,
    form: Form<SignInForm>,
) -> HandlerResult {
    let Form(SignInForm { email, password, next, unsent }, _) = form;
    let signed_in = try_sign_in(&state, anonymous.client.clone(), email.clone(), password).await?;
    state.metrics.sign_ins.note(&signed_in);
    let (status, problem) = match signed_in {
        Ok(SignInState::SignedIn(begun)) => return go_on(&state, &anonymous, &session, &begun, (&next, unsent)).await,
        Ok(SignInState::EnrolmentNeeded(begun)) => {
            session::begin(&session, &begun)?;
            return respond::see_other(paths::TurnOnTwoFactor {});
        }
        Ok(SignInState::SecondStepNeeded(step)) => return second_step::begin(&request, &state, &step, &next, unsent),
        Err(SignInError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, SignInProblem::Wrong),
        Err(SignInError::Deactivated) => (StatusCode::UNPROCESSABLE_ENTITY, SignInProblem::Deactivated),
        Err(SignInError::Throttled { until }) => (StatusCode::TOO_MANY_REQUESTS, SignInProblem::TooMany(until - state.ctx.now())),
        Err(SignInError::Closed) => (StatusCode::TOO_MANY_REQUESTS, SignInProblem::Closed),
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(SignInError::Hashing(error)) => return Err(WebError::Internal(error.to_string())),
    };
    let page = page(&request, &state, &anonymous, email, SignInQuery::to(next, unsent), Some(problem)).await?;
    match problem {
        SignInProblem::TooMany(wait) => respond::wait(wait, &page),
        _ => respond::with_status(status, &page),
    }
}

/// Checks the throttle first, so that a held attempt takes no place in the queue.
async fn try_sign_in(
    state: &State,
    client: ClientInfo,
    email: String,
    password: String,
) -> Result<Result<SignInState, SignInError>, WebError> {
    let (admitted, typed) = (client.clone(), email.clone());
    let is_known_browser = match state.try_run(move |ctx| usecases::credentials::sign_in::admit(ctx, &typed, &admitted)).await? {
        Ok(is_known_browser) => is_known_browser,
        Err(error) => return Ok(Err(error)),
    };
    let class = if is_known_browser { HashingClass::Known } else { HashingClass::Stranger };
    state
        .try_run_hashing(class, move |ctx| usecases::credentials::sign_in::sign_in(ctx, &email, &Password::typed(&password), &client))
        .await
}

pub(super) async fn page(
    request: &HttpRequest,
    state: &State,
    anonymous: &AnonymousSession,
    email: String,
    query: SignInQuery,
    problem: Option<SignInProblem>,
) -> Result<SignInPage, WebError> {
    let (company, is_waiting) =
        state.run(|ctx| Ok::<_, StoreError>((usecases::company_name(ctx)?, usecases::setup::is_waiting(ctx)?))).await?;
    let next = addresses::known_page(&query.next).unwrap_or_default().to_owned();
    let send_again = || format!("{NOT_DONE} Sign in, then send the form again.");
    let text = || if cookies::is_done(request, state, extract::KEPT) { KEPT.to_owned() } else { send_again() };
    let unsent = query.unsent.then(|| Flash::new(FlashKind::Warn, text()));
    let done = After::of(&query.after).map(After::flash);
    let waiting = is_waiting.then(|| Flash::new(FlashKind::Info, SETUP_WAITS));
    let layout = PublicLayout { flash: unsent.or(done).or(waiting), ..respond::layout(state, anonymous, &company) };
    let passkey = Ceremony::sign_in(&state.ctx).map(|ceremony| PasskeyPrompt::new(ceremony, paths::SignIn {}));
    Ok(SignInPage { layout, email, next, unsent: query.unsent, problem, passkey })
}

/// `POST /sign-out`
pub(in crate::web) async fn sign_out(state: Data<State>, user: CurrentUser, session: Session, _button: Form<Button>) -> HandlerResult {
    let (ended, client_ip) = (user.session(), user.client_ip().to_owned());
    state.run(move |ctx| usecases::credentials::sessions::sign_out(ctx, ended, &client_ip)).await?;
    session.purge();
    // Clears the browser's cache and storage of these pages. The cookie of a known browser stays.
    let clear = ("clear-site-data", "\"cache\", \"storage\"");
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, paths::SignIn {}.to_string())).insert_header(clear).finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, problem: Option<SignInProblem>) -> SignInPage {
        SignInPage {
            layout: sample.public_layout(),
            email: sample.email.clone(),
            next: sample.text.clone(),
            unsent: problem.is_some(),
            problem,
            passkey: Some(PasskeyPrompt::sample()),
        }
    }

    #[test]
    fn renders() {
        check("sign-in", |sample| page(sample, None));
        check("sign-in-after", |sample| SignInPage {
            layout: PublicLayout { flash: Some(sample.flash()), ..sample.public_layout() },
            ..page(sample, None)
        });
        check("sign-in-error", |sample| page(sample, Some(SignInProblem::Wrong)));
        check("sign-in-deactivated", |sample| page(sample, Some(SignInProblem::Deactivated)));
        check("sign-in-too-many", |sample| page(sample, Some(SignInProblem::TooMany(TimeDelta::minutes(15)))));
    }
}
