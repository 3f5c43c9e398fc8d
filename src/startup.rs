//! Startup: from settings to a running server.

mod connection;
mod http;
mod limits;
mod places;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App,
    dev::{Server, ServerHandle},
    middleware::{Compress, from_fn},
    web::Data,
};

use crate::{
    config::{self, DatabaseUrl, FileModeError, KeyFileError, Origin, PublicUrl, Settings},
    domain::{
        caught::{Panicked, caught},
        clock::{SystemClock, SystemRandom},
        credentials::passkey::RelyingParty,
        secret::SecretKey,
        sender::Sender,
    },
    mail::{TlsError, Transport},
    store::{Location, Store, StoreError},
    usecases::{
        ActionError, Context, Links, Principal,
        audit::verification,
        instance_key::{self, GivenUp},
        outbox::{
            delivery::{self, Delivered},
            housekeeping,
        },
        setup,
    },
    web::{self, BodyTime, ProcessSetting, ProcessSettings, RequestTrust, State, shared::routing::paths},
};

pub use limits::Limits;

/// Pause of the outbox after a look that found nothing due.
const OUTBOX_REST: Duration = Duration::from_secs(1);

/// Time between two writes of refused sign-ins.
const REFUSALS_EVERY: Duration = Duration::from_secs(1);

/// Time between two checks of the database's key.
const KEY_CHECK_EVERY: Duration = Duration::from_secs(60);

/// Time between two removals of expired rows.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Time between two looks for a verification of the audit log that is due or requested.
const VERIFY_EVERY: Duration = Duration::from_secs(5);

/// Time between two trims of attempt counters. One machine makes some 50,000 in this time.
const BOUND_ATTEMPTS_EVERY: Duration = Duration::from_secs(60);

/// Most connections to the listener for monitoring.
const METRICS_CONNECTIONS: usize = 16;

/// Reason for which Usher does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    KeyFile(#[from] KeyFileError),
    #[error("{0}")]
    FileMode(#[from] FileModeError),
    #[error(
        "{}: is not the key of this database; put the right key there, or set USHER_SECRET_KEY_FILE (if it is lost, `usher serve --new-key` \
         continues with this one: waiting mails are discarded, and everyone must sign in again)",
        .0.display()
    )]
    AnotherKey(PathBuf),
    #[error(
        "{}: the secret key of this database is missing; restore it from a copy, or set USHER_SECRET_KEY_FILE (if it is lost, \
         `usher serve --new-key` makes a new one: waiting mails are discarded, and everyone must sign in again)",
        .0.display()
    )]
    NoKey(PathBuf),
    #[error("the key of this database was replaced, so this instance has stopped; put the new key at {}", .0.display())]
    KeyReplaced(PathBuf),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] ActionError),
    #[error("USHER_SMTP_URL: {0}")]
    Tls(#[from] TlsError),
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Opens the database of the settings. Makes a missing data folder, and restricts the modes of exposed files.
pub fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let exposed = settings.exposed();
    if !exposed.is_empty() {
        exposed.close()?;
        match settings.exposed() {
            left if left.is_empty() => tracing::warn!("others could read or change what is its owner's alone now: {exposed}"),
            left => tracing::warn!("others may read or change what belongs to another user than Usher's: {left}"),
        }
    }
    connect(settings)
}

/// Opens the database and leaves file modes alone.
pub fn connect(settings: &Settings) -> Result<Store, StartError> {
    config::make_data_dir(&settings.data_dir)?;
    let location = match &settings.database_url {
        DatabaseUrl::Sqlite(path) => Location::Sqlite(path.clone()),
        DatabaseUrl::Postgres(url) => Location::Postgres(url.clone()),
    };
    Ok(Store::open(location)?)
}

/// Context of use cases, with the database brought up to date.
pub fn context(settings: &Settings, public_url: &PublicUrl) -> Result<Context, StartError> {
    let store = migrated_store(settings)?;
    let key = instance_key(settings, &store)?;
    Ok(context_of(settings, public_url, store, key))
}

fn migrated_store(settings: &Settings) -> Result<Store, StartError> {
    let store = open_store(settings)?;
    store.migrate()?;
    if !store.searches_by_index()? {
        tracing::warn!("PostgreSQL's extension pg_trgm is not there and may not be created: searches read every row");
    }
    Ok(store)
}

fn context_of(settings: &Settings, public_url: &PublicUrl, store: Store, key: SecretKey) -> Context {
    Context {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        key,
        links: links(public_url),
        relying_party: RelyingParty::new(public_url.origin(), !public_url.is_set()),
        sends_mail: settings.mail_server.is_some(),
    }
}

/// Principal of a command: the account of the operating system that runs it.
pub fn command_line() -> Principal {
    Principal::CommandLine { os_user: whoami::username().unwrap_or_else(|_| "an unknown user".to_owned()) }
}

/// Key with which the database was set up; only a new database gets a new key.
fn instance_key(settings: &Settings, store: &Store) -> Result<SecretKey, StartError> {
    let path = &settings.secret_key_file;
    if let Some(check) = instance_key::check(store)? {
        let key = config::read_key(path)?.ok_or_else(|| StartError::NoKey(path.clone()))?;
        return if check.fits(&key) { Ok(key) } else { Err(StartError::AnotherKey(path.clone())) };
    }
    let key = config::load_or_create_key(path, &SystemRandom)?;
    if instance_key::claim(store, &key)? { Ok(key) } else { Err(StartError::AnotherKey(path.clone())) }
}

/// Makes the key in the file, or a new one, the database's.
fn begin_anew(settings: &Settings, public_url: &PublicUrl) -> Result<(), StartError> {
    let store = migrated_store(settings)?;
    let key = config::load_or_create_key(&settings.secret_key_file, &SystemRandom)?;
    if let Some(GivenUp { mails, sessions }) = instance_key::begin_anew(&context_of(settings, public_url, store, key), &command_line())? {
        tracing::warn!(mails, sessions, "begun anew with another key: mails that waited are given up, and sessions have ended");
    }
    Ok(())
}

/// Writer of addresses in mails and on the command line.
fn links(public_url: &PublicUrl) -> Links {
    Links {
        origin: public_url.origin().to_owned(),
        host: public_url.host().to_owned(),
        with_token: paths::with_token,
        sign_in: || paths::SignIn {}.to_string(),
        my_account: || paths::MyAccount {}.to_string(),
    }
}

/// Transport of mails.
///
/// # Errors
/// [`TlsError`] where the machine's certificates cannot be read.
pub fn transport(settings: &Settings) -> Result<Transport, TlsError> {
    match &settings.mail_server {
        Some(server) => Transport::smtp(server.clone()),
        None => Ok(Transport::folder(settings.data_dir.join("mail"))),
    }
}

/// Settings of the process for the page Settings, without secrets.
pub fn process_settings(settings: &Settings, transport: &Transport) -> ProcessSettings {
    let shown = settings.shown().map(|(setting, value)| ProcessSetting {
        variable: setting.variable,
        value,
        is_default: settings.origin(setting) == Origin::Default,
    });
    ProcessSettings { transport: transport.name(), settings: shown.into() }
}

/// Serves until stopped. On the first start, prints the one-time setup address to standard output. With `new_key` the
/// database is bound to the key in the file, or to a new one.
pub fn serve(settings: &Settings, new_key: bool) -> Result<(), StartError> {
    let listener = listen(settings.listen)?;
    let metrics_listener = settings.metrics_listen.map(listen).transpose()?;
    let public_url = public_url(settings, &listener)?;
    if new_key {
        begin_anew(settings, &public_url)?;
    }
    let ctx = context(settings, &public_url)?;
    let (transport, from) = (transport(settings)?, settings.sender.clone());
    if let Some(address) = setup::open(&ctx)? {
        println!("Open this address to set up Usher. It works once, for 24 hours:\n\n    {address}\n");
    } else {
        println!("Usher is at {}", public_url.origin());
    }
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    let state = Data::new(State::new(ctx.clone(), trust(settings, &public_url)).showing(process_settings(settings, &transport)));
    actix_web::rt::System::new().block_on(async move {
        actix_web::rt::spawn(deliver(ctx.clone(), transport, from));
        actix_web::rt::spawn(verify(ctx.clone()));
        actix_web::rt::spawn(repeat(SWEEP_EVERY, ctx.clone(), housekeeping::sweep));
        actix_web::rt::spawn(repeat(BOUND_ATTEMPTS_EVERY, ctx.clone(), housekeeping::bound_attempts));
        actix_web::rt::spawn(repeat(REFUSALS_EVERY, ctx.clone(), housekeeping::write_refusals));
        if let Some(listener) = metrics_listener {
            actix_web::rt::spawn(metrics_server(listener, state.clone())?);
        }
        let server = server(listener, state)?;
        let is_replaced = Arc::new(AtomicBool::new(false));
        actix_web::rt::spawn(stop_for_another_key(ctx.clone(), server.handle(), Arc::clone(&is_replaced)));
        server.await?;
        keep_house(ctx, housekeeping::write_refusals).await;
        if is_replaced.load(Ordering::Relaxed) { Err(StartError::KeyReplaced(settings.secret_key_file.clone())) } else { Ok(()) }
    })
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|error| StartError::Listen { address, error })
}

/// The public URL; by default this machine at the port of the listener.
fn public_url(settings: &Settings, listener: &TcpListener) -> Result<PublicUrl, io::Error> {
    if settings.public_url.is_set() {
        return Ok(settings.public_url.clone());
    }
    Ok(PublicUrl::on_this_machine(listener.local_addr()?.port()))
}

fn trust(settings: &Settings, public_url: &PublicUrl) -> RequestTrust {
    let proxies = settings.trusted_proxies.clone();
    RequestTrust {
        origin: public_url.origin().to_owned(),
        is_https: public_url.is_https(),
        any_loopback: !public_url.is_set(),
        is_trusted_proxy: Arc::new(move |peer| proxies.contains(peer)),
    }
}

/// Server on an open socket, within the default limits.
pub fn server(listener: TcpListener, state: Data<State>) -> io::Result<Server> {
    server_within(Limits::default(), listener, state)
}

/// Server on an open socket.
pub fn server_within(limits: Limits, listener: TcpListener, state: Data<State>) -> io::Result<Server> {
    let application = move || {
        let state = state.clone();
        let app = App::new().app_data(BodyTime(limits.body)).wrap(Compress::default()).wrap(from_fn(web::serve));
        app.configure(move |config| web::configure(&state, config))
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    http::serve(limits, workers, true, listener, application)
}

/// Server for monitoring, which runs as long as the main one.
pub fn metrics_server(listener: TcpListener, state: Data<State>) -> io::Result<Server> {
    let application = move || App::new().configure(|config| web::configure_metrics(&state, config));
    let limits = Limits { connections: METRICS_CONNECTIONS, ..Limits::default() };
    http::serve(limits, 1, false, listener, application)
}

/// Sends the mails of the outbox, for as long as the process runs.
async fn deliver(ctx: Context, transport: Transport, from: Sender) {
    loop {
        match caught(delivery::deliver_next(&ctx, &transport, &from)).await {
            Ok(Ok(Delivered::One)) => continue,
            Ok(Ok(Delivered::Nothing)) => transport.rest().await,
            Ok(Err(error)) => tracing::error!(%error, "the outbox could not be read"),
            Err(Panicked) => tracing::error!("sending panicked; it goes on, with that mail when its lease ends"),
        }
        actix_web::rt::time::sleep(OUTBOX_REST).await;
    }
}

/// Verifies the audit log when it is due, for as long as the process runs.
async fn verify(ctx: Context) {
    loop {
        match caught(verification::verify_when_due(&ctx)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the audit log could not be verified"),
            Err(Panicked) => tracing::error!("the verification of the audit log panicked"),
        }
        actix_web::rt::time::sleep(VERIFY_EVERY).await;
    }
}

/// Repeats a piece of housekeeping, for as long as the process runs.
async fn repeat(every: Duration, ctx: Context, work: Housekeeping) {
    loop {
        keep_house(ctx.clone(), work).await;
        actix_web::rt::time::sleep(every).await;
    }
}

/// Stops the server once the database is bound to another key, with which no instance could read what this one seals.
async fn stop_for_another_key(ctx: Context, server: ServerHandle, is_replaced: Arc<AtomicBool>) {
    loop {
        actix_web::rt::time::sleep(KEY_CHECK_EVERY).await;
        let ctx = ctx.clone();
        match actix_web::web::block(move || instance_key::is_replaced(&ctx)).await {
            Ok(Ok(true)) => break,
            Ok(Ok(false)) | Err(_) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the database's key could not be compared"),
        }
    }
    tracing::error!("the database was begun anew with another key: this instance stops");
    is_replaced.store(true, Ordering::Relaxed);
    server.stop(true).await;
}

type Housekeeping = fn(&Context) -> Result<(), StoreError>;

async fn keep_house(ctx: Context, work: Housekeeping) {
    match actix_web::web::block(move || work(&ctx)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "housekeeping failed and is tried again"),
        Err(_) => tracing::error!("housekeeping panicked and is tried again"),
    }
}
