//! Fall-out: everything that depends on an actor, directly or through the pledges of others.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use pledgegraph_model::{Capability, EntityId, Stance, Standing};

use crate::Graph;
use crate::circuit::Var;
use crate::circuit::{Gate, NEVER};
use crate::counted::Counted;
use crate::deadlocks::Names;
use crate::dependence::DependenceBuilder;
use crate::dependence::found::{Dependence, Suppose};
use crate::force::reverse::Reached;
use crate::force::{BudgetSpent, Evaluation, ForceQuery};
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::view::{EdgeView, EntityView};

/// One step of a chain of dependence.
#[derive(Debug, Clone, Copy)]
pub enum Step<'g> {
    /// A condition: it looks at the actor or at the commitment before it.
    Condition(EntityView<'g>),
    /// A commitment: of the actor, or one that hangs on the condition before it.
    Commitment(EdgeView<'g>),
}

/// A commitment that depends on an actor.
#[derive(Debug)]
pub struct Dependent<'g> {
    /// The commitment.
    pub commitment: EdgeView<'g>,
    /// How many conditions and commitments a shortest chain from the actor to it has, itself included.
    pub distance: u32,
    /// Whether it cannot be in force without the actor, if all that does not hang on the actor came about: the actor has a
    /// veto. Else it has another way.
    pub decisive: bool,
    var: Var,
}

/// Everything that depends on an actor.
#[derive(Debug)]
pub struct FallOut<'g> {
    graph: &'g Graph,
    /// Nearest first, then in the order of recording.
    pub dependents: Vec<Dependent<'g>>,
    /// How many commitments hang on it that do not count, by standing.
    pub set_aside: Vec<(Standing, u64)>,
    before: HashMap<Var, Option<Var>>,
    names: Names,
}

impl Graph {
    /// Everything that depends on an actor, nearest first, then in the order of recording.
    ///
    /// Reaching is breadth first over what depends on what and is an upper bound, since a pledge may have another way
    /// ("any of"); `decisive` is decided on the AND/OR graph itself. First backwards over what hangs on what
    /// (conditions that look at pledges, pledges that hang on conditions), so that only the dependents and what they hang on are looked at. O(size of their circuit)
    /// (directed hypergraphs: Gallo et al. 1993).
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{ForceQuery, Step};
    ///
    /// let states = graph.find(&"country:US".parse()?).expect("an entity").id();
    /// let answer = graph.fall_out(states, &ForceQuery::all(graph.day(), 1_000_000))?;
    /// let mut dependents = answer.dependents.iter();
    /// let french = dependents.find(|own| own.commitment.subject().label("en").0 == "France").expect("a dependent");
    /// assert!(french.decisive, "it has no other way into force");
    /// let Step::Condition(condition) = answer.chain(french, 10)[0] else { panic!("a chain begins with a condition") };
    /// assert_eq!(condition.label("en").0, "US backing");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BudgetSpent`] when the circuit would be larger than the budget of the query.
    pub fn fall_out(&self, actor: EntityId, query: &ForceQuery) -> Result<FallOut<'_>, BudgetSpent> {
        let spent = BudgetSpent { budget: query.budget as u64 };
        let builder = self.blank(query);
        let reached = self.reached_from(actor, query, &builder).ok_or(spent)?;
        let Some(node) = self.node(actor).filter(|_| !reached.commitments.is_empty()) else {
            let (dependents, before, names) = (Vec::new(), HashMap::new(), Names::default());
            return Ok(FallOut { graph: self, dependents, set_aside: Vec::new(), before, names });
        };
        let slots = reached.commitments.clone();
        let evaluation = Evaluation::new(wired(builder.within(reached, node), slots.iter().copied()), query)?;
        let set_aside = self.does_not_count(node, slots, &query.counted);
        Ok(FallOut { set_aside, ..self.fall_out_of(node, &evaluation, query) })
    }

    /// How many of some commitments, but those of an actor itself, do not count, by standing.
    fn does_not_count(&self, actor: Node, slots: BTreeSet<u32>, counted: &Counted) -> Vec<(Standing, u64)> {
        let mut found: BTreeMap<Standing, u64> = BTreeMap::new();
        let others = slots.into_iter().filter_map(|slot| Some((slot, self.edge_record(slot)?)));
        for (slot, edge) in others.filter(|(_, edge)| edge.subject != actor) {
            let standing = counted.standing_of(self, slot, edge);
            if !counted.takes_standing(standing) {
                *found.entry(standing).or_default() += 1;
            }
        }
        found.into_iter().collect()
    }

    /// A builder of what it would take, whatever is on record of conditions.
    fn blank(&self, query: &ForceQuery) -> DependenceBuilder<'_> {
        DependenceBuilder::new(self, Suppose { blank: true, ..query.suppose(self) }, query.budget)
    }

    /// What depends on an actor, of what was evaluated.
    fn fall_out_of(&self, actor: Node, evaluation: &Evaluation, query: &ForceQuery) -> FallOut<'_> {
        let names = Names::new(evaluation);
        let dependence = &evaluation.dependence;
        let own = |slot: u32| self.edge_record(slot).is_some_and(|edge| edge.subject == actor);
        let tests = |condition: Node| {
            self.test_of(condition).is_some_and(|test| test.actor.is_some_and(|id| self.node(id) == Some(actor)))
        };
        let own_vars = dependence.commitments.iter().filter(|(slot, _)| own(**slot)).map(|(_, known)| known.var);
        let own_vars: Vec<Var> = own_vars.collect();
        let looking = dependence.conditions.iter().filter(|(node, _)| tests(**node)).map(|(_, known)| known.var);
        // Conditions first: a chain begins with the condition rather than with one of the actor's statements.
        let starts: Vec<Var> = looking.chain(own_vars.iter().copied()).collect();
        let (order, before) = reach(evaluation, &starts);
        let decisive = decisive(evaluation, &before, &own_vars);
        let mut distance: HashMap<Var, u32> = HashMap::new();
        let mut found: BTreeMap<(u32, u32), Dependent<'_>> = BTreeMap::new();
        for var in order {
            let earlier = before.get(&var).copied().flatten().and_then(|var| distance.get(&var)).copied().unwrap_or(0);
            let slot = names.commitments.get(&var).copied();
            let is_named = slot.is_some() || names.conditions.contains_key(&var);
            let distance_here = earlier + u32::from(is_named);
            distance.insert(var, distance_here);
            if let Some(slot) = slot.filter(|slot| !own(*slot))
                && let Some(commitment) = self.view(slot)
            {
                if !query.counted.takes(self, slot, commitment.record) {
                    continue;
                }
                let dependent =
                    Dependent { commitment, distance: distance_here, decisive: decisive.contains(&var), var };
                found.insert((distance_here, slot), dependent);
            }
        }
        FallOut { graph: self, dependents: found.into_values().collect(), set_aside: Vec::new(), before, names }
    }
}

impl Graph {
    /// Whatever may hang on an actor: on conditions that look at it alone, or at all who pledge what it pledges too. `None`
    /// when that is more than the budget. What decides nothing is not followed, so that little more is wired than is shown.
    fn reached_from(&self, actor: EntityId, query: &ForceQuery, builder: &DependenceBuilder<'_>) -> Option<Reached> {
        let mut reached = Reached::default();
        let Some(node) = self.node(actor) else { return Some(reached) };
        self.tests.of_actor(actor).for_each(|condition| reached.condition(condition));
        let pledges = |capability: Capability, least: Stance| {
            let mut own = self.reaching_within(node, capability);
            own.any(|slot| {
                self.edge_record(slot).is_some_and(|edge| {
                    let stance = edge.detail.commitment().map(|commitment| commitment.stance);
                    stance.is_some_and(|stance| stance.at_least(least)) && query.counted.takes(self, slot, edge)
                })
            })
        };
        let mut known: HashMap<(Capability, Stance), bool> = HashMap::new();
        for condition in self.tests.of_all() {
            let Some(test) = self.test_of(condition) else { continue };
            let (capability, least) = (test.capability, test.min_stance);
            if *known.entry((capability, least)).or_insert_with(|| pledges(capability, least)) {
                reached.condition(condition);
            }
        }
        let may_decide = |slot, _: &EdgeRecord| builder.may_decide(slot);
        self.reach_on(&mut reached, query.budget, &may_decide, &|_| false).then_some(reached)
    }
}

/// What some commitments depend on.
fn wired(mut builder: DependenceBuilder<'_>, slots: impl IntoIterator<Item = u32>) -> Dependence {
    for slot in slots {
        builder.commitment(slot);
    }
    builder.finish()
}

impl<'g> FallOut<'g> {
    /// A shortest chain from the actor to a dependent, which is the last step; of longer ones the last `most` steps.
    pub fn chain(&self, dependent: &Dependent<'g>, most: usize) -> Vec<Step<'g>> {
        let mut chain = Vec::new();
        let mut next = Some(dependent.var);
        while let Some(var) = next.filter(|_| chain.len() < most) {
            if let Some(view) = self.names.commitments.get(&var).and_then(|slot| self.graph.view(*slot)) {
                chain.push(Step::Commitment(view));
            } else if let Some(node) = self.names.conditions.get(&var) {
                chain.push(Step::Condition(self.graph.at(*node)));
            }
            next = self.before.get(&var).copied().flatten();
        }
        chain.reverse();
        chain
    }
}

/// Every value that hangs on one of the starts, nearest first, each with the one before it.
fn reach(evaluation: &Evaluation, starts: &[Var]) -> (Vec<Var>, HashMap<Var, Option<Var>>) {
    let circuit = &evaluation.dependence.circuit;
    let mut before: HashMap<Var, Option<Var>> = HashMap::new();
    let mut queue: VecDeque<Var> = VecDeque::new();
    for start in starts {
        if before.insert(*start, None).is_none() {
            queue.push_back(*start);
        }
    }
    let mut order = Vec::new();
    while let Some(var) = queue.pop_front() {
        order.push(var);
        for user in circuit.users(var.certain()).iter().chain(circuit.users(var.possible())) {
            let user = Var::of(*user);
            if let std::collections::hash_map::Entry::Vacant(place) = before.entry(user) {
                place.insert(Some(var));
                queue.push_back(user);
            }
        }
    }
    (order, before)
}

/// The commitments over which the actor has a veto: two evaluations are compared. In the first every condition is given. In
/// the second the actor's own commitments are gone, and conditions that hang on the actor hold only if their tests find
/// somebody else; all others are given as before. "US backing or NATO backing" is true in both, so the United States decide
/// nothing there; "US backing" alone fails in the second.
fn decisive(evaluation: &Evaluation, reached: &HashMap<Var, Option<Var>>, own: &[Var]) -> HashSet<Var> {
    let dependence = &evaluation.dependence;
    let given = |with: &dyn Fn(Var) -> bool| {
        let conditions = dependence.conditions.values().flat_map(|known| [Some(known.var), known.negated]).flatten();
        conditions.filter(|var| with(*var)).map(|var| (var.certain(), true)).collect::<Vec<(Gate, bool)>>()
    };
    let with = dependence.circuit.least(&given(&|_| true));
    let mut pinned = given(&|var| !reached.contains_key(&var));
    pinned.extend(own.iter().map(|var| (var.certain(), false)));
    let without = dependence.circuit.least(&pinned);
    let holds = |rounds: &[u32], var: Var| rounds[var.certain() as usize] != NEVER;
    let commitments = dependence.commitments.values().map(|known| known.var);
    commitments.filter(|var| holds(&with, *var) && !holds(&without, *var)).collect()
}

#[cfg(test)]
mod tests {
    use pledgegraph_model::{
        Code as _, Condition, Edge, EdgeDetail, EdgeKind, Entity, EntityDetail, EntityKind, PartOf, Synthetic,
    };

    use super::*;
    use crate::Builder;
    use crate::indexes::Index;

    /// A synthetic graph, in which some tests ask for several actors, and groups have members.
    fn graph(seed: u64) -> Graph {
        let synthetic = Synthetic::new(1_000, seed);
        let several = |(number, mut entity): (usize, Entity)| {
            if let EntityDetail::Condition(Condition { test: Some(test), .. }) = &mut entity.detail
                && number % 3 > 0
            {
                test.capability = test.capability.parent().unwrap_or(test.capability);
                (test.actor, test.n, test.min_stance) = (None, u32::try_from(number % 12 + 1).ok(), Stance::Willing);
            }
            entity
        };
        let all: Vec<Entity> = synthetic.entities().enumerate().map(several).collect();
        let of_kind = |kind| all.iter().filter(move |entity| entity.kind == kind).map(|entity| entity.id);
        let (groups, countries): (Vec<_>, Vec<_>) =
            (of_kind(EntityKind::Group).collect(), of_kind(EntityKind::Country).collect());
        // Remarks become members of groups.
        let member = |(number, edge): (usize, Edge)| match edge.detail {
            EdgeDetail::Remark(_) => Edge {
                subject: countries[number % countries.len()],
                object: groups[number / 7 % groups.len()],
                detail: EdgeDetail::PartOf(PartOf { listed: None }),
                links: Vec::new(),
                ..edge
            },
            _ => edge,
        };
        let edges: Vec<Edge> = synthetic.edges().enumerate().map(member).collect();
        Builder::one_commit(all, edges)
    }

    /// What is looked at is cut down to what decides; looking at everything gives the same.
    #[test]
    fn what_is_cut_down_is_what_the_whole_gives() {
        let (mut dependents, mut decisive, mut of_groups) = (0, 0, 0);
        for seed in 0..60 {
            let graph = graph(seed);
            let query = ForceQuery::all(graph.day(), usize::MAX);
            let all = graph.indexes.get(Index::Kind, EdgeKind::Commitment);
            let whole = Evaluation::new(wired(graph.blank(&query), all.iter()), &query).expect("no budget");
            for kind in [EntityKind::Country, EntityKind::Group, EntityKind::Organization] {
                for node in graph.kinds[kind.index()].iter().map(Node::new) {
                    let shown = |found: &FallOut<'_>| {
                        let dependent = |of: &Dependent<'_>| (of.distance, of.commitment.id(), of.decisive);
                        found.dependents.iter().map(dependent).collect::<Vec<_>>()
                    };
                    let id = graph.at(node).id();
                    let found = graph.fall_out(id, &query).expect("no budget");
                    let expected = graph.fall_out_of(node, &whole, &query);
                    assert_eq!(shown(&found), shown(&expected), "{} of {seed}", graph.at(node).reference());
                    dependents += found.dependents.len();
                    decisive += found.dependents.iter().filter(|dependent| dependent.decisive).count();
                    of_groups += found.dependents.len() * usize::from(kind == EntityKind::Group);
                }
            }
        }
        assert!(decisive > 0 && dependents > decisive && of_groups > 0, "{dependents}, {decisive}, {of_groups}");
    }
}
