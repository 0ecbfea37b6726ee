mod altered;
mod failures;
mod following;
mod frozen;
mod outage;
mod past;
mod random;
mod rehearsal;
mod standing;
mod together;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use pledgegraph_graph::{EdgeQuery, EdgeView, EntityQuery, EntityView, Graph, Page};
use pledgegraph_live::Live;
use pledgegraph_model::{Edge, Entity};

/// Checks that two graphs are the same: point of the log, digest, rows, and the order in which they are listed.
#[track_caller]
pub(crate) fn assert_same(a: &Graph, b: &Graph) {
    assert_eq!((a.seq(), a.chain(), a.digest(), a.recorded_at()), (b.seq(), b.chain(), b.digest(), b.recorded_at()));
    for graph in [a, b] {
        assert_eq!(graph.computed_digest(), graph.digest());
        assert_eq!(graph.verify().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    }
    assert!(entities(a) == entities(b) && edges(a) == edges(b));
}

fn entities(graph: &Graph) -> Vec<(Entity, i64)> {
    let row = |view: &EntityView<'_>| (view.entity().clone(), view.version());
    graph.entities(&EntityQuery::all(), Page::first(usize::MAX)).items.iter().map(row).collect()
}

fn edges(graph: &Graph) -> Vec<(Edge, i64)> {
    let row = |view: &EdgeView<'_>| (view.to_edge(), view.version());
    graph.edges(&EdgeQuery::all(), Page::first(usize::MAX)).items.iter().map(row).collect()
}

/// Waits until something holds, and no longer than so long.
pub(crate) async fn until(limit: Duration, holds: impl Fn() -> bool) -> Result<()> {
    let began = Instant::now();
    while !holds() {
        ensure!(began.elapsed() < limit, "not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Waits until a process has published what `done` looks for.
pub(crate) async fn eventually(live: &Live, done: impl Fn(&Graph) -> bool) -> Arc<Graph> {
    let began = Instant::now();
    loop {
        let snapshot = live.snapshot();
        if done(&snapshot) {
            return snapshot;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "not published: {:?}", live.status());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
