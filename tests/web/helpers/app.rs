//! The application as the server runs it, without a socket.

use std::{any::Any, ffi::OsString, future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use actix_http::Request;
use actix_web::{
    App, Error,
    body::{BoxBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    test,
    web::Data,
};
use chrono::TimeDelta;
use usher::{
    config::Settings,
    domain::{
        clock::{Clock, SystemRandom},
        credentials::{
            passkey::RelyingParty,
            password::Password,
            token::{Token, TokenHash},
        },
        email_address::EmailAddress,
        ids::UserId,
        secret::SecretKey,
        sender::Sender,
        text::{CompanyName, PersonName},
    },
    mail::{Memory, Outgoing, Transport},
    startup,
    store::{
        AuditRow, Database, Location, Store, audit_entries,
        sessions::{self, NewSession},
        users, verify_chain,
    },
    usecases::{
        Context, Links, Principal, Submission,
        outbox::delivery::{self, Delivered},
        setup::{self, NewAdmin},
    },
    web::{self, ProcessSettings, RequestTrust, State, shared::routing::paths},
};

use super::{Browser, PASSWORD, Page, clock::FrozenClock};
use crate::support::postgres;

/// Database of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// Path of a handler that panics.
pub const PANIC: &str = "/panic";

async fn panics() -> &'static str {
    panic!("the innermost secret")
}

/// Header of a request whose handler does its work and then panics.
pub const PANIC_LATE: &str = "x-panic-late";

async fn panics_late<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let is_late = request.headers().contains_key(PANIC_LATE);
    let answer = next.call(request).await;
    assert!(!is_late, "the innermost secret");
    answer
}

type Answer = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, Error>>>>;

/// An Usher for tests. Dropping it asserts that all mails were read and that the audit chain is intact.
pub struct TestApp {
    call: Box<dyn Fn(Request) -> Answer>,
    state: Data<State>,
    pub ctx: Context,
    location: Location,
    setting: Setting,
    clock: FrozenClock,
    mailbox: Memory,
    transport: Transport,
    _keep: Box<dyn Any>,
}

/// Differences of an Usher from the default.
#[derive(Debug, Clone)]
pub struct Setting {
    pub origin: &'static str,
    pub sends_mail: bool,
    pub trusted_proxy: Option<&'static str>,
    /// Variables of the process, for the page Settings.
    pub process: &'static [(&'static str, &'static str)],
}

impl Default for Setting {
    fn default() -> Self {
        Self { origin: "http://localhost:8080", sends_mail: true, trusted_proxy: None, process: &[] }
    }
}

impl TestApp {
    /// An Usher without users.
    pub async fn empty(db: Db) -> Self {
        Self::with(db, Setting::default()).await
    }

    /// A company with one Admin, Maya Fischer, who is signed in.
    pub async fn with_admin(db: Db) -> (Self, Browser) {
        Self::with_admin_and(db, Setting::default()).await
    }

    pub async fn with_admin_and(db: Db, setting: Setting) -> (Self, Browser) {
        let app = Self::with(db, setting).await;
        app.create_admin("Maya", "Fischer");
        app.store().write_transaction(|tx| usher::store::company::set_name(tx, &CompanyName::parse("Northwind Trading").unwrap())).unwrap();
        let maya = app.signed_in("maya.fischer@example.com").await;
        (app, maya)
    }

    pub async fn with(db: Db, setting: Setting) -> Self {
        let (location, keep) = database(db);
        Self::start(location, keep, setting, SecretKey::new(&SystemRandom), FrozenClock::new()).await
    }

    /// Another instance on the same database, as behind a load balancer.
    pub async fn another_instance(&self) -> Self {
        let (key, clock) = (self.ctx.key.clone(), self.clock.clone());
        Self::start(self.location.clone(), Box::new(()), self.setting.clone(), key, clock).await
    }

    async fn start(location: Location, keep: Box<dyn Any>, setting: Setting, key: SecretKey, clock: FrozenClock) -> Self {
        let links = Links {
            origin: setting.origin.to_owned(),
            host: "localhost".to_owned(),
            with_token: paths::with_token,
            sign_in: || paths::SignIn {}.to_string(),
            my_account: || paths::MyAccount {}.to_string(),
        };
        let ctx = Context {
            store: Store::open(location.clone()).unwrap(),
            clock: Arc::new(clock.clone()),
            random: Arc::new(SystemRandom),
            key,
            relying_party: RelyingParty::new(setting.origin, false),
            links,
            sends_mail: setting.sends_mail,
        };
        let state = Data::new(State::new(ctx.clone(), request_trust(&setting)).showing(process_settings(&setting)));
        let service = App::new().wrap(from_fn(panics_late)).wrap(from_fn(web::serve)).route(PANIC, actix_web::web::get().to(panics));
        let service = service.configure(|config| web::configure(&state, config));
        let service = std::rc::Rc::new(test::init_service(service).await);
        let mailbox = Memory::default();
        Self {
            call: Box::new(move |request| {
                let service = std::rc::Rc::clone(&service);
                Box::pin(async move { service.call(request).await })
            }),
            state,
            ctx,
            location,
            setting,
            clock,
            transport: Transport::memory(mailbox.clone()),
            mailbox,
            _keep: keep,
        }
    }

    /// A browser without a session.
    #[expect(clippy::unused_self, reason = "a browser is always one at some Usher")]
    pub fn browser(&self) -> Browser {
        Browser::new()
    }

    /// A browser signed in as a user with the usual password.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(self, email, PASSWORD).await.redirects_to("/");
        browser
    }

    /// Submission of a newly signed-in user, for calls of use cases.
    pub fn caller<T>(&self, user: UserId) -> Submission<T> {
        Submission::from(self.session_of(user))
    }

    /// Principal of a user who is signed in anew.
    pub fn session_of(&self, user: UserId) -> Principal {
        Principal::User { id: user, session: self.new_session(user), client_ip: "192.0.2.1".to_owned() }
    }

    pub fn new_session(&self, user: UserId) -> TokenHash {
        let (session, now) = (Token::new(&SystemRandom).hash(), self.now());
        let new = NewSession { hash: session, user, client_ip: "192.0.2.1", browser: "", now };
        self.store().write_transaction(|tx| sessions::insert(tx, &new)).unwrap();
        session
    }

    pub(super) async fn call(&self, request: Request) -> ServiceResponse<BoxBody> {
        match (self.call)(request).await {
            Ok(response) => response,
            Err(error) => {
                let request = test::TestRequest::default().to_http_request();
                ServiceResponse::new(request, error.error_response())
            }
        }
    }

    /// Answer of the listener for monitoring.
    pub async fn monitoring(&self, request: test::TestRequest) -> Page {
        let service = test::init_service(App::new().configure(|config| web::configure_metrics(&self.state, config))).await;
        Page::read(test::call_service(&service, request.to_request()).await.map_into_boxed_body()).await
    }

    /// Settings of the process, for a server of a test's own.
    pub fn process_settings(&self) -> ProcessSettings {
        process_settings(&self.setting)
    }

    /// State of handlers, for a server of a test's own.
    pub fn state(&self) -> Data<State> {
        self.state.clone()
    }

    pub fn store(&self) -> &Store {
        &self.ctx.store
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub fn now(&self) -> usher::domain::clock::Timestamp {
        self.clock.now()
    }

    /// Delivers mails once.
    pub async fn deliver(&self) -> Delivered {
        delivery::deliver_next(&self.ctx, &self.transport, &Sender::parse("usher@localhost").unwrap()).await.unwrap()
    }

    /// Sends the mails in the outbox, and returns those that arrived.
    pub async fn mails(&self) -> Vec<Outgoing> {
        while self.deliver().await == Delivered::One {}
        self.mailbox.take()
    }

    /// The only mail since the last look.
    pub async fn mail(&self) -> Outgoing {
        let mut mails = self.mails().await;
        assert_eq!(mails.len(), 1, "{:?}", mails.iter().map(|mail| &mail.rendered.subject).collect::<Vec<_>>());
        mails.remove(0)
    }

    /// Path of the link in the only mail.
    pub async fn link_in_mail(&self) -> String {
        self.link_in(&self.mail().await)
    }

    /// The path of the link in a mail.
    pub fn link_in(&self, mail: &Outgoing) -> String {
        let origin = &self.ctx.links.origin;
        let start = mail.rendered.text.find(&format!("{origin}/")).expect("a link in the mail") + origin.len();
        mail.rendered.text[start..].split_whitespace().next().unwrap().to_owned()
    }

    pub fn mailbox(&self) -> &Memory {
        &self.mailbox
    }

    /// Makes an active Admin, `first.last@example.com` with the usual password.
    pub fn create_admin(&self, first_name: &str, last_name: &str) -> UserId {
        let admin = NewAdmin {
            first_name: PersonName::parse(first_name).unwrap(),
            last_name: PersonName::parse(last_name).unwrap(),
            email: EmailAddress::parse(&format!("{first_name}.{last_name}@example.com").to_lowercase()).unwrap(),
        };
        setup::create_admin(&self.ctx, &Principal::CommandLine { os_user: "root".to_owned() }, &admin, &Password::typed(PASSWORD)).unwrap()
    }

    /// Makes an active User, `first.last@example.com` with the usual password.
    pub fn create_user(&self, first_name: &str, last_name: &str) -> UserId {
        let email = EmailAddress::parse(&format!("{first_name}.{last_name}@example.com").to_lowercase()).unwrap();
        let new = users::NewActive {
            email: &email,
            first_name: &PersonName::parse(first_name).unwrap(),
            last_name: &PersonName::parse(last_name).unwrap(),
            password: &usual_password(),
            now: self.now(),
        };
        self.store().write_transaction(|tx| users::insert_active(tx, &new)).unwrap()
    }

    pub fn id_of(&self, email: &str) -> UserId {
        let email = EmailAddress::parse(email).unwrap();
        self.store().read(|db: &mut Database| users::find_by_email(db, &email)).unwrap().expect("somebody with this address").0.id
    }

    /// True if a user has the address.
    pub fn has_user(&self, email: &str) -> bool {
        let email = EmailAddress::parse(email).unwrap();
        self.store().read(|db: &mut Database| users::find_by_email(db, &email)).unwrap().is_some()
    }

    pub fn audit(&self) -> Vec<AuditRow> {
        self.store().read(|db| audit_entries(db, 0, 10_000)).unwrap()
    }

    /// Audited actions in order: `user.invited noor@example.com`.
    pub fn deeds(&self) -> Vec<String> {
        self.audit().iter().map(|row| format!("{} {}", row.action.as_str(), row.subject_name)).collect()
    }
}

/// Hash of the usual password, made once: hashing is slow on purpose.
fn usual_password() -> usher::domain::credentials::password::PasswordHash {
    static HASH: std::sync::OnceLock<usher::domain::credentials::password::PasswordHash> = std::sync::OnceLock::new();
    HASH.get_or_init(|| Password::typed(PASSWORD).hash(&[7; 16]).unwrap()).clone()
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let unread = self.mailbox.take();
        assert!(unread.is_empty(), "unread mail: {:?}", unread.iter().map(|mail| &mail.rendered.subject).collect::<Vec<_>>());
        assert!(verify_chain(self.store(), vec![]).is_ok_and(|chain| chain.is_ok()), "the audit chain is broken");
    }
}

/// Trust settings of an Usher with this setting.
fn request_trust(setting: &Setting) -> RequestTrust {
    let proxy = setting.trusted_proxy.map(|proxy| proxy.parse().unwrap());
    RequestTrust {
        origin: setting.origin.to_owned(),
        is_https: setting.origin.starts_with("https"),
        any_loopback: false,
        is_trusted_proxy: Arc::new(move |peer| Some(peer) == proxy),
    }
}

/// Settings of the process as the server reads them.
fn process_settings(setting: &Setting) -> ProcessSettings {
    let variables = setting.process.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let settings = Settings::load(variables).unwrap();
    startup::process_settings(&settings, &startup::transport(&settings).unwrap())
}

/// A migrated database of its own, which lives as long as the returned guard.
fn database(db: Db) -> (Location, Box<dyn Any>) {
    let migrated = |location| Store::open(location).and_then(|store| store.migrate()).unwrap();
    match db {
        Db::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let location = Location::Sqlite(folder.path().join("usher.db"));
            migrated(location.clone());
            (location, Box::new(folder))
        }
        Db::Postgres => {
            let server = postgres::server();
            server.template(|url| {
                migrated(Location::Postgres(url.to_owned()));
            });
            let database = server.fresh_database();
            (Location::Postgres(database.url().to_owned()), Box::new(database))
        }
    }
}

/// Peer of tests' requests.
pub(super) fn peer() -> SocketAddr {
    "192.0.2.1:40000".parse().unwrap()
}
