//! Conversion of failures into answers, for all of `web`.

use std::fmt;

use actix_web::{
    Error, HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use chrono::TimeDelta;

use crate::{
    domain::{invitation::quota::QuotaSpan, policy::PolicyDenial},
    usecases::{ActionError, LinkError, StoreError},
};

use super::{
    error_page::ErrorPage,
    page::{Flash, FlashKind, counted, unreadable, wait_in_words},
    routing::{addresses, paths, redirect},
};

/// Reason for an error page. The outermost middleware draws the page, so that failures before a handler have one too.
#[derive(Debug, Clone)]
pub(in crate::web) enum WebError {
    /// No user is signed in; after signing in, the browser goes to `next`. With `unsent`, a form came too late and
    /// changed nothing.
    SignedOut { next: Option<String>, unsent: bool },
    /// The user needs two-factor first.
    EnrolmentNeeded,
    /// 403: a sensitive form, which waits until its user has proved who they are.
    ProofNeeded,
    /// 400
    Malformed,
    /// 400: more fields than any form of Usher has.
    TooManyFields,
    /// 403: a page that the role may never use.
    Forbidden,
    /// 403: a thing that the user sees but may not change.
    OutOfReach,
    /// 403: an account that the user sees without its billing.
    BillingNotGiven,
    /// 403: a form from another site, or from an older session.
    StaleForm,
    /// 403: a link from another site to a page that writes when it is opened.
    FromElsewhere,
    /// 404
    NotFound,
    /// 404, or 400 for a malformed one: an address of a list that no page of Usher links to. With the address of the
    /// whole list, unless it is the requested one.
    NoSuchList(StatusCode, Option<&'static str>),
    /// 404: something selected in the list at `list` is gone, or never existed for this user.
    NotAllThere { list: String },
    /// 408: a form that did not arrive in time.
    TooSlow,
    /// 409: a form that was submitted before.
    SentTwice,
    /// 409: a rule or the current state is against it; explained in `text`.
    Refused { title: &'static str, text: String },
    /// 413
    TooLarge,
    /// 503: a bulk action that stopped halfway, as `text` explains; the users are at `list`.
    BrokenOff { text: String, list: String },
    /// 414
    AddressTooLong,
    /// 415: a compressed body.
    Encoded,
    /// 431
    HeadTooLong,
    /// 503: the database does not answer.
    Unavailable,
    /// 503: too many passwords wait to be hashed.
    Busy,
    /// 500: for the log, never for the page.
    Internal(String),
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for WebError {}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignedOut { .. } | Self::EnrolmentNeeded => StatusCode::SEE_OTHER,
            Self::Malformed | Self::TooManyFields => StatusCode::BAD_REQUEST,
            Self::ProofNeeded | Self::Forbidden | Self::OutOfReach | Self::BillingNotGiven | Self::StaleForm | Self::FromElsewhere => {
                StatusCode::FORBIDDEN
            }
            Self::NotFound | Self::NotAllThere { .. } => StatusCode::NOT_FOUND,
            Self::NoSuchList(status, _) => *status,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Refused { .. } | Self::SentTwice => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable | Self::Busy | Self::BrokenOff { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HeadTooLong => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        match self {
            Self::SignedOut { next, unsent } => {
                let location = if *unsent { paths::sign_in_and_send_again(next.as_deref()) } else { paths::sign_in_then(next.as_deref()) };
                response.headers_mut().insert(header::LOCATION, redirect::location(&location));
            }
            Self::EnrolmentNeeded => {
                response.headers_mut().insert(header::LOCATION, redirect::location(paths::TurnOnTwoFactor::PATTERN));
            }
            Self::Unavailable | Self::Busy => {
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("10"));
            }
            _ => {}
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// Reason of a failed answer, for the log: its [`WebError`], or else the underlying error. `None` for a success.
pub(in crate::web) fn reason(answer: &HttpResponse, error: Option<&Error>) -> Option<String> {
    if !answer.status().is_server_error() {
        return None;
    }
    Some(match answer.extensions().get::<WebError>() {
        Some(WebError::Internal(reason)) => reason.clone(),
        Some(failure) => failure.to_string(),
        None => error.or_else(|| answer.error()).map_or_else(String::new, ToString::to_string),
    })
}

/// Error page for an answer without one, to a request for `path`: by its [`WebError`] from a handler, else by its
/// status. Says that nothing was saved only if nothing was `saved`.
pub(in crate::web) fn page(failure: Option<&WebError>, status: StatusCode, request_id: &str, path: &str, saved: bool) -> ErrorPage {
    // Result of a form with an address of its own: it shows on the page above.
    let above = || path.rsplit_once('/').and_then(|(above, _)| addresses::nearest_page(above));
    let place = || above().or_else(|| addresses::section(path).map(|section| section.first_page().pattern.to_owned()));
    match failure {
        Some(WebError::ProofNeeded) => {
            return ErrorPage::refused("Confirm it’s you", "Nothing was changed. Sign out and in again, then repeat it.".to_owned());
        }
        Some(WebError::StaleForm) => return ErrorPage::stale_form(),
        Some(WebError::TooManyFields) => return ErrorPage::too_many_fields(),
        Some(WebError::FromElsewhere) => return ErrorPage::from_elsewhere(),
        Some(WebError::NoSuchList(_, all)) => return ErrorPage::no_such_list(all.unwrap_or(path)),
        Some(WebError::NotAllThere { list }) => return ErrorPage::not_all_there(list),
        Some(WebError::SentTwice) => {
            return ErrorPage::sent_twice(place());
        }
        Some(WebError::BrokenOff { text, list }) => return ErrorPage::broken_off(text.clone(), list),
        Some(WebError::OutOfReach) => return ErrorPage::out_of_reach(),
        Some(WebError::Busy) => return ErrorPage::busy(),
        Some(WebError::BillingNotGiven) => return ErrorPage::billing_not_given(),
        Some(WebError::Refused { title, text }) => return ErrorPage::refused(title, text.clone()),
        Some(_) | None => {}
    }
    if saved && status.is_server_error() {
        return ErrorPage::maybe_saved(request_id, place());
    }
    match status.as_u16() {
        403 => ErrorPage::forbidden(),
        404 => ErrorPage::not_found(),
        405 => ErrorPage::method_not_allowed(),
        408 => ErrorPage::too_slow(),
        409 => ErrorPage::conflict(),
        413 => ErrorPage::too_large(),
        414 => ErrorPage::address_too_long(),
        415 => ErrorPage::encoded(),
        431 => ErrorPage::head_too_long(),
        429 => ErrorPage::too_many_requests(),
        503 => ErrorPage::unavailable(),
        400..=499 => ErrorPage::bad_request(),
        _ => ErrorPage::internal(request_id),
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(error) => {
                tracing::error!(%error, "the database is not available");
                Self::Unavailable
            }
            StoreError::Busy => Self::Unavailable,
            StoreError::UnreadableEntry(entry) => {
                Self::Refused { title: "The audit log can’t be read", text: format!("{}.", unreadable(entry)) }
            }
            StoreError::CommitUnknown(error) => {
                tracing::error!(%error, "the outcome of a commit is unknown");
                Self::Unavailable
            }
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<ActionError> for WebError {
    fn from(denied: ActionError) -> Self {
        match denied {
            ActionError::SignedOut => Self::SignedOut { next: None, unsent: false },
            ActionError::EnrolmentNeeded => Self::EnrolmentNeeded,
            ActionError::ProofNeeded => Self::ProofNeeded,
            ActionError::Repeated => Self::SentTwice,
            ActionError::Refused { denial, name } => Self::refused(denial, name.as_deref()),
            ActionError::TooManyMails { name, wait } => {
                Self::Refused { title: "Too many mails in a row", text: too_many_mails(&name, &wait) }
            }
            ActionError::TooManyInvitations { sent, span, wait } => {
                Self::Refused { title: "Too many invitations", text: too_many_invitations(sent, span, &wait) }
            }
            ActionError::Store(error) => error.into(),
            ActionError::Hashing(error) => Self::Internal(error.to_string()),
        }
    }
}

/// Message that a further mail to a user has to wait, and how long.
pub(in crate::web) fn too_many_mails(name: &str, wait: &TimeDelta) -> String {
    format!("You sent {name} several mails in a row. Wait {} before the next one. Nothing was changed.", wait_in_words(wait))
}

/// Message that the next invitation has to wait, and how long: "You have sent 60 invitations in the last minute. Try
/// again in 40 seconds."
pub(in crate::web) fn too_many_invitations(sent: u32, span: QuotaSpan, wait: &TimeDelta) -> String {
    let span = match span {
        QuotaSpan::Minute => "minute",
        QuotaSpan::Hour => "hour",
    };
    let sent = counted(sent.into(), "invitation", "invitations");
    format!("You have sent {sent} in the last {span}. Try again in {}.", wait_in_words(wait))
}

/// Message for a repeated click or an outdated page. Other refusals remain errors.
pub(in crate::web) fn already(denied: ActionError) -> Result<Flash, WebError> {
    match denied {
        ActionError::Refused { denial: PolicyDenial::Status(status), name: Some(name) } => {
            Ok(Flash::new(FlashKind::Info, format!("{name} is {} now. Nothing was changed.", status.label())))
        }
        ActionError::Refused { denial: PolicyDenial::Unchanged, name: Some(_) } => Ok(Flash::new(FlashKind::Info, "No changes to save.")),
        ActionError::Refused { denial: PolicyDenial::PortfolioDeactivated, name: Some(name) } => {
            Ok(Flash::new(FlashKind::Warn, portfolio_deactivated(&name)))
        }
        ActionError::TooManyMails { name, wait } => Ok(Flash::new(FlashKind::Warn, too_many_mails(&name, &wait))),
        ActionError::TooManyInvitations { sent, span, wait } => Ok(Flash::new(FlashKind::Warn, too_many_invitations(sent, span, &wait))),
        denied => Err(denied.into()),
    }
}

fn portfolio_deactivated(name: &str) -> String {
    format!("{name} is deactivated and gives no access. Reactivate it first. Nothing was changed.")
}

impl From<LinkError> for WebError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::NotOpen => Self::NotFound,
            LinkError::Store(error) => error.into(),
        }
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl WebError {
    /// A waiting form that is gone.
    pub(in crate::web) fn form_gone() -> Self {
        Self::Refused { title: "This form has expired", text: "Nothing was changed. Fill it in again.".to_owned() }
    }

    /// Error for the policy's refusal. `name` is the affected user's.
    fn refused(denial: PolicyDenial, name: Option<&str>) -> Self {
        let name = name.unwrap_or("This user");
        let refused = |title, text| Self::Refused { title, text };
        match denial {
            PolicyDenial::Role => Self::Forbidden,
            PolicyDenial::Unknown => Self::NotFound,
            PolicyDenial::OutOfReach => Self::OutOfReach,
            PolicyDenial::Unchanged => refused("No changes to save", format!("{name} already has this.")),
            PolicyDenial::NotAPortfolioAdmin => {
                refused("Not a Portfolio Admin", format!("{name} is not a Portfolio Admin. Only Portfolio Admins can have portfolios."))
            }
            PolicyDenial::LastPortfolio => refused(
                "At least one portfolio is required",
                format!("Portfolio Admins need at least one portfolio. Assign {name} another one first."),
            ),
            PolicyDenial::PortfolioDeactivated => refused("The portfolio is deactivated", portfolio_deactivated(name)),
            PolicyDenial::Oneself => refused("You can’t do this to yourself", "Another administrator can do this for you.".to_owned()),
            PolicyDenial::Status(status) => {
                let text = format!("{name} is {} now, so this can’t be done. Nothing was changed.", status.label());
                refused("This has just changed", text)
            }
            PolicyDenial::AlreadyMember => refused("Already in the group", format!("{name} is already a member. Nothing was changed.")),
            PolicyDenial::NotAMember => refused("Not in the group", format!("{name} is no longer in the group.")),
            PolicyDenial::LastActiveAdmin => {
                refused("At least one active Admin is required", format!("{name} is the only active Admin. Add another Admin first."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_busy_or_away_says_when_to_come_again() {
        for failure in [WebError::Busy, WebError::Unavailable] {
            let answer = failure.error_response();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(answer.headers().contains_key(header::RETRY_AFTER), "{failure}");
        }
    }
}
