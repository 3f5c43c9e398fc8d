//! The end of one's sessions.

use actix_web::web::Path;

use crate::{
    domain::{ids::SessionId, policy::PolicyDenial, user_agent::UserAgent},
    usecases::{ActionError, my_account::sessions},
    web::shared::{
        form::{Button, Form},
        page::{Flash, FlashKind, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// `POST /my-account/sessions/{session}/end`
pub(in crate::web) async fn end(context: PageContext, id: Path<SessionId>, _form: Form<Button>) -> HandlerResult {
    let said =
        |browser: &String| Flash::new(FlashKind::Ok, format!("The session with {} has ended.", UserAgent::parse(browser).in_words()));
    let ended = context.act(said, move |ctx, submission| sessions::end(ctx, submission, *id)).await?;
    answer(&context, ended, "This session had already ended.")
}

/// `POST /my-account/sessions/end-others`
pub(in crate::web) async fn end_others(context: PageContext, _form: Form<Button>) -> HandlerResult {
    let said = |ended: &usize| Flash::new(FlashKind::Ok, format!("{} ended.", counted(*ended as u64, "other session", "other sessions")));
    let ended = context.act(said, sessions::end_others).await?;
    answer(&context, ended, "There were no other sessions.")
}

/// Leads to My account, which says what ended, or `nothing`.
fn answer<T>(context: &PageContext, ended: Result<T, ActionError>, nothing: &str) -> HandlerResult {
    match ended {
        Ok(_) => respond::see_other(paths::MyAccount {}),
        Err(ActionError::Refused { denial: PolicyDenial::Unchanged, .. }) => {
            context.say(&Flash::new(FlashKind::Info, nothing), paths::MyAccount {})
        }
        Err(error) => Err(error.into()),
    }
}
