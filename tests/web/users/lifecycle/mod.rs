//! Block, activate, delete, restore.

use chrono::TimeDelta;
use usher::{
    domain::ids::UserId,
    store::groups,
    usecases::{ADMINS, ActionError, EntryPoint, Principal, groups as memberships, users},
};

use crate::{
    helpers::{Browser, TestApp},
    shared::steps::{add_member, at_once, confirm, create_group, csrf, invite, press, row, sql, user_path},
};

mod admins;
mod block;
mod delete;
mod refused;

const JONAS: &str = "jonas.vermeulen@example.com";

fn restore(user: UserId) -> String {
    format!("/users-and-groups/deleted/{user}/restore")
}

/// Posts a form that is on no page any more, or never was.
async fn act(app: &TestApp, browser: &mut Browser, path: &str) -> crate::helpers::Page {
    let csrf = csrf(app, browser).await;
    browser.post(app, path, &[("csrf", &csrf)]).await
}
