//! One click each: Deactivate, Reactivate, Resend invitation, Sign out everywhere, Send password reset email, and another address taken back.

use actix_web::web::Path;

use crate::{
    domain::ids::UserId,
    usecases::{
        EntryPoint, User,
        credentials::{email_change, password_reset},
        users,
    },
    web::shared::{
        form::{Form, ListButton},
        invitation_flash,
        page::{Flash, FlashKind, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

use super::{left, undoable};

/// `POST /users-and-permissions/{user}/deactivate`
pub(in crate::web) async fn deactivate(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (user_id, query) = (*id, form.0.return_query);
    let back = left(&console, user_id, &query);
    let said = move |user: &User| {
        let name = user.display_name();
        let text = format!("{name} is deactivated and signed out everywhere.");
        undoable(text, "Reactivate", &name, paths::ReactivateUser { user: user_id }, &query)
    };
    console
        .act_and_go(back, said, move |ctx, submission| users::lifecycle::block(ctx, submission, EntryPoint::UsersAndPermissions, user_id))
        .await
}

/// `POST /users-and-permissions/{user}/reactivate`
pub(in crate::web) async fn reactivate(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (user_id, query) = (*id, form.0.return_query);
    let back = left(&console, user_id, &query);
    let said = move |user: &User| {
        let name = user.display_name();
        let text = format!("{name} is active and can sign in again.");
        undoable(text, "Deactivate", &name, paths::DeactivateUser { user: user_id }, &query)
    };
    console
        .act_and_go(back, said, move |ctx, submission| {
            users::lifecycle::activate(ctx, submission, EntryPoint::UsersAndPermissions, user_id)
        })
        .await
}

/// `POST /users-and-permissions/{user}/resend`
pub(in crate::web) async fn resend(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let (back, said) = (left(&console, user_id, &form.0.return_query), invitation_flash::resent(console.passes_links_on()));
    console
        .act_and_go(back, said, move |ctx, submission| users::invite::resend(ctx, submission, EntryPoint::UsersAndPermissions, user_id))
        .await
}

/// `POST /users-and-permissions/{user}/sign-out`
pub(in crate::web) async fn end_sessions(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let said = |(user, ended): &(User, usize)| match *ended {
        0 => Flash::new(FlashKind::Info, format!("{} has no active sessions.", user.display_name())),
        ended => {
            let sessions = counted(ended as u64, "session", "sessions");
            Flash::new(FlashKind::Ok, format!("{} was signed out everywhere ({sessions}).", user.display_name()))
        }
    };
    console.act(said, move |ctx, submission| users::profile::end_sessions(ctx, submission, user_id)).await??;
    respond::see_other(left(&console, user_id, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/send-password-reset`
pub(in crate::web) async fn send_password_reset(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let passes_links_on = console.passes_links_on();
    let said = move |user: &User| {
        let sent = if passes_links_on { "saved as a file (no mail server)".to_owned() } else { format!("sent to {}", user.email) };
        Flash::new(FlashKind::Ok, format!("Password reset email {sent}. The link is valid for one hour; earlier links no longer work."))
    };
    let back = left(&console, user_id, &form.0.return_query);
    console.act_and_go(back, said, move |ctx, submission| password_reset::send(ctx, submission, user_id)).await
}

/// `POST /users-and-permissions/{user}/withdraw-email-change`
pub(in crate::web) async fn withdraw_email_change(console: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let said = |user: &User| Flash::new(FlashKind::Ok, format!("Email change cancelled. {} keeps {}.", user.display_name(), user.email));
    let back = left(&console, user_id, &form.0.return_query);
    console.act_and_go(back, said, move |ctx, submission| email_change::withdraw(ctx, submission, user_id)).await
}
