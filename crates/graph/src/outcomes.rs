//! Which outcomes of a condition stand.

use std::collections::BTreeMap;

use pledgegraph_model::{Date, EdgeDetail, EdgeKind, OutcomeValue, Rank};

use crate::counted::Counted;
use crate::node::{Incidence, Node};
use crate::positions::latest;
use crate::{EdgeView, Graph};

impl Graph {
    /// The outcomes of a condition that stand, by slot: those that count, and of each actor the latest. "Unmet", said in May,
    /// does not stand beside "met since June" of another actor: it was said before that moment, and does not contradict it.
    /// Where any is preferred, only preferred ones stand.
    pub(crate) fn standing_outcomes(&self, condition: Node, counted: &Counted) -> Vec<(u32, OutcomeValue)> {
        let group = self.record(condition).and_then(|r| r.group(Incidence::Object(EdgeKind::Outcome)));
        let slots = group.into_iter().flat_map(|slots| slots.iter());
        let mut by_actor: BTreeMap<Node, Vec<_>> = BTreeMap::new();
        for (slot, view) in slots.filter_map(|slot| Some((slot, self.view(slot)?))) {
            let begun = |since: &Date| since.earliest().is_none_or(|first| first <= counted.day);
            let EdgeDetail::Outcome(outcome) = view.detail() else { continue };
            if counted.takes(self, slot, view.record) && outcome.since.as_ref().is_none_or(begun) {
                by_actor.entry(view.record.subject).or_default().push(view);
            }
        }
        // An outcome has begun when its `since` has, whenever it was said.
        let mut standing: Vec<_> =
            by_actor.into_values().flat_map(|statements| latest(statements, |_| true).0).collect();
        if standing.iter().any(|view| view.rank() == Rank::Preferred) {
            standing.retain(|view| view.rank() == Rank::Preferred);
        }
        let outcome = |view: &EdgeView<'_>| match view.detail() {
            EdgeDetail::Outcome(outcome) => Some((self.slot(view.id())?, outcome.clone())),
            _ => None,
        };
        let since = |value| {
            let all = standing.iter().filter_map(outcome).filter(move |(_, outcome)| outcome.value != value);
            all.filter_map(|(_, outcome)| outcome.since?.earliest()).max()
        };
        let opposed = [since(OutcomeValue::Met), since(OutcomeValue::Unmet)];
        let kept = standing.iter().filter_map(|view| {
            let (slot, outcome) = outcome(view)?;
            let said = view.order().and_then(|order| order.last);
            let overtaken =
                matches!((said, opposed[outcome.value as usize]), (Some(said), Some(since)) if said < since);
            (!overtaken).then_some((slot, outcome.value))
        });
        kept.collect()
    }
}
