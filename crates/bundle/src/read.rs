//! From the text of a data file to records that still name each other by reference and key.

use std::collections::HashMap;

use anyhow::{Context as _, Result, anyhow};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityRef};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A data file: its name, for messages, and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataFile<'a> {
    /// The name of the file.
    pub name: &'a str,
    /// The TOML text.
    pub text: &'a str,
}

/// The records of one file.
pub(super) struct Records {
    pub(super) entities: Vec<Entity<EntityRef>>,
    pub(super) edges: Vec<EdgeRecord>,
}

/// A statement under its key.
pub(super) struct EdgeRecord {
    pub(super) key: String,
    pub(super) edge: Edge<EntityRef, String>,
}

type Record = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    #[serde(default)]
    chains: HashMap<String, Value>,
    #[serde(default)]
    country: Vec<Record>,
    #[serde(default)]
    entity: Vec<Record>,
    #[serde(default)]
    edge: Vec<Record>,
}

pub(super) fn records(file: &DataFile<'_>) -> Result<Records> {
    let tables: Tables = toml::from_str(file.text)?;
    let countries = tables.country.into_iter().map(|mut record| {
        record.insert("kind".to_owned(), "country".into());
        record
    });
    let entities =
        countries.chain(tables.entity).enumerate().map(|(i, record)| entity(i, record)).collect::<Result<_>>()?;
    let edges = tables.edge.into_iter().enumerate();
    let edges = edges.map(|(i, record)| edge(i, record, &tables.chains)).collect::<Result<_>>()?;
    Ok(Records { entities, edges })
}

fn entity(position: usize, record: Record) -> Result<Entity<EntityRef>> {
    let part = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or("?").to_owned();
    let name = match (part("kind"), part("slug")) {
        (kind, slug) if slug == "?" => format!("{kind} {}", position + 1),
        (kind, slug) => format!("{kind}:{slug}"),
    };
    serde_json::from_value(Value::Object(record)).context(name)
}

fn edge(position: usize, mut record: Record, chains: &HashMap<String, Value>) -> Result<EdgeRecord> {
    let Some(Value::String(key)) = record.remove("key") else {
        return Err(anyhow!("edge {}: `key` is missing", position + 1));
    };
    put_chains_in(&mut record, chains).with_context(|| key.clone())?;
    let mut edge: Edge<EntityRef, String> =
        serde_json::from_value(Value::Object(record)).with_context(|| key.clone())?;
    edge.id = EdgeId::of_key(&key);
    Ok(EdgeRecord { key, edge })
}

/// Replaces `attribution = "name"` by the chain of that name.
fn put_chains_in(record: &mut Record, chains: &HashMap<String, Value>) -> Result<()> {
    let evidence = record.get_mut("evidence").and_then(Value::as_array_mut);
    for piece in evidence.into_iter().flatten() {
        let Some(attribution) = piece.get_mut("attribution") else { continue };
        if let Value::String(name) = attribution {
            *attribution = chains.get(name).with_context(|| format!("there is no chain `{name}`"))?.clone();
        }
    }
    Ok(())
}
