//! The positions of actors as the evaluation of conditions needs them: each actor's statements are sorted once.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;
use pledgegraph_model::{Capability, EdgeKind, Mission, Modality, Polarity, Stance, StanceSet};

use crate::Graph;
use crate::node::{Incidence, Node};
use crate::positions::latest;
use crate::record::EdgeRecord;

/// Which statements count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    /// The modalities; empty = own and reported statements.
    pub(crate) modalities: Vec<Modality>,
    /// Only statements that may hold on this day.
    pub(crate) valid_at: Option<NaiveDate>,
}

impl Counted {
    /// Whether a statement counts as the word of its subject.
    pub(crate) fn takes(&self, edge: &EdgeRecord) -> bool {
        let counts = match self.modalities.as_slice() {
            [] => edge.modality.counts(),
            some => some.contains(&edge.modality),
        };
        counts && edge.polarity == Polarity::Asserted && self.holds(edge)
    }

    /// Whether a statement may hold on the day.
    pub(crate) fn holds(&self, edge: &EdgeRecord) -> bool {
        self.valid_at.is_none_or(|day| edge.holds_on(day, false))
    }
}

/// What an actor says on one capability and mission now.
#[derive(Debug)]
pub(crate) struct Matter {
    pub(crate) capability: Capability,
    /// The statements that stand, by slot, each with its stance.
    pub(crate) current: Vec<(u32, Stance)>,
}

impl Matter {
    /// The statements that stand and reach a stance.
    pub(crate) fn reaching(&self, least: Stance) -> impl Iterator<Item = u32> + '_ {
        self.current.iter().filter(move |(_, stance)| stance.at_least(least)).map(|(slot, _)| *slot)
    }

    /// Whether a statement that stands is negative.
    pub(crate) fn is_negative(&self) -> bool {
        self.current.iter().any(|(_, stance)| StanceSet::Negative.contains(*stance))
    }

    /// Whether every statement that stands is negative, so that all earlier ones are taken back.
    fn takes_back(&self) -> bool {
        self.current.iter().all(|(_, stance)| StanceSet::Negative.contains(*stance))
    }
}

/// All matters of an actor.
#[derive(Debug, Default)]
pub(crate) struct Matters {
    by_matter: BTreeMap<(Capability, Mission), Matter>,
}

impl Matters {
    /// The matters within a capability.
    pub(crate) fn within(&self, capability: Capability) -> impl Iterator<Item = &Matter> {
        self.by_matter.values().filter(move |matter| matter.capability.is_within(capability))
    }

    /// Whether what the actor says now takes a statement on this matter back.
    pub(crate) fn take_back(&self, slot: u32, capability: Capability, mission: Mission) -> bool {
        let matter = self.by_matter.get(&(capability, mission));
        matter.is_some_and(|m| m.takes_back() && m.current.iter().all(|(current, _)| *current != slot))
    }
}

/// The matters of the actors that were asked for so far.
#[derive(Debug)]
pub(crate) struct Standings<'g> {
    graph: &'g Graph,
    counted: Counted,
    known: HashMap<Node, Rc<Matters>>,
}

impl<'g> Standings<'g> {
    pub(crate) fn new(graph: &'g Graph, counted: Counted) -> Self {
        Self { graph, counted, known: HashMap::new() }
    }

    pub(crate) fn counted(&self) -> &Counted {
        &self.counted
    }

    /// The matters of an actor. O(its commitments) the first time.
    pub(crate) fn of(&mut self, actor: Node) -> Rc<Matters> {
        if let Some(known) = self.known.get(&actor) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.sort(actor));
        self.known.insert(actor, Rc::clone(&found));
        found
    }

    fn sort(&self, actor: Node) -> Matters {
        let mut statements: BTreeMap<(Capability, Mission), Vec<_>> = BTreeMap::new();
        let group = self.graph.record(actor).and_then(|r| r.group(Incidence::Subject(EdgeKind::Commitment)));
        for slot in group.into_iter().flat_map(|slots| slots.iter()) {
            let Some(view) = self.graph.view(slot).filter(|view| self.counted.takes(view.record)) else { continue };
            if let Some(commitment) = view.detail().commitment() {
                statements.entry((commitment.capability, commitment.mission)).or_default().push((slot, view));
            }
        }
        let by_matter = statements.into_iter().map(|(key, statements)| {
            let slots: HashMap<_, u32> = statements.iter().map(|(slot, view)| (view.id(), *slot)).collect();
            let (current, _) = latest(statements.into_iter().map(|(_, view)| view).collect());
            let current =
                current.iter().filter_map(|view| Some((*slots.get(&view.id())?, view.detail().commitment()?.stance)));
            (key, Matter { capability: key.0, current: current.collect() })
        });
        Matters { by_matter: by_matter.collect() }
    }
}
