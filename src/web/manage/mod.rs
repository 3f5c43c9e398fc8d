//! Manage: somebody's page in Users & Permissions, and everything that is done from it.

pub mod assignments;
pub mod edit;
pub mod link;
mod permissions;
pub mod revoke;
pub mod show;
pub mod standing;

use super::{
    failure::Failure,
    page::{Flash, FlashAction, FlashKind},
};
use crate::{domain::policy::Refusal, usecases::Denied};

/// What was done to somebody, with the button that undoes it.
fn undoable(text: String, label: &str, name: &str, path: impl ToString) -> Flash {
    let (label, accessible_name) = (label.to_owned(), format!("{label} {name}"));
    let action = FlashAction { label, accessible_name, path: path.to_string(), return_query: String::new() };
    Flash::new(FlashKind::Ok, text).with_action(action)
}

/// Who pressed twice, or looked at an old page, is told how things stand; every other refusal is an answer of its own.
fn already(denied: Denied) -> Result<Flash, Failure> {
    match denied {
        Denied::Refused { refusal: Refusal::Status(status), name: Some(name) } => {
            Ok(Flash::new(FlashKind::Info, format!("{name} is {} now. Nothing was changed.", status.label())))
        }
        Denied::Refused { refusal: Refusal::Unchanged, name: Some(name) } => {
            Ok(Flash::new(FlashKind::Info, format!("It is like that already for {name}. Nothing was changed.")))
        }
        denied => Err(denied.into()),
    }
}
