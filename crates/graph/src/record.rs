//! An edge as the graph holds it: 80 bytes and what it shares with others.

use std::collections::HashSet;
use std::convert::Infallible;
use std::hash::Hash;
use std::sync::Arc;

use pledgegraph_model::{
    Attribution, Code, Commitment, Conditions, Date, Edge, EdgeDetail, EdgeId, EdgeKind, EntityId, Evidence,
    Explicitness, Link, Modality, Polarity, Rank, Stamp, Text, Value, search_key, words,
};

use crate::node::{Incidence, Node};

/// An edge. What many edges have alike stands behind an `Arc` and is shared when the graph is loaded.
#[derive(Debug, Clone)]
pub(crate) struct EdgeRecord {
    pub(crate) id: EdgeId,
    pub(crate) subject: Node,
    pub(crate) object: Node,
    pub(crate) polarity: Polarity,
    pub(crate) modality: Modality,
    pub(crate) rank: Rank,
    pub(crate) hash: u64,
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) detail: Arc<EdgeDetail<Node>>,
    pub(crate) evidence: Arc<[Evidence<Node>]>,
    /// Dates and links, where there are any.
    pub(crate) circumstances: Option<Arc<Circumstances>>,
}

/// When it was said and holds, and how it bears on other statements.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Circumstances {
    pub(crate) said_at: Date,
    pub(crate) valid_from: Date,
    pub(crate) valid_until: Date,
    pub(crate) links: Vec<Link>,
}

pub(crate) static NO_CIRCUMSTANCES: Circumstances =
    Circumstances { said_at: Date::UNKNOWN, valid_from: Date::UNKNOWN, valid_until: Date::UNKNOWN, links: Vec::new() };

/// Values that were seen before, so that equal ones are held once.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    details: HashSet<Arc<EdgeDetail<Node>>>,
    evidence: HashSet<Arc<[Evidence<Node>]>>,
    chains: HashSet<Arc<[Attribution<Node>]>>,
    circumstances: HashSet<Arc<Circumstances>>,
    conditions: HashSet<Arc<Conditions<Node>>>,
    stamps: HashSet<Arc<Stamp>>,
}

fn intern<T: Hash + Eq + ?Sized>(known: &mut HashSet<Arc<T>>, value: Arc<T>) -> Arc<T> {
    if let Some(same) = known.get(&value) {
        return Arc::clone(same);
    }
    known.insert(Arc::clone(&value));
    value
}

impl EdgeRecord {
    /// Takes an edge in; `None` when it names an entity that `node` does not know.
    pub(crate) fn new(
        edge: Edge,
        hash: u64,
        stamp: Stamp,
        node: impl Fn(EntityId) -> Option<Node>,
        interner: &mut Interner,
    ) -> Option<Self> {
        let edge = edge.try_map(|id| node(id).ok_or(()), Ok).ok()?;
        let circumstances = Circumstances {
            said_at: edge.said_at,
            valid_from: edge.valid_from,
            valid_until: edge.valid_until,
            links: edge.links,
        };
        let circumstances =
            (circumstances != NO_CIRCUMSTANCES).then(|| intern(&mut interner.circumstances, Arc::new(circumstances)));
        let evidence: Vec<_> = edge
            .evidence
            .into_iter()
            .map(|mut piece| {
                piece.quotation = None;
                piece.attribution = intern(&mut interner.chains, piece.attribution);
                piece
            })
            .collect();
        let mut detail = edge.detail;
        if let EdgeDetail::Commitment(Commitment { conditions: Some(conditions), .. }) = &mut detail {
            *conditions = intern(&mut interner.conditions, Arc::clone(conditions));
        }
        Some(Self {
            id: edge.id,
            subject: edge.subject,
            object: edge.object,
            polarity: edge.polarity,
            modality: edge.modality,
            rank: edge.rank,
            hash,
            stamp: intern(&mut interner.stamps, Arc::new(stamp)),
            detail: intern(&mut interner.details, Arc::new(detail)),
            evidence: intern(&mut interner.evidence, evidence.into()),
            circumstances,
        })
    }

    /// Back to the form of the model, without quotations.
    pub(crate) fn to_edge(&self, id: impl Fn(Node) -> EntityId) -> Edge {
        let circumstances = self.circumstances();
        let edge = Edge {
            id: self.id,
            subject: self.subject,
            detail: EdgeDetail::clone(&self.detail),
            object: self.object,
            polarity: self.polarity,
            modality: self.modality,
            rank: self.rank,
            said_at: circumstances.said_at.clone(),
            valid_from: circumstances.valid_from.clone(),
            valid_until: circumstances.valid_until.clone(),
            evidence: self.evidence.to_vec(),
            links: circumstances.links.clone(),
        };
        let mapped: Result<_, Infallible> = edge.try_map(|node| Ok(id(node)), Ok);
        match mapped {
            Ok(edge) => edge,
            Err(never) => match never {},
        }
    }

    pub(crate) fn kind(&self) -> EdgeKind {
        self.detail.kind()
    }

    /// Whether it can be a link of a hierarchy, as the database sees it: asserted, and not known to be wrong.
    pub(crate) fn makes_hierarchy(&self) -> bool {
        self.polarity == Polarity::Asserted && self.rank != Rank::Deprecated
    }

    /// Whether it holds from or until a stated day.
    pub(crate) fn is_bounded(&self) -> bool {
        let circumstances = self.circumstances();
        circumstances.valid_from.edtf.is_some() || circumstances.valid_until.edtf.is_some()
    }

    pub(crate) fn circumstances(&self) -> &Circumstances {
        self.circumstances.as_deref().unwrap_or(&NO_CIRCUMSTANCES)
    }

    /// Every node that the edge touches, with what the node is to it; without repeats.
    pub(crate) fn incidences(&self) -> Vec<(Node, Incidence)> {
        let kind = self.kind();
        let mut found = vec![(self.subject, Incidence::Subject(kind)), (self.object, Incidence::Object(kind))];
        match &*self.detail {
            EdgeDetail::Commitment(commitment) => {
                if let Some(conditions) = &commitment.conditions {
                    let leaves = conditions.root.leaves();
                    found.extend(leaves.into_iter().map(|(node, how)| (*node, Incidence::Condition(how))));
                }
                found.extend(commitment.coalition.map(|n| (n, Incidence::Coalition)));
                found.extend(commitment.meeting.map(|n| (n, Incidence::Meeting)));
                found.extend(commitment.place.map(|n| (n, Incidence::Place)));
                found.extend(commitment.acting_through.map(|n| (n, Incidence::ActingThrough)));
            }
            EdgeDetail::Attendance(attendance) => found.extend(attendance.place.map(|n| (n, Incidence::Place))),
            EdgeDetail::Request(request) => found.extend(request.acting_through.map(|n| (n, Incidence::ActingThrough))),
            _ => {}
        }
        for piece in self.evidence.iter() {
            found.push((piece.source, Incidence::Source));
            found.extend(piece.attribution.iter().filter_map(|link| Some((link.agent?, Incidence::Agent))));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether any leaf of the condition tree is explicit, and whether any is implied.
    pub(crate) fn leaf_explicitness(&self) -> Vec<Explicitness> {
        let conditions = self.detail.commitment().and_then(|c| c.conditions.as_ref());
        let leaves = conditions.map(|c| c.root.leaves()).unwrap_or_default();
        Explicitness::ALL.iter().copied().filter(|how| leaves.iter().any(|(_, h)| h == how)).collect()
    }

    /// The words of its texts, as search keys, without repeats.
    pub(crate) fn words(&self) -> Vec<Box<str>> {
        let mut found: Vec<Box<str>> = Vec::new();
        let mut take = |text: &Text| {
            for (_, value) in text.iter() {
                found.extend(words(&search_key(value)).map(Box::from));
            }
        };
        for (_, value) in self.detail.values() {
            match value {
                Value::Text(text) => take(text),
                Value::Texts(texts) => texts.iter().for_each(&mut take),
                _ => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an edge costs; a field more is worth a thought.
    #[test]
    fn sizes() {
        assert_eq!(size_of::<Option<EdgeRecord>>(), 80);
        assert!(size_of::<EdgeDetail<Node>>() <= 72, "{}", size_of::<EdgeDetail<Node>>());
        assert!(size_of::<Evidence<Node>>() <= 56, "{}", size_of::<Evidence<Node>>());
    }
}
