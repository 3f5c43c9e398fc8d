//! My account: what users see of themselves, and change.

pub mod appearance;
pub mod email;
pub mod name;
pub mod passkeys;
pub mod password;
pub mod sessions;
pub mod show;
pub mod two_factor;

use crate::{
    usecases::{
        Context, Submission,
        credentials::current_password::{self, CurrentPasswordError},
    },
    web::shared::{error::WebError, hashing::HashingClass, page_context::PageContext},
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
