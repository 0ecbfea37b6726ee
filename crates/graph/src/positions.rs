//! Where an actor stands: computed from its statements, never stored.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use chrono::NaiveDate;
use pledgegraph_model::{Capability, EdgeId, EdgeKind, EntityId, Mission, Modality, Rank, Specificity, Where};

use crate::Graph;
use crate::counted::Counted;
use crate::filter::{EdgeQuery, Page};
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::standing::order::Order;
use crate::view::{EdgeView, EntityView};

/// Whose positions, on what.
#[derive(Debug, Clone)]
pub struct PositionQuery {
    /// The actors; empty = all.
    pub actors: Vec<EntityId>,
    /// The capabilities, children included; empty = all.
    pub capability: Vec<Capability>,
    /// The missions; empty = all.
    pub mission: Vec<Mission>,
    /// The beneficiaries; empty = all.
    pub beneficiary: Vec<EntityId>,
    /// Which statements count.
    pub counted: Counted,
    /// At most so many statements are looked through for what they are about, and as many again to tell the whole of it.
    pub budget: usize,
    /// Which of the matters are wanted, by their place in the order of the answer: `50..100` is the second page of fifty. The
    /// others are only counted.
    pub part: Range<usize>,
}

/// The position of one actor towards one beneficiary on one capability and mission.
#[derive(Debug)]
pub struct Position<'g> {
    /// The actor.
    pub actor: EntityView<'g>,
    /// Towards whom.
    pub beneficiary: EntityView<'g>,
    /// The capability.
    pub capability: Capability,
    /// The mission.
    pub mission: Mission,
    /// The statements that make the position: one, or several that cannot be compared.
    pub current: Vec<EdgeView<'g>>,
    /// The statements considered and passed over.
    pub passed_over: Vec<EdgeView<'g>>,
}

/// What one actor says towards one beneficiary on one capability and mission.
type Matter = (Node, Capability, Mission, Node);

/// Statements by matter.
pub(crate) struct Matters<'g> {
    /// Those wanted, in the order of [`PositionAnswer`].
    pub(crate) wanted: Vec<(Matter, Vec<EdgeView<'g>>)>,
    /// How many there are.
    pub(crate) total: usize,
    /// Whether statements were left out because the budget was spent.
    pub(crate) truncated: bool,
}

/// Positions, and whether the budget left some out.
#[derive(Debug)]
pub struct PositionAnswer<'g> {
    /// Those wanted, by actor in order of recording, then capability, mission and beneficiary.
    pub positions: Vec<Position<'g>>,
    /// How many there are.
    pub total: usize,
    /// Whether statements were left out because the budget was spent.
    pub truncated: bool,
}

impl PositionQuery {
    /// All positions on a day, of at most so many statements.
    pub fn all(day: NaiveDate, budget: usize) -> Self {
        let (actors, capability, mission, beneficiary) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { actors, capability, mission, beneficiary, counted: Counted::on(day), budget, part: 0..usize::MAX }
    }

    /// The statements that are considered.
    pub fn edges(&self) -> EdgeQuery {
        let which = Where {
            subject: self.actors.clone(),
            object: self.beneficiary.clone(),
            capability: self.capability.clone(),
            mission: self.mission.clone(),
            modality: self.counted.modalities.clone(),
            ..Where::all()
        };
        EdgeQuery::of(&[EdgeKind::Commitment], which).counted(self.counted.clone())
    }
}

impl Graph {
    /// Positions by the published rule. Of the statements that count on the day, the latest by `said_at`, or for want of it
    /// by its source's published date; statements whose dates overlap or are unknown cannot be compared and are both kept.
    /// Among those of the same day: by rank, then own over reported, then the more specific. What has not begun by the day
    /// is passed over by all that has.
    ///
    /// O(statements considered), at most twice `budget`.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::PositionQuery;
    /// use pledgegraph_model::{Capability, Stance};
    ///
    /// let states = graph.find(&"country:US".parse()?).expect("an entity").id();
    /// let query = PositionQuery {
    ///     actors: vec![states],
    ///     capability: vec![Capability::PoliticalBackstop],
    ///     ..PositionQuery::all(graph.day(), 1_000)
    /// };
    /// let answer = graph.positions(&query);
    /// assert_eq!(answer.total, 1);
    /// let position = &answer.positions[0];
    /// assert_eq!(position.beneficiary.label("en").0, "Ukraine");
    /// let stances: Vec<Stance> =
    ///     position.current.iter().filter_map(|edge| Some(edge.detail().commitment()?.stance)).collect();
    /// assert_eq!(stances, [Stance::Refused]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn positions(&self, query: &PositionQuery) -> PositionAnswer<'_> {
        let Matters { wanted, total, truncated } = self.matters(query);
        let positions = wanted.into_iter().map(|((actor, capability, mission, beneficiary), edges)| {
            let (current, passed_over) = latest(edges, |edge| edge.has_begun(query.counted.day));
            let (actor, beneficiary) = (self.at(actor), self.at(beneficiary));
            Position { actor, beneficiary, capability, mission, current, passed_over }
        });
        PositionAnswer { positions: positions.collect(), total, truncated }
    }

    /// The statements that count, by what they are about. O(statements considered), at most `budget`. Where the budget ends
    /// the walk, a matter may have been seen in part: what was said in March, and not what was said in June. So all that is
    /// said on each matter wanted is then looked up by itself, for as much of the budget again.
    pub(crate) fn matters(&self, query: &PositionQuery) -> Matters<'_> {
        let page: Page<EdgeId> = Page::first(query.budget);
        let found = self.edges(&query.edges(), page);
        let mut matters: BTreeMap<Matter, Vec<EdgeView<'_>>> = BTreeMap::new();
        for edge in found.items {
            if let Some(commitment) = edge.detail().commitment() {
                let matter = (edge.record.subject, commitment.capability, commitment.mission, edge.record.object);
                matters.entry(matter).or_default().push(edge);
            }
        }
        let total = matters.len();
        let mut left = if found.more { query.budget } else { 0 };
        let wanted = matters.into_iter().skip(query.part.start).take(query.part.len());
        let wanted = wanted.map(|(matter, edges)| (matter, self.said_in(matter, query, &mut left).unwrap_or(edges)));
        Matters { wanted: wanted.collect(), total, truncated: found.more }
    }

    /// The statements that count on one matter, whatever else was said; `None` where more is said than is `left` to look at.
    fn said_in(
        &self,
        (actor, capability, mission, object): Matter,
        query: &PositionQuery,
        left: &mut usize,
    ) -> Option<Vec<EdgeView<'_>>> {
        let mut slots: Vec<u32> = self.said_on(actor, (capability, mission, object)).take(*left + 1).collect();
        let rest = left.checked_sub(slots.len());
        *left = rest.unwrap_or_default();
        rest?;
        let modalities = &query.counted.modalities;
        slots.retain(|slot| {
            self.edge_record(*slot).is_some_and(|edge| {
                let is_asked = modalities.is_empty() || modalities.contains(&edge.modality);
                is_asked && query.counted.takes(self, *slot, edge)
            })
        });
        slots.sort_unstable();
        Some(slots.into_iter().filter_map(|slot| self.view(slot)).collect())
    }
}

/// Splits statements on one matter into the latest and those that are passed over. `has_begun`: whether a statement has begun;
/// where any has, all others are passed over. O(statements).
pub(crate) fn latest<'g>(
    edges: Vec<EdgeView<'g>>,
    has_begun: impl Fn(&EdgeView<'g>) -> bool,
) -> (Vec<EdgeView<'g>>, Vec<EdgeView<'g>>) {
    let (mut edges, mut passed_over): (Vec<_>, Vec<_>) = edges.into_iter().partition(has_begun);
    if edges.is_empty() {
        std::mem::swap(&mut edges, &mut passed_over);
    }
    let when: Vec<Option<Order>> = edges.iter().map(EdgeView::order).collect();
    let latest_first = when.iter().flatten().filter_map(|order| order.first).max();
    let mut best: HashMap<NaiveDate, Preference> = HashMap::new();
    let only_day = |order: &Option<Order>| order.and_then(Order::only_day);
    for (edge, order) in edges.iter().zip(&when) {
        if let Some(day) = only_day(order) {
            let own = preference(edge.record);
            best.entry(day).and_modify(|known| *known = (*known).min(own)).or_insert(own);
        }
    }
    let beaten = |edge: &EdgeView<'_>, order: &Option<Order>| {
        let last = order.and_then(|order| order.last);
        let later = matches!((latest_first, last), (Some(first), Some(last)) if first > last);
        let beside = only_day(order).and_then(|day| best.get(&day));
        later || beside.is_some_and(|best| *best < preference(edge.record))
    };
    let mut current = Vec::new();
    for (edge, order) in edges.into_iter().zip(&when) {
        if beaten(&edge, order) { passed_over.push(edge) } else { current.push(edge) }
    }
    (current, passed_over)
}

impl EdgeView<'_> {
    pub(crate) fn order(&self) -> Option<Order> {
        self.graph.order(self.record)
    }

    /// Whether what it does to others may have begun by a day.
    pub(crate) fn has_begun(&self, day: NaiveDate) -> bool {
        let first = self.graph.begins(self.record).and_then(|order| order.first);
        first.is_none_or(|first| first <= day)
    }
}

/// What decides between statements of the same day, best first: rank, then own over reported, then the more specific.
type Preference = (u8, Modality, Specificity);

fn preference(edge: &EdgeRecord) -> Preference {
    let rank = match edge.rank {
        Rank::Preferred => 0,
        Rank::Normal => 1,
        Rank::Deprecated => 2,
    };
    let specificity = edge.detail.commitment().map_or(Specificity::Specified, |c| c.specificity);
    (rank, edge.modality, specificity)
}
