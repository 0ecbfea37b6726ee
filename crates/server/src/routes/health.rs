//! Whether the process lives and whether it can answer.

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use pledgegraph_wire::answers::service::{HealthBody, ReadinessBody};
use pledgegraph_wire::media::Answer;

use crate::endpoint::{Endpoint, Needs, Route};
use crate::error::ApiError;
use crate::reply::{json, set};
use crate::request::ask::Ask;

/// The most commits that a ready service is behind: under steady writes a few always are on their way.
const MOST_LAG: i64 = 1_000;

/// `GET /healthz`.
pub(crate) fn get_health() -> Route {
    Endpoint::get("get_health", "/healthz", "operations")
        .needs(Needs::Nothing)
        .says("Get whether the process lives", "Always 200 while the process answers at all. Touches nothing.")
        .answers(Answer::Untagged("Health".to_owned()))
        .on(async |ask: Ask| {
            ask.plain()?;
            unstored(json(&HealthBody { status: "ok" })?)
        })
}

/// `GET /readyz`.
pub(crate) fn get_readiness() -> Route {
    Endpoint::get("get_readiness", "/readyz", "operations")
        .needs(Needs::Nothing)
        .says("Get whether the service can answer", "200 when the graph is loaded and keeps in step with the database, else 503 with the same body; 503 too when \
            the service is about to end.")
        .answers(Answer::JsonOr503("Readiness".to_owned()))
        .on(async |ask: Ask| readiness(&ask))
}

fn readiness(ask: &Ask) -> Result<Response, ApiError> {
    ask.plain()?;
    let status = ask.state.live.status();
    let lag = status.head_seq.saturating_sub(status.seq).max(0);
    let ready = status.database && !status.reloading && !status.ending && lag <= MOST_LAG;
    let body = ReadinessBody {
        status: if ready { "ready" } else { "not_ready" },
        database: status.database,
        // The graph is loaded only from a database whose migrations are this build's.
        migrations: true,
        content: !ask.state.live.differs(),
        seq: status.seq,
        lag,
    };
    let mut response = json(&body)?;
    if !ready {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    unstored(response)
}

#[expect(clippy::unnecessary_wraps, reason = "ends handlers that return a result")]
fn unstored(mut response: Response) -> Result<Response, ApiError> {
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response)
}
