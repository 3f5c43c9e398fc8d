//! Static files and health checks.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::web::shared::{assets, error::WebError, respond::HandlerResult, state::State};

/// `GET /static/{name}`: names change with their content, so that browsers may cache the files for ever.
pub(in crate::web) async fn asset(name: Path<String>) -> HandlerResult {
    let asset = assets::find(&name).ok_or(WebError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(asset.content_type)
        .insert_header(("cache-control", "public, max-age=31536000, immutable"))
        .body(asset.bytes()))
}

/// `GET /healthz`: success while the process runs.
pub(in crate::web) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: success while the database answers too.
pub(in crate::web) async fn readyz(state: Data<State>) -> HandlerResult {
    state.run(crate::usecases::company_name).await.map_err(|_| WebError::Unavailable)?;
    Ok(healthz().await)
}
