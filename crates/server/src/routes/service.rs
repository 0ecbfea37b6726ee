//! `/`: what the service is and where to begin.

use pledgegraph_wire::answers::list::version;
use pledgegraph_wire::answers::service::{ServiceBody, ServiceLinkBody};

use crate::differences;
use crate::endpoint::{Endpoint, Needs, Route};
use crate::reply::plain_record;
use crate::request::ask::Ask;

const LINKS: [(&str, &str); 10] = [
    ("The API in a browser", "/docs/"),
    ("The API as OpenAPI 3.1", "/openapi.json"),
    (
        "Who is at least willing to send forces on condition of US backing",
        "/v1/commitments?capability=military.forces&stance_min=willing&conditional_on=us-backing",
    ),
    ("What is suspended, halted or cancelled", "/v1/commitments?stage=suspended,halted,cancelled"),
    ("Where the United States stands", "/v1/positions?actor=US"),
    ("Everything said around the United Kingdom", "/v1/entities/country:GB/adjacent"),
    ("Find anything by name, in any language", "/v1/entities?q=Britain"),
    ("The same list for a spreadsheet", "/v1/commitments.csv"),
    ("What the codes mean", "/v1/vocabulary"),
    ("What the problems mean", "/problems"),
];

/// `GET /`.
pub(crate) fn get_service() -> Route {
    Endpoint::get("get_service", "/", "service")
        .needs(Needs::Nothing)
        .says("Get what the service is", "Where to read on, and what to ask first.")
        .json("Service")
        .on(async |ask: Ask| {
        ask.plain()?;
        let body = ServiceBody {
            name: "Pledgegraph",
            description: "Coalitions and their conditional pledges as sourced statements: who pledged what, to whom, how \
                firmly, on which conditions, and who says so.",
            version: version(&ask.current),
            warnings: differences::warning(&ask.state.live.differences()).into_iter().collect(),
            links: LINKS.map(|(title, href)| ServiceLinkBody { title, href }).into(),
        };
        plain_record(&ask, &body)
    })
}
