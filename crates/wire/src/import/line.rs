//! From the bytes of a line to the row that it means.

use std::cell::Cell;

use pledgegraph_graph::Graph;
use pledgegraph_model::{Code, Edge, EdgeId, EdgeKind, Entity, EntityId, EntityKind, EntityRef, Removed, encode};
use serde_json::{Map, Value};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::earlier::{Earlier, Known, LONGEST_KEY, is_key};
use crate::answers::warning::WarningBody;
use crate::body::{Draft, Form, json, read_edge, read_entity};
use crate::refusal::{FieldError, echo, nearest};
use crate::request::parameter::codes;

/// A record.
#[derive(Debug)]
pub enum Record {
    /// An entity.
    Entity(Entity),
    /// A statement.
    Edge(Edge),
}

/// What stands under the identifier of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// The same content.
    Same,
    /// Other content, which has this hash.
    Other(u64),
}

/// The row that a line means.
#[derive(Debug)]
pub struct Row {
    /// What it says.
    pub record: Record,
    /// The canonical encoding, and its hash.
    pub image: String,
    /// The hash of that.
    pub hash: u64,
    /// What stands under its identifier.
    pub standing: Standing,
    /// The key that the line gives.
    pub key: Option<String>,
    /// What to know about it.
    pub warnings: Vec<WarningBody>,
}

/// What came of a line.
#[derive(Debug)]
pub enum Outcome {
    /// The row that it means.
    Row(Box<Row>),
    /// It names what only a later line may bring.
    Later,
    /// Everything that is wrong with it.
    Wrong(Vec<FieldError>),
}

/// How lines are read.
#[derive(Debug, Clone, Copy)]
pub struct LineReader<'a> {
    /// The snapshot.
    pub graph: &'a Graph,
    /// What the lines before brought.
    pub earlier: &'a Earlier,
    /// Whether entities that are not there yet may come with a later line.
    pub expects_entities: bool,
    /// Whether statements that are not there yet may come with a later line, and are waited for.
    pub expects_edges: bool,
}

impl LineReader<'_> {
    /// Reads a line.
    pub fn read(&self, bytes: &[u8]) -> Outcome {
        let mut known = Known {
            graph: self.graph,
            earlier: self.earlier,
            expecting: self.expects_entities,
            own: None,
            identified: false,
            missed: Cell::new(0),
        };
        match self.row(bytes, &mut known) {
            Ok(row) if self.expects_edges && self.lacks_target(&row) => Outcome::Later,
            Ok(row) => Outcome::Row(Box::new(row)),
            // Nothing else is wrong with it.
            Err(errors) if known.missed.get() >= errors.len() => Outcome::Later,
            Err(errors) => Outcome::Wrong(errors),
        }
    }

    fn row(&self, bytes: &[u8], known: &mut Known<'_>) -> Result<Row, Vec<FieldError>> {
        let value = json::read(bytes).map_err(|fault| vec![fault.into_field()])?;
        let Some(fields) = value.as_object() else { return Err(one("", "validation", "a line is an object")) };
        let kind = fields.get("kind").ok_or_else(|| one("/kind", "validation", "a line names its `kind`"))?;
        let kind = kind.as_str().ok_or_else(|| one("/kind", "validation", "`kind` is a text"))?;
        let key = key(fields.get("key"))?;
        let identified = fields.contains_key("id");
        if let Ok(kind) = EntityKind::parse(kind) {
            (known.own, known.identified) = (self.own(kind, fields), identified);
            let draft = read_entity(&value, kind, Form::Line, known)?;
            return self.entity(draft, identified, key);
        }
        if let Ok(kind) = EdgeKind::parse(kind) {
            let draft = read_edge(&value, &[kind], Form::Line, known)?;
            return self.edge(draft, identified, key);
        }
        Err(vec![no_kind(kind)])
    }

    fn entity(&self, draft: Draft<Entity>, identified: bool, key: Option<String>) -> Result<Row, Vec<FieldError>> {
        let Draft { value: mut entity, warnings } = draft;
        let reference = entity.reference();
        let standing = self.graph.find(&reference);
        if !identified {
            let held = self.earlier.holder(&reference).or_else(|| standing.map(|view| view.id()));
            entity.id = held.unwrap_or_else(|| EntityId::of_key(&reference.to_string()));
        }
        let taken = |by: &str| one("/slug", "duplicate", &format!("the reference {reference} is taken by {by}"));
        if let Some(other) = standing.filter(|view| view.id() != entity.id) {
            return Err(taken(&format!("{} ({})", other.reference(), other.id())));
        }
        if let Some(other) = self.earlier.holder(&reference).filter(|id| *id != entity.id) {
            return Err(taken(&format!("an earlier line ({other})")));
        }
        let view = self.graph.entity(entity.id);
        if let Some(view) = view {
            if view.id() != entity.id {
                let into = format!("this entity was merged into {}, to which it leads for ever", view.reference());
                return Err(one("/id", "constraint", &into));
            }
            if view.kind() != entity.kind {
                return Err(one("/kind", "constraint", &format!("it is a {}, and kinds never change", view.kind())));
            }
            entity.keep_redirects(view.entity());
        }
        let (image, hash) = encode(&entity);
        let standing = self.standing(Removed::Entity(entity.id), hash)?;
        Ok(Row { record: Record::Entity(entity), image, hash, standing, key, warnings })
    }

    fn edge(&self, draft: Draft<Edge>, identified: bool, key: Option<String>) -> Result<Row, Vec<FieldError>> {
        let Draft { value: mut edge, warnings } = draft;
        if !identified {
            edge.id = match &key {
                Some(key) => EdgeId::of_key(key),
                None => of_content(&edge),
            };
        }
        let (image, hash) = encode(&edge);
        let view = self.graph.edge(edge.id);
        if let Some(view) = view.filter(|view| view.kind() != edge.kind()) {
            return Err(one("/kind", "constraint", &format!("it is a {}, and kinds never change", view.kind())));
        }
        let standing = self.standing(Removed::Edge(edge.id), hash)?;
        Ok(Row { record: Record::Edge(edge), image, hash, standing, key, warnings })
    }

    /// The entity that a line may concern.
    fn own(&self, kind: EntityKind, fields: &Map<String, Value>) -> Option<EntityId> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let given = text("id").and_then(|id| id.parse().ok());
        let slug = text("slug").and_then(|slug| slug.parse().ok());
        given.or_else(|| self.graph.find(&EntityRef { kind, slug: slug? }).map(|view| view.id()))
    }

    fn standing(&self, row: Removed, hash: u64) -> Result<Standing, Vec<FieldError>> {
        let (Removed::Entity(EntityId(id)) | Removed::Edge(EdgeId(id))) = row;
        match (self.earlier.row(id), self.graph.held_row(row)) {
            (Some((earlier, _)), _) if earlier == hash => Ok(Standing::Same),
            (Some((_, line)), _) => {
                Err(one("", "duplicate", &format!("line {line} says something else under the same identifier")))
            }
            (None, None) => Ok(Standing::Nothing),
            (None, Some(held)) if held.hash == hash => Ok(Standing::Same),
            (None, Some(held)) => Ok(Standing::Other(self.graph.hash_in_row(row).unwrap_or(held.hash))),
        }
    }

    fn lacks_target(&self, row: &Row) -> bool {
        let Record::Edge(edge) = &row.record else { return false };
        let there = |id: EdgeId| self.earlier.row(id.0).is_some() || self.graph.edge(id).is_some();
        edge.links.iter().any(|link| link.edge != edge.id && !there(link.edge))
    }
}

/// The identifier of a statement that has nothing else: the same words are the same statement.
fn of_content(edge: &Edge) -> EdgeId {
    let nameless = Edge { id: EdgeId(Uuid::nil()), ..edge.clone() };
    EdgeId::of_key(&format!("content:{:032x}", xxh3_128(encode(&nameless).0.as_bytes())))
}

fn key(given: Option<&Value>) -> Result<Option<String>, Vec<FieldError>> {
    let Some(given) = given else { return Ok(None) };
    let text = given.as_str().filter(|text| is_key(text) && text.parse::<EdgeId>().is_err());
    text.map(|text| Some(text.to_owned())).ok_or_else(|| {
        let detail = format!(
            "a key is a text of 1 to {LONGEST_KEY} bytes without control characters or space around it, and no identifier"
        );
        one("/key", "validation", &detail)
    })
}

fn one(pointer: &str, code: &'static str, detail: &str) -> Vec<FieldError> {
    vec![FieldError { pointer: Some(pointer.to_owned()), code, detail: detail.to_owned(), ..FieldError::default() }]
}

fn no_kind(given: &str) -> FieldError {
    let allowed: Vec<&str> = codes::<EntityKind>().into_iter().chain(codes::<EdgeKind>()).collect();
    FieldError {
        pointer: Some("/kind".to_owned()),
        code: "validation",
        detail: format!("`{}` is no kind of entity or statement", echo(given)),
        did_you_mean: nearest(given, allowed.iter().copied()).map(str::to_owned),
        allowed,
        ..FieldError::default()
    }
}
