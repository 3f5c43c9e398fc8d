//! `usher admin create`

use crate::{
    config::Settings,
    domain::credentials::password::Password,
    startup,
    store::company,
    usecases::setup::{self, NewAdmin},
};

use super::{CommandError, args::CreateAdmin, password_from_stdin, say};

pub(super) fn run(admin: CreateAdmin, settings: &Settings) -> Result<(), CommandError> {
    let ctx = startup::context(settings, &settings.public_url)?;
    let company = ctx.store.read(company::load)?;
    let CreateAdmin { email, first_name, last_name, .. } = admin;
    let known = [email.as_str(), first_name.as_str(), last_name.as_str(), &company.name];
    let password = Password::choose(&password_from_stdin()?, company.password_min, &known)?;
    let address = email.to_string();
    setup::create_admin(&ctx, &startup::command_line(), &NewAdmin { first_name, last_name, email }, &password)?;
    say(format_args!("{address} is now an Admin and can sign in."));
    Ok(())
}
