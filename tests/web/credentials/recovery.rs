//! Recovery links from the command line, and their notice.

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{clock::SystemRandom, credentials::token::Token, email_address::EmailAddress, policy::PolicyDenial},
    usecases::{
        ActionError, Context, Principal,
        credentials::recovery::{self, AcknowledgeError, RecoveryError, RecoveryLink, RecoveryRequest},
        outbox::housekeeping,
    },
};

use crate::{
    helpers::{Authenticator, Browser, PASSWORD, Page, TestApp},
    shared::steps::{Contents, at_once, forgot, invite, press, reset_link, token},
};

mod command_line;
mod link;
mod notice;

const MAYA: &str = "maya.fischer@example.com";
const ADA: &str = "ada.okafor@example.com";
const NEW: &str = "ribbon cactus violin forty";
const DONE: &str = "/sign-in?after=password-reset";

/// Request for a user, without options.
fn plain(email: &str) -> RecoveryRequest {
    RecoveryRequest { email: EmailAddress::parse(email).unwrap(), activate: false, reset_two_factor: false, make_admin: false }
}

fn recover(ctx: &Context, request: &RecoveryRequest) -> Result<RecoveryLink, RecoveryError> {
    recovery::recover(ctx, &Principal::CommandLine { os_user: "root".to_owned() }, request)
}

/// Path of a new recovery link. Takes all mails.
async fn link(app: &TestApp, email: &str) -> String {
    let path = path(app, &recover(&app.ctx, &plain(email)).unwrap());
    app.mails().await;
    path
}

fn path(app: &TestApp, link: &RecoveryLink) -> String {
    link.address.strip_prefix(&app.ctx.links.origin).unwrap().to_owned()
}

/// A company with two Admins, Maya and Ada, who are signed in.
async fn two_admins(db: crate::helpers::Db) -> (TestApp, Browser, Browser) {
    let (app, maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Okafor");
    app.mails().await;
    let ada = app.signed_in(ADA).await;
    (app, maya, ada)
}

fn block(app: &TestApp, first_name: &str) {
    app.execute(&format!("UPDATE user_rows SET blocked_at = created_at WHERE first_name = '{first_name}'"));
}
