//! The command line: [`args`] defines it, and each command has a file.

pub mod args;
mod audit;
mod check;
mod create_admin;
pub mod demo;
mod recover_admin;

use std::{
    fmt::Display,
    io::{self, Read as _, Write as _},
};

pub use args::Cli;

use crate::{
    config::Settings,
    startup::{self, StartError},
    store::Store,
};

use args::{Admin, Command};

/// Longest password input, in bytes: four for each of 128 characters, and a line end.
const PASSWORD_INPUT_MAX: u64 = 4 * 128 + 2;

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Store(#[from] crate::store::StoreError),
    #[error("the password {0}")]
    Password(#[from] crate::domain::credentials::password::PasswordError),
    #[error("the password could not be read from standard input: {0}")]
    PasswordInput(io::Error),
    #[error("{0}")]
    CreateAdmin(#[from] crate::usecases::setup::CreateAdminError),
    #[error("{0}")]
    RecoverAdmin(#[from] crate::usecases::credentials::recovery::RecoveryError),
    #[error("{0}")]
    Demo(#[from] demo::DemoError),
    #[error("{0}")]
    Audit(#[from] audit::AuditError),
    #[error("there is no database yet; the first start makes it")]
    NoDatabase,
    #[error("the database is not up to date; `usher migrate` updates it")]
    Outdated,
    #[error("some checks failed")]
    Unfit,
}

/// Runs a command.
pub fn run(command: Command, settings: &Settings) -> Result<(), CommandError> {
    match command {
        Command::Serve(serve) => Ok(startup::serve(settings, serve.new_key)?),
        Command::Migrate => migrate(settings),
        Command::Check(check) => check::run(&check, settings),
        Command::Demo(demo) => demo::run(&demo, settings),
        Command::Admin(Admin::Create(admin)) => create_admin::run(admin, settings),
        Command::Admin(Admin::Recover(admin)) => recover_admin::run(admin, settings),
        Command::Audit(audit) => audit::run(audit, settings),
    }
}

fn migrate(settings: &Settings) -> Result<(), CommandError> {
    match startup::open_store(settings)?.migrate()? {
        0 => say("The database is up to date."),
        done => say(format_args!("The database is up to date after {done} migrations.")),
    }
    Ok(())
}

/// Opens the database without changing it.
fn existing_store(settings: &Settings) -> Result<Store, CommandError> {
    if !settings.database_url.exists() {
        return Err(CommandError::NoDatabase);
    }
    let store = startup::connect(settings)?;
    if store.pending_migrations()? > 0 { Err(CommandError::Outdated) } else { Ok(store) }
}

/// Prints a line to standard output. A closed pipe is ignored.
fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// First line of standard input, without its end.
fn password_from_stdin() -> Result<String, CommandError> {
    let mut text = String::new();
    io::stdin().take(PASSWORD_INPUT_MAX).read_to_string(&mut text).map_err(CommandError::PasswordInput)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
