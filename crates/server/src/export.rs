//! The whole graph as lines that an import reads.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use pledgegraph_graph::{EdgeQuery, EntityQuery, EntityView, Graph, Page};
use pledgegraph_live::{Live, Row, StoreError};
use pledgegraph_model::{Edge, EdgeId, EntityId, Removed};
use pledgegraph_wire::body::line::{edge_line, entity_line};
use pledgegraph_wire::formats::ndjson::put_line;

use crate::error::ApiError;
use crate::lanes::{Lane, in_turn, of_database};
use crate::pieces::{self, Piece};
use crate::shares::Asker;
use crate::state::State;

/// How many records are written at once.
const AT_ONCE: usize = 500;

/// What is written next.
enum Next {
    /// The entities after one.
    Entities(Option<EntityId>),
    /// The edges after one.
    Edges(Option<EdgeId>),
}

/// All entities, then all statements, in the published order, as of one version. The statements come from the graph, the
/// words of their sources from the database: as they stand, or from the log where a statement was changed since.
pub(crate) fn lines(state: State, asker: Asker, graph: Arc<Graph>) -> Body {
    pieces::body(None, Some(Next::Entities(None)), move |next| {
        let (state, graph) = (State::clone(&state), Arc::clone(&graph));
        async move {
            match next {
                Next::Entities(after) => entities(&state, asker, graph, after).await,
                Next::Edges(after) => edges(&state, asker, graph, after).await,
            }
        }
    })
}

async fn entities(
    state: &State,
    asker: Asker,
    graph: Arc<Graph>,
    after: Option<EntityId>,
) -> Result<Piece<Next>, ApiError> {
    in_turn(state, (Lane::Lists, asker), move || {
        let page = graph.entities(&EntityQuery::all(), Page::following(after, AT_ONCE).uncounted());
        let mut text = Vec::with_capacity(AT_ONCE * 256);
        for view in &page.items {
            put_line(&entity_line(view.entity(), &graph), &mut text);
        }
        let last = if page.items.len() == AT_ONCE { page.items.last().map(EntityView::id) } else { None };
        (text.into(), Some(last.map_or(Next::Edges(None), |last| Next::Entities(Some(last)))))
    })
    .await
}

async fn edges(state: &State, asker: Asker, graph: Arc<Graph>, after: Option<EdgeId>) -> Result<Piece<Next>, ApiError> {
    let live = &state.live;
    let of_graph = Arc::clone(&graph);
    let versions = in_turn(state, (Lane::Lists, asker), move || {
        let page = of_graph.edges(&EdgeQuery::all(), Page::following(after, AT_ONCE).uncounted());
        page.items.iter().map(|view| (view.id(), view.version())).collect::<Vec<(EdgeId, i64)>>()
    })
    .await?;
    let ids: Vec<EdgeId> = versions.iter().map(|(id, _)| *id).collect();
    let standing = of_database(state, asker, live.whole_edges(&ids)).await.map_err(ApiError::of_store)?;
    let mut standing: HashMap<EdgeId, (Edge, i64)> =
        standing.into_iter().map(|(edge, version)| (edge.id, (edge, version))).collect();
    let mut edges = Vec::with_capacity(ids.len());
    for (id, version) in versions {
        edges.push(match standing.remove(&id) {
            Some((edge, now)) if now == version => edge,
            _ => of_database(state, asker, former(live, id, version)).await.map_err(ApiError::of_store)?,
        });
    }
    let next = if ids.len() == AT_ONCE { ids.last().map(|last| Next::Edges(Some(*last))) } else { None };
    in_turn(state, (Lane::Lists, asker), move || {
        let mut text = Vec::with_capacity(AT_ONCE * 1024);
        for edge in &edges {
            put_line(&edge_line(edge, &graph), &mut text);
        }
        (text.into(), next)
    })
    .await
}

/// A statement that was changed or retracted since, as it was.
async fn former(live: &Live, id: EdgeId, version: i64) -> Result<Edge, StoreError> {
    let found = live.version_at(Removed::Edge(id), version).await?;
    match found.and_then(|version| version.row) {
        Some(Row::Edge(edge)) => Ok(edge),
        _ => Err(StoreError::BrokenLog { seq: version, problem: format!("it lacks the edge {id}") }),
    }
}
