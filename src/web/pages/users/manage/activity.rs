//! What happened to somebody, in sentences. They tell what was done and never the values, which not everybody there may know.

use serde_json::Value;

use crate::{
    domain::audit::AuditAction,
    usecases::AuditRow,
    web::shared::page::{DisplayTime, Event},
};

/// What the entry of an edit says was changed: "name, default role".
fn edited(details: &str) -> String {
    let details = serde_json::from_str::<Value>(details).unwrap_or_default();
    let is_changed = |field: &str| details.pointer(&format!("/before/{field}")) != details.pointer(&format!("/after/{field}"));
    let fields = [("name", "name"), ("email", "email"), ("default_role", "default role")];
    let changed = fields.into_iter().filter(|(field, _)| is_changed(field)).map(|(_, label)| label).collect::<Vec<_>>();
    // A default role that changed by itself stands alone there.
    if changed.is_empty() { "default role".to_owned() } else { changed.join(", ") }
}

/// `None` for what the page has no words for.
pub(super) fn event(row: &AuditRow, at: DisplayTime) -> Option<Event> {
    let (by, place) = (&row.actor_name, row.place_name.as_deref().unwrap_or_default());
    let text = match row.action {
        AuditAction::UserInvited => format!("{by} sent the invitation"),
        AuditAction::InvitationResent => format!("{by} sent the invitation again"),
        AuditAction::InvitationRequested => "A new link to the invitation was asked for".to_owned(),
        AuditAction::InvitationAccepted => format!("{by} accepted the invitation"),
        AuditAction::InvitationLinkSeen => format!("{by} looked at the link of the invitation"),
        AuditAction::PasswordResetRequested => "A link to choose a new password was asked for at the sign-in page".to_owned(),
        AuditAction::PasswordResetSent => format!("{by} sent a link to choose a new password"),
        AuditAction::PasswordReset => format!("{by} chose a new password"),
        AuditAction::EmailChangeAsked => format!("{by} asked for another email address"),
        AuditAction::EmailChangeWithdrawn => format!("{by} took another email address back"),
        AuditAction::EmailChangeStopped => "Another email address was stopped from the old one".to_owned(),
        AuditAction::EmailChanged => "Another email address was confirmed".to_owned(),
        AuditAction::UserCreated => format!("{by} created the user"),
        AuditAction::UserEdited => format!("{by} edited {}", edited(&row.details)),
        AuditAction::UserDeactivated => format!("{by} deactivated the user"),
        AuditAction::UserReactivated => format!("{by} reactivated the user"),
        AuditAction::UserDeleted => format!("{by} deleted the user"),
        AuditAction::UserRestored => format!("{by} restored the user"),
        AuditAction::SessionsEnded => format!("{by} signed the user out everywhere"),
        AuditAction::AssignmentGiven => format!("{by} assigned {place}"),
        AuditAction::AssignmentChanged => format!("{by} changed what {place} allows"),
        AuditAction::AssignmentTaken => format!("{by} removed {place}"),
        AuditAction::AssignmentTakenOver => format!("{by} took over {place}, which another had assigned"),
        AuditAction::AssignmentLeftOut => format!("{place} was not given: whoever assigned it could no longer give it"),
        _ => return None,
    };
    Some(Event { text, at })
}
