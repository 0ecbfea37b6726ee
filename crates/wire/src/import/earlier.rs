//! What the lines of an import may refer to: the snapshot, and the lines before them that are not committed yet.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use pledgegraph_graph::Graph;
use pledgegraph_model::{EdgeId, Entity, EntityDetail, EntityId, EntityKind, EntityRef, Slug};
use uuid::Uuid;

use crate::body::{Lookalike, Resolve};
use crate::request::references::Miss;

/// The longest key of a line, in bytes.
pub(crate) const LONGEST_KEY: usize = 255;

/// What the staged lines brought.
#[derive(Debug, Default)]
pub struct Earlier {
    references: HashMap<EntityRef, EntityId>,
    kinds: HashMap<EntityId, EntityKind>,
    /// Conditions alone are kept whole: whether one has a test decides where it may stand.
    conditions: HashMap<EntityId, Entity>,
    /// The hash of every staged row, and its line.
    rows: HashMap<Uuid, (u64, u64)>,
}

impl Earlier {
    /// Takes note of a staged entity.
    pub fn add_entity(&mut self, entity: Entity, hash: u64, line: u64) {
        self.rows.insert(entity.id.0, (hash, line));
        self.references.insert(entity.reference(), entity.id);
        self.kinds.insert(entity.id, entity.kind);
        if matches!(entity.detail, EntityDetail::Condition(_)) {
            self.conditions.insert(entity.id, entity);
        }
    }

    /// Takes note of a staged statement.
    pub fn add_edge(&mut self, id: EdgeId, hash: u64, line: u64) {
        self.rows.insert(id.0, (hash, line));
    }

    /// The hash and the line of a staged row.
    pub fn row(&self, id: Uuid) -> Option<(u64, u64)> {
        self.rows.get(&id).copied()
    }

    /// The staged entity with a reference.
    pub(crate) fn holder(&self, reference: &EntityRef) -> Option<EntityId> {
        self.references.get(reference).copied()
    }

    fn find(&self, text: &str, kinds: &[EntityKind]) -> Option<(EntityId, EntityKind)> {
        let of = |id: EntityId| self.kinds.get(&id).map(|kind| (id, *kind));
        if let Ok(reference) = text.parse::<EntityRef>() {
            return self.holder(&reference).and_then(of);
        }
        if let Ok(id) = text.parse::<EntityId>() {
            return of(id);
        }
        let slug = text.parse::<Slug>().ok()?;
        let mut references = kinds.iter().map(|kind| EntityRef { kind: *kind, slug: slug.clone() });
        references.find_map(|reference| self.holder(&reference)).and_then(of)
    }
}

/// The snapshot and the lines before one.
pub(crate) struct Known<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) earlier: &'a Earlier,
    /// Whether a later line may still bring what is not found: then no time is spent on saying what may be meant.
    pub(crate) expecting: bool,
    /// The entity of this reference that stands: its own names are no lookalikes.
    pub(crate) own: Option<EntityId>,
    /// Whether the line gives an identifier, as one of an export does: a slug that was accepted once is accepted again,
    /// whatever it looks like.
    pub(crate) identified: bool,
    /// How many references found nothing.
    pub(crate) missed: Cell<usize>,
}

impl Resolve for Known<'_> {
    fn entity(&self, text: &str, kinds: &[EntityKind]) -> Result<(EntityId, EntityKind), Miss> {
        if let Some((id, kind)) = self.earlier.find(text, kinds) {
            let belongs = kinds.is_empty() || kinds.contains(&kind);
            return if belongs { Ok((id, kind)) } else { Err(Miss::WrongKind(kind)) };
        }
        if self.expecting && !stands(self.graph, text, kinds) {
            self.missed.set(self.missed.get() + 1);
            return Err(Miss::Unknown { nearest: None });
        }
        Resolve::entity(&self.graph, text, kinds)
    }

    /// By identifier, or by the key of its line, of which the identifier follows. Whether there is such a statement shows
    /// when the rows are checked: it may come later.
    fn edge(&self, text: &str) -> Option<EdgeId> {
        edge_named(text)
    }

    fn whole(&self, id: EntityId) -> Option<Cow<'_, Entity>> {
        match self.earlier.conditions.get(&id) {
            Some(entity) => Some(Cow::Borrowed(entity)),
            None => Graph::entity(self.graph, id).map(|view| Cow::Borrowed(view.entity())),
        }
    }

    fn lookalikes(&self, kind: EntityKind, text: &str) -> Vec<Lookalike> {
        let found = Resolve::lookalikes(&self.graph, kind, text);
        found.into_iter().filter(|found| Some(found.id) != self.own && !(self.identified && found.is_slug)).collect()
    }
}

/// Whether the graph has an entity of this name, of whatever kind.
fn stands(graph: &Graph, text: &str, kinds: &[EntityKind]) -> bool {
    if let Ok(reference) = text.parse::<EntityRef>() {
        return graph.find(&reference).is_some();
    }
    if let Ok(id) = text.parse::<EntityId>() {
        return graph.entity(id).is_some();
    }
    let Ok(slug) = text.parse::<Slug>() else { return true };
    kinds.iter().any(|kind| graph.find(&EntityRef { kind: *kind, slug: slug.clone() }).is_some())
}

/// The statement that a text names, be it there or not.
fn edge_named(text: &str) -> Option<EdgeId> {
    match text.parse() {
        Ok(id) => Some(id),
        Err(_) => is_key(text).then(|| EdgeId::of_key(text)),
    }
}

/// Whether a text can be the key of a line.
pub(crate) fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len()) && !text.chars().any(char::is_control) && text.trim() == text
}
