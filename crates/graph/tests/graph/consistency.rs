//! The graph against brute force, on random inputs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use pledgegraph_graph::{Builder, EdgePage, EdgeQuery, EdgeView, Graph, Page};
use pledgegraph_model::{
    Capability, Change, Code, Commit, Commitment, Conditionality, DateMatch, Edge, EdgeDetail, EdgeId, EdgeKind, Edtf,
    Entity, EntityId, EntityKind, Explicitness, Mission, Modality, Rank, Removed, Stage, Stamp, Stance, Synthetic,
    Where, edge_hash, entity_hash,
};
use proptest::prelude::*;

/// What the log holds so far, as plain maps.
#[derive(Default, Clone)]
struct State {
    entities: BTreeMap<EntityId, (Entity, i64, i64)>,
    edges: BTreeMap<EdgeId, (Edge, i64, i64)>,
    seq: i64,
}

fn stamp(seq: i64) -> Stamp {
    Stamp { version: seq, recorded_at: DateTime::from_timestamp(1_750_000_000 + seq, 0).expect("in range") }
}

impl State {
    fn digest(&self) -> u64 {
        let entities = self.entities.values().map(|(entity, ..)| entity_hash(entity));
        entities.chain(self.edges.values().map(|(edge, ..)| edge_hash(edge))).fold(0, |a, b| a ^ b)
    }

    fn commit(&mut self, changes: Vec<Change>) -> Commit {
        self.seq += 1;
        for change in &changes {
            match change {
                Change::PutEntity(entity, _) => {
                    let created = self.entities.get(&entity.id).map_or(self.seq, |(_, created, _)| *created);
                    self.entities.insert(entity.id, ((**entity).clone(), created, self.seq));
                }
                Change::PutEdge(edge, _) => {
                    let created = self.edges.get(&edge.id).map_or(self.seq, |(_, created, _)| *created);
                    self.edges.insert(edge.id, ((**edge).clone(), created, self.seq));
                }
                Change::Remove(Removed::Entity(id)) => drop(self.entities.remove(id)),
                Change::Remove(Removed::Edge(id)) => drop(self.edges.remove(id)),
            }
        }
        Commit {
            seq: self.seq,
            chain: [u8::try_from(self.seq % 251).expect("below 251"); 16],
            digest: self.digest(),
            recorded_at: stamp(self.seq).recorded_at,
            changes,
        }
    }

    fn load(&self) -> Graph {
        let mut builder = Builder::new();
        for (entity, created, version) in self.entities.values() {
            builder.add_entity(entity.clone(), entity_hash(entity), stamp(*version), *created);
        }
        for (edge, created, version) in self.edges.values() {
            builder.add_edge(edge.clone(), edge_hash(edge), stamp(*version), *created);
        }
        let chain = [u8::try_from(self.seq % 251).expect("below 251"); 16];
        builder.finish(self.seq, chain, self.digest(), Some(stamp(self.seq).recorded_at))
    }
}

fn put_entity(entity: Entity) -> Change {
    let hash = entity_hash(&entity);
    Change::PutEntity(Box::new(entity), hash)
}

fn put_edge(edge: Edge) -> Change {
    let hash = edge_hash(&edge);
    Change::PutEdge(Box::new(edge), hash)
}

fn start(seed: u64, edges: usize) -> (State, Graph, Vec<Edge>) {
    let synthetic = Synthetic::new(edges, seed);
    let mut state = State::default();
    let mut graph = Graph::empty();
    graph.apply(&state.commit(synthetic.entities().map(put_entity).collect()));
    (state, graph, synthetic.edges().collect())
}

fn all(graph: &Graph) -> Vec<Edge> {
    let page = graph.edges(&EdgeQuery::all(), Page::first(usize::MAX));
    page.items.iter().map(EdgeView::to_edge).collect()
}

/// An entity that no edge names, present or to come.
fn unused_entity(state: &State, edges: &[Edge]) -> Option<EntityId> {
    let mut used: BTreeSet<EntityId> = BTreeSet::new();
    for edge in edges.iter().chain(state.edges.values().map(|(edge, ..)| edge)) {
        let note = |id: EntityId| -> Result<EntityId, ()> {
            used.insert(id);
            Ok(id)
        };
        drop(edge.clone().try_map(note, Ok));
    }
    let kept = [EntityKind::Organization, EntityKind::Country];
    state.entities.values().map(|(e, ..)| e).find(|e| !used.contains(&e.id) && !kept.contains(&e.kind)).map(|e| e.id)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the commits, the graph that followed them is sound and is the one that a fresh load gives; a snapshot
    /// taken before stays what it was.
    #[test]
    fn following_equals_loading(seed in any::<u64>(), steps in prop::collection::vec((0u8..6, 0usize..400), 1..40)) {
        let (mut state, mut graph, edges) = start(seed, 400);
        for (what, n) in steps {
            let existing = state.edges.values().nth(n % state.edges.len().max(1)).map(|(edge, ..)| edge.clone());
            let changes = match (what, existing) {
                (0..=2, _) => edges.iter().skip(n).take(1 + n % 7).cloned().map(put_edge).collect(),
                (3, Some(edge)) => vec![Change::Remove(Removed::Edge(edge.id))],
                (4, Some(mut edge)) => {
                    edge.rank = Rank::Preferred;
                    edge.modality = Modality::ALL[n % Modality::ALL.len()];
                    if let (EdgeDetail::Commitment(commitment), Some(other)) = (&mut edge.detail, edges.get(n)) {
                        commitment.stance = Stance::ALL[n % Stance::ALL.len()];
                        edge.evidence.clone_from(&other.evidence);
                    }
                    vec![put_edge(edge)]
                }
                (5, _) if n % 2 == 0 => unused_entity(&state, &edges).map(|id| Change::Remove(Removed::Entity(id))).into_iter().collect(),
                _ => {
                    let mut entity = state.entities.values().nth(n).map(|(entity, ..)| entity.clone()).expect("there are more");
                    entity.names = [("fr".parse().expect("a tag"), format!("Nom {n}"))].into_iter().collect();
                    vec![put_entity(entity)]
                }
            };
            let before = graph.clone();
            let digest_before = before.computed_digest();
            let commit = state.commit(changes);
            graph.apply(&commit);
            graph.apply(&commit);
            prop_assert_eq!(before.computed_digest(), digest_before);
            prop_assert_eq!(graph.computed_digest(), state.digest());
        }
        prop_assert_eq!(graph.verify(), vec![]);
        let fresh = state.load();
        prop_assert_eq!(fresh.verify(), vec![]);
        prop_assert_eq!(all(&graph), all(&fresh));
        prop_assert_eq!((graph.seq(), graph.chain(), graph.digest()), (fresh.seq(), fresh.chain(), fresh.digest()));
    }

    /// Every filter lets through exactly the edges that a look at each edge would, in order, page by page.
    #[test]
    fn filters_equal_a_scan(
        seed in any::<u64>(), capability in 0..Capability::ALL.len(), mission in 0..Mission::ALL.len(),
        stance in 0..Stance::ALL.len(), stage in 0..Stage::ALL.len(), country in 0usize..200, condition in 0usize..30,
        on in prop::array::uniform10(prop::bool::weighted(0.25)), explicit in any::<bool>(), year in 2021i32..2028,
        limit in 1usize..60, twice in any::<bool>(),
    ) {
        let synthetic = Synthetic::new(3000, seed);
        let entities: Vec<Entity> = synthetic.entities().collect();
        let mut edges: Vec<Edge> = synthetic.edges().collect();
        let graph = Builder::one_commit(entities.clone(), edges.clone());
        edges.sort_by_key(|edge| edge.id);
        let nth = |kind: EntityKind, n: usize| entities.iter().filter(|e| e.kind == kind).nth(n).expect("enough").id;
        let (country, condition) = (nth(EntityKind::Country, country), nth(EntityKind::Condition, condition));
        let how = if explicit { Explicitness::Explicit } else { Explicitness::Implied };
        let (from, to) = (NaiveDate::from_ymd_opt(year, 3, 1), NaiveDate::from_ymd_opt(year, 9, 30));
        let which = Where {
            capability: given(on[1], &[Capability::ALL[capability]]),
            mission: given(on[2], &[Mission::ALL[mission], Mission::Reassurance]),
            stance: given(on[3], &Stance::ALL[stance..]),
            stage: given(on[4], &[Stage::ALL[stage], Stage::None]),
            subject: given(on[5], &[country]),
            condition: given(on[6], &[condition]),
            explicitness: on[7].then_some(how),
            said_from: from.filter(|_| on[8]),
            said_to: to.filter(|_| on[8]),
            due_to: to.filter(|_| on[0]),
            date_match: explicit.then_some(DateMatch::Certain),
            rank: given(on[1], &[Rank::Normal]),
            conditionality: given(on[9], &[Conditionality::Conditional]),
            ..Where::all()
        };
        let kinds = if on[0] { vec![EdgeKind::Commitment, EdgeKind::Request] } else { vec![] };
        let asked = if twice { doubled(which.clone()) } else { which.clone() };
        let query = EdgeQuery::of(&kinds.repeat(if twice { 2 } else { 1 }), asked);
        let expected: Vec<EdgeId> = edges.iter().filter(|edge| passes(edge, &kinds, &which)).map(|edge| edge.id).collect();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = graph.edges(&query, Page::following(after, limit));
            prop_assert!(page.total.exact && page.total.value == expected.len() as u64);
            let ids = |page: &EdgePage<'_>| page.items.iter().map(EdgeView::id).collect::<Vec<_>>();
            let uncounted = graph.edges(&query, Page::following(after, limit).uncounted());
            prop_assert_eq!((ids(&uncounted), uncounted.more), (ids(&page), page.more));
            found.extend(ids(&page));
            after = page.items.last().map(EdgeView::id);
            if !page.more {
                break;
            }
        }
        prop_assert_eq!(found, expected);
    }
}

/// Whether filters let an edge through, by a look at the edge.
fn passes(edge: &Edge, kinds: &[EdgeKind], which: &Where) -> bool {
    let commitment = edge.detail.commitment();
    let of = |f: &dyn Fn(&Commitment<EntityId>) -> bool| commitment.is_some_and(f);
    let capability = match &edge.detail {
        EdgeDetail::Request(request) => request.capability,
        _ => commitment.map(|c| c.capability),
    };
    (kinds.is_empty() || kinds.contains(&edge.kind()))
        && holds_for_any(&which.capability, |w| capability.is_some_and(|c| c.is_within(*w)))
        && holds_for_any(&which.mission, |w| of(&|c| c.mission == *w))
        && holds_for_any(&which.stance, |w| of(&|c| c.stance == *w))
        && holds_for_any(&which.stage, |w| of(&|c| c.stage == *w))
        && holds_for_any(&which.conditionality, |w| of(&|c| c.conditionality == *w))
        && holds_for_any(&which.rank, |w| edge.rank == *w)
        && holds_for_any(&which.subject, |w| edge.subject == *w)
        && passes_conditions(commitment, which)
        && passes_dates(edge, which)
}

fn passes_conditions(commitment: Option<&Commitment<EntityId>>, which: &Where) -> bool {
    let conditions = commitment.and_then(|commitment| commitment.conditions.as_ref());
    let leaves = conditions.map(|conditions| conditions.root.leaves()).unwrap_or_default();
    let is_so = |stated: Explicitness| which.explicitness.is_none_or(|how| how == stated);
    if which.condition.is_empty() {
        return which.explicitness.is_none() || leaves.iter().any(|(_, how)| is_so(*how));
    }
    holds_for_any(&which.condition, |w| leaves.iter().any(|(id, how)| w == *id && is_so(*how)))
}

fn passes_dates(edge: &Edge, which: &Where) -> bool {
    let certain = which.date_match == Some(DateMatch::Certain);
    let is_in = |date: &Edtf, from, to| if certain { date.certainly_in(from, to) } else { date.possibly_in(from, to) };
    let due = edge.detail.commitment().and_then(|c| c.due.as_ref()?.edtf.as_ref());
    let is_due = which.due_to.is_none() || due.is_some_and(|due| is_in(due, None, which.due_to));
    let (from, to) = (which.said_from, which.said_to);
    let is_said =
        (from, to) == (None, None) || edge.said_at.edtf.as_ref().map_or(!certain, |said| is_in(said, from, to));
    is_due && is_said
}

/// Some values of a filter, or none.
fn given<T: Clone>(is_given: bool, values: &[T]) -> Vec<T> {
    if is_given { values.to_vec() } else { Vec::new() }
}

/// Whether any value of a filter holds; without values it does not narrow.
fn holds_for_any<T>(wanted: &[T], holds: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(holds)
}

/// The same question with every value given twice, and asked twice.
fn doubled(which: Where) -> Where {
    let twice = Where {
        capability: which.capability.repeat(2),
        mission: which.mission.repeat(2),
        stance: which.stance.repeat(2),
        stage: which.stage.repeat(2),
        subject: which.subject.repeat(2),
        condition: which.condition.repeat(2),
        rank: which.rank.repeat(2),
        conditionality: which.conditionality.repeat(2),
        ..which.clone()
    };
    Where { all_of: vec![which], ..twice }
}

/// No question looks at more than its answer where an index exists.
#[test]
fn indexed_filters_look_at_the_page_only() {
    let (mut state, mut graph, edges) = start(3, 20_000);
    graph.apply(&state.commit(edges.into_iter().map(put_edge).collect()));
    let which = Where {
        capability: vec![Capability::MilitaryForces],
        stance: vec![Stance::Willing, Stance::Offered, Stance::Pledged, Stance::Committed],
        modality: vec![Modality::OwnStatement, Modality::ReportedByOthers],
        ..Where::all()
    };
    let page = graph.edges(&EdgeQuery::of(&[EdgeKind::Commitment], which), Page::first(50));
    assert!(page.more && page.total.exact && page.total.value > 1000, "{:?}", page.total);
    assert_eq!(page.visited, 50);
    let nobody = Where { subject: vec![EntityId::of_key("nobody")], ..Where::all() };
    assert_eq!(graph.edges(&EdgeQuery::of(&[], nobody), Page::first(50)).visited, 0);
    // Dates are tested on the record, but only in the months that the question touches.
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 3);
    let visited = |said_from, said_to| {
        let which = Where { said_from, said_to, date_match: Some(DateMatch::Certain), ..Where::all() };
        graph.edges(&EdgeQuery::of(&[], which), Page::first(50)).visited
    };
    assert_eq!(visited(None, day(1900, 1)), 0);
    assert!(visited(day(2024, 5), day(2024, 5)) < 1_000);
}
