//! One click each: Deactivate, Reactivate, Resend invitation, Sign out everywhere, Send password reset email, and another address taken back.

use actix_web::web::Path;

use crate::{
    domain::ids::UserId,
    usecases::{Door, email_change, invitations, password_reset, profiles, users},
    web::{
        console::Console,
        form::{Form, ListButton},
        page::{Flash, FlashKind, counted},
        paths, resent,
        respond::Answer,
    },
};

use super::{already, left, undoable};

/// `POST /users-and-permissions/{user}/deactivate`
pub(in crate::web) async fn deactivate(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let user = *id;
    let done = match console.act(move |ctx, caller| users::block(ctx, caller, Door::UsersAndPermissions, user)).await? {
        Ok(person) => {
            let name = person.display_name();
            let text = format!("{name} is deactivated and signed out everywhere.");
            undoable(text, "Reactivate", &name, paths::ReactivateUser { user }, &form.0.return_query)
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, left(&console, user, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/reactivate`
pub(in crate::web) async fn reactivate(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let user = *id;
    let done = match console.act(move |ctx, caller| users::activate(ctx, caller, Door::UsersAndPermissions, user)).await? {
        Ok(person) => {
            let name = person.display_name();
            undoable(
                format!("{name} is active and can sign in again."),
                "Deactivate",
                &name,
                paths::DeactivateUser { user },
                &form.0.return_query,
            )
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, left(&console, user, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/resend`
pub(in crate::web) async fn resend(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let user = *id;
    let done = match console.act(move |ctx, caller| invitations::resend(ctx, caller, Door::UsersAndPermissions, user)).await? {
        Ok(sent) => resent::said(&console, &sent),
        Err(denied) => already(denied)?,
    };
    console.done(&done, left(&console, user, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/sign-out`
pub(in crate::web) async fn end_sessions(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let user = *id;
    let (person, ended) = console.act(move |ctx, caller| profiles::end_sessions(ctx, caller, user)).await??;
    let done = match ended {
        0 => Flash::new(FlashKind::Info, format!("{} is signed in nowhere. Nothing was changed.", person.display_name())),
        ended => {
            let sessions = counted(ended as u64, "session has", "sessions have");
            Flash::new(FlashKind::Ok, format!("{} is signed out everywhere: {sessions} ended.", person.display_name()))
        }
    };
    console.done(&done, left(&console, user, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/send-password-reset`
pub(in crate::web) async fn send_password_reset(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let user = *id;
    let done = match console.act(move |ctx, caller| password_reset::send(ctx, caller, user)).await? {
        Ok(person) => {
            let how = if console.passes_links_on() { "is written to a file, in a mail to" } else { "is on its way to" };
            let text =
                format!("A link to choose a new password {how} {}. It holds for one hour; an earlier one no longer works.", person.email);
            Flash::new(FlashKind::Ok, text)
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, left(&console, user, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/withdraw-email-change`
pub(in crate::web) async fn withdraw_email_change(console: Console, id: Path<UserId>, form: Form<ListButton>) -> Answer {
    let user = *id;
    let done = match console.act(move |ctx, caller| email_change::withdraw(ctx, caller, user)).await? {
        Ok(person) => {
            Flash::new(FlashKind::Ok, format!("{} keeps {}. The links in the mails no longer work.", person.display_name(), person.email))
        }
        Err(denied) => already(denied)?,
    };
    console.done(&done, left(&console, user, &form.0.return_query))
}
