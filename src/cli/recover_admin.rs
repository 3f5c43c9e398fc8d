//! `usher admin recover`

use crate::{
    config::Settings,
    startup,
    usecases::credentials::recovery::{self, RecoveryLink, RecoveryRequest},
};

use super::{CommandError, args::RecoverAdmin, existing_store, say};

pub(super) fn run(admin: RecoverAdmin, settings: &Settings) -> Result<(), CommandError> {
    existing_store(settings)?;
    let ctx = startup::context(settings, &settings.public_url)?;
    let RecoverAdmin { email, activate, reset_two_factor, make_admin } = admin;
    let request = RecoveryRequest { email, activate, reset_two_factor, make_admin };
    let RecoveryLink { address, email, expires_at, steps, needs_second_step } =
        recovery::recover(&ctx, &startup::command_line(), &request)?;
    for step in steps {
        say(format_args!("{email} {}.", step.in_words()));
    }
    if needs_second_step {
        say("Signing in still needs an app code, a recovery code or a passkey; --reset-two-factor turns this off.");
    }
    say(format_args!("{email} can choose a new password here, once, until {} UTC:", expires_at.format("%Y-%m-%d %H:%M")));
    say(address);
    Ok(())
}
