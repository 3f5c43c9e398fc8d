//! Definitions of the command line: arguments, their types, and the help, which serves as the manual.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    config,
    domain::{audit::ChainHead, email_address::EmailAddress, text::PersonName},
};

const EXAMPLES: &str = r"Examples:
  usher
      Try Usher on this machine: open the address that it prints.
  USHER_PUBLIC_URL=https://usher.example.com USHER_TRUSTED_PROXIES=127.0.0.1 \
  USHER_SMTP_URL=smtps://user:password@mail.example.com usher
      Serve people on the network, through a proxy on this machine that speaks TLS.
  USHER_DATA_DIR=demo usher demo --users 1000 && USHER_DATA_DIR=demo usher
      Look around among made-up people.
  usher check --mail-to maya@example.com
      See whether settings, database and mail server are fit for use.
  usher admin create --email maya@example.com --first-name Maya --last-name Fischer --password-stdin < password
      Get in when no Admin can.
  usher admin recover --email maya@example.com
      Give an Admin a link to choose a new password.
  usher audit verify --heads heads.txt && usher audit head >> heads.txt
      Verify the audit log, and keep its newest entry for the next time.";

/// The console in which a company decides who gets in and what they reach.
#[derive(Debug, Parser)]
#[command(name = "usher", version)]
#[command(after_help = "Settings and examples: usher --help")]
#[command(after_long_help = format!("{}\n\n{EXAMPLES}", config::help()))]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

impl Cli {
    /// Command to run; `serve` by default.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Serve(Serve::default()))
    }
}

/// Command of the program.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Update the database and serve the console (the default)
    ///
    /// On an empty database, prints a one-time address at which the first Admin names the company and sets a password.
    Serve(Serve),

    /// Update the database and exit
    ///
    /// Useful if you run migrations separately from starting servers; `usher serve` runs them too.
    Migrate,

    /// Check the settings, the database and the mail server
    ///
    /// Lists each setting with its value and source; passwords and keys are hidden. Verifies the audit chain, and compares
    /// the counts and copies that the database keeps with a recount. Changes nothing, and sends no mail unless you ask it to.
    Check(Check),

    /// Fill a new database with a demo company: users, access, assets, mails and a year of history
    ///
    /// For trying Usher out or measuring it. Refuses a database that already has users. Runs in one transaction, which
    /// blocks a server on the same SQLite file: a million users take about two minutes.
    Demo(Demo),

    /// Manage Admins from the shell
    #[command(subcommand)]
    Admin(Admin),

    /// Verify, keep and export the audit log
    ///
    /// Changes nothing, and works beside a running server. `docs/audit.md` tells how the entries are chained.
    #[command(subcommand)]
    Audit(Audit),
}

/// Options of `usher serve`.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct Serve {
    /// Replace a lost secret key
    ///
    /// Uses the key in the file, or makes a new one if there is no file. Waiting mails are discarded, everyone must sign in
    /// again, and the audit log records it. Use it once, then leave it out.
    #[arg(long)]
    pub new_key: bool,
}

/// Options of `usher check`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct Check {
    /// Send a test mail to this address
    #[arg(long, value_name = "ADDRESS", value_parser = email_address)]
    pub mail_to: Option<EmailAddress>,

    /// Rebuild counts and copies that differ from a recount
    ///
    /// Works beside a running server, whose changes wait meanwhile. The audit chain is never repaired.
    #[arg(long)]
    pub repair: bool,
}

/// Options of `usher demo`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct Demo {
    /// Number of users to create
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub users: u32,

    /// Seed: an equal number creates equal users
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,

    /// Read the password of the demo users from standard input; without this, one is generated and printed
    #[arg(long)]
    pub password_stdin: bool,
}

/// Command about Admins.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Admin {
    /// Create an Admin, for example when no Admin can sign in
    ///
    /// Works while a server is running. Refuses an address that is in use. All Admins are notified by mail, and the audit log
    /// records it.
    Create(CreateAdmin),

    /// Print a link with which an Admin chooses a new password, for example when no Admin can sign in
    ///
    /// The link works once, for 15 minutes. A new link replaces an earlier one. Works while a server is running, with the
    /// server's settings. All Admins are notified by mail, the audit log records it, and pages show a notice to Admins until
    /// another Admin acknowledges it, or for 30 days if there is no other.
    Recover(RecoverAdmin),
}

/// Options of `usher admin create`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct CreateAdmin {
    /// Email address the Admin signs in with
    #[arg(long, value_name = "ADDRESS", value_parser = email_address)]
    pub email: EmailAddress,

    /// The Admin's first name
    #[arg(long, value_name = "NAME", value_parser = person_name)]
    pub first_name: PersonName,

    /// The Admin's last name
    #[arg(long, value_name = "NAME", value_parser = person_name)]
    pub last_name: PersonName,

    /// Read the password from standard input, out of sight of the shell's history and of other users
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

/// Options of `usher admin recover`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct RecoverAdmin {
    /// Email address of the user
    #[arg(long, value_name = "ADDRESS", value_parser = email_address)]
    pub email: EmailAddress,

    /// Reactivate the user; a deactivated one is refused without this
    #[arg(long)]
    pub activate: bool,

    /// Turn the user's two-factor off, and sign the user out everywhere
    ///
    /// For an Admin who lost the authenticator app and the recovery codes, or the passkeys: all of these stop working. Without
    /// this, signing in still needs a second step.
    #[arg(long)]
    pub reset_two_factor: bool,

    /// Make the user an Admin; only while no Admin is active
    #[arg(long)]
    pub make_admin: bool,
}

/// Command about the audit log.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Audit {
    /// Print the newest entry in one line: SEQUENCE:HASH TIME
    ///
    /// Keep the line elsewhere: it later shows that no entries up to it were cut off or rewritten.
    Head,

    /// Verify the chain, and name the first entry that does not fit
    ///
    /// The exit status is 1 if an entry was changed, is missing, or is not the kept one.
    Verify(VerifyAudit),

    /// Write all entries to standard output as JSON Lines
    ///
    /// Ends at the entry that is the newest at the start. `docs/verify_audit.py` verifies the export without Usher.
    Export,
}

/// Options of `usher audit verify`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct VerifyAudit {
    /// Check that this kept head is still in the chain; may be given several times
    #[arg(long, value_name = "SEQUENCE:HASH")]
    pub head: Vec<ChainHead>,

    /// Check the heads in this file, with lines as printed by `usher audit head`
    #[arg(long, value_name = "FILE")]
    pub heads: Option<PathBuf>,
}

fn email_address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|why| format!("it {why}"))
}

fn person_name(text: &str) -> Result<PersonName, String> {
    PersonName::parse(text).map_err(|why| format!("it {why}"))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, error::ErrorKind};

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split(' ')).map(Cli::into_command)
    }

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_tells_every_setting_with_its_default() {
        let help = Cli::command().render_long_help().to_string();
        for setting in config::SETTINGS {
            let heading = format!("\n  {} (default: {})\n", setting.variable, setting.default.as_str());
            assert!(help.contains(&heading), "{heading}");
        }
        assert!(help.contains("\nExamples:\n  usher\n"));
        let short = Cli::command().render_help().to_string();
        assert!(!short.contains("USHER_") && short.contains("usher --help"), "{short}");
    }

    #[test]
    fn without_a_word_usher_serves() {
        assert_eq!(parse("usher").unwrap(), Command::Serve(Serve { new_key: false }));
        assert_eq!(parse("usher serve").unwrap(), Command::Serve(Serve { new_key: false }));
        assert_eq!(parse("usher serve --new-key").unwrap(), Command::Serve(Serve { new_key: true }));
        assert_eq!(parse("usher migrate").unwrap(), Command::Migrate);
        assert_eq!(parse("usher --version").unwrap_err().kind(), ErrorKind::DisplayVersion);
        assert_eq!(parse("usher sevre").unwrap_err().kind(), ErrorKind::InvalidSubcommand);
    }

    #[test]
    fn what_is_typed_becomes_what_it_means() {
        assert_eq!(parse("usher check").unwrap(), Command::Check(Check { mail_to: None, repair: false }));
        assert_eq!(parse("usher check --repair").unwrap(), Command::Check(Check { mail_to: None, repair: true }));
        assert_eq!(parse("usher demo --users 50").unwrap(), Command::Demo(Demo { users: 50, seed: 1, password_stdin: false }));
        let demo = Demo { users: 10_000_000, seed: u64::MAX, password_stdin: true };
        assert_eq!(parse("usher demo --users 10000000 --seed 18446744073709551615 --password-stdin").unwrap(), Command::Demo(demo));
        let maya = EmailAddress::parse("maya@example.com").unwrap();
        assert_eq!(
            parse("usher check --mail-to maya@example.com").unwrap(),
            Command::Check(Check { mail_to: Some(maya.clone()), repair: false })
        );
        let create = CreateAdmin {
            email: maya.clone(),
            first_name: PersonName::parse("Maya").unwrap(),
            last_name: PersonName::parse("Fischer").unwrap(),
            password_stdin: true,
        };
        let recover = RecoverAdmin { email: maya.clone(), activate: true, reset_two_factor: true, make_admin: true };
        assert_eq!(
            parse("usher admin recover --email maya@example.com --activate --reset-two-factor --make-admin").unwrap(),
            Command::Admin(Admin::Recover(recover))
        );
        let zeros = format!("0:{}", "0".repeat(64));
        let verify = VerifyAudit { head: vec![ChainHead::START; 2], heads: Some("heads.txt".into()) };
        assert_eq!(
            parse(&format!("usher audit verify --head {zeros} --head {zeros} --heads heads.txt")).unwrap(),
            Command::Audit(Audit::Verify(verify))
        );
        let line = "usher admin create --email maya@example.com --first-name Maya --last-name Fischer --password-stdin";
        assert_eq!(parse(line).unwrap(), Command::Admin(Admin::Create(create)));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_reason() {
        for (line, why) in [
            ("usher check --mail-to maya", "invalid value 'maya' for '--mail-to <ADDRESS>': it is not an email address"),
            ("usher audit verify --head 412", "invalid value '412' for '--head <SEQUENCE:HASH>': it is not SEQUENCE:HASH"),
            ("usher demo", "--users <N>"),
            ("usher demo --users 0", "0 is not in 1..=10000000"),
            ("usher demo --users many", "invalid value 'many' for '--users <N>'"),
            ("usher admin create --email maya@example.com --first-name <b> --last-name F --password-stdin", "it has one of < and >"),
            ("usher admin create --email maya@example.com --first-name Maya --last-name F", "--password-stdin"),
            ("usher admin recover", "--email <ADDRESS>"),
            ("usher admin recover --email maya", "invalid value 'maya' for '--email <ADDRESS>': it is not an email address"),
            ("usher admin create --first-name Maya --last-name F --password-stdin", "--email <ADDRESS>"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
