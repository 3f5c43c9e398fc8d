//! One click each, and one click back: Block or Deactivate, Activate or Reactivate, Resend invitation.

use actix_web::web::Path;

use crate::{
    domain::{ids::UserId, invitation::quota::Pace},
    usecases::{User, users},
    web::shared::{
        form::{Form, ListButton},
        invitation_flash,
        page::{Flash, FlashAction, FlashKind},
        page_context::PageContext,
        respond::HandlerResult,
    },
};

use super::screen::Screen;

/// `POST /users-and-groups/users/{user}/block`, `POST /users-and-permissions/{user}/deactivate`
pub(in crate::web) async fn deactivate(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, screen) = (*id, Screen::of(&context, *id, &form.0.return_query));
    let (entry_point, back) = (screen.entry_point, screen.back(&context));
    let said = move |user: &User| undoable(&screen, user, "is deactivated and signed out everywhere", entry_point.reactivate(id));
    context.act_and_go(back, said, move |ctx, submission| users::lifecycle::block(ctx, submission, entry_point, id)).await
}

/// `POST /users-and-groups/users/{user}/activate`, `POST /users-and-permissions/{user}/reactivate`
pub(in crate::web) async fn reactivate(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, screen) = (*id, Screen::of(&context, *id, &form.0.return_query));
    let (entry_point, back) = (screen.entry_point, screen.back(&context));
    let said = move |user: &User| undoable(&screen, user, "is active and can sign in again", entry_point.deactivate(id));
    context.act_and_go(back, said, move |ctx, submission| users::lifecycle::activate(ctx, submission, entry_point, id)).await
}

/// `POST /users-and-groups/users/{user}/resend`, `POST /users-and-permissions/{user}/resend`
pub(in crate::web) async fn resend(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, screen) = (*id, Screen::of(&context, *id, &form.0.return_query));
    let (entry_point, said) = (screen.entry_point, invitation_flash::resend_flash(screen.entry_point, context.passes_links_on()));
    context
        .act_and_go(screen.back(&context), said, move |ctx, submission| {
            users::invite::resend(ctx, submission, entry_point, id, Pace::Single)
        })
        .await
}

/// Message about an action on a user, with the button that undoes it.
fn undoable(screen: &Screen, user: &User, done: &str, (label, path): (&str, String)) -> Flash {
    let name = user.display_name();
    let undo = FlashAction::new(label, &name, path).returning(&screen.query);
    Flash::new(FlashKind::Ok, format!("{name} {done}.")).with_action(undo)
}
