//! Password reset, by the user's own request or an administrator's.

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        email_address::EmailAddress,
        ids::UserId,
        policy::PolicyDenial,
        user::Status,
    },
    mail::SendError,
    usecases::{ActionError, LinkError, SetPasswordError, credentials::password_reset, outbox::delivery::Delivered, users},
};

use crate::{
    helpers::{Db, PASSWORD, Page, Setting, TestApp},
    shared::steps::{
        Contents, NOOR, add_member, at_once, confirm, forgot, invite, new_password, press, reset_link, token, user_path, visitor,
    },
};

mod ask;
mod choose;
mod links;

const HANA: &str = "hana.novotna@example.com";
const NEW: &str = "ribbon cactus violin forty";
const SENT: &str = "/forgot-password?sent=true";
const DONE: &str = "/sign-in?after=password-reset";

/// Chooses a new password as Hana Novotna, a User.
async fn choose(app: &TestApp, link: &str) -> Page {
    app.browser().fill(app, link, &[("password", NEW)]).await
}

/// Sends the link as an administrator; returns its path.
async fn sent_link(app: &TestApp, user: UserId) -> String {
    password_reset::send(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), user).unwrap();
    app.link_in_mail().await
}

/// A page without the parts that differ between any two answers.
fn without_tokens(page: &Page) -> String {
    let token = page.form("/forgot-password").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    page.body.replace(&token, "")
}
