//! Standings found anew for a day, and again where a commit or another day may have changed them.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use imbl::OrdMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use pledgegraph_model::{Code, LinkType, Polarity, Standing};

use super::Rule;
use super::kept::{Standings, Touched};
use super::matters;
use super::same::says_the_same;
use crate::Graph;
use crate::force::kept::KeptForce;
use crate::node::{Incidence, Node};
use crate::parts::kept::KeptParts;
use crate::postings::Postings;
use crate::record::EdgeRecord;

/// The standings of some slots: by [`Standing`], and on which day each may change.
struct Stood {
    lists: Vec<Vec<u32>>,
    due: Vec<(u32, NaiveDate)>,
}

impl Graph {
    /// Finds all standings anew for a day, on all processors. O(statements), and what their actors say on the same matters.
    pub(crate) fn stand_anew(&mut self, day: NaiveDate) {
        self.standings = Standings::none(day);
        self.parts = KeptParts::default();
        self.standings.cycles = self.cycles_of_supersedes();
        let parts = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let size = u32::try_from(self.edges.len().div_ceil(parts)).unwrap_or(u32::MAX).max(1);
        let graph = &*self;
        let found: Vec<Stood> = std::thread::scope(|scope| {
            let begins = (0..u32::try_from(self.edges.len()).unwrap_or(u32::MAX)).step_by(size as usize);
            let work = |first: u32| scope.spawn(move || graph.stand_from(first, size, day));
            let all: Vec<_> = begins.map(work).collect();
            // A part that panicked has left its message; the graph would not be what it says.
            all.into_iter().map(|part| part.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))).collect()
        });
        let mut lists = vec![Vec::new(); Standing::ALL.len()];
        let mut due = Vec::new();
        for part in found {
            lists.iter_mut().zip(part.lists).for_each(|(list, own)| list.extend(own));
            due.extend(part.due);
        }
        self.standings.lists = lists.iter().map(|list| Postings::from_sorted(list)).collect();
        self.standings.due = due.into_iter().collect();
    }

    /// The standings of so many slots from one on.
    fn stand_from(&self, first: u32, count: u32, day: NaiveDate) -> Stood {
        let mut found = Stood { lists: vec![Vec::new(); Standing::ALL.len()], due: Vec::new() };
        for slot in first..first.saturating_add(count) {
            let Some(edge) = self.edge_record(slot) else { continue };
            let rule = Rule::new(self, day);
            found.lists[rule.standing(slot, edge, &[]).index()].push(slot);
            found.due.extend(rule.next().map(|next| (slot, next)));
        }
        found
    }

    /// The same graph on another day: what changes with the day alone is looked at again. O(what changes).
    pub fn turn(&mut self, day: NaiveDate) {
        // What has ended may have been a condition of much; the day changes seldom.
        self.force = KeptForce::with_room(self.edges.len());
        self.parts = KeptParts::default();
        if day < self.day() {
            return self.stand_anew(day);
        }
        let due: Vec<u32> =
            self.standings.due.iter().filter(|(_, next)| **next <= day).map(|(slot, _)| *slot).collect();
        self.standings.day = day;
        self.stand_again(due);
    }

    fn stand_again(&mut self, slots: impl IntoIterator<Item = u32>) {
        for slot in slots {
            let rule = Rule::new(self, self.day());
            let standing = self.edge_record(slot).map(|edge| rule.standing(slot, edge, &[]));
            let due = rule.next();
            self.standings.put(slot, standing, due);
        }
    }

    /// Looks again at what a commit may have changed: the statements touched, and those that they bear on now or did before.
    /// `sources`: documents whose publication changed. Returns the slots that were looked at.
    pub(crate) fn stand_after(&mut self, touched: &[Touched], sources: &[Node]) -> BTreeSet<u32> {
        let mut actors: BTreeSet<u32> = touched.iter().map(|touched| touched.slot).collect();
        for source in sources {
            let group = self.record(*source).and_then(|record| record.group(Incidence::Source));
            actors.extend(group.into_iter().flat_map(|slots| slots.iter()));
        }
        let before: HashMap<u32, &EdgeRecord> =
            touched.iter().filter_map(|touched| Some((touched.slot, touched.before.as_ref()?))).collect();
        self.renew_cycles(touched, &mut actors);
        // A withdrawal that says what it supersedes takes back that alone, and one that is superseded takes back nothing. So
        // when the statement at the other end of such a link changes, or goes, the withdrawal may take back more or less
        // than before, though nobody touched it.
        for slot in actors.clone() {
            for record in before.get(&slot).copied().into_iter().chain(self.edge_record(slot)) {
                actors.extend(self.linked(record, |link| link == LinkType::Supersedes));
            }
        }
        let mut looked_at = actors.clone();
        for slot in actors {
            for record in before.get(&slot).copied().into_iter().chain(self.edge_record(slot)) {
                looked_at.extend(self.borne_on(record));
            }
        }
        self.stand_again(looked_at.iter().copied());
        looked_at
    }

    /// The statements at the other end of links of some types, in either direction.
    fn linked(&self, record: &EdgeRecord, of: impl Fn(LinkType) -> bool) -> Vec<u32> {
        let own = record.circumstances().links.iter().map(|link| (link.edge, link.link_type));
        let others = self.links_to.get(&record.id).into_iter().flat_map(|links| links.iter().copied());
        own.chain(others).filter(|(_, link)| of(*link)).filter_map(|(id, _)| self.slot(id)).collect()
    }

    /// The statements whose standing may hang on this one.
    fn borne_on(&self, record: &EdgeRecord) -> Vec<u32> {
        let mut found = self.linked(record, |link| link != LinkType::About && link != LinkType::Supports);
        if let Some(commitment) = record.detail.commitment() {
            found.extend(self.covered(record, commitment).into_iter().map(|(slot, ..)| slot));
        }
        if record.polarity == Polarity::Denied {
            let group = |node: Node, incidence| self.record(node).and_then(|r| r.group(incidence));
            let ends = group(record.subject, Incidence::Subject(record.kind()))
                .zip(group(record.object, Incidence::Object(record.kind())));
            if let Some((subject, object)) = ends {
                let (few, many) = if subject.len() < object.len() { (subject, object) } else { (object, subject) };
                let both = few.iter().filter(|slot| many.contains(*slot));
                let same = |slot: &u32| self.edge_record(*slot).is_some_and(|other| says_the_same(record, other));
                found.extend(both.filter(same));
            }
        }
        found
    }

    /// Finds cycles again where links changed; takes in what is newly in one, or no longer.
    fn renew_cycles(&mut self, touched: &[Touched], changed: &mut BTreeSet<u32>) {
        let supersedes = |record: &EdgeRecord| {
            record.circumstances().links.iter().any(|link| link.link_type == LinkType::Supersedes)
        };
        // A cycle through a statement leads to it and from it.
        let suspicious = touched.iter().any(|touched| {
            let new = self.edge_record(touched.slot).is_some_and(|record| {
                let targets = self.links_to.get(&record.id).into_iter().flat_map(|links| links.iter());
                supersedes(record) && targets.into_iter().any(|(_, link)| *link == LinkType::Supersedes)
            });
            new || self.standings.cycles.contains_key(&touched.slot)
        });
        if !suspicious {
            return;
        }
        let cycles = self.cycles_of_supersedes();
        let moved = |one: &OrdMap<u32, u32>, other: &OrdMap<u32, u32>| {
            one.iter()
                .filter(|(slot, cycle)| other.get(*slot) != Some(*cycle))
                .map(|(slot, _)| *slot)
                .collect::<Vec<_>>()
        };
        changed.extend(moved(&cycles, &self.standings.cycles));
        changed.extend(moved(&self.standings.cycles, &cycles));
        self.standings.cycles = cycles;
    }

    /// Statements that supersede each other in a cycle, each with the first of it. O(links): strongly connected components.
    fn cycles_of_supersedes(&self) -> OrdMap<u32, u32> {
        let mut graph: DiGraph<u32, ()> = DiGraph::new();
        let mut known: HashMap<u32, NodeIndex> = HashMap::new();
        for (target, links) in &self.links_to {
            let Some(to) = self.slot(*target) else { continue };
            for (id, _) in links.iter().filter(|(_, link)| *link == LinkType::Supersedes) {
                let Some(from) = self.slot(*id) else { continue };
                let [from, to] = [from, to].map(|slot| *known.entry(slot).or_insert_with(|| graph.add_node(slot)));
                graph.add_edge(from, to, ());
            }
        }
        let cyclic = |component: &Vec<NodeIndex>| {
            component.len() > 1 || component.iter().any(|node| graph.contains_edge(*node, *node))
        };
        let mut cycles = OrdMap::new();
        for component in kosaraju_scc(&graph).into_iter().filter(cyclic) {
            let slots: Vec<u32> = component.into_iter().map(|node| graph[node]).collect();
            let Some(first) = slots.iter().min().copied() else { continue };
            cycles.extend(slots.into_iter().map(|slot| (slot, first)));
        }
        cycles
    }

    /// What all actors say and what is denied, found anew.
    pub(crate) fn matters_anew(&mut self) {
        let (mut all, mut denials) = (Vec::new(), Vec::new());
        for (slot, edge) in (0u32..).zip(&self.edges).filter_map(|(slot, edge)| Some((slot, edge.as_ref()?))) {
            all.extend(matters::places(slot, edge));
            denials.extend((edge.polarity == Polarity::Denied).then(|| matters::denial(edge, slot)));
        }
        all.sort_unstable();
        denials.sort_unstable();
        (self.matters, self.denials) = (all.into_iter().collect(), denials.into_iter().collect());
    }
}
