//! Recovery links from the command line: the choice of a new password, and the notice that Admins acknowledge.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};

use crate::{
    domain::{credentials::token::TokenPurpose, ids::RecoveryId},
    usecases::credentials::recovery::{self, AcknowledgeError},
    web::{
        pages::credentials::password_reset::choose::{self, ChooseForm},
        shared::{
            extract::AnonymousSession,
            form::{Button, Form},
            page::{Flash, FlashKind},
            page_context::PageContext,
            respond::{self, HandlerResult},
            state::State,
        },
    },
};

/// `GET /recover/{token}`: shows the form and changes nothing.
pub(in crate::web) async fn show(state: Data<State>, anonymous: AnonymousSession, token: Path<String>) -> HandlerResult {
    choose::open(&state, &anonymous, TokenPurpose::Recovery, &token).await
}

/// `POST /recover/{token}`
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<State>,
    anonymous: AnonymousSession,
    token: Path<String>,
    form: Form<ChooseForm>,
) -> HandlerResult {
    choose::save(&request, &state, &anonymous, TokenPurpose::Recovery, &token, &form.0).await
}

/// `POST /audit-log/recoveries/{recovery}/acknowledge`
pub(in crate::web) async fn acknowledge(context: PageContext, recovery: Path<RecoveryId>, _button: Form<Button>) -> HandlerResult {
    let (id, path) = (*recovery, context.page_before());
    let said = |name: &String| Flash::new(FlashKind::Ok, format!("You acknowledged the recovery link of {name}."));
    match context.act(said, move |ctx, submission| recovery::acknowledge(ctx, submission, id)).await? {
        Ok(_) => respond::see_other(path),
        Err(AcknowledgeError::Gone) => {
            context.say(&Flash::new(FlashKind::Info, "This recovery link was acknowledged or replaced already."), path)
        }
        Err(AcknowledgeError::Action(error)) => Err(error.into()),
    }
}
