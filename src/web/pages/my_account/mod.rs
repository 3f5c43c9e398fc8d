//! My account: what users see of themselves, and change.

pub mod appearance;
pub mod email;
pub mod name;
pub mod passkeys;
pub mod password;
pub mod qr;
pub mod sessions;
pub mod show;
pub mod two_factor;

use crate::{
    usecases::{
        Context, Submission,
        credentials::current_password::{self, CurrentPasswordError},
        held_forms,
    },
    web::shared::{error::WebError, hashing::HashingClass, page_context::PageContext, routing::paths},
};

/// Runs a use case that verifies the current password, unless too many attempts hold it.
async fn prove<S, T, E>(
    context: &PageContext,
    submission: Submission<S>,
    act: impl FnOnce(&Context, &Submission<S>) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, WebError>
where
    S: 'static,
    T: Send + 'static,
    E: From<CurrentPasswordError> + Send + 'static,
{
    let user = context.current.user.id;
    if let Err(held) = context.state().try_run(move |ctx| current_password::admit(ctx, user)).await? {
        return Ok(Err(held.into()));
    }
    context.state().try_run_hashing(HashingClass::Known, move |ctx| act(ctx, &submission)).await
}

/// Page after an enrolment: a form that came too late before it, at sign-in, or My account.
async fn after_enrolment(context: &PageContext) -> Result<String, WebError> {
    let Some(holder) = context.current.holder() else { return Ok(paths::MyAccount {}.to_string()) };
    let unsent = context.state().run(move |ctx| held_forms::last_unsent(ctx, holder)).await?;
    Ok(unsent.map_or_else(|| paths::MyAccount {}.to_string(), |_| paths::UnsentForm {}.to_string()))
}
