//! Random histories of one actor's statements: after every commit the graph in memory says what the views of PostgreSQL say,
//! which were written apart from it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use pledgegraph_graph::{Graph, PositionQuery};
use pledgegraph_live::{Live, LiveOptions, Mutation, WriteError};
use pledgegraph_model::EdgeId;
use pledgegraph_tests::database::TestDb;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sqlx::{Executor as _, PgPool, Row as _};

use crate::fixture::{entity, entity_with, write};
use crate::store::standing::{self, HISTORIES, statement};

/// The names that statements have in a history; a name that is said again is a correction.
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
/// Words that say what a statement is, each empty for what is usual.
const WORDS: [&[&str]; 9] = [
    &[
        "pledged",
        "pledged",
        "willing",
        "committed",
        "withdrawn",
        "declined",
        "refused",
        "not_ruled_out",
        "in_discussion",
        "not_stated",
        "no_position",
    ],
    &[
        "",
        "said=2025-01-10",
        "said=2025-02-10",
        "said=2025-02-10",
        "said=2025-03",
        "said=2025",
        "said=/2025-02",
        "said=2025-02/",
        "said=XXXX-04",
    ],
    &[
        "",
        "",
        "",
        "",
        "from=2025-02-01",
        "from=2025-03",
        "from~soon",
        "until=2025-03",
        "until=ended",
        "until=2025-02/..",
        "until~takes",
    ],
    &["", "", "", "", "", "denied", "unknown", "deprecated", "preferred", "expected", "own"],
    &["", "", "cap=military.forces.air", "cap=unspecified", "cap=military.isr"],
    &[
        "",
        "",
        "",
        "",
        "mission=training",
        "coalition=x",
        "place=place:london",
        "place=country:UA",
        "place=country:UA area=inside",
        "to=coalition:willing",
    ],
    &["", "", "", "", "", "stage=cancelled", "stage=suspended", "stage=delivered", "conditional"],
    &["", "", "source=source:a", "source=source:c"],
    &["", "", "", "supersedes", "supersedes", "contradicts", "alternative_reading", "supports"],
];

/// What is written: a statement with its words, or its removal.
#[derive(Debug, Clone)]
enum Step {
    Say(usize, Vec<&'static str>, usize),
    Remove(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let words = WORDS.map(|words| prop::sample::select(words.to_vec()));
    let say = (0..NAMES.len(), words.to_vec(), 0..NAMES.len());
    prop_oneof![
        9 => say.prop_map(|(name, words, other)| Step::Say(name, words, other)),
        1 => (0..NAMES.len()).prop_map(Step::Remove),
    ]
}

fn days() -> Vec<NaiveDate> {
    ["2025-01-01", "2025-01-31", "2025-02-10", "2025-03-01", "2025-03-15", "2025-04-01", "2026-02-01"]
        .into_iter()
        .filter_map(|day| day.parse().ok())
        .chain([Utc::now().date_naive()])
        .collect()
}

/// How every statement stands, and which are a position, by the views.
async fn by_views(pool: &PgPool, day: NaiveDate) -> Result<(BTreeMap<EdgeId, String>, BTreeSet<EdgeId>)> {
    let mut connection = pool.acquire().await?;
    let standings = format!("select id, standing from statement_standing_on('{day}')");
    let standings = connection.fetch_all(sqlx::AssertSqlSafe(standings)).await?;
    let positions = format!("select * from position_statements_on('{day}')");
    let positions = connection.fetch_all(sqlx::AssertSqlSafe(positions)).await?;
    Ok((
        standings.iter().map(|row| (EdgeId(row.get(0)), row.get(1))).collect(),
        positions.iter().map(|row| EdgeId(row.get("id"))).collect(),
    ))
}

/// The same by the graph.
fn by_graph(
    graph: &Graph,
    ids: impl Iterator<Item = EdgeId>,
    day: NaiveDate,
) -> (BTreeMap<EdgeId, String>, BTreeSet<EdgeId>) {
    let standing = |id: EdgeId| Some((id, graph.edge(id)?.standing(day).to_string()));
    let positions = graph.positions(&PositionQuery::all(day, 1_000)).positions;
    let current = positions.iter().flat_map(|position| position.current.iter().map(pledgegraph_graph::EdgeView::id));
    (ids.filter_map(standing).collect(), current.collect())
}

/// What a version said, to be asked again.
type Said = (DateTime<Utc>, NaiveDate, BTreeMap<EdgeId, String>);

async fn history(db: &TestDb, live: &Live, steps: &[Step], seen: &mut Vec<Said>) -> Result<()> {
    let id = |name: usize| EdgeId::of_key(&format!("h {}", NAMES[name]));
    let mut known: BTreeSet<usize> = BTreeSet::new();
    let days = days();
    for (at, step) in steps.iter().enumerate() {
        let (name, mutation) = match step {
            Step::Remove(name) => (*name, Mutation::RemoveEdge(id(*name))),
            Step::Say(name, words, other) => {
                let link =
                    |word: &&str| matches!(*word, "supersedes" | "contradicts" | "alternative_reading" | "supports");
                let linked = words.iter().find(|word| link(word)).filter(|_| known.contains(other) && other != name);
                let own = words.iter().filter(|word| !word.is_empty() && !link(word)).map(ToString::to_string);
                let words: Vec<String> = own.chain(linked.map(|link| format!("{link}={}", NAMES[*other]))).collect();
                (*name, Mutation::PutEdge(statement("h", &format!("{}: {}", NAMES[*name], words.join(" ")))?))
            }
        };
        match live.write(write([mutation])).await {
            Ok(_) => match step {
                Step::Say(..) => drop(known.insert(name)),
                Step::Remove(_) => drop(known.remove(&name)),
            },
            // A cycle of links, a link to what is removed, or nothing to remove.
            Err(
                WriteError::NotAllowed { .. }
                | WriteError::InUse { .. }
                | WriteError::NotFound(_)
                | WriteError::Constraint { .. },
            ) => {}
            Err(error) => return Err(error.into()),
        }
        let graph = live.snapshot();
        let violations: Vec<String> = graph.verify().iter().map(ToString::to_string).collect();
        ensure!(violations.is_empty(), "after step {at} of {steps:?}: {violations:?}");
        for day in [days[at % (days.len() - 1)], days[days.len() - 1]] {
            let views = by_views(&db.pool(), day).await?;
            let found = by_graph(&graph, known.iter().map(|name| id(*name)), day);
            ensure!(
                found == views,
                "on {day} after step {at} of {steps:#?}:\nthe graph {found:?}\nthe views {views:?}"
            );
            seen.push((graph.recorded_at().context("a time")?, day, found.0));
        }
    }
    let ids: Vec<EdgeId> = known.iter().map(|name| id(*name)).collect();
    if !ids.is_empty() {
        live.write(write(ids.into_iter().map(Mutation::RemoveEdge))).await?;
    }
    Ok(())
}

/// Each row of the rule by hand, in memory as in the views.
#[tokio::test]
async fn the_graph_says_what_the_table_says() -> Result<()> {
    let db = TestDb::new().await?;
    standing::write(&mut *db.pool().acquire().await?, HISTORIES.iter().map(|(history, ..)| *history)).await?;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    let graph = live.snapshot();
    let mut wrong = Vec::new();
    for (number, (history, day, expected)) in HISTORIES.iter().enumerate() {
        let statement = graph.edge(EdgeId::of_key(&format!("h{number} x"))).context("a statement")?;
        let mut turned = (*graph).clone();
        turned.turn(day.parse()?);
        let kept = turned.edge(statement.id()).context("a statement")?.standing(day.parse()?).to_string();
        let found = statement.standing(day.parse()?).to_string();
        if found != *expected || kept != *expected {
            wrong.push(format!("{history} on {day}: {found}, kept {kept}, not {expected}"));
        }
    }
    live.shutdown().await;
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// 2,000 histories with `LONG=1`, else as many as take some seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_graph_says_what_the_views_say() -> Result<()> {
    let db = TestDb::new().await?;
    let live = Live::start(db.pool(), LiveOptions::default()).await?;
    let mut entities = crate::fixture::world();
    entities.extend([entity("group:h"), entity_with("source:c", &serde_json::json!({}))]);
    live.write(write(entities.into_iter().map(Mutation::PutEntity))).await?;
    let count = if std::env::var_os("LONG").is_some() { 2_000 } else { 50 };
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for number in 0..count {
        let steps = prop::collection::vec(step(), 3..9).new_tree(&mut runner).map_err(anyhow::Error::msg)?.current();
        let mut seen = Vec::new();
        history(&db, &live, &steps, &mut seen).await.with_context(|| format!("history {number}"))?;
        // What was known then stands as it did then.
        if let Some((moment, day, said)) = seen.get(number % seen.len().max(1)) {
            let graph = live.known_at(*moment).await?;
            let (found, _) = by_graph(&graph, said.keys().copied(), *day);
            ensure!(found == *said, "history {number}: on {day} as known at {moment}: {found:?}, and then {said:?}");
        }
    }
    live.shutdown().await;
    Ok(())
}
