//! Extractors for handlers: the signed-in user, and the browser of an anonymous request.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    cookie::time::Duration,
    dev::Payload,
    http::{Method, header},
};
use url::{Position, Url};

use crate::{
    domain::{
        appearance::Appearance,
        clock::Timestamp,
        company::Company,
        credentials::token::{Token, TokenHash},
        ids::{SessionId, UserId},
        permission::Permission,
        policy::{Action, decide},
    },
    usecases::{ActionError, ClientInfo, Principal, User, credentials::sessions::Ends, held_forms::Holder},
};

use super::{
    client_ip, cookies,
    csrf::{self, FormSeed},
    error::WebError,
    head,
    page::{Flash, SessionLeft},
    routing::{addresses, endpoint::Endpoint, paths},
    session::{FLASH, SIGNED_IN, SignedIn, UNAVAILABLE},
    state::{RequestTrust, State},
};

/// Long-lived cookie of a browser, to which forms before signing in are bound, and by which a known browser is
/// recognized.
const BROWSER: &str = "usher-browser";
const BROWSER_DAYS: i64 = 400;

/// Remembered action of a form that came too late.
pub(in crate::web) const UNSENT: &str = "unsent";

/// Remembered action of a form that came too late and was kept.
pub(in crate::web) const KEPT: &str = "kept";

/// Longest `Referer` read, in bytes. Lists and forms have shorter addresses, wizards with drafts longer ones.
const REFERER_MAX: usize = 2 * 1024;

/// Longest stored name of a browser, in characters.
const USER_AGENT_MAX: usize = 300;

/// Addresses open to users who need two-factor and have none.
const OPEN_TO_ENROL: [&Endpoint; 6] = [
    paths::TurnOnTwoFactor::ENDPOINT,
    paths::NewPasskey::ENDPOINT,
    paths::RecoveryCodesFile::ENDPOINT,
    paths::ConfirmIdentity::ENDPOINT,
    paths::StaySignedIn::ENDPOINT,
    paths::SignOut::ENDPOINT,
];

/// A user who is signed in, active, and has the permission that the address needs, read afresh with this request.
#[derive(Debug, Clone)]
pub(in crate::web) struct CurrentUser {
    pub(in crate::web) user: User,
    pub(in crate::web) appearance: Appearance,
    pub(in crate::web) company: Company,
    /// True if the user needs two-factor and has none: only the enrolment is open.
    pub(in crate::web) must_enrol: bool,
    session: TokenHash,
    session_id: SessionId,
    browser: Option<TokenHash>,
    ends: Ends,
    client_ip: String,
    is_head: bool,
}

impl CurrentUser {
    /// Takes the message of the last request, to be shown once. A HEAD request leaves it.
    pub(in crate::web) fn take_flash(&self, session: &Session) -> Option<Flash> {
        // The key is checked first: removing a missing one would count as a change, and be written to the database with
        // every page.
        if self.is_head || !session.contains_key(FLASH) { None } else { session.remove_as::<Flash>(FLASH)?.ok() }
    }

    pub(in crate::web) fn principal(&self) -> Principal {
        Principal::User { id: self.user.id, session: self.session, client_ip: self.client_ip.clone() }
    }

    pub(in crate::web) fn client_ip(&self) -> &str {
        &self.client_ip
    }

    pub(in crate::web) fn session(&self) -> TokenHash {
        self.session
    }

    /// Id of the session, which stays when its token is renewed.
    pub(in crate::web) fn session_id(&self) -> SessionId {
        self.session_id
    }

    /// Holder of this user's waiting forms; `None` in a browser that lost its cookie.
    pub(in crate::web) fn holder(&self) -> Option<Holder> {
        self.browser.map(|browser| Holder { user: self.user.id, browser })
    }

    /// Asks the policy for a permission, before anything is looked for.
    pub(in crate::web) fn require(&self, permission: Permission) -> Result<(), WebError> {
        let denied = |denial| ActionError::Refused { denial, name: None };
        Ok(decide(self.user.actor(), Action::Use(permission)).map_err(denied)?)
    }

    /// Remaining lifetime of the session from `now` on.
    pub(in crate::web) fn session_left(&self, now: Timestamp) -> SessionLeft {
        let Ends { idle, absolute } = self.ends;
        SessionLeft { idle: (idle - now).num_seconds(), absolute: (absolute - now).num_seconds() }
    }

    /// Token for this user's forms.
    pub(in crate::web) fn csrf(&self, state: &State) -> String {
        csrf::token(&state.ctx.key, FormSeed::Session(self.session_id, self.user.id), &*state.ctx.random)
    }
}

/// The requesting user, for the log and for error pages.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct SeenUser {
    pub(in crate::web) id: UserId,
    pub(in crate::web) appearance: Appearance,
}

impl FromRequest for CurrentUser {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(current_user(request))
    }
}

/// The gate of every address for those signed in: what is declared with the address is asked for here.
fn current_user(request: &HttpRequest) -> Result<CurrentUser, WebError> {
    let endpoint = Endpoint::of(request).ok_or(WebError::NotFound)?;
    if endpoint.kind.is_recorded() {
        head::require_same_site(request)?;
    }
    let signed_in = signed_in(request)?.ok_or_else(|| signed_out(request))?;
    request.extensions_mut().insert(SeenUser { id: signed_in.user.id, appearance: signed_in.appearance });
    let must_enrol = must_enrol(request, &signed_in)?;
    if must_enrol && !OPEN_TO_ENROL.contains(&endpoint) {
        return Err(WebError::EnrolmentNeeded);
    }
    let current = CurrentUser {
        must_enrol,
        user: signed_in.user,
        appearance: signed_in.appearance,
        company: signed_in.company,
        session: TokenHash(signed_in.session),
        session_id: signed_in.session_id,
        browser: browser(request, State::of(request)?),
        ends: signed_in.ends,
        client_ip: client_ip::of(request)?,
        is_head: request.method() == Method::HEAD,
    };
    endpoint.access.permission().map_or(Ok(()), |permission| current.require(permission))?;
    Ok(current)
}

/// True if the user needs two-factor and has none.
fn must_enrol(request: &HttpRequest, signed_in: &SignedIn) -> Result<bool, WebError> {
    let (role, has_two_factor) = (signed_in.user.actor().role, signed_in.user.two_factor_since.is_some());
    Ok(signed_in.company.needs_enrolment(role, has_two_factor, State::of(request)?.ctx.now()))
}

/// The signed-in user to whom this address is closed until they have turned two-factor on.
pub(in crate::web) fn closed_until_enrolment(request: &HttpRequest, endpoint: &'static Endpoint) -> Option<UserId> {
    let signed_in = signed_in(request).ok()??;
    let is_closed = !OPEN_TO_ENROL.contains(&endpoint) && must_enrol(request, &signed_in).ok()?;
    is_closed.then_some(signed_in.user.id)
}

/// The signed-in user of a request.
pub(in crate::web) fn signed_in(request: &HttpRequest) -> Result<Option<SignedIn>, WebError> {
    let session = request.get_session();
    if session.contains_key(UNAVAILABLE) {
        return Err(WebError::Unavailable);
    }
    session.get(SIGNED_IN).map_err(|error| WebError::Internal(error.to_string()))
}

/// Error for a request without a session, with the page to return to after signing in: own pages only.
fn signed_out(request: &HttpRequest) -> WebError {
    if request.method().is_safe() {
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let is_recorded = Endpoint::of(request).is_some_and(|endpoint| endpoint.kind.is_recorded());
        let next = if is_recorded { addresses::nearest_page(target) } else { page(target) };
        return WebError::SignedOut { next, unsent: false };
    }
    late(request, UNSENT)
}

/// Error for a form without a session, with the page of the form. The browser remembers `what` became of it.
pub(in crate::web) fn late(request: &HttpRequest, what: &str) -> WebError {
    // A signed-out user needs no sign-out.
    if request.path() == paths::SignOut::PATTERN {
        return WebError::SignedOut { next: None, unsent: false };
    }
    let next = referring_page(request).and_then(|target| addresses::nearest_page(&target)).or_else(|| page(request.path()));
    if let Ok(state) = State::of(request) {
        cookies::keep_done(request, state, what);
    }
    WebError::SignedOut { next, unsent: true }
}

fn page(target: &str) -> Option<String> {
    addresses::known_page(target).map(str::to_owned)
}

/// Address of Usher's page from which the user came to another address.
pub(in crate::web) fn came_from(request: &HttpRequest) -> Option<String> {
    let is_page = |target: &String| target == paths::Root::PATTERN || addresses::known_page(target).is_some();
    referring_page(request).filter(is_page).filter(|from| from.split('?').next() != Some(request.path()))
}

/// Address of Usher's page to return to after an error: the page before, or the one above it.
pub(in crate::web) fn way_back(request: &HttpRequest) -> Option<String> {
    let is_elsewhere = |back: &String| !request.method().is_safe() || back.split('?').next() != Some(request.path());
    referring_page(request).and_then(|target| addresses::nearest_page(&target)).filter(is_elsewhere)
}

/// Address of Usher's page with the submitted form, by the `Referer`.
fn referring_page(request: &HttpRequest) -> Option<String> {
    let text = |name| request.headers().get(name)?.to_str().ok();
    let referer = text(header::REFERER).filter(|referer| is_read(referer))?;
    own_page(referer, text(header::HOST), &State::of(request).ok()?.trust)
}

/// Path and query of an address on the own origin.
pub(in crate::web) fn own_page(address: &str, host: Option<&str>, trust: &RequestTrust) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_ours = csrf::is_own_origin(&url.origin().ascii_serialization(), host, trust);
    is_ours.then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// True if a `Referer` is short enough to be read. A late form leads back to its earlier answers, which may be long.
fn is_read(referer: &str) -> bool {
    let is_draft =
        || referer.len() <= paths::ADDRESS_MAX && paths::path_of(referer).len() <= REFERER_MAX && addresses::is_of_wizard(referer);
    referer.len() <= REFERER_MAX || is_draft()
}

/// A client of a page that needs no session, signed in or not.
#[derive(Debug, Clone)]
pub(in crate::web) struct AnonymousSession {
    pub(in crate::web) client: ClientInfo,
    /// Signed-in user of this browser.
    pub(in crate::web) signed_in: Option<User>,
    seed: TokenHash,
}

impl AnonymousSession {
    /// Token for this browser's forms.
    pub(in crate::web) fn csrf(&self, state: &State) -> String {
        csrf::token(&state.ctx.key, FormSeed::Browser(self.seed), &*state.ctx.random)
    }
}

impl FromRequest for AnonymousSession {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(anonymous(request))
    }
}

fn anonymous(request: &HttpRequest) -> Result<AnonymousSession, WebError> {
    let state = State::of(request)?;
    let signed_in = signed_in(request)?;
    let known = browser(request, state);
    let browser = known.unwrap_or_else(|| {
        let token = Token::new(&*state.ctx.random);
        cookies::keep(request, state, BROWSER, token.reveal().to_owned(), Duration::days(BROWSER_DAYS));
        token.hash()
    });
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let client = ClientInfo {
        client_ip: client_ip::of(request)?,
        user_agent: user_agent.chars().take(USER_AGENT_MAX).collect(),
        browser: Some(browser),
        session: signed_in.as_ref().map(|signed_in| TokenHash(signed_in.session)),
    };
    Ok(AnonymousSession { client, signed_in: signed_in.map(|signed_in| signed_in.user), seed: browser })
}

/// Seeds that tokens of this browser's forms may be bound to: the session for pages of the console, the browser's own
/// cookie for pages without a session. The latter stay valid across a sign-in, as in another tab.
pub(in crate::web) fn seeds(request: &HttpRequest) -> Result<impl Iterator<Item = FormSeed>, WebError> {
    let session = signed_in(request)?.map(|signed_in| FormSeed::Session(signed_in.session_id, signed_in.user.id));
    let browser = browser(request, State::of(request)?).map(FormSeed::Browser);
    Ok([session, browser].into_iter().flatten())
}

/// Cookie that stays in the browser.
pub(in crate::web) fn browser(request: &HttpRequest, state: &State) -> Option<TokenHash> {
    Some(Token::parse(cookies::sent(request, state, BROWSER)?.value())?.hash())
}
