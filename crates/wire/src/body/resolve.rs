//! What the references of a draft refer to.

use std::borrow::Cow;

use pledgegraph_graph::Graph;
use pledgegraph_model::{EdgeId, Entity, EntityId, EntityKind, EntityRef};

use crate::request::references::{self, Miss};

/// Another entity whose name looks like a given one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookalike {
    /// The entity.
    pub(crate) id: EntityId,
    /// Its reference.
    pub(crate) reference: EntityRef,
    /// The name, alias or slug that looks like the given one.
    pub(crate) spelling: String,
    /// Whether that is a slug.
    pub(crate) is_slug: bool,
}

/// What a draft may refer to: a snapshot, or a snapshot and earlier lines of an import.
pub trait Resolve {
    /// The entity that a text refers to (`kind:slug`, an identifier, or a slug of one of `kinds`; empty = any), with its
    /// kind.
    fn entity(&self, text: &str, kinds: &[EntityKind]) -> Result<(EntityId, EntityKind), Miss>;

    /// The statement with this identifier.
    fn edge(&self, text: &str) -> Option<EdgeId>;

    /// The entity with this identifier.
    fn whole(&self, id: EntityId) -> Option<Cow<'_, Entity>>;

    /// The entities of a kind that have a name, an alias or a slug with the same skeleton (UTS 39) as `text`.
    fn lookalikes(&self, kind: EntityKind, text: &str) -> Vec<Lookalike> {
        let _ = (kind, text);
        Vec::new()
    }
}

impl Resolve for Graph {
    fn entity(&self, text: &str, kinds: &[EntityKind]) -> Result<(EntityId, EntityKind), Miss> {
        references::find(self, text, kinds).map(|found| (found.id(), found.kind()))
    }

    fn edge(&self, text: &str) -> Option<EdgeId> {
        text.parse().ok().filter(|id| Self::edge(self, *id).is_some())
    }

    fn whole(&self, id: EntityId) -> Option<Cow<'_, Entity>> {
        Self::entity(self, id).map(|view| Cow::Borrowed(view.entity()))
    }

    fn lookalikes(&self, kind: EntityKind, text: &str) -> Vec<Lookalike> {
        let found = Self::lookalikes(self, kind, text).into_iter();
        found
            .map(|(view, spelling, lang)| Lookalike {
                id: view.id(),
                reference: view.reference(),
                spelling: spelling.to_owned(),
                is_slug: lang == "und",
            })
            .collect()
    }
}

impl<R: Resolve + ?Sized> Resolve for &R {
    fn entity(&self, text: &str, kinds: &[EntityKind]) -> Result<(EntityId, EntityKind), Miss> {
        (**self).entity(text, kinds)
    }

    fn edge(&self, text: &str) -> Option<EdgeId> {
        (**self).edge(text)
    }

    fn whole(&self, id: EntityId) -> Option<Cow<'_, Entity>> {
        (**self).whole(id)
    }

    fn lookalikes(&self, kind: EntityKind, text: &str) -> Vec<Lookalike> {
        (**self).lookalikes(kind, text)
    }
}

/// What a draft that replaces an entity may refer to: its own names are no lookalikes.
pub struct Except<'r> {
    /// All that there is.
    pub within: &'r dyn Resolve,
    /// The entity that is replaced.
    pub own: EntityId,
}

impl Resolve for Except<'_> {
    fn entity(&self, text: &str, kinds: &[EntityKind]) -> Result<(EntityId, EntityKind), Miss> {
        self.within.entity(text, kinds)
    }

    fn edge(&self, text: &str) -> Option<EdgeId> {
        self.within.edge(text)
    }

    fn whole(&self, id: EntityId) -> Option<Cow<'_, Entity>> {
        self.within.whole(id)
    }

    fn lookalikes(&self, kind: EntityKind, text: &str) -> Vec<Lookalike> {
        let found = self.within.lookalikes(kind, text).into_iter();
        found.filter(|other| other.id != self.own).collect()
    }
}
