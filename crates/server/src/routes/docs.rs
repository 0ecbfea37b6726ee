//! `/openapi.json`, and `/docs/`: the API in a browser, by a Swagger UI that is part of the binary.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use pledgegraph_wire::media::Answer;
use pledgegraph_wire::problem::Problem;
use utoipa_swagger_ui::{Config, SwaggerFile, serve};
use xxhash_rust::xxh3::xxh3_64;

use crate::endpoint::{Endpoint, Needs, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::reply::{json_bytes, not_modified, set};
use crate::request::ask::Ask;
use crate::state::State;

/// The page runs its own scripts and styles and talks to this service alone.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What the page shows is fixed here: a query string on its own address changes nothing.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("/openapi.json").query_config_enabled(false).validator_url("none");
    Arc::new(config.try_it_out_enabled(true).display_request_duration(true).default_models_expand_depth(0))
});

/// `GET /openapi.json`.
pub(crate) fn get_openapi() -> Route {
    Endpoint::get("get_openapi", "/openapi.json", "service")
        .needs(Needs::Nothing)
        .says("Get this document", "The API as OpenAPI 3.1.")
        .answers(Answer::Document)
        .on(async |ask: Ask| document(&ask))
}

fn document(ask: &Ask) -> Result<Response, ApiError> {
    ask.plain()?;
    let etag = format!("\"{:016x}\"", xxh3_64(&ask.state.document));
    if ask.has(&etag) {
        return Ok(not_modified(&etag));
    }
    let mut response = json_bytes(ask.state.document.clone());
    set(&mut response, ETAG, &etag);
    Ok(response)
}

/// The routes of the page and its files. They are not part of the document.
pub(crate) const PAGES: [&str; 3] = ["/docs", "/docs/", "/docs/{*file}"];

/// What answers them.
pub(crate) fn pages() -> Router<State> {
    let [short, index, files] = PAGES;
    Router::new()
        .route(short, get(async || Redirect::permanent("/docs/")))
        .route(index, get(async || file("index.html")))
        .route(files, get(async |Path(name): Path<String>| file(&name)))
}

fn file(name: &str) -> Result<Response, ApiError> {
    let found = serve(name, Arc::clone(&CONFIG)).map_err(|error| ApiError::internal(error.to_string()))?;
    let SwaggerFile { bytes, content_type, gzpipped, .. } = found.ok_or_else(|| ApiError::of(Problem::NotFound))?;
    let mut response = (StatusCode::OK, Body::from(bytes.into_owned())).into_response();
    set(&mut response, CONTENT_TYPE, &content_type);
    if gzpipped {
        set(&mut response, CONTENT_ENCODING, "gzip");
    }
    set(&mut response, CACHE_CONTROL, "public, max-age=3600");
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}
