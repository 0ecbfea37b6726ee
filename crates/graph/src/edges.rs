//! Lists of edges.

use std::cell::Cell;

use pledgegraph_model::{Code, EdgeId, Standing};

use crate::Graph;
use crate::counted::Counted;
use crate::filter::{EdgeQuery, Page, Total};
use crate::plan::Plan;
use crate::select::{COUNT_BUDGET, Select};
use crate::view::EdgeView;

/// A page of edges.
#[derive(Debug)]
pub struct EdgePage<'g> {
    /// The edges.
    pub items: Vec<EdgeView<'g>>,
    /// Whether more follow.
    pub more: bool,
    /// How many there are in all.
    pub total: Total,
    /// How many edge records were looked at.
    pub visited: u64,
}

impl Graph {
    /// The edges that are asked for, in the order of recording.
    ///
    /// What indexes tell costs O(edges / 64 x clauses) word operations at most and looks at no record; see
    /// [`EdgePage::visited`] for what was looked at.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{EdgeQuery, Page};
    /// use pledgegraph_model::{Capability, EdgeKind, Stance, Where};
    ///
    /// let backing = graph.find(&"condition:us-backing".parse()?).expect("an entity").id();
    /// let which = Where {
    ///     capability: vec![Capability::MilitaryForces],
    ///     stance_min: Some(Stance::Willing),
    ///     condition: vec![backing],
    ///     ..Where::all()
    /// };
    /// let query = EdgeQuery::of(&[EdgeKind::Commitment], which);
    /// let page = graph.edges(&query, Page::first(2));
    /// let pledgers: Vec<&str> = page.items.iter().map(|edge| edge.subject().label("en").0).collect();
    /// assert_eq!(pledgers, ["Australia", "France"]);
    /// assert_eq!((page.more, page.total.value), (true, 3));
    ///
    /// let last = page.items.last().map(|edge| edge.id());
    /// let rest = graph.edges(&query, Page::following(last, 2));
    /// assert_eq!(rest.items[0].subject().label("en").0, "United Kingdom");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn edges(&self, query: &EdgeQuery, page: Page<EdgeId>) -> EdgePage<'_> {
        let plan = query.plan();
        let select = Select { clauses: plan.clauses(self), page: page.and_then(|id| self.slot(id)) };
        let test = |slot: u32| plan.passes(self, slot);
        let selection = select.run(plan.needs_records(self).then_some(test));
        EdgePage {
            items: selection.numbers.iter().filter_map(|slot| self.view(*slot)).collect(),
            more: selection.more,
            total: selection.total,
            visited: selection.visited,
        }
    }

    /// The slots of all edges that a plan lets through, ascending.
    pub(crate) fn slots(&self, plan: Plan<'_>) -> Vec<u32> {
        let select = Select { clauses: plan.clauses(self), page: Page::first(usize::MAX) };
        let test = |slot: u32| plan.passes(self, slot);
        select.run(plan.needs_records(self).then_some(test)).numbers
    }

    /// What is left out because it does not count, by standing; `false`: counting stopped at its budget.
    ///
    /// O(what does not count) on the day of the graph, else as much as the list itself, once for all standings.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{EdgeQuery, Page};
    /// use pledgegraph_model::{Capability, EdgeKind, Stance, Standing, Where};
    ///
    /// // One declining is on record; others concede it, so it is not the group's own word.
    /// let which =
    ///     Where { capability: vec![Capability::MilitaryForces], stance: vec![Stance::Declined], ..Where::all() };
    /// let query = EdgeQuery::of(&[EdgeKind::Commitment], which).counting(graph.day());
    /// assert!(graph.edges(&query, Page::first(10)).items.is_empty());
    /// assert_eq!(graph.set_aside(&query), (vec![(Standing::NotCounted, 1)], true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_aside(&self, query: &EdgeQuery) -> (Vec<(Standing, u64)>, bool) {
        let Some(counted) = &query.counted else { return (Vec::new(), true) };
        if counted.day != self.day() {
            return self.set_aside_on_another_day(query, counted);
        }
        let (mut found, mut exact) = (Vec::new(), true);
        for standing in Standing::ALL.iter().copied().filter(|standing| !counted.takes_standing(*standing)) {
            if counted.has_usual_modalities() && self.standings.list(standing).is_empty() {
                continue;
            }
            let only = Counted { standings: vec![standing], ..counted.clone() };
            let total = self.edges(&query.clone().counted(only), Page::first(0)).total;
            exact &= total.exact;
            found.extend((total.value > 0).then_some((standing, total.value)));
        }
        (found, exact)
    }

    /// The same where the rule finds each standing. Of each that was seen, counting stops when the budget is spent; the others
    /// are looked for until the end.
    fn set_aside_on_another_day(&self, query: &EdgeQuery, counted: &Counted) -> (Vec<(Standing, u64)>, bool) {
        let others = query.plan().uncounted();
        let left_out = |standing: &&Standing| !counted.takes_standing(**standing);
        let tallies: Vec<(Standing, Cell<u64>)> =
            Standing::ALL.iter().filter(left_out).map(|standing| (*standing, Cell::new(0))).collect();
        if tallies.is_empty() {
            return (Vec::new(), true);
        }
        let (visited, exact) = (Cell::new(0), Cell::new(true));
        let is_told = |tally: &Cell<u64>| visited.get() > COUNT_BUDGET && tally.get() > 0;
        // Lets nothing through while anything is to be told, so that the walk goes on.
        let test = |slot: u32| {
            exact.set(exact.get() && !tallies.iter().any(|(_, tally)| is_told(tally)));
            let edge = self.edge_record(slot).filter(|_| others.passes(self, slot));
            let standing = edge.map(|edge| counted.standing_of(self, slot, edge));
            let of = tallies.iter().find(|(of, _)| Some(*of) == standing);
            if let Some((_, tally)) = of.filter(|(_, tally)| !is_told(tally)) {
                tally.set(tally.get() + 1);
            }
            visited.set(visited.get() + 1);
            tallies.iter().all(|(_, tally)| is_told(tally))
        };
        let walk = Select { clauses: query.plan().clauses(self), page: Page::first(0) }.run(Some(test));
        let exact = exact.get() && walk.total.exact;
        let found = tallies.into_iter().map(|(standing, tally)| (standing, tally.get()));
        (found.filter(|(_, count)| *count > 0).collect(), exact)
    }

    /// Whether what is asked by what statements touch is answered from lists at hand, in no more than O(edges / 64) word
    /// operations a list: no record is tested, no text searched, and no part of a whole looked for.
    pub fn is_at_hand(&self, query: &EdgeQuery) -> bool {
        query.plan().is_at_hand(self)
    }
}
