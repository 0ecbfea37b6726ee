//! What is in force on any day, after every commit of random histories: the product against a naive iteration.
//!
//! How a statement stands and what the positions are is taken from the graph, which a test beside PostgreSQL compares with
//! views that were written apart from it. The iteration starts with everything false, or everything true, and evaluates all
//! statements again until nothing changes.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use pledgegraph_graph::{Counted, EdgeView, ForceQuery, Graph, PositionQuery};
use pledgegraph_model::{
    Change, Commit, Commitment, ConditionNode, ConditionOp, EdgeDetail, EdgeId, EdgeKind, Link, LinkType, OutcomeValue,
    Polarity, Rank, Removed, Stage, Stance, StanceSet, Standing, Truth, edge_hash,
};
use proptest::prelude::*;

use crate::drawn;

const BUDGET: usize = 1_000_000;
const CONDITIONS: [&str; 5] = [
    r#"{"kind":"condition","slug":"c0","names":{"en":"C"},"condition_kind":"other"}"#,
    r#"{"kind":"condition","slug":"c1","names":{"en":"C"},"condition_kind":"third_party_backing",
        "test":{"actor":"organization:a0","capability":"military.forces","min_stance":"willing"}}"#,
    r#"{"kind":"condition","slug":"c2","names":{"en":"C"},"condition_kind":"participation_threshold",
        "test":{"n":2,"capability":"military.forces","min_stance":"willing"}}"#,
    r#"{"kind":"condition","slug":"c3","names":{"en":"C"},"condition_kind":"third_party_backing",
        "test":{"actor":"organization:a1","capability":"military.forces.air","min_stance":"not_ruled_out"}}"#,
    r#"{"kind":"condition","slug":"c4","names":{"en":"C"},"condition_kind":"third_party_backing",
        "test":{"actor":"organization:a2","capability":"military.forces","min_stance":"pledged"}}"#,
];
/// Fields that a statement may have beside its own, each empty for what is usual.
const FIELDS: [&[&str]; 5] = [
    &[
        "",
        r#""said_at":{"edtf":"2025-01-10"}"#,
        r#""said_at":{"edtf":"2025-02-10"}"#,
        r#""said_at":{"edtf":"2025-03-10"}"#,
        r#""said_at":{"edtf":"2025-03-20"}"#,
    ],
    &[
        "",
        "",
        "",
        r#""valid_from":{"edtf":"2025-03-01"}"#,
        r#""valid_until":{"edtf":"2025-03-15"}"#,
        r#""valid_until":{"ended":true}"#,
        r#""valid_until":{"verbatim":"as long as it takes"}"#,
    ],
    &["", "", "", "", "", "", r#""polarity":"denied""#, r#""polarity":"unknown""#, r#""rank":"deprecated""#],
    &["", "", "", "", r#""modality":"expected_by_others""#],
    &["", "", "", r#""stage":"suspended""#, r#""stage":"cancelled""#, r#""stage":"delivered""#],
];
const STANCES: [&str; 9] = [
    "pledged",
    "pledged",
    "committed",
    "willing",
    "not_ruled_out",
    "withdrawn",
    "refused",
    "not_stated",
    "no_position",
];
const TREES: [&str; 9] = [
    "LEAF0",
    "LEAF1",
    "LEAF2",
    "LEAF3",
    "LEAF4",
    r#"{"op":"any_of","of":[LEAF1,LEAF2]}"#,
    r#"{"op":"all_of","of":[LEAF3,LEAF0]}"#,
    r#"{"op":"at_least","k":2,"of":[LEAF1,LEAF3,LEAF4]}"#,
    r#"{"op":"any_of","of":[{"op":"not","of":[LEAF0]},LEAF2]}"#,
];

/// What is done to the graph.
#[derive(Debug, Clone)]
enum Step {
    /// Says something, or says it otherwise.
    Put(String, String),
    Remove(String),
    /// Another day comes.
    Turn(NaiveDate),
}

fn days() -> Vec<NaiveDate> {
    let days = ["2025-01-01", "2025-01-10", "2025-02-20", "2025-03-12", "2025-03-16", "2025-05-01"];
    days.iter().map(|day| day.parse().expect("a day")).collect()
}

fn leaves(tree: &str) -> String {
    (0..CONDITIONS.len()).fold(tree.to_owned(), |tree, c| {
        let leaf = format!(r#"{{"op":"condition","condition":"condition:c{c}","explicitness":"explicit"}}"#);
        tree.replace(&format!("LEAF{c}"), &leaf)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let of = |words: &'static [&'static str]| prop::sample::select(words.to_vec());
    let evidence = r#""evidence":[{"source":"source:s","explicitness":"explicit"}]"#;
    let with = move |own: &[String], fields: Vec<&str>| {
        let fields = fields.iter().copied().filter(|field| !field.is_empty());
        let all: Vec<&str> = own.iter().map(String::as_str).chain([evidence]).chain(fields).collect();
        format!("{{{}}}", all.join(","))
    };
    let pledge = (
        (0..7_usize, 0..3_usize, of(&STANCES), any::<bool>()),
        prop::option::weighted(0.7, (of(&TREES), any::<bool>())),
        FIELDS.map(of).to_vec(),
        prop::option::weighted(0.15, 0..7_usize),
    );
    let pledge = pledge.prop_map(move |((name, actor, stance, air), tree, fields, superseded)| {
        let capability = if air { "military.forces.air" } else { "military.forces" };
        let mut own = vec![format!(
            r#""kind":"commitment","subject":"organization:a{actor}","object":"coalition:w","capability":"{capability}","stance":"{stance}""#
        )];
        if let Some((tree, sufficient)) = tree {
            let relation = if sufficient { "sufficient" } else { "necessary" };
            let root = leaves(tree);
            own.push(format!(r#""conditionality":"conditional","conditions":{{"relation":"{relation}","root":{root}}}"#));
        }
        // Later ones link to earlier ones, so that there is no cycle.
        if let Some(other) = superseded.filter(|other| *other < name) {
            let other = EdgeId::of_key(&format!("e{other}"));
            own.push(format!(r#""links":[{{"type":"supersedes","edge":"{other}"}}]"#));
        }
        Step::Put(format!("e{name}"), with(&own, fields))
    });
    let outcome = ((0..2_usize, 0..4_usize, any::<bool>()), FIELDS[..4].iter().copied().map(of).collect::<Vec<_>>());
    let outcome = outcome.prop_map(move |((actor, condition, met), fields)| {
        let value = if met { "met" } else { "unmet" };
        let own = format!(
            r#""kind":"outcome","subject":"organization:o{actor}","object":"condition:c{condition}","value":"{value}""#
        );
        Step::Put(format!("o{actor} {condition}"), with(&[own], fields))
    });
    prop_oneof![
        8 => pledge,
        3 => outcome,
        1 => (0..7_usize).prop_map(|name| Step::Remove(format!("e{name}"))),
        1 => prop::sample::select(days()).prop_map(Step::Turn),
    ]
}

/// What the iteration looks at, on one day.
struct Naive<'g> {
    graph: &'g Graph,
    day: NaiveDate,
    statements: Vec<EdgeView<'g>>,
    /// By actor: the statements of each position on forces, and on forces in the air alone.
    positions: Vec<(usize, bool, Vec<EdgeView<'g>>)>,
}

fn commitment<'g>(view: &EdgeView<'g>) -> &'g Commitment<pledgegraph_graph::Node> {
    let EdgeDetail::Commitment(commitment) = view.detail() else { panic!("a commitment") };
    commitment
}

fn number(view: &pledgegraph_graph::EntityView<'_>) -> usize {
    view.reference().slug.to_string()[1..].parse().expect("a number")
}

/// Whether a statement is the word of its subject.
fn is_sound(view: &EdgeView<'_>) -> bool {
    view.polarity() == Polarity::Asserted && view.rank() != Rank::Deprecated && view.modality().counts()
}

/// The day on which it was said.
fn said(view: &EdgeView<'_>) -> Option<NaiveDate> {
    view.said_at().earliest()
}

/// Whether one statement was said after another.
fn is_later(one: &EdgeView<'_>, other: &EdgeView<'_>) -> bool {
    matches!((said(one), said(other)), (Some(later), Some(earlier)) if later > earlier)
}

impl<'g> Naive<'g> {
    fn new(graph: &'g Graph, names: &[String], day: NaiveDate) -> Self {
        let statements = names.iter().filter_map(|name| graph.edge(EdgeId::of_key(name))).collect();
        let positions = graph.positions(&PositionQuery::all(day, 1_000)).positions;
        let position = |position: &pledgegraph_graph::Position<'g>| {
            let air = position.capability.to_string() == "military.forces.air";
            (number(&position.actor), air, position.current.clone())
        };
        Self { graph, day, statements, positions: positions.iter().map(position).collect() }
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
        let (actor, capability) = (view.subject().id(), commitment(view).capability);
        self.statements.iter().filter(move |other| {
            other.kind() == EdgeKind::Commitment
                && is_sound(other)
                && other.subject().id() == actor
                && capability.is_within(commitment(other).capability)
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

    /// The best of an actor's positions, and whether its statements disagree.
    fn tested(
        &self,
        actor: usize,
        air: bool,
        least: Stance,
        truths: &BTreeMap<EdgeId, Truth>,
    ) -> (Option<Truth>, bool) {
        let (mut best, mut disputed) = (None, false);
        for (_, _, current) in self.positions.iter().filter(|(of, is_air, _)| *of == actor && (*is_air || !air)) {
            let reaching: Vec<Truth> = current
                .iter()
                .filter(|view| commitment(view).stance.at_least(least))
                .map(|view| truths[&view.id()])
                .collect();
            let negative: Vec<&EdgeView<'_>> =
                current.iter().filter(|view| StanceSet::Negative.contains(commitment(view).stance)).collect();
            let stands = negative.iter().any(|view| view.standing(self.day) == Standing::Stands);
            let value = match (reaching.iter().max(), negative.is_empty()) {
                (Some(value), true) => *value,
                (None, false) if stands => Truth::False,
                (reaching, _) => {
                    disputed |= reaching.is_some();
                    Truth::Unknown
                }
            };
            best = best.max(Some(value));
        }
        (best, disputed)
    }

    fn condition(&self, c: usize, truths: &BTreeMap<EdgeId, Truth>) -> Truth {
        let (test, disputed) = match c {
            0 => (Truth::Unknown, false),
            2 => {
                let of: Vec<(Option<Truth>, bool)> =
                    (0..3).map(|actor| self.tested(actor, false, Stance::Willing, truths)).collect();
                let reach = |least| of.iter().filter(|(truth, _)| *truth >= Some(least)).count() >= 2;
                let truth = match (reach(Truth::True), reach(Truth::Unknown)) {
                    (true, _) => Truth::True,
                    (_, true) => Truth::Unknown,
                    _ => Truth::False,
                };
                (truth, of.iter().any(|(_, disputed)| *disputed))
            }
            c => {
                let (actor, air, least) = match c {
                    1 => (0, false, Stance::Willing),
                    3 => (1, true, Stance::NotRuledOut),
                    _ => (2, false, Stance::Pledged),
                };
                let (truth, disputed) = self.tested(actor, air, least, truths);
                (truth.unwrap_or(Truth::Unknown), disputed)
            }
        };
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
            (true, false) => {
                if test == Truth::False && c > 0 {
                    Truth::Unknown
                } else {
                    Truth::True
                }
            }
            (false, true) => {
                if test == Truth::True {
                    Truth::Unknown
                } else {
                    Truth::False
                }
            }
        }
    }

    fn tree(&self, node: &ConditionNode<pledgegraph_graph::Node>, truths: &BTreeMap<EdgeId, Truth>) -> Truth {
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
            if conditions.relation == pledgegraph_model::Relation::Sufficient {
                truth.max(Truth::Unknown)
            } else {
                truth
            }
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
    fn shown(&self) -> Vec<(EdgeId, Truth, Truth)> {
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

/// What the graph shows.
fn found(graph: &Graph, names: &[String], day: NaiveDate) -> Vec<(EdgeId, Truth, Truth)> {
    let forces = graph.forces(&ForceQuery::all(day, BUDGET)).expect("within the budget");
    let of = |name: &String| {
        let id = EdgeId::of_key(name);
        let force = forces.of(graph, id)?;
        Some((id, force.cautious, force.coordinated))
    };
    names.iter().filter_map(of).collect()
}

fn check(steps: &[Step]) {
    let mut entities = vec![
        r#"{"kind":"coalition","slug":"w","names":{"en":"W"}}"#.to_owned(),
        r#"{"kind":"source","slug":"s","names":{"en":"S"}}"#.to_owned(),
    ];
    for organization in ["a0", "a1", "a2", "o0", "o1"] {
        entities
            .push(format!(r#"{{"kind":"organization","slug":"{organization}","names":{{"en":"O"}},"class":"other"}}"#));
    }
    entities.extend(CONDITIONS.map(str::to_owned));
    let mut graph = drawn::graph(&entities, &[]);
    graph.turn(days()[2]);
    let names: Vec<String> = (0..7)
        .map(|e| format!("e{e}"))
        .chain((0..2).flat_map(|actor| (0..4).map(move |condition| format!("o{actor} {condition}"))))
        .collect();
    let mut versions = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let mut next = graph.clone();
        let changes = match step {
            Step::Turn(day) => {
                next.turn(*day);
                Vec::new()
            }
            Step::Remove(name) if graph.edge(EdgeId::of_key(name)).is_none() || is_linked(&graph, &names, name) => {
                Vec::new()
            }
            Step::Remove(name) => vec![Change::Remove(Removed::Edge(EdgeId::of_key(name)))],
            Step::Put(name, json) => {
                let mut edge = drawn::edge(name, json);
                edge.links.retain(|link| graph.edge(link.edge).is_some());
                let hash = edge_hash(&edge);
                vec![Change::PutEdge(Box::new(edge), hash)]
            }
        };
        if !changes.is_empty() {
            let digest = changes.iter().fold(graph.digest(), |digest, change| {
                let (id, hash) = match change {
                    Change::PutEdge(edge, hash) => (edge.id, *hash),
                    Change::Remove(Removed::Edge(id)) => (*id, 0),
                    _ => panic!("statements only"),
                };
                digest ^ hash ^ graph.edge(id).map_or(0, |old| old.hash())
            });
            let recorded_at = DateTime::from_timestamp(1_740_000_000, 0).expect("in range");
            next.apply(&Commit { seq: graph.seq() + 1, chain: [1; 16], digest, recorded_at, changes });
        }
        // Every other version is asked before the next commit, the others only in the end.
        if at % 2 == 0 {
            agree(&next, &names, next.day(), steps);
        }
        agree(&next, &names, days()[at % days().len()], steps);
        assert!(next.verify().is_empty(), "{:?} after {steps:#?}", next.verify());
        versions.push(graph);
        graph = next;
    }
    versions.push(graph);
    for version in versions.iter().rev() {
        agree(version, &names, version.day(), steps);
    }
}

/// Whether another statement links to one, which then cannot be removed.
fn is_linked(graph: &Graph, names: &[String], name: &str) -> bool {
    let target = EdgeId::of_key(name);
    let all = names.iter().filter_map(|name| graph.edge(EdgeId::of_key(name)));
    all.flat_map(|view| view.to_edge().links).any(|link| link.edge == target)
}

fn agree(graph: &Graph, names: &[String], day: NaiveDate, steps: &[Step]) {
    let naive = Naive::new(graph, names, day);
    let (mut expected, mut found) = (naive.shown(), found(graph, names, day));
    expected.sort_unstable();
    found.sort_unstable();
    let standings = || {
        let standing = |view: &EdgeView<'_>| (view.id(), view.standing_as(&Counted::on(day)));
        naive.statements.iter().map(standing).collect::<Vec<_>>()
    };
    assert_eq!(found, expected, "on {day}, {:?}, after {steps:#?}", standings());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("LONG").is_some() { 20_000 } else { 1_000 },
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(16),
        ..ProptestConfig::default()
    })]

    /// 20,000 histories with `LONG=1`.
    #[test]
    fn what_is_in_force_is_that_of_a_naive_iteration(steps in prop::collection::vec(step(), 1..12)) {
        check(&steps);
    }
}
