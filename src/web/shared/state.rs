//! State shared by handlers, and the transfer of work to the database threads.

use std::{net::IpAddr, sync::Arc, time::Duration};

use actix_web::{HttpRequest, web::Data};

use crate::{
    usecases::{Commits, Context},
    web::ops::metrics::Metrics,
};

use super::{
    error::WebError,
    exports::Exports,
    hashing::{self, HashingClass, HashingQueue},
    process_settings::ProcessSettings,
};

tokio::task_local! {
    /// Changes that the current request may have saved.
    pub(in crate::web) static COMMITS: Commits;
}

/// Settings for trusting parts of a request.
#[derive(Clone)]
pub struct RequestTrust {
    /// Scheme, host and port of the public URL.
    pub origin: String,
    pub is_https: bool,
    /// True if no public URL was set: forms from any name of this machine are accepted.
    pub any_loopback: bool,
    /// Tells if a peer is a proxy whose `X-Forwarded-For` is trusted.
    pub is_trusted_proxy: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
}

impl std::fmt::Debug for RequestTrust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestTrust").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// State shared by all handlers.
#[derive(Debug, Clone)]
pub struct State {
    pub ctx: Context,
    pub trust: RequestTrust,
    pub(in crate::web) process: Arc<ProcessSettings>,
    hashing: HashingQueue,
    pub(in crate::web) metrics: Arc<Metrics>,
    pub(in crate::web) exports: Exports,
}

impl State {
    pub fn new(ctx: Context, trust: RequestTrust) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let metrics = Arc::new(Metrics::new(ctx.now()));
        let process = Arc::default();
        Self { ctx, trust, process, hashing: HashingQueue::new(cores), metrics, exports: Exports::default() }
    }

    /// State that shows these settings of the process.
    #[must_use]
    pub fn showing(self, process: ProcessSettings) -> Self {
        Self { process: Arc::new(process), ..self }
    }

    /// State of the application that received the request.
    pub(in crate::web) fn of(request: &HttpRequest) -> Result<&Self, WebError> {
        request.app_data::<Data<Self>>().map(|state| &***state).ok_or_else(|| WebError::Internal("no state".to_owned()))
    }

    /// Runs a use case on the database threads.
    pub(in crate::web) async fn run<T, E>(&self, f: impl FnOnce(&Context) -> Result<T, E> + Send + 'static) -> Result<T, WebError>
    where
        T: Send + 'static,
        E: Into<WebError> + Send + 'static,
    {
        self.try_run(f).await?.map_err(Into::into)
    }

    /// Runs a use case whose errors the handler answers itself.
    pub(in crate::web) async fn try_run<T, E>(
        &self,
        f: impl FnOnce(&Context) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, WebError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let ctx = self.noting();
        actix_web::web::block(move || f(&ctx)).await.map_err(|_| WebError::Internal("a use case was cancelled".to_owned()))
    }

    /// Context that notes the commits of the current request. Work that goes on after the answer began is not noted.
    fn noting(&self) -> Context {
        COMMITS.try_with(Commits::clone).map_or_else(|_| self.ctx.clone(), |commits| self.ctx.noting(commits))
    }

    /// Runs a use case that judges or hashes a password, through a queue of its own and outside the threads that serve
    /// pages.
    pub(in crate::web) async fn try_run_hashing<T, E>(
        &self,
        class: HashingClass,
        f: impl FnOnce(&Context) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, WebError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let permit = self.hashing.enter(class).await.map_err(|_| WebError::Busy)?;
        let ctx = self.noting();
        let outcome = hashing::run(permit, move || f(&ctx)).await;
        actix_web::rt::spawn(give_memory_back());
        outcome.map_err(|error| WebError::Internal(format!("a password was not hashed: {error}")))
    }
}

/// Makes the allocator return memory taken by hashing. It holds memory for a second, and checks the clock only at large
/// releases.
async fn give_memory_back() {
    actix_web::rt::time::sleep(Duration::from_millis(1500)).await;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(4 << 20)));
}
