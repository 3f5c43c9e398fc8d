//! Ways to the sign-in page and on from it.

use actix_session::Session;
use actix_web::HttpRequest;

use crate::{
    domain::credentials::token::Token,
    usecases::credentials::sessions::{self, AfterSignIn},
    web::shared::{
        cookies,
        extract::AnonymousSession,
        page::{Flash, FlashKind, date_in_words},
        respond::{self, HandlerResult},
        routing::{addresses, paths},
        session,
        state::State,
    },
};

/// Message about a form that came too late.
pub(super) const NOT_DONE: &str = "Your session expired and nothing was saved.";

/// Message about a form that came too late and was kept.
pub(super) const KEPT: &str = "Your session expired before this was saved. Sign in to continue with what you entered.";

/// Action without a session, which the sign-in page confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum After {
    PasswordReset,
    EmailChange,
    EmailChangeStop,
    /// The second step of a sign-in has ended.
    SecondStep,
}

impl After {
    const ALL: [Self; 4] = [Self::PasswordReset, Self::EmailChange, Self::EmailChangeStop, Self::SecondStep];

    /// Word in the address, and message on the page.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::PasswordReset => ("password-reset", "Your password was changed. Sign in with the new one."),
            Self::EmailChange => ("email-change", "Your email address was changed. Sign in with the new one."),
            Self::EmailChangeStop => ("email-change-stop", "The change was cancelled. Your email address stays as it was."),
            Self::SecondStep => ("second-step", "This sign-in has ended. Begin again."),
        }
    }

    /// Message on the sign-in page.
    pub(super) fn flash(self) -> Flash {
        let kind = if self == Self::SecondStep { FlashKind::Info } else { FlashKind::Ok };
        Flash::new(kind, self.words().1)
    }

    /// Reads the word in the address.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|after| after.words().0 == word)
    }

    /// Redirect to the sign-in page, with the message for this browser.
    pub(in crate::web) fn sign_in(self, request: &HttpRequest, state: &State) -> HandlerResult {
        let word = self.words().0;
        cookies::keep_done(request, state, word);
        respond::see_other(paths::with_query(paths::SignIn {}, &[("after", word)]))
    }
}

/// Page after sign-in: the requested one, if it is Usher's.
pub(super) fn destination(next: &str) -> String {
    addresses::known_page(next).map_or_else(|| paths::Root {}.to_string(), str::to_owned)
}

/// Stores a begun session in the browser, and goes on to the form that came too late, or to the requested page.
pub(super) async fn go_on(
    state: &State,
    anonymous: &AnonymousSession,
    session: &Session,
    begun: &Token,
    (next, unsent): (&str, bool),
) -> HandlerResult {
    session::begin(session, begun)?;
    let (hash, browser) = (begun.hash(), anonymous.client.browser);
    let AfterSignIn { has_unsent, two_factor_from } = state.run(move |ctx| sessions::after_sign_in(ctx, hash, browser)).await?;
    if has_unsent {
        return respond::see_other(paths::UnsentForm {});
    }
    if unsent {
        session::flash(session, &Flash::new(FlashKind::Warn, format!("{NOT_DONE} Send the form again.")));
    } else if let Some(day) = two_factor_from {
        let text = format!("From {} on, signing in needs two-factor. Turn it on in My account.", date_in_words(day));
        session::flash(session, &Flash::new(FlashKind::Info, text));
    }
    respond::see_other(destination(next))
}
