//! One click each: Sign out everywhere, Send password reset email, and another address taken back.

use actix_web::web::Path;

use crate::{
    domain::ids::UserId,
    usecases::{
        User,
        credentials::{email_change, password_reset},
        users,
    },
    web::shared::{
        form::{Form, ListButton},
        page::{Flash, FlashKind, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
    },
};

use super::left;

/// `POST /users-and-permissions/{user}/sign-out`
pub(in crate::web) async fn end_sessions(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let said = |(user, ended): &(User, usize)| match *ended {
        0 => Flash::new(FlashKind::Info, format!("{} has no active sessions.", user.display_name())),
        ended => {
            let sessions = counted(ended as u64, "session", "sessions");
            Flash::new(FlashKind::Ok, format!("{} was signed out everywhere ({sessions}).", user.display_name()))
        }
    };
    context.act(said, move |ctx, submission| users::profile::end_sessions(ctx, submission, user_id)).await??;
    respond::see_other(left(&context, user_id, &form.0.return_query))
}

/// `POST /users-and-permissions/{user}/send-password-reset`
pub(in crate::web) async fn send_password_reset(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let passes_links_on = context.passes_links_on();
    let said = move |user: &User| {
        let sent = if passes_links_on { "saved as a file (no mail server)".to_owned() } else { format!("sent to {}", user.email) };
        Flash::new(FlashKind::Ok, format!("Password reset email {sent}. The link is valid for one hour; earlier links no longer work."))
    };
    let back = left(&context, user_id, &form.0.return_query);
    context.act_and_go(back, said, move |ctx, submission| password_reset::send(ctx, submission, user_id)).await
}

/// `POST /users-and-permissions/{user}/withdraw-email-change`
pub(in crate::web) async fn withdraw_email_change(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let user_id = *id;
    let said = |user: &User| Flash::new(FlashKind::Ok, format!("Email change cancelled. {} keeps {}.", user.display_name(), user.email));
    let back = left(&context, user_id, &form.0.return_query);
    context.act_and_go(back, said, move |ctx, submission| email_change::withdraw(ctx, submission, user_id)).await
}
