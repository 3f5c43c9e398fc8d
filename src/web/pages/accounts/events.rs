//! What happened at an account, in sentences. They tell what was done and never the values, which not everybody there may know.

use crate::{
    domain::audit::AuditAction,
    usecases::AuditRow,
    web::shared::page::{DisplayTime, Event},
};

/// `None` for what the page has no words for.
pub(super) fn event(row: &AuditRow, at: DisplayTime) -> Option<Event> {
    let (by, whom) = (&row.actor_name, &row.subject_name);
    let text = match row.action {
        AuditAction::AccountCreated => format!("{by} created the account"),
        AuditAction::AccountEdited => format!("{by} edited the details"),
        AuditAction::AccountMoved => format!("{by} moved the account to another portfolio"),
        AuditAction::BillingUpdated => format!("{by} updated the billing"),
        AuditAction::AssignmentGiven => format!("{by} assigned the account to {whom}"),
        AuditAction::AssignmentChanged => format!("{by} changed what {whom} may do here"),
        AuditAction::AssignmentTaken => format!("{by} took the account from {whom}"),
        AuditAction::AssignmentTakenOver => format!("{by} took over what another had assigned to {whom}"),
        AuditAction::AssignmentLeftOut => {
            format!("{whom} did not get the account: whoever gave it may no longer give it")
        }
        _ => return None,
    };
    Some(Event { text, at })
}
