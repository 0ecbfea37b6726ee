//! What is in force by a naive iteration: everything false, or everything true, and again until nothing changes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use pledgegraph_graph::{EdgeView, EntityView, Graph, Node, Position, PositionQuery};
use pledgegraph_model::{
    Capability, Commitment, ConditionNode, ConditionOp, EdgeDetail, EdgeId, EdgeKind, Link, LinkType, Mission,
    OutcomeValue, Polarity, Rank, Relation, Stage, Stance, StanceSet, Standing, Truth,
};

use super::steps::PARTS;
use crate::drawn;

/// What the iteration looks at, on one day.
pub(crate) struct Naive<'g> {
    graph: &'g Graph,
    day: NaiveDate,
    pub(crate) statements: Vec<EdgeView<'g>>,
    /// By actor: the statements of each position on forces, and on forces in the air alone.
    positions: Vec<(usize, bool, Vec<EdgeView<'g>>)>,
}

/// What a position makes of a test: the statement that reaches a stance, with its truth; or what it comes to as a whole.
type Value = (Option<EdgeId>, Truth);

fn commitment<'g>(view: &EdgeView<'g>) -> &'g Commitment<Node> {
    let EdgeDetail::Commitment(commitment) = view.detail() else { panic!("a commitment") };
    commitment
}

fn number(view: &EntityView<'_>) -> usize {
    view.reference().slug.to_string()[1..].parse().expect("a number")
}

/// Whether a statement is the word of its subject.
fn is_sound(view: &EdgeView<'_>) -> bool {
    view.polarity() == Polarity::Asserted && view.rank() != Rank::Deprecated && view.modality().counts()
}

/// The day on which it was said, or its source published.
fn said(view: &EdgeView<'_>) -> Option<NaiveDate> {
    let published = || {
        let is_dated = view.to_edge().evidence.iter().any(|piece| piece.source == drawn::id("source:t"));
        is_dated.then(|| "2025-03-15".parse().expect("a day"))
    };
    view.said_at().earliest().or_else(published)
}

/// Whether one commitment is for the same beneficiary and about the same or more.
fn is_of_more(more: &EdgeView<'_>, less: &EdgeView<'_>) -> bool {
    let (wide, narrow) = (commitment(more), commitment(less));
    more.object().id() == less.object().id()
        && narrow.capability.is_within(wide.capability)
        && (wide.mission == narrow.mission || wide.mission == Mission::Unspecified)
}

/// Whether one statement was said after another.
fn is_later(one: &EdgeView<'_>, other: &EdgeView<'_>) -> bool {
    matches!((said(one), said(other)), (Some(later), Some(earlier)) if later > earlier)
}

impl<'g> Naive<'g> {
    pub(crate) fn new(graph: &'g Graph, names: &[String], day: NaiveDate) -> Self {
        let statements = names.iter().filter_map(|name| graph.edge(EdgeId::of_key(name))).collect();
        let positions = graph.positions(&PositionQuery::all(day, 1_000)).positions;
        let position = |position: &Position<'g>| {
            let air = position.capability.to_string() == "military.forces.air";
            (number(&position.actor), air, position.current.clone())
        };
        let on_forces = positions.iter().filter(|position| position.capability.is_within(Capability::MilitaryForces));
        Self { graph, day, statements, positions: on_forces.map(position).collect() }
    }

    /// Whether statements count, by how they stand.
    fn counts(&self, view: &EdgeView<'_>) -> bool {
        view.standing(self.day).counts()
    }

    /// Whether what a statement does to others has begun; `else_begun` where it has no date.
    fn has_begun(&self, view: &EdgeView<'_>, else_begun: bool) -> bool {
        view.valid_from().earliest().or(said(view)).map_or(else_begun, |begun| begun <= self.day)
    }

    /// The sound commitments of the same actor on the same or more that have begun and are not superseded.
    fn acting_on(&self, view: &EdgeView<'g>) -> impl Iterator<Item = &EdgeView<'g>> {
        let actor = view.subject().id();
        self.statements.iter().filter(move |other| {
            other.kind() == EdgeKind::Commitment
                && is_sound(other)
                && other.subject().id() == actor
                && is_of_more(other, view)
                && self.has_begun(other, false)
                && !self.is_superseded(other)
        })
    }

    /// Whether this one, or a later one, halted what is pledged.
    fn is_halted(&self, view: &EdgeView<'g>) -> bool {
        let is_pause = |pause: &&EdgeView<'_>| commitment(pause).stage == Stage::Suspended && is_later(pause, view);
        matches!(commitment(view).stage, Stage::Suspended | Stage::Halted | Stage::Cancelled)
            || self.acting_on(view).filter(is_pause).any(|pause| !self.is_resumed(view, pause))
    }

    /// Whether anything is delivered again after a pause.
    fn is_resumed(&self, view: &EdgeView<'g>, pause: &EdgeView<'_>) -> bool {
        self.acting_on(view).any(|other| {
            let running = commitment(other);
            running.stage == Stage::Delivered && !StanceSet::Negative.contains(running.stance) && is_later(other, pause)
        })
    }

    /// Whether a statement that has begun names it as superseded.
    fn is_superseded(&self, view: &EdgeView<'_>) -> bool {
        let names = |link: &Link| link.link_type == LinkType::Supersedes && link.edge == view.id();
        self.statements
            .iter()
            .any(|other| is_sound(other) && self.has_begun(other, true) && other.to_edge().links.iter().any(names))
    }

    /// What an actor's positions come to, and whether its statements disagree.
    fn values(&self, actor: usize, air: bool, least: Stance, truths: &BTreeMap<EdgeId, Truth>) -> (Vec<Value>, bool) {
        let (mut values, mut disputed) = (Vec::new(), false);
        for (_, _, current) in self.positions.iter().filter(|(of, is_air, _)| *of == actor && (*is_air || !air)) {
            let reaching: Vec<EdgeId> =
                current.iter().filter(|view| commitment(view).stance.at_least(least)).map(EdgeView::id).collect();
            let negative: Vec<&EdgeView<'_>> =
                current.iter().filter(|view| StanceSet::Negative.contains(commitment(view).stance)).collect();
            let stands = negative.iter().any(|view| view.standing(self.day) == Standing::Stands);
            match (reaching.is_empty(), negative.is_empty()) {
                (false, true) => values.extend(reaching.iter().map(|id| (Some(*id), truths[id]))),
                (true, false) if stands => values.push((None, Truth::False)),
                (is_empty, _) => {
                    disputed |= !is_empty;
                    values.push((None, Truth::Unknown));
                }
            }
        }
        (values, disputed)
    }

    /// What is part of a group, at any depth.
    fn parts(&self, group: &str) -> Vec<&'static str> {
        let counts = |name: &str| self.graph.edge(EdgeId::of_key(name)).is_some_and(|view| self.counts(&view));
        let parts = PARTS.iter().filter(|(name, _, whole)| *whole == group && counts(name));
        parts.flat_map(|(_, part, _)| [vec![*part], self.parts(part)].concat()).collect()
    }

    /// The commitments of a group and of what is part of it.
    pub(crate) fn taken_in(&self, group: &'static str) -> Vec<EdgeId> {
        let pledgers: Vec<_> = self.parts(group).into_iter().chain([group]).map(drawn::id).collect();
        let all = self.statements.iter().filter(|view| view.kind() == EdgeKind::Commitment);
        all.filter(|view| pledgers.contains(&view.subject().id())).map(EdgeView::id).collect()
    }

    /// Whether a member says no to what its group pledges, not before it.
    fn says_no(&self, member: &str, pledge: &EdgeView<'_>) -> bool {
        let commitments = self.statements.iter().filter(|view| view.kind() == EdgeKind::Commitment);
        let mut own = commitments.filter(|view| view.subject().id() == drawn::id(member) && self.counts(view));
        own.any(|view| {
            let no = commitment(view);
            (StanceSet::Negative.contains(no.stance) || no.stage == Stage::Cancelled)
                && is_of_more(view, pledge)
                && !is_later(pledge, view)
        })
    }

    /// How many organizations pledge forces at most: cautiously those that do for certain; and whether any disagree.
    fn threshold(&self, truths: &BTreeMap<EdgeId, Truth>) -> (Truth, bool) {
        let of: Vec<(Vec<Value>, bool)> =
            (0..5).map(|actor| self.values(actor, false, Stance::Willing, truths)).collect();
        let best = |member: usize| {
            let name = format!("organization:a{member}");
            let groups = (3..5).filter(|group| self.parts(&format!("group:a{group}")).contains(&name.as_str()));
            let of_groups = groups.flat_map(|group| &of[group].0).filter(|(id, _)| {
                let pledge = id.and_then(|id| self.graph.edge(id));
                pledge.is_none_or(|pledge| !self.says_no(&name, &pledge))
            });
            of[member].0.iter().chain(of_groups).map(|(_, truth)| *truth).max()
        };
        let best: Vec<Option<Truth>> = (0..3).map(best).collect();
        let reach = |least| best.iter().filter(|truth| **truth >= Some(least)).count() >= 2;
        let truth = match (reach(Truth::True), reach(Truth::Unknown)) {
            (true, _) => Truth::True,
            (_, true) => Truth::Unknown,
            _ => Truth::False,
        };
        (truth, of.iter().any(|(_, disputed)| *disputed))
    }

    /// What a condition comes to by its test, and whether the statements that it looks at disagree.
    fn tested(&self, c: usize, truths: &BTreeMap<EdgeId, Truth>) -> (Truth, bool) {
        let (actor, air, least) = match c {
            0 => return (Truth::Unknown, false),
            1 => (0, false, Stance::Willing),
            2 => return self.threshold(truths),
            3 => (1, true, Stance::NotRuledOut),
            _ => (2, false, Stance::Pledged),
        };
        let (values, disputed) = self.values(actor, air, least, truths);
        (values.iter().map(|(_, truth)| *truth).max().unwrap_or(Truth::Unknown), disputed)
    }

    fn condition(&self, c: usize, truths: &BTreeMap<EdgeId, Truth>) -> Truth {
        let (test, disputed) = self.tested(c, truths);
        let says = |value: OutcomeValue| {
            self.statements.iter().filter(|view| self.counts(view)).any(|view| match view.detail() {
                EdgeDetail::Outcome(outcome) => number(&view.object()) == c && outcome.value == value,
                _ => false,
            })
        };
        match (says(OutcomeValue::Met), says(OutcomeValue::Unmet)) {
            (false, false) => test,
            (true, true) => Truth::Unknown,
            (true, false) if disputed => test.max(Truth::Unknown),
            (false, true) if disputed => test.min(Truth::Unknown),
            (true, false) if test == Truth::False && c > 0 => Truth::Unknown,
            (true, false) => Truth::True,
            (false, true) if test == Truth::True => Truth::Unknown,
            (false, true) => Truth::False,
        }
    }

    fn tree(&self, node: &ConditionNode<Node>, truths: &BTreeMap<EdgeId, Truth>) -> Truth {
        if let Some(condition) = node.condition {
            return self.condition(number(&self.graph.at(condition)), truths);
        }
        let mut of: Vec<Truth> = node.of.iter().map(|child| self.tree(child, truths)).collect();
        of.sort();
        of.reverse();
        match node.op {
            ConditionOp::Not => !of[0],
            ConditionOp::AllOf => of[of.len() - 1],
            ConditionOp::AnyOf => of[0],
            _ => of[node.k.expect("with at_least") as usize - 1],
        }
    }

    /// What a statement comes to.
    fn statement(&self, view: &EdgeView<'g>, truths: &BTreeMap<EdgeId, Truth>) -> Truth {
        let own = commitment(view);
        let standing = view.standing(self.day);
        match standing {
            Standing::Unverified | Standing::NotCounted => return Truth::Unknown,
            Standing::Stands | Standing::MayStand => {}
            _ => return Truth::False,
        }
        if own.stance.rank().is_some_and(|rank| rank <= 0) || self.is_halted(view) {
            return Truth::False;
        }
        let truth = own.conditions.as_deref().map_or(Truth::True, |conditions| {
            let truth = self.tree(&conditions.root, truths);
            if conditions.relation == Relation::Sufficient { truth.max(Truth::Unknown) } else { truth }
        });
        let at_most =
            if standing == Standing::Stands && own.stance != Stance::NotStated { Truth::True } else { Truth::Unknown };
        truth.min(at_most)
    }

    /// The fixpoint from below or from above.
    fn fixpoint(&self, start: Truth) -> BTreeMap<EdgeId, Truth> {
        let commitments = || self.statements.iter().filter(|view| view.kind() == EdgeKind::Commitment);
        let mut truths: BTreeMap<EdgeId, Truth> = commitments().map(|view| (view.id(), start)).collect();
        loop {
            let next: BTreeMap<EdgeId, Truth> =
                commitments().map(|view| (view.id(), self.statement(view, &truths))).collect();
            if next == truths {
                return truths;
            }
            truths = next;
        }
    }

    /// What is shown of each commitment, cautiously and coordinated.
    pub(crate) fn shown(&self) -> Vec<(EdgeId, Truth, Truth)> {
        let (least, greatest) = (self.fixpoint(Truth::False), self.fixpoint(Truth::True));
        let commitments = self.statements.iter().filter(|view| view.kind() == EdgeKind::Commitment);
        let shown = |view: &EdgeView<'_>| {
            let is_open = StanceSet::Open.contains(commitment(view).stance) && self.counts(view);
            if is_open {
                return (view.id(), Truth::False, Truth::False);
            }
            (view.id(), least[&view.id()], greatest[&view.id()])
        };
        commitments.map(shown).collect()
    }
}
