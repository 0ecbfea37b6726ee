//! The bundled data against the facts of the seed article, line by line and both ways: every row is a record, every
//! record is in a row, and without any one record or field of it the comparison fails.

mod article;
mod entities;
mod lines_12_to_17;
mod lines_18_to_25;
mod lines_3_to_10;
mod removal;
mod row;

use std::collections::{BTreeMap, BTreeSet};

use pledgegraph_bundle::{self as bundle, Bundle};
use pledgegraph_model::{EdgeId, Entity, EntityKind, EntityRef};
use serde_json::Value;

use crate::entities::{ENTITIES, Known};
use crate::row::{Names, Row, flat};

/// All rows, in the order of the article.
fn rows() -> impl Iterator<Item = &'static Row> {
    [lines_3_to_10::ROWS, lines_12_to_17::ROWS, lines_18_to_25::ROWS].into_iter().flatten()
}

/// Compares a bundle with the tables, both ways.
fn check(bundle: &Bundle) -> Result<(), Vec<String>> {
    let names = Names {
        entities: bundle.entities.iter().map(|e| (e.id, e.reference())).collect(),
        edges: rows().map(|row| (EdgeId::of_key(row.key), row.key)).collect(),
    };
    let mut problems = entity_problems(bundle, &names);
    let edges: BTreeMap<EdgeId, _> = bundle.edges.iter().map(|e| (e.id, e)).collect();
    for row in rows() {
        match edges.get(&EdgeId::of_key(row.key)) {
            Some(edge) => problems.extend(row.differences(edge, &names)),
            None => problems.push(format!("no record `{}`: line {}, {}", row.key, row.line, row.fact)),
        }
    }
    let in_no_row = bundle.edges.iter().filter(|e| !names.edges.contains_key(&e.id));
    problems.extend(in_no_row.map(|e| format!("a {} that no row states: {e:?}", e.kind())));
    if bundle.edges.len() != names.edges.len() {
        problems.push(format!("{} statements for {} rows", bundle.edges.len(), names.edges.len()));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn entity_problems(bundle: &Bundle, names: &Names) -> Vec<String> {
    let found: BTreeMap<String, &Entity> = bundle.entities.iter().map(|e| (e.reference().to_string(), e)).collect();
    let wanted: BTreeSet<&str> = ENTITIES.iter().map(|known| known.reference).collect();
    let strangers = bundle.entities.iter().filter(|e| e.kind != EntityKind::Country);
    let strangers = strangers.map(|e| e.reference().to_string()).filter(|r| !wanted.contains(r.as_str()));
    let mut problems: Vec<String> = strangers.map(|r| format!("{r} is in no row")).collect();
    for known in ENTITIES {
        match found.get(known.reference) {
            Some(entity) => problems.extend(known.differences(entity, names)),
            None => problems.push(format!("no entity {}", known.reference)),
        }
    }
    problems
}

impl Known {
    fn differences(&self, entity: &Entity, names: &Names) -> Vec<String> {
        let mut problems = Vec::new();
        for (lang, wanted) in [("en", self.english), ("ar", self.arabic)] {
            if entity.label(lang) != (wanted, lang) {
                problems.push(format!("{} is {:?} in `{lang}`, not {wanted}", self.reference, entity.label(lang)));
            }
        }
        let aliases: BTreeSet<&str> = entity.aliases.iter().map(|alias| alias.text.as_str()).collect();
        if aliases != self.aliases.iter().copied().collect() {
            problems.push(format!("{} has the aliases {aliases:?}, not {:?}", self.reference, self.aliases));
        }
        let fields = own_fields(entity, names);
        if fields != self.fields.split(' ').filter(|field| !field.is_empty()).map(str::to_owned).collect() {
            problems.push(format!("{} has {fields:?}, not {}", self.reference, self.fields));
        }
        problems
    }
}

/// What the kind has of its own, as `field=value`, other entities by their references.
fn own_fields(entity: &Entity, names: &Names) -> BTreeSet<String> {
    let readable: Result<Entity<EntityRef>, String> =
        entity.clone().try_map(|id| names.entities.get(&id).cloned().ok_or_else(|| id.to_string()));
    let detail = readable.map(|entity| serde_json::to_value(entity.detail).expect("a detail serialises"));
    let Ok(Value::Object(fields)) = detail else { return BTreeSet::from([format!("{detail:?}")]) };
    fields.iter().flat_map(|(field, value)| flat(field, value)).collect()
}

#[test]
fn every_fact_is_in_the_data_and_every_record_states_a_fact() {
    let bundle = bundle::bundled().expect("the bundled data is valid");
    if let Err(problems) = check(&bundle) {
        panic!("{}", problems.join("\n"));
    }
}

#[test]
fn every_row_has_a_key_of_its_own_and_a_fact() {
    let keys: BTreeSet<&str> = rows().map(|row| row.key).collect();
    assert_eq!(keys.len(), rows().count());
    assert!(rows().all(|row| !row.fact.is_empty() && !row.chains.is_empty()));
}
