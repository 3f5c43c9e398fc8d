//! Page of the listener for monitoring.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};

use crate::{
    usecases::{audit::verification, outbox},
    web::shared::{error::WebError, respond::HandlerResult, routing::paths, state::State},
};

use super::{process, text::Reading};

/// Type of `OpenMetrics`, which Prometheus reads in any case.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Routes of the listener for monitoring. It has no sessions.
pub fn configure(state: &Data<State>, config: &mut ServiceConfig) {
    config.app_data(state.clone()).route(paths::Metrics::PATTERN, web::get().to(show));
}

/// `GET /metrics`
async fn show(state: Data<State>) -> HandlerResult {
    // A reading without the database is still useful.
    let mails = state.run(outbox::health::mails).await.ok();
    let reading = Reading {
        metrics: Arc::clone(&state.metrics),
        load: state.ctx.store_metrics(),
        mails,
        verification: state.run(verification::state).await.ok(),
        resident_memory: process::resident_memory(),
    };
    let text = reading.text().inspect_err(|error| tracing::error!(%error, "the measurements could not be written"));
    let text = text.map_err(|error| WebError::Internal(error.to_string()))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}
