//! The bundled data: the TOML files of `data/`, embedded in the binary and resolved to values of the model.
//!
//! A file may hold `[chains]`, `[[country]]`, `[[entity]]` and `[[edge]]`; the head of each file says how to write it.

mod check;
mod read;
mod region;

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use pledgegraph_model::{Edge, EdgeId, Entity, EntityId, EntityRef};

pub use read::DataFile;
pub use region::{Region, regions};

/// All countries of ISO 3166-1.
pub const COUNTRIES: DataFile<'static> =
    DataFile { name: "countries.toml", text: include_str!("../data/countries.toml") };

/// The seed article's facts.
pub const COALITION: DataFile<'static> =
    DataFile { name: "coalition-of-the-willing.toml", text: include_str!("../data/coalition-of-the-willing.toml") };

/// Entities and edges in the order in which they can be loaded: whatever is referred to stands before what refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The countries by code, then the others.
    pub entities: Vec<Entity>,
    /// The statements in the order of the files.
    pub edges: Vec<Edge>,
}

/// The bundled data.
///
/// # Errors
/// As [`parse`]; a released binary gives none, for a test reads its files.
pub fn bundled() -> Result<Bundle> {
    parse(&[COUNTRIES, COALITION])
}

/// Reads data files as one set: references may go from file to file.
///
/// # Errors
/// The first record that cannot be read or breaks a rule, by its file and key: a reference that names nothing, a
/// reference or key given twice, ends that the kind does not allow, a text that is no name, a link to a later record.
pub fn parse(files: &[DataFile<'_>]) -> Result<Bundle> {
    let mut entities = Vec::new();
    let mut edges = Vec::new();
    for file in files {
        let records = read::records(file).with_context(|| file.name.to_owned())?;
        for entity in records.entities {
            check::entity(&entity).with_context(|| format!("{}: {}", file.name, entity.reference()))?;
            entities.push((file.name, entity));
        }
        edges.extend(records.edges.into_iter().map(|record| (file.name, record)));
    }
    let entities = in_load_order(entities)?;
    let kinds: HashMap<EntityRef, EntityId> = entities.iter().map(|e| (e.reference(), e.id)).collect();
    let by_id: HashMap<EntityId, &Entity> = entities.iter().map(|e| (e.id, e)).collect();
    let mut resolved: Vec<Edge> = Vec::with_capacity(edges.len());
    let mut keys = HashMap::new();
    for (file, read::EdgeRecord { key, edge }) in edges {
        let edge = resolve(edge, &kinds, &keys).with_context(|| format!("{file}: {key}"))?;
        check::edge(&edge, &by_id).with_context(|| format!("{file}: {key}"))?;
        let id = edge.id;
        resolved.push(edge);
        if keys.insert(key.clone(), id).is_some() {
            bail!("{file}: {key}: the key is given twice");
        }
    }
    Ok(Bundle { entities, edges: resolved })
}

/// Puts every entity after those that it refers to, and otherwise countries first and the order of the files.
fn in_load_order(mut waiting: Vec<(&str, Entity<EntityRef>)>) -> Result<Vec<Entity>> {
    waiting.sort_by_key(|(_, entity)| match entity.kind {
        pledgegraph_model::EntityKind::Country => (0, entity.slug.as_str().to_owned()),
        _ => (1, String::new()),
    });
    let mut placed: HashMap<EntityRef, EntityId> = HashMap::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for (file, entity) in waiting {
            if !entity.references().iter().all(|reference| placed.contains_key(reference)) {
                later.push((file, entity));
                continue;
            }
            let reference = entity.reference();
            if placed.insert(reference.clone(), entity.id).is_some() {
                bail!("{file}: {reference}: the reference is given twice");
            }
            ordered.push(entity.try_map(|r| find(&placed, &r)).with_context(|| format!("{file}: {reference}"))?);
        }
        if let (true, Some((file, entity))) = (later.len() == before, later.first()) {
            let missing = entity.references().into_iter().find(|reference| !placed.contains_key(reference));
            let missing = missing.map(|reference| reference.to_string()).unwrap_or_default();
            bail!("{file}: {}: `{missing}` is no record, or refers back to this one", entity.reference());
        }
        waiting = later;
    }
    Ok(ordered)
}

fn resolve(
    edge: Edge<EntityRef, String>,
    entities: &HashMap<EntityRef, EntityId>,
    keys: &HashMap<String, EdgeId>,
) -> Result<Edge> {
    edge.try_map(
        |reference| find(entities, &reference),
        |key| {
            keys.get(&key).copied().with_context(|| format!("a link names `{key}`, which is no record above this one"))
        },
    )
}

fn find(entities: &HashMap<EntityRef, EntityId>, reference: &EntityRef) -> Result<EntityId> {
    entities.get(reference).copied().with_context(|| format!("`{reference}` is no record"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTITIES: &str = r#"
        [chains]
        rumour = [{ name = "people", role = "speaker" }]
        [[country]]
        slug = "UA"
        iso3166 = { alpha2 = "UA", alpha3 = "UKR", numeric = "804" }
        regions = ["151", "150", "001"]
        names = { en = "Ukraine" }
        [[entity]]
        kind = "source"
        slug = "a"
        publisher = "organization:b"
        names = { en = "A" }
        [[entity]]
        kind = "organization"
        slug = "b"
        class = "media"
        names = { en = "B" }
    "#;
    const EDGE: &str = r#"
        [[edge]]
        key = "one"
        kind = "commitment"
        subject = "organization:b"
        object = "country:UA"
        capability = "humanitarian"
        stance = "willing"
        evidence = [{ source = "source:a", explicitness = "explicit", attribution = "rumour" }]
    "#;

    fn read(text: &str) -> Result<Bundle, String> {
        parse(&[DataFile { name: "x.toml", text }]).map_err(|e| format!("{e:#}"))
    }

    #[test]
    fn the_bundled_files_are_sound() {
        let bundle = bundled().expect("the bundled data is valid");
        assert!(bundle.entities.len() > 249 && bundle.edges.len() > 100);
        let refs: Vec<_> = bundle.entities.iter().take(249).map(|e| e.reference().to_string()).collect();
        assert!(refs.is_sorted() && refs.iter().all(|r| r.starts_with("country:")));
        assert_eq!(regions().expect("the bundled regions are valid").len(), 30);
    }

    #[test]
    fn what_is_referred_to_comes_first_and_a_chain_is_put_in_for_its_name() {
        let bundle = read(&format!("{ENTITIES}{EDGE}")).expect("valid");
        let refs: Vec<_> = bundle.entities.iter().map(|e| e.reference().to_string()).collect();
        assert_eq!(refs, ["country:UA", "organization:b", "source:a"]);
        assert_eq!(bundle.edges[0].id, EdgeId::of_key("one"));
        assert_eq!(bundle.edges[0].evidence[0].attribution[0].name.as_deref(), Some("people"));
    }

    #[test]
    fn errors_name_the_file_and_the_record() {
        let edge = |from: &str, to: &str| format!("{ENTITIES}{}", EDGE.replace(from, to));
        for (text, expected) in [
            ("[[edge]\n".to_owned(), "x.toml: TOML parse error at line 1"),
            ("[[nodes]]\n".to_owned(), "x.toml: TOML parse error at line 1"),
            (format!("{ENTITIES}{EDGE}{EDGE}"), "x.toml: one: the key is given twice"),
            (edge("key = \"one\"", ""), "x.toml: edge 1: `key` is missing"),
            (edge("source:a", "source:z"), "x.toml: one: `source:z` is no record"),
            (edge("source:a", "country:UA"), "x.toml: one: `country:UA` stands where a source belongs"),
            (edge("\"willing\"", "\"eager\""), "x.toml: one: `eager` is not in the code list `stances`"),
            (edge("rumour", "gossip"), "x.toml: one: there is no chain `gossip`"),
            (edge("country:UA", "source:a"), "x.toml: one: no commitment goes from an organization to a source"),
            (edge("explicitness", "colour = \"red\", explicitness"), "x.toml: one: unknown field `colour`"),
            (
                edge("stance =", "links = [{ type = \"about\", edge = \"two\" }]\nstance ="),
                "x.toml: one: a link names `two`, which is no record above this one",
            ),
            (
                edge("stance =", "conditionality = \"conditional\"\nstance ="),
                "x.toml: one: /conditions: conditions are given exactly when",
            ),
            (ENTITIES.replace("names = { en = \"B\" }", "names = { en = \"\u{200B}\" }"), "x.toml: organization:b: "),
            (ENTITIES.replace("slug = \"b\"", "slug = \"c\""), "x.toml: source:a: `organization:b` is no record"),
        ] {
            let error = read(&text).expect_err(expected);
            assert!(error.starts_with(expected), "{error}\n  instead of\n{expected}");
        }
    }
}
