//! The entity that a path names.

use axum::http::header::LOCATION;
use pledgegraph_graph::{EntityView, Graph};
use pledgegraph_model::{EntityId, EntityKind, EntityRef};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::references;

use crate::error::ApiError;
use crate::request::ask::Ask;

/// The entity of a path, or 404 with the nearest one.
pub(crate) fn find<'g>(graph: &'g Graph, text: &str, kinds: &[EntityKind]) -> Result<EntityView<'g>, ApiError> {
    references::find(graph, text, kinds).map_err(|miss| {
        let mut detail = miss.detail(text, kinds);
        if let references::Miss::Unknown { nearest: Some((reference, label)) } = &miss {
            detail = format!("{detail}; did you mean {reference} ({label})?");
        }
        ApiError::new(Problem::NotFound, detail)
    })
}

/// 308 where the path names an entity by what leads to it since a merge or a renaming.
pub(crate) fn moved(ask: &Ask, found: &EntityView<'_>, text: &str) -> Result<(), ApiError> {
    let by_reference = text.parse::<EntityRef>().map(|reference| reference == found.reference());
    let by_id = text.parse::<EntityId>().map(|id| id == found.id());
    let named = by_reference.or(by_id).unwrap_or_else(|_| text == found.entity().slug.as_str());
    if named {
        return Ok(());
    }
    let reference = found.reference().to_string();
    let path = ask.uri.path();
    // `/v1/{collection}/{ref}` and what follows.
    let after = path.splitn(5, '/').nth(4).map(|rest| format!("/{rest}")).unwrap_or_default();
    let collection = path.split('/').nth(2).unwrap_or("entities");
    let query = ask.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let problem = ApiError::new(Problem::Moved, format!("it is {reference} now"));
    Err(problem.with_header(LOCATION, format!("/v1/{collection}/{reference}{after}{query}")))
}
