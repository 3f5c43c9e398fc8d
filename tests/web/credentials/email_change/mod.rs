//! Changes of address: confirmed at the new one, cancelled from the old one; and invitations to another address.

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        email_address::EmailAddress,
        ids::UserId,
        policy::PolicyDenial,
        text::PersonName,
        user::Status,
    },
    mail::Outgoing,
    store::users,
    usecases::{
        ActionError, LinkError, SetPasswordError,
        access::unassign,
        credentials::{
            email_change::{self, ConfirmError, Pending},
            password_reset,
        },
        users::profile::{self, Profile, ProfileError},
    },
};

use crate::{
    helpers::{PASSWORD, Page, TestApp},
    shared::steps::{NOOR, add_member, at_once, confirm, forgot, invite, new_password, press, reset_link, sql, token, user_path, visitor},
};

mod confirm;
mod end;
mod undo;

const MAYA: &str = "maya.fischer@example.com";
const OLD: &str = "hana.novotna@example.com";
const NEW: &str = "Hana@Novotna.example";
const CONFIRMED: &str = "/sign-in?after=email-change";
const STOPPED: &str = "/sign-in?after=email-change-stop";

/// Changes the address of a user, and nothing else.
fn edit(app: &TestApp, by: UserId, user: UserId, email: &str) -> Result<(), ProfileError> {
    let person = app.store().read(|db| users::find(db, user)).unwrap().unwrap();
    let name = |name: &str, otherwise| PersonName::parse(name).or_else(|_| PersonName::parse(otherwise)).unwrap();
    let profile = Profile {
        first_name: name(&person.first_name, "Noor"),
        last_name: name(&person.last_name, "van Dijk"),
        email: EmailAddress::parse(email).unwrap(),
        default_role: person.default_role,
        portfolios: Vec::new(),
        leaves: Vec::new(),
        agreed: false,
        version: person.version,
    };
    profile::update(&app.ctx, &app.caller(by), user, &profile).map(|_| ())
}

/// Changes the address of a user, as Maya.
fn begin(app: &TestApp, user: UserId, email: &str) {
    edit(app, app.id_of(MAYA), user, email).unwrap();
}

fn pending(app: &TestApp, user: UserId) -> Option<Pending> {
    let now = app.now();
    app.store().read(|db| users::find(db, user).map(|person| email_change::pending(db, &person.unwrap(), now))).unwrap().unwrap()
}

/// The mail to this address since the last look; takes all of them.
async fn mail_to(app: &TestApp, address: &str) -> Outgoing {
    let mails = app.mails().await;
    mails.into_iter().find(|mail| mail.to.as_str() == address).unwrap_or_else(|| panic!("no mail to {address}"))
}

/// Hana Novotna, a User, whose address Maya changes; with the paths of the links to confirm and to cancel it.
async fn begun(app: &TestApp) -> (UserId, String, String) {
    let hana = app.create_user("Hana", "Novotna");
    let (confirm, stop) = begin_again(app, hana, NEW).await;
    (hana, confirm, stop)
}

async fn begin_again(app: &TestApp, hana: UserId, email: &str) -> (String, String) {
    begin(app, hana, email);
    let mails = app.mails().await;
    let link = |to: &str| app.link_in(mails.iter().find(|mail| mail.to.as_str() == to).unwrap());
    (link(email), link(OLD))
}

async fn press_at(app: &TestApp, link: &str) -> Page {
    app.browser().fill(app, link, &[]).await
}
