//! What hangs on what, backwards: from conditions and statements to the commitments that hang on them.

use std::collections::{BTreeSet, HashSet};

use pledgegraph_model::{
    Capability, Code, Commitment, ConditionTest, EdgeDetail, EntityId, EntityKind, Explicitness, Stance,
};

use super::conditions::Tests;
use crate::Graph;
use crate::node::{Incidence, Node};
use crate::record::EdgeRecord;

/// What has been reached so far, and what has still to be looked at.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    pub(crate) commitments: BTreeSet<u32>,
    pub(crate) conditions: HashSet<Node>,
    waiting: Vec<Node>,
}

impl Reached {
    /// Takes a condition in.
    pub(crate) fn condition(&mut self, node: Node) {
        if self.conditions.insert(node) {
            self.waiting.push(node);
        }
    }
}

impl Graph {
    /// The test of a condition.
    pub(crate) fn test_of(&self, condition: Node) -> Option<&ConditionTest<EntityId>> {
        self.record(condition)?.entity.detail.test()
    }

    /// The commitments with a condition in their trees, by slot; perhaps twice.
    pub(crate) fn hanging_on(&self, condition: Node) -> impl Iterator<Item = u32> + '_ {
        let record = self.record(condition);
        Explicitness::ALL.iter().flat_map(move |explicitness| {
            let group = record.and_then(|record| record.group(Incidence::Condition(*explicitness)));
            group.into_iter().flat_map(|slots| slots.iter())
        })
    }

    /// The conditions whose tests look at a commitment of this actor on this capability.
    pub(crate) fn looking_at(&self, actor: Node, capability: Capability) -> Vec<Node> {
        let tested = |node: &Node| self.test_of(*node).map(|test| test.capability);
        let own = self.record(actor).into_iter().flat_map(|record| self.tests.of_actor(record.entity.id));
        let own = own.filter(|node| tested(node).is_some_and(|tested| capability.is_within(tested)));
        // What a member of a group says on more, or on less, may take it out of what the group pledges.
        let related = |tested: Capability| {
            capability == Capability::Unspecified || capability.is_within(tested) || tested.is_within(capability)
        };
        own.chain(self.tests.of_all().filter(|node| tested(node).is_some_and(related))).collect()
    }

    /// Everything that hangs on a commitment of a record, or on its outcome or part, directly. `settled`: whether the test of a
    /// condition holds whatever becomes of it.
    pub(super) fn reach_from(&self, record: &EdgeRecord, reached: &mut Reached, settled: &impl Fn(Node) -> bool) {
        let mut looking = |conditions: &mut dyn Iterator<Item = Node>| {
            conditions.filter(|node| !settled(*node)).for_each(|node| reached.condition(node));
        };
        match &*record.detail {
            EdgeDetail::Commitment(commitment) => {
                looking(&mut self.looking_at(record.subject, commitment.capability).into_iter());
            }
            // Whom a group counts for.
            EdgeDetail::PartOf(_) => looking(&mut self.tests.of_all()),
            EdgeDetail::Outcome(_) => reached.condition(record.object),
            _ => {}
        }
    }

    /// The conditions whose tests hang on what a pledge comes to: it is on what they test, and reaches their stance. What
    /// says less decides nothing, whether or not it is in force. `of_all`: whether tests of all actors are asked for too.
    fn decided_by(
        &self,
        pledge: &EdgeRecord,
        commitment: &Commitment<Node>,
        of_all: bool,
    ) -> impl Iterator<Item = Node> + '_ {
        let own = self.record(pledge.subject).into_iter().flat_map(|record| self.tests.of_actor(record.entity.id));
        let (capability, stance) = (commitment.capability, commitment.stance);
        own.chain(self.tests.of_all().filter(move |_| of_all)).filter(move |node| {
            let test = self.test_of(*node);
            test.is_some_and(|test| capability.is_within(test.capability) && stance.at_least(test.min_stance))
        })
    }

    /// Follows what hangs on the conditions reached: from a ceasefire to the pledges that hang on it, from those to the
    /// conditions whose tests look at such pledges ("three countries have pledged forces"), and on, to the end or until there
    /// are `most` commitments; whether it ended. `may_decide`: whether a commitment can decide a test at all; `settled`:
    /// whether the test of a condition holds anyway, so that nothing need be followed through it.
    pub(crate) fn reach_on(
        &self,
        reached: &mut Reached,
        most: usize,
        may_decide: &impl Fn(u32, &EdgeRecord) -> bool,
        settled: &impl Fn(Node) -> bool,
    ) -> bool {
        // A test of all actors asks who pledges a capability, how firmly. So of pledges alike in both the first leads to all
        // conditions with such tests.
        let mut seen: HashSet<(Capability, Stance)> = HashSet::new();
        while let Some(condition) = reached.waiting.pop() {
            for slot in self.hanging_on(condition) {
                if reached.commitments.len() > most {
                    return false;
                }
                let record = self.edge_record(slot).filter(|_| reached.commitments.insert(slot));
                let said = record.and_then(|record| Some((record, record.detail.commitment()?)));
                let is_positive = |own: &Commitment<Node>| own.stance.rank().is_some_and(|rank| rank >= 1);
                let Some((record, own)) = said.filter(|(_, own)| is_positive(own)) else { continue };
                let alike = (own.capability, own.stance);
                let is_new = |node: &Node| !reached.conditions.contains(node) && !settled(*node);
                let decided: Vec<Node> = self.decided_by(record, own, !seen.contains(&alike)).filter(is_new).collect();
                if decided.is_empty() || may_decide(slot, record) {
                    seen.insert(alike);
                    for node in decided {
                        reached.condition(node);
                    }
                }
            }
        }
        true
    }

    /// The tests of all conditions, found anew.
    pub(crate) fn tests_anew(&self) -> Tests {
        let mut tests = Tests::default();
        for number in self.kinds[EntityKind::Condition.index()].iter() {
            if let Some(record) = self.record(Node::new(number)) {
                tests.change(Node::new(number), &record.entity, true);
            }
        }
        tests
    }
}
