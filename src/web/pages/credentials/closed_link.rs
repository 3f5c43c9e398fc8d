//! Lookup of single-use links, and pages for closed links.

use actix_web::http::StatusCode;
use askama::Template;

use crate::{
    domain::{clock::Timestamp, credentials::token::Token, time_zone::ZonedTime},
    usecases::{Context, LinkClosed, LinkError, LinkState, company},
    web::shared::{
        error::WebError,
        extract::AnonymousSession,
        page::{DisplayTime, PublicLayout},
        respond::{self, HandlerResult},
        routing::paths,
        state::State,
    },
};

/// A card with the state of a link, and the way on.
#[derive(Debug, Clone, Template)]
#[template(path = "credentials/closed_link.html")]
pub struct ClosedLinkPage {
    pub layout: PublicLayout,
    pub ended: ClosedLink,
    pub now: ZonedTime,
}

impl ClosedLinkPage {
    /// Time at the end of the text, and the text after it.
    fn time(&self) -> Option<(DisplayTime, &str)> {
        self.ended.at.as_ref().map(|(at, rest)| (DisplayTime::new(*at, self.now), &**rest))
    }
}

/// State of a closed link, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedLink {
    pub(in crate::web) status: StatusCode,
    title: &'static str,
    /// True if the user's status is shown.
    is_expired: bool,
    text: String,
    /// Time at the end of the text, and the text after it.
    at: Option<(Timestamp, String)>,
    way: Option<Way>,
    foot: Option<Foot>,
}

/// Link or button that leads on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    label: &'static str,
    path: String,
    is_posted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Foot {
    text: &'static str,
    offers_sign_in: bool,
}

impl ClosedLink {
    fn new(status: StatusCode, title: &'static str, text: impl Into<String>) -> Self {
        Self { status, title, is_expired: false, text: text.into(), at: None, way: None, foot: None }
    }

    /// 410: a closed link.
    pub(in crate::web) fn gone(title: &'static str, text: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, title, text)
    }

    /// 404: a link that never existed.
    pub(in crate::web) fn unknown(title: &'static str, otherwise: &str) -> Self {
        let text = format!("Open the link again, or copy all of it. If it still doesn’t work, {otherwise}.");
        Self::new(StatusCode::NOT_FOUND, title, text)
    }

    /// 409: an open link that cannot be used at present.
    pub(in crate::web) fn conflict(title: &'static str, text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, title, text)
    }

    /// 200: a completed action.
    pub(in crate::web) fn done(title: &'static str, text: impl Into<String>) -> Self {
        Self::new(StatusCode::OK, title, text)
    }

    /// Adds a time and further text.
    pub(in crate::web) fn at(self, at: Timestamp, rest: impl Into<String>) -> Self {
        Self { at: Some((at, rest.into())), ..self }
    }

    /// Shows the status Expired.
    pub(in crate::web) fn expired(self) -> Self {
        Self { is_expired: true, ..self }
    }

    pub(in crate::web) fn link(self, label: &'static str, path: impl ToString) -> Self {
        Self { way: Some(Way { label, path: path.to_string(), is_posted: false }), ..self }
    }

    pub(in crate::web) fn button(self, label: &'static str, path: impl ToString) -> Self {
        Self { way: Some(Way { label, path: path.to_string(), is_posted: true }), ..self }
    }

    pub(in crate::web) fn sign_in(self) -> Self {
        self.link("Sign in", paths::SignIn {})
    }

    pub(in crate::web) fn foot(self, text: &'static str) -> Self {
        Self { foot: Some(Foot { text, offers_sign_in: false }), ..self }
    }

    /// Adds a question that signing in answers.
    pub(in crate::web) fn foot_sign_in(self, text: &'static str) -> Self {
        Self { foot: Some(Foot { text, offers_sign_in: true }), ..self }
    }

    /// The page as an answer.
    pub(in crate::web) async fn answer(self, state: &State, anonymous: &AnonymousSession) -> HandlerResult {
        let company = state.run(company).await?;
        let layout = respond::layout(state, anonymous, &company.name);
        respond::with_status(self.status, &ClosedLinkPage { layout, ended: self, now: company.in_zone(state.ctx.now()) })
    }
}

/// Reads the target of a link. A malformed token counts as a link that never existed.
pub(in crate::web) async fn look<T: Send + 'static>(
    state: &State,
    token: &str,
    look: fn(&Context, &Token) -> LinkState<T>,
) -> Result<Result<T, LinkClosed>, WebError> {
    let Some(token) = Token::parse(token) else { return Ok(Err(LinkClosed::Unknown)) };
    state.run(move |ctx| look(ctx, &token)).await
}

/// Token of a submitted link.
pub(in crate::web) fn token(text: &str) -> Result<Token, LinkError> {
    Token::parse(text).ok_or(LinkError::NotOpen)
}

/// Renders the page of every state of a closed link.
#[cfg(test)]
pub(in crate::web) fn check_ended(name: &str, ended: impl Fn(&LinkClosed) -> ClosedLink) {
    let at = crate::web::shared::samples::now();
    let expired = LinkClosed::Expired { email: String::new(), at };
    for closed in [LinkClosed::Used { at }, LinkClosed::Replaced { again_to: None }, LinkClosed::Revoked, expired, LinkClosed::Unknown] {
        crate::web::shared::samples::check(name, |sample| ClosedLinkPage {
            layout: sample.public_layout(),
            ended: ended(&closed),
            now: sample.now(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{self, check};

    #[test]
    fn renders() {
        check("ended", |sample| ClosedLinkPage {
            layout: sample.public_layout(),
            ended: ClosedLink::unknown("This link isn’t valid", "ask"),
            now: sample.now(),
        });
        check("ended-with-everything", |sample| {
            let ended = ClosedLink::gone("This link has expired", &sample.text).at(samples::now(), &sample.text).expired();
            ClosedLinkPage {
                layout: sample.public_layout(),
                ended: ended.button("Send me a new link", "/somewhere").foot_sign_in("Already here?"),
                now: sample.now(),
            }
        });
    }
}
