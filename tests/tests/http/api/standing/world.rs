//! The bundled data, and a statement of each kind and standing.

use anyhow::{Context as _, Result};
use pledgegraph_bundle::Bundle;
use pledgegraph_model::{Code as _, Edge, EdgeId, EdgeKind, EntityId, EntityRef, Standing};
use serde_json::{Value, json};

/// The words that give a statement a standing on any day of today.
fn having(standing: Standing) -> Value {
    match standing {
        Standing::Denied => json!({"polarity": "denied"}),
        Standing::Unverified => json!({"polarity": "unknown"}),
        Standing::Deprecated => json!({"rank": "deprecated"}),
        Standing::NotYet => json!({"valid_from": {"edtf": "2999-01-01"}}),
        Standing::Over => json!({"valid_until": {"edtf": "2020"}}),
        // By another statement that says so.
        Standing::Superseded | Standing::TakenBack | Standing::Stands => json!({}),
        Standing::NotCounted => json!({"modality": "assessed_by_others"}),
        Standing::MayStand => json!({"valid_until": {"verbatim": "as long as it takes"}}),
    }
}

/// A statement of a kind; `at` tells those of one kind apart.
fn statement(kind: EdgeKind, at: usize) -> Value {
    let group = format!("group:standing-{at}");
    match kind {
        EdgeKind::Membership => json!({"subject": group, "object": "coalition:of-the-willing", "role": "member"}),
        EdgeKind::Office => {
            json!({"subject": format!("person:standing-{at}"), "object": "country:GB", "title": {"en": "Minister"}})
        }
        EdgeKind::Attendance => json!({"subject": group, "object": "meeting:coalition-april", "role": "participant"}),
        EdgeKind::Convening => json!({"subject": group, "object": "meeting:coalition-april", "status": "held"}),
        EdgeKind::Location => json!({"subject": format!("organization:standing-{at}"), "object": "place:kyiv"}),
        EdgeKind::Sidelines => {
            json!({"subject": format!("meeting:standing-{at}"), "object": "meeting:coalition-april"})
        }
        EdgeKind::PartOf => json!({"subject": group, "object": "group:europeans"}),
        EdgeKind::Commitment => {
            json!({"subject": group, "object": "country:UA", "capability": "humanitarian", "stance": "pledged"})
        }
        EdgeKind::Request => json!({"subject": group, "object": "country:ES", "text": {"en": "Asks."}}),
        EdgeKind::Action => {
            json!({"subject": group, "object": "country:ES", "class": "consult", "text": {"en": "Acts."}})
        }
        EdgeKind::Outcome => {
            json!({"subject": format!("organization:standing-{at}"), "object": "condition:legal-basis", "value": "met"})
        }
        EdgeKind::Remark => json!({"subject": group, "object": "country:ES", "type": "hope", "text": {"en": "Hopes."}}),
    }
}

fn entity(reference: &str, own: &Value) -> Result<pledgegraph_model::Entity> {
    let (kind, slug) = reference.split_once(':').context("a reference")?;
    let mut fields = json!({"kind": kind, "slug": slug, "names": {"en": format!("{kind} {slug}")}});
    for (name, value) in own.as_object().into_iter().flatten() {
        fields[name] = value.clone();
    }
    let entity: pledgegraph_model::Entity<EntityRef> = serde_json::from_value(fields)?;
    Ok(entity.try_map(|named| Ok::<_, std::convert::Infallible>(EntityId::of_key(&named.to_string())))?)
}

fn edge(key: &str, fields: Value) -> Result<Edge> {
    let mut edge: Edge<EntityRef, String> = serde_json::from_value(fields)?;
    edge.id = EdgeId::of_key(key);
    let edge = edge.try_map(
        |named| Ok::<_, std::convert::Infallible>(EntityId::of_key(&named.to_string())),
        |key| Ok(EdgeId::of_key(&key)),
    )?;
    Ok(Edge { id: EdgeId::of_key(key), ..edge })
}

/// A statement of a kind that has a standing.
pub(super) type Known = (EdgeKind, Standing, EdgeId);

/// A statement of a kind with its evidence and words of its own.
fn put(key: &str, kind: EdgeKind, at: usize, own: &Value) -> Result<Edge> {
    let mut fields = statement(kind, at);
    fields["kind"] = json!(kind.as_str());
    fields["evidence"] = json!([{"source": "source:seed-article", "explicitness": "explicit"}]);
    for (name, value) in own.as_object().into_iter().flatten() {
        fields[name] = value.clone();
    }
    edge(key, fields)
}

/// The bundled data with a statement of each kind and standing; which are which.
pub(super) fn world() -> Result<(Bundle, Vec<Known>)> {
    let mut bundle = pledgegraph_bundle::bundled()?;
    let mut known = Vec::new();
    for (at, standing) in Standing::ALL.iter().copied().enumerate() {
        for (kind, own) in [
            ("group", json!({})),
            ("person", json!({})),
            ("meeting", json!({})),
            ("organization", json!({"class": "other"})),
        ] {
            bundle.entities.push(entity(&format!("{kind}:standing-{at}"), &own)?);
        }
        for kind in EdgeKind::ALL.iter().copied() {
            if standing == Standing::TakenBack && kind != EdgeKind::Commitment {
                continue;
            }
            let key = format!("{kind} that {standing}");
            bundle.edges.push(put(&key, kind, at, &having(standing))?);
            let links = json!([{"type": "supersedes", "edge": key}]);
            let by = match standing {
                Standing::Superseded => Some(json!({"links": links, "rank": "preferred"})),
                Standing::TakenBack => Some(json!({"links": links, "stance": "withdrawn"})),
                _ => None,
            };
            if let Some(by) = by {
                bundle.edges.push(put(&format!("{key} by"), kind, at, &by)?);
            }
            known.push((kind, standing, EdgeId::of_key(&key)));
        }
    }
    Ok((bundle, known))
}

pub(super) fn collection(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Membership => "memberships",
        EdgeKind::Office => "offices",
        EdgeKind::Attendance => "attendances",
        EdgeKind::Convening => "convenings",
        EdgeKind::Location | EdgeKind::Sidelines | EdgeKind::PartOf => "relations",
        EdgeKind::Commitment => "commitments",
        EdgeKind::Request => "requests",
        EdgeKind::Action => "actions",
        EdgeKind::Outcome => "outcomes",
        EdgeKind::Remark => "remarks",
    }
}
