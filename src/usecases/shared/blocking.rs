//! Work of workers on a database thread.

use crate::store::StoreError;

use super::context::Context;

pub(in crate::usecases) async fn blocking<T: Send + 'static>(
    ctx: &Context,
    f: impl FnOnce(Context) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let ctx = ctx.clone();
    tokio::task::spawn_blocking(move || f(ctx)).await.map_err(|error| StoreError::Unknown(error.to_string()))?
}
