//! Manage: page of a user in Users & Permissions, for Admins and Portfolio Admins.

use chrono::TimeDelta;
use usher::domain::ids::UserId;

use crate::{
    helpers::{Browser, Page, Setting, TestApp},
    shared::{
        business::{Business, HANA},
        steps::{csrf, invite},
    },
};

mod assignments;
mod edit;
mod show;
mod status_actions;

const JONAS: &str = "jonas.vermeulen@example.com";

/// `/users-and-permissions/7/deactivate`
fn at(user: UserId, what: &str) -> String {
    format!("/users-and-permissions/{user}{what}")
}

/// Presses a button on a user's page.
async fn press(app: &TestApp, browser: &mut Browser, user: UserId, what: &str) -> Page {
    browser.press(app, &at(user, ""), &at(user, what)).await
}

/// Fills in Manage User; fields not named keep the values here.
async fn update(app: &TestApp, browser: &mut Browser, user: UserId, version: &str, fields: &[(&str, &str)]) -> Page {
    let token = csrf(app, browser).await;
    let mut all = vec![
        ("csrf", token.as_str()),
        ("first_name", "Jonas"),
        ("last_name", "Vermeulen"),
        ("email", JONAS),
        ("default_role", "user"),
        ("version", version),
    ];
    for field in fields {
        all.retain(|(name, _)| *name != field.0);
        all.push(*field);
    }
    browser.post(app, &at(user, "/edit"), &all).await
}
