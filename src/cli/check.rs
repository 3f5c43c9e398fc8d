//! `usher check`: settings, key, database and mail server, with their findings. Changes nothing unless told to repair.

use std::fmt::Display;

use crate::{
    config::{self, Settings},
    domain::{
        clock::{Clock as _, Random, SystemClock, SystemRandom},
        credentials::token::Token,
        time_zone::{TimeZone, ZonedTime},
    },
    mail::Transport,
    startup::{self, StartError},
    store::{Store, company, verify_chain},
    usecases::{
        Compared, consistency,
        instance_key::{self, KeyCheck},
    },
};

use super::{CommandError, args::Check, say};

pub(super) fn run(check: &Check, settings: &Settings) -> Result<(), CommandError> {
    say(format_args!("{settings}\n"));
    let mut fit = true;
    let mut report = |what: &str, outcome: Result<String, String>| match outcome {
        Ok(text) => say(format_args!("ok    {what}: {text}")),
        Err(text) => {
            say(format_args!("WRONG {what}: {text}"));
            fit = false;
        }
    };
    // Read before anything is opened, since opening makes files.
    let exposed = settings.exposed();
    let database = database(settings);
    let Database { company, time_zone, key_check, store, .. } = database.clone().unwrap_or_default();
    report("key file", key_file(settings, key_check.as_ref()));
    report("database", database.map(|database| database.text));
    if let Some(store) = store {
        report("audit chain", audit_chain(&store));
        match if check.repair { consistency::repair(&store) } else { consistency::compare(&store) } {
            Ok(found) => found.into_iter().for_each(|compared| report(compared.name, recount(compared, check.repair))),
            Err(error) => report("counts and copies", Err(text(error))),
        }
    }
    report("mail", mail(check, settings, &company, ZonedTime { at: SystemClock.now(), zone: time_zone }));
    for warning in settings.warnings() {
        say(format_args!("note  {warning}"));
    }
    if !exposed.is_empty() {
        say(format_args!("note  others may read or change what the next start makes its owner's alone: {exposed}"));
    }
    if fit { Ok(()) } else { Err(CommandError::Unfit) }
}

/// Facts about a database that answers.
#[derive(Clone, Default)]
struct Database {
    text: String,
    /// Empty until the company can be read.
    company: String,
    time_zone: TimeZone,
    key_check: Option<KeyCheck>,
    /// Store of a database that is up to date.
    store: Option<Store>,
}

impl Database {
    fn saying(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

fn key_file(settings: &Settings, check: Option<&KeyCheck>) -> Result<String, String> {
    let path = &settings.secret_key_file;
    match (config::read_key(path).map_err(text)?, check) {
        (Some(key), Some(check)) if !check.fits(&key) => Err(text(StartError::AnotherKey(path.clone()))),
        (Some(_), _) => Ok("there, and only its owner may read it".to_owned()),
        (None, Some(_)) => Err(text(StartError::NoKey(path.clone()))),
        (None, None) => Ok("not there yet; the first start makes it".to_owned()),
    }
}

fn database(settings: &Settings) -> Result<Database, String> {
    if !settings.database_url.exists() {
        return Ok(Database::saying("not there yet; the first start makes it"));
    }
    let store = startup::connect(settings).map_err(text)?;
    let pending = store.pending_migrations().map_err(text)?;
    if pending > 0 {
        return Ok(Database::saying(format!("answers; {pending} migrations are to be done at the next start")));
    }
    let company = store.read(company::load).map_err(text)?;
    let searches = if store.searches_by_index().map_err(text)? { "" } else { "; without pg_trgm, searches read every row" };
    let key_check = instance_key::check(&store).map_err(text)?;
    Ok(Database {
        text: format!("answers and is up to date{searches}"),
        company: company.name,
        time_zone: company.time_zone,
        key_check,
        store: Some(store),
    })
}

fn audit_chain(store: &Store) -> Result<String, String> {
    match verify_chain(store, Vec::new()).map_err(text)? {
        Ok(end) => Ok(format!("unbroken; entries: {}", end.sequence)),
        Err(broken) => Err(text(broken)),
    }
}

fn recount(compared: Compared, is_repaired: bool) -> Result<String, String> {
    match compared.differing {
        0 => Ok("matches a recount".to_owned()),
        rows if is_repaired => Ok(format!("rebuilt; differences from a recount: {rows}")),
        rows => Err(format!("differences from a recount: {rows}; `usher check --repair` rebuilds it")),
    }
}

fn mail(check: &Check, settings: &Settings, company: &str, now: ZonedTime) -> Result<String, String> {
    let transport = startup::transport(settings).map_err(text)?;
    actix_web::rt::System::new().block_on(async {
        match &check.mail_to {
            Some(to) => {
                let id = format!("<{}@{}>", Token::new(&SystemRandom as &dyn Random).reveal(), settings.public_url.host());
                let reply =
                    transport.send_test(company, id, settings.sender.clone(), to.clone(), now).await.map_err(|error| error.reply)?;
                Ok(format!("{}: {}", transport.name(), reply.0))
            }
            None if transport.sends() => {
                transport.check().await.map(|()| format!("{} answers", transport.name())).map_err(|error| error.reply)
            }
            None => Ok(files(&transport)),
        }
    })
}

fn files(transport: &Transport) -> String {
    format!("no mail server is set; mails become files in {}", transport.name())
}

fn text(error: impl Display) -> String {
    error.to_string()
}
