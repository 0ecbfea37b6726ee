//! Questions in words against the bundled data, without a database.

mod paraphrase;
mod robust;
mod set;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use pledgegraph_graph::{Builder, Graph};
use pledgegraph_model::{Query, Stamp, edge_hash, entity_hash};
use pledgegraph_questions::{Questions, Status};
use serde_json::Value;

use crate::set::{Case, cases};

/// The bundled data as a graph.
fn bundled() -> Result<Graph> {
    let bundle = pledgegraph::bundle::bundled()?;
    let stamp = Stamp { version: 1, recorded_at: chrono::DateTime::UNIX_EPOCH };
    let mut builder = Builder::new();
    let mut digest = 0;
    for entity in bundle.entities {
        let hash = entity_hash(&entity);
        digest ^= hash;
        builder.add_entity(entity, hash, stamp, 1);
    }
    for edge in bundle.edges {
        let hash = edge_hash(&edge);
        digest ^= hash;
        builder.add_edge(edge, hash, stamp, 1);
    }
    Ok(builder.finish(1, [1; 16], digest, None))
}

/// A query with references instead of identifiers, as JSON.
fn shown(graph: &Graph, query: &Query) -> Result<Value> {
    let reference = |id: &pledgegraph_model::EntityId| {
        graph.entity(*id).map(|view| view.reference().to_string()).context("an entity of the graph")
    };
    Ok(serde_json::to_value(query.try_map(&mut { reference })?)?)
}

/// What went wrong with a question, if anything.
fn fault(graph: &Graph, questions: &Questions, case: &Case) -> Result<Option<String>> {
    let outcome = questions.read(graph, &case.question);
    let expected = match case.status.as_str() {
        "answered" | "no_match" => Status::Understood,
        "ambiguous" => Status::Ambiguous,
        "partly_understood" => Status::PartlyUnderstood,
        "not_understood" => Status::NotUnderstood,
        other => anyhow::bail!("{}: no status `{other}`", case.id),
    };
    let read = outcome.readings.first().map(|reading| shown(graph, &reading.query)).transpose()?;
    if outcome.status != expected {
        let words = outcome.readings.first().map(|reading| {
            let words = reading.unplaced.iter().filter_map(|(start, end)| case.question.get(*start..*end));
            words.collect::<Vec<_>>().join(", ")
        });
        return Ok(Some(format!("{:?} and not {expected:?}; without a place: {words:?}; {read:?}", outcome.status)));
    }
    match (&case.query, &read) {
        (Some(expected), Some(read)) if expected != read => {
            Ok(Some(format!("read as {read}\n      and not as {expected}")))
        }
        _ => Ok(None),
    }
}

#[test]
fn questions_are_read_as_the_set_says() -> Result<()> {
    let graph = bundled()?;
    let questions = Questions::new()?;
    let mut classes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases("bundled.ndjson")? {
        let (right, all) = classes.entry(case.class.clone()).or_default();
        *all += 1;
        match fault(&graph, &questions, &case)? {
            None => *right += 1,
            Some(fault) => faults.push(format!("{}: {}\n      {fault}", case.id, case.question)),
        }
    }
    for (class, (right, all)) in &classes {
        println!("{class:16} {right:3} of {all:3}");
    }
    println!("{}", faults.join("\n"));
    ensure!(faults.is_empty(), "{} faults", faults.len());
    Ok(())
}
