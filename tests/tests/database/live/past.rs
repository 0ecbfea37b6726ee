//! Time travel: the graph as it was after any commit, the versions of a row, and the feed.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use pledgegraph_graph::{EdgeQuery, EntityQuery, Graph, Page};
use pledgegraph_live::{Live, LiveOptions, LoggedChange, Mutation, Row, WriteError};
use pledgegraph_model::{Change, Commit, Edge, EdgeId, Entity, Rank, Removed, Synthetic, edge_hash, entity_hash};
use pledgegraph_store::{bulk, commits};
use pledgegraph_tests::database::TestDb;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use sqlx::{Connection, Executor, PgConnection};

use super::random::{Expected, step};
use super::{assert_same, eventually};
use crate::fixture::{entity, id, one, one_of_each_kind, pledge, put_edge, put_entity, world, write, write_world};

const COMMITS: usize = 1_000;

/// A position in the log.
fn number(seq: usize) -> i64 {
    i64::try_from(seq).expect("a short log")
}

async fn start(db: &TestDb) -> Result<Live> {
    Ok(Live::start(db.pool(), LiveOptions::default()).await?)
}

async fn load(conn: &mut PgConnection, entities: Vec<Entity>, edges: Vec<Edge>) -> Result<()> {
    bulk::load(conn, entities.into_iter().map(Ok::<_, Infallible>), edges.into_iter().map(Ok)).await?;
    Ok(())
}

/// A graph as a process saw it, and the hashes of the rows that the answers of the writes tell.
struct Seen {
    graph: Arc<Graph>,
    hashes: BTreeMap<u128, u64>,
}

impl Seen {
    fn new(graph: Arc<Graph>, expected: &Expected) -> Self {
        let entities = expected.entities.values().map(|e| (e.id.0.as_u128(), entity_hash(e)));
        let edges = expected.edges.values().map(|e| (e.id.0.as_u128(), edge_hash(e)));
        Self { graph, hashes: entities.chain(edges).collect() }
    }
}

/// Random commits on two bulk loads; what was seen after each, by `seq`.
async fn live_through(db: &TestDb, live: &Live) -> Result<Vec<Seen>> {
    let synthetic = Synthetic::new(200, 7);
    let (entities, edges): (Vec<_>, Vec<_>) = (synthetic.entities().collect(), synthetic.edges().collect());
    let mut expected = Expected::default();
    let mut seen = vec![Seen::new(live.snapshot(), &expected)];
    let (loaded, pool) = edges.split_at(100);
    load(&mut db.connect().await?, entities.clone(), loaded.to_vec()).await?;
    expected.note(entities.iter().map(put_entity).chain(loaded.iter().map(put_edge)).collect());
    seen.push(Seen::new(eventually(live, |graph| graph.seq() == 1).await, &expected));
    let mut random = TestRunner::deterministic();
    while seen.len() < COMMITS {
        if seen.len() == COMMITS / 2 {
            let more = vec![entity("country:late"), entity("person:late")];
            let again = expected.edges.values().take(60).cloned();
            let again: Vec<_> = again.map(|e| Edge { id: EdgeId::of_key(&format!("{} again", e.id)), ..e }).collect();
            load(&mut db.connect().await?, more.clone(), again.clone()).await?;
            expected.note(more.iter().map(put_entity).chain(again.iter().map(put_edge)).collect());
            let graph = eventually(live, |graph| graph.seq() == number(COMMITS / 2)).await;
            seen.push(Seen::new(graph, &expected));
            continue;
        }
        let step = step().new_tree(&mut random).expect("a step").current();
        let mutations = expected.mutations(step, (&entities, pool));
        match live.write(write(mutations.clone())).await {
            Ok(receipt) => {
                expected.note(mutations);
                assert_eq!(receipt.seq, number(seen.len()));
                seen.push(Seen::new(live.snapshot(), &expected));
            }
            Err(error @ (WriteError::Unavailable(_) | WriteError::OutcomeUnknown(_) | WriteError::Busy)) => {
                return Err(error.into());
            }
            // Refused, and nothing changes.
            Err(_) => {}
        }
    }
    Ok(seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_graph_after_each_of_a_thousand_commits_is_what_was_seen_then() -> Result<()> {
    let db = TestDb::new().await?;
    let witness = start(&db).await?;
    let seen = live_through(&db, &witness).await?;
    witness.shutdown().await;

    let live = start(&db).await?;
    let times: Vec<DateTime<Utc>> = seen.iter().filter_map(|seen| seen.graph.recorded_at()).collect();
    // 613 and 1,000 have no common divisor: every commit once, back and forth.
    for i in 0..COMMITS {
        let seq = i * 613 % COMMITS;
        let graph = live.at(number(seq)).await?.expect("a commit");
        assert_same(&graph, &seen[seq].graph);
        let mut hashes = BTreeMap::new();
        for entity in graph.entities(&EntityQuery::all(), Page::first(usize::MAX)).items {
            hashes.insert(entity.id().0.as_u128(), entity_hash(entity.entity()));
        }
        // The hash of an edge covers its quotations, which are not in memory; these edges have none.
        for edge in graph.edges(&EdgeQuery::all(), Page::first(usize::MAX)).items {
            hashes.insert(edge.id().0.as_u128(), edge_hash(&edge.to_edge()));
        }
        assert!(hashes == seen[seq].hashes, "commit {seq}");
        for entity in seen[seq].graph.entities(&EntityQuery::all(), Page::first(20)).items {
            assert_eq!(graph.find(&entity.reference()).map(|e| e.id()), Some(entity.id()));
            assert_eq!(graph.entity(entity.id()).map(|e| e.mentions()), Some(entity.mentions()));
        }
        if seq > 0 {
            let time = times[seq - 1];
            let last = times.partition_point(|t| *t <= time);
            assert_eq!(live.known_at(time).await?.seq(), number(last));
        }
    }
    assert!(live.at(number(COMMITS)).await?.is_none() && live.at(-1).await?.is_none());
    let before = live.known_at(times[0] - TimeDelta::microseconds(1)).await?;
    assert_eq!((before.seq(), before.entity_count()), (0, 0));
    assert_eq!(live.known_at(Utc::now() + TimeDelta::days(1)).await?.seq(), number(COMMITS) - 1);
    assert_same(&replayed(&live, 97).await?, &live.snapshot());
    live.shutdown().await;
    Ok(())
}

/// An empty graph that has followed the feed, a page at a time.
async fn replayed(live: &Live, page: usize) -> Result<Graph> {
    let mut changes: Vec<LoggedChange> = Vec::new();
    let mut after = (0, -1);
    loop {
        let next = live.changes(after, page).await?;
        assert!(next.len() <= page);
        let Some(last) = next.last() else { break };
        after = (last.seq, last.ordinal);
        changes.extend(next);
    }
    let (mut graph, mut hashes) = (Graph::empty(), HashMap::new());
    for of_commit in changes.chunk_by(|a, b| a.seq == b.seq) {
        assert!((0..).zip(of_commit).all(|(ordinal, change)| change.ordinal == ordinal), "no gap, no repetition");
        let LoggedChange { seq, chain, recorded_at, .. } = of_commit[0];
        let changes: Vec<Change> = of_commit.iter().map(change).collect();
        for (change, logged) in changes.iter().zip(of_commit) {
            match change {
                Change::PutEntity(_, hash) | Change::PutEdge(_, hash) => drop(hashes.insert(logged.subject, *hash)),
                Change::Remove(row) => drop(hashes.remove(row)),
            }
        }
        let digest = hashes.values().fold(0, |digest, hash| digest ^ hash);
        graph.apply(&Commit { seq, chain, digest, recorded_at, changes });
    }
    Ok(graph)
}

fn change(logged: &LoggedChange) -> Change {
    let Some(image) = &logged.image else {
        assert_eq!(logged.op == "merge", logged.merged_into.is_some());
        assert!(logged.op != "put" && (logged.kind.is_some()), "{logged:?}");
        return Change::Remove(logged.subject);
    };
    assert_eq!(logged.op, "put");
    match logged.subject {
        Removed::Entity(_) => {
            let entity: Entity = serde_json::from_str(image).expect("an entity");
            assert_eq!(logged.kind.as_deref(), Some(entity.kind.to_string().as_str()));
            let hash = entity_hash(&entity);
            Change::PutEntity(Box::new(entity), hash)
        }
        Removed::Edge(_) => {
            let edge: Edge = serde_json::from_str(image).expect("an edge");
            assert_eq!(logged.kind.as_deref(), Some(edge.kind().to_string().as_str()));
            let hash = edge_hash(&edge);
            Change::PutEdge(Box::new(edge), hash)
        }
    }
}

/// A graph with one statement of each kind; an attendance of it, and another version of that.
async fn attendance(db: &TestDb) -> Result<(Live, Edge, Edge)> {
    load(&mut db.connect().await?, world(), one_of_each_kind()).await?;
    let first = one_of_each_kind().into_iter().find(|edge| edge.id == EdgeId::of_key("attendance")).expect("one");
    let second = Edge { rank: Rank::Deprecated, ..first.clone() };
    Ok((start(db).await?, first, second))
}

#[tokio::test]
async fn a_row_keeps_all_its_versions_with_quotations() -> Result<()> {
    let db = TestDb::new().await?;
    let (live, first, second) = attendance(&db).await?;
    let row = Removed::Edge(first.id);
    assert_eq!(live.history(row).await?.len(), 1, "as loaded");
    live.write(write([put_edge(&second)])).await?;
    live.write(write([Mutation::RemoveEdge(first.id)])).await?;
    live.write(write([put_edge(&first)])).await?;
    let history = live.history(row).await?;
    let rows: Vec<Option<Row>> = history.iter().map(|version| version.row.clone()).collect();
    assert!(first.evidence[0].quotation.is_some());
    let [a, b] = [first.clone(), second].map(Row::Edge);
    assert_eq!(rows, [Some(a.clone()), Some(b), None, Some(a)]);
    assert_eq!(history.iter().map(|version| version.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(history.is_sorted_by_key(|version| version.recorded_at));
    assert_eq!(live.whole_edges(&[first.id]).await?, [(first.clone(), 4)]);
    assert_eq!(live.whole_edges(&[EdgeId::of_key("none"), first.id]).await?.len(), 1);
    assert!(live.history(Removed::Edge(EdgeId::of_key("none"))).await?.is_empty());

    // The order of lists is that of the first recording, which the second recording was for this row.
    let witness = start(&db).await?;
    assert_same(&witness.at(4).await?.expect("a commit"), &live.snapshot());
    for seq in 1..4 {
        let then = witness.at(seq).await?.expect("a commit");
        assert_eq!((then.computed_digest(), then.verify().len()), (then.digest(), 0));
        assert_eq!(live.chain_at(seq).await?, Some(then.chain()));
    }
    assert_eq!(live.chain_at(5).await?, None);
    assert_same(&replayed(&live, 5).await?, &live.snapshot());
    Ok(())
}

#[tokio::test]
async fn a_merge_says_where_the_row_went() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    let mut stays = entity("country:FR");
    one(&mut conn, [put_entity(&stays), put_entity(&entity("country:FRA"))]).await?;
    let gone = entity("country:FRA");
    stays.redirects.push(pledgegraph_model::Redirect { id: gone.id, slug: gone.slug.clone() });
    let merge = Mutation::MergeEntity { from: gone.id, into: stays.id };
    one(&mut conn, [merge, put_entity(&stays)]).await?;
    let live = start(&db).await?;
    let history = live.history(Removed::Entity(gone.id)).await?;
    assert_eq!(history.len(), 2);
    assert_eq!((&history[1].row, history[1].merged_into), (&None, Some(stays.id)));
    let changes = live.changes((1, -1), 10).await?;
    let merged: Vec<_> = changes.iter().filter(|change| change.op == "merge").collect();
    assert_eq!(merged.len(), 1);
    assert_eq!((merged[0].merged_into, merged[0].kind.as_deref()), (Some(stays.id), Some("country")));
    assert_same(&replayed(&live, 1).await?, &live.snapshot());
    Ok(())
}

#[tokio::test]
async fn of_commits_of_one_microsecond_the_last_is_known() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let writes = ["a", "b", "c"].map(|key| write([put_edge(&pledge(key, "willing"))]));
    commits::write_batch(&mut conn, &writes).await?; // one transaction, one time
    one(&mut conn, [put_edge(&pledge("d", "willing"))]).await?;
    let live = start(&db).await?;
    let time = |graph: Arc<Graph>| graph.recorded_at().expect("a time");
    let shared = time(live.at(2).await?.expect("a commit"));
    assert_eq!(shared, time(live.at(4).await?.expect("a commit")));
    assert_eq!(live.known_at(shared).await?.seq(), 4);
    assert_eq!(live.known_at(shared - TimeDelta::microseconds(1)).await?.seq(), 1);
    assert_eq!(live.known_at(time(live.snapshot())).await?.seq(), 5);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_waits_for_the_commit_under_way_that_may_come_before_it() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let live = start(&db).await?;
    let last = live.snapshot().recorded_at().expect("a time");
    let mut writer = conn.begin().await?;
    writer.execute("select now from begin_commit()").await?;
    let moment = Utc::now(); // the clock of the database, which is on this machine
    tokio::time::sleep(Duration::from_millis(20)).await;
    let asked = std::time::Instant::now();
    assert_eq!(live.known_at(last).await?.seq(), 1, "the last commit's own time is settled");
    assert_eq!(live.known_at(Utc::now() + TimeDelta::days(1)).await?.seq(), 1, "what is to come is the newest");
    assert!(asked.elapsed().as_secs() < 2);
    let refused = live.known_at(moment).await.expect_err("it cannot be known yet");
    assert!(refused.is_transient() && asked.elapsed().as_secs() >= 2, "{refused:?}");
    writer.rollback().await?;
    assert_eq!(live.known_at(moment).await?.seq(), 1);
    one(&mut conn, [put_edge(&pledge("a", "willing"))]).await?;
    assert_eq!(live.known_at(moment).await?.seq(), 1, "the same for ever");
    Ok(())
}

#[tokio::test]
async fn versions_are_had_one_at_a_time() -> Result<()> {
    let db = TestDb::new().await?;
    let (live, first, second) = attendance(&db).await?;
    let row = Removed::Edge(first.id);
    let steps = [put_edge(&second), Mutation::RemoveEdge(first.id), put_edge(&first)];
    for step in [None].into_iter().chain(steps.map(Some)) {
        if let Some(step) = step {
            live.write(write([step])).await?;
        }
        let (all, heads) = (live.history(row).await?, live.versions(row).await?);
        assert_eq!(heads.len(), all.len());
        for (head, version) in heads.iter().zip(&all) {
            assert_eq!((head.seq, head.recorded_at), (version.seq, version.recorded_at));
            assert_eq!((head.put, head.merged_into), (version.row.is_some(), version.merged_into));
            assert_eq!(live.version_at(row, head.seq).await?.as_ref(), Some(version));
            let standing = all.iter().rev().find(|known| known.seq <= head.seq && known.row.is_some());
            assert_eq!(live.last_version_at(row, head.seq).await?.as_ref(), standing);
        }
    }
    assert_eq!(live.version_at(row, 9).await?, None);
    assert_eq!(live.last_version_at(row, 0).await?, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_for_the_same_past_get_the_same_graph() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    for n in 0..12 {
        one(&mut conn, [put_edge(&pledge(&n.to_string(), "willing"))]).await?;
    }
    let live = start(&db).await?;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let live = live.clone();
        asking.spawn(async move { live.at(3).await });
    }
    let mut found: Vec<Arc<Graph>> = Vec::new();
    while let Some(graph) = asking.join_next().await {
        found.extend(graph??);
    }
    assert!(found.len() == 10 && found.iter().all(|graph| Arc::ptr_eq(graph, &found[0])));
    assert!(live.kept(3).is_some_and(|kept| Arc::ptr_eq(&kept, &found[0])));
    assert_eq!(found[0].edge_count(), 2);
    assert_eq!(found[0].find(&entity("country:GB").reference()).map(|e| e.id()), Some(id("country:GB")));
    Ok(())
}

#[tokio::test]
async fn the_next_commit_can_be_waited_for() -> Result<()> {
    let db = TestDb::new().await?;
    write_world(&mut db.connect().await?).await;
    let live = start(&db).await?;
    let mut published = live.published_seq();
    assert_eq!(*published.borrow_and_update(), 1);
    assert!(live.reaches(1, Duration::ZERO).await && !live.reaches(2, Duration::from_millis(20)).await);
    one(&mut db.connect().await?, [put_edge(&pledge("a", "willing"))]).await?;
    tokio::time::timeout(Duration::from_secs(10), published.changed()).await??;
    assert_eq!(*published.borrow(), 2);
    assert!(live.reaches(2, Duration::ZERO).await);
    assert_eq!(live.changes((1, -1), 10).await?.len(), 1);
    assert!(live.changes((2, -1), 10).await?.is_empty());
    Ok(())
}
