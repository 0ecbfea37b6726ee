//! Where an actor stands: computed from its statements, never stored.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use pledgegraph_model::{
    Capability, Code, EdgeId, EdgeKind, EntityDetail, EntityId, Mission, Modality, Rank, Specificity,
};

use crate::Graph;
use crate::filter::{EdgeFilter, Page};
use crate::node::Node;
use crate::view::{EdgeView, EntityView};

/// Whose positions, on what.
#[derive(Debug, Clone, Default)]
pub struct PositionQuery {
    /// The actors; empty = all.
    pub actors: Vec<EntityId>,
    /// The capabilities, children included; empty = all.
    pub capability: Vec<Capability>,
    /// The missions; empty = all.
    pub mission: Vec<Mission>,
    /// The beneficiaries; empty = all.
    pub beneficiary: Vec<EntityId>,
    /// The modalities that count; empty = own and reported statements.
    pub modalities: Vec<Modality>,
    /// Only statements that may hold on this day.
    pub valid_at: Option<NaiveDate>,
    /// At most so many statements are considered.
    pub budget: usize,
}

/// The position of one actor on one capability and mission.
#[derive(Debug)]
pub struct Position<'g> {
    /// The actor.
    pub actor: EntityView<'g>,
    /// The capability.
    pub capability: Capability,
    /// The mission.
    pub mission: Mission,
    /// The statements that make the position: one, or several that cannot be compared.
    pub current: Vec<EdgeView<'g>>,
    /// The statements considered and passed over.
    pub passed_over: Vec<EdgeView<'g>>,
}

/// Positions, and whether the budget left some out.
#[derive(Debug)]
pub struct PositionAnswer<'g> {
    /// By actor in order of recording, then capability, then mission.
    pub positions: Vec<Position<'g>>,
    /// Whether statements were left out because the budget was spent.
    pub truncated: bool,
}

impl Graph {
    /// Positions by the published rule: the latest statement by `said_at`, or for want of it by its source's published
    /// date; statements whose dates overlap or are unknown cannot be compared and are both kept. Among those of the same
    /// date: by rank, then own over reported, then the more specific. Denied and open statements are no positions.
    ///
    /// O(statements considered), at most `budget`.
    pub fn positions(&self, query: &PositionQuery) -> PositionAnswer<'_> {
        let modalities = if query.modalities.is_empty() {
            Modality::ALL.iter().copied().filter(|m| m.counts()).collect()
        } else {
            query.modalities.clone()
        };
        let filter = EdgeFilter {
            kinds: vec![EdgeKind::Commitment],
            subject: (!query.actors.is_empty()).then(|| query.actors.clone()),
            object: (!query.beneficiary.is_empty()).then(|| query.beneficiary.clone()),
            capability: (!query.capability.is_empty()).then(|| query.capability.clone()),
            mission: (!query.mission.is_empty()).then(|| query.mission.clone()),
            modality: Some(modalities),
            valid_at: query.valid_at,
            polarity: Some(vec![pledgegraph_model::Polarity::Asserted]),
            ..EdgeFilter::default()
        };
        let page: Page<EdgeId> = Page::first(query.budget);
        let found = self.edges(&filter, page);
        let mut matters: BTreeMap<(Node, Capability, Mission), Vec<EdgeView<'_>>> = BTreeMap::new();
        for edge in found.items {
            if let Some(commitment) = edge.detail().commitment() {
                let matter = (edge.record.subject, commitment.capability, commitment.mission);
                matters.entry(matter).or_default().push(edge);
            }
        }
        let positions = matters.into_iter().map(|((actor, capability, mission), edges)| {
            let (current, passed_over) = latest(edges);
            Position { actor: self.at(actor), capability, mission, current, passed_over }
        });
        PositionAnswer { positions: positions.collect(), truncated: found.more }
    }
}

/// Splits statements on one matter into those that stand and those that are passed over. O(statements).
pub(crate) fn latest(edges: Vec<EdgeView<'_>>) -> (Vec<EdgeView<'_>>, Vec<EdgeView<'_>>) {
    let when: Vec<Option<Days>> = edges.iter().map(said).collect();
    let latest_first = when.iter().flatten().map(|(first, _)| *first).max();
    let mut best: HashMap<Days, Standing> = HashMap::new();
    for (edge, days) in edges.iter().zip(&when) {
        if let Some(days) = days {
            let own = standing(edge);
            best.entry(*days).and_modify(|known| *known = (*known).min(own)).or_insert(own);
        }
    }
    let beaten = |edge: &EdgeView<'_>, days: &Option<Days>| {
        days.is_some_and(|days| {
            let later = latest_first.is_some_and(|first| first > days.1);
            later || best.get(&days).is_some_and(|best| *best < standing(edge))
        })
    };
    let (mut current, mut passed_over) = (Vec::new(), Vec::new());
    for (edge, days) in edges.into_iter().zip(&when) {
        if beaten(&edge, days) { passed_over.push(edge) } else { current.push(edge) }
    }
    (current, passed_over)
}

/// First and last day that a date may mean.
type Days = (NaiveDate, NaiveDate);

/// When it was said; for want of that, when the latest of its sources was published.
pub(crate) fn said(edge: &EdgeView<'_>) -> Option<Days> {
    let days = |date: &pledgegraph_model::Date| Some((date.earliest()?, date.latest()?));
    days(edge.said_at()).or_else(|| {
        let published = edge.evidence().iter().filter_map(|piece| match &edge.graph.at(piece.source).entity().detail {
            EntityDetail::Source { published: Some(date), .. } => days(date),
            _ => None,
        });
        published.max()
    })
}

/// What decides between statements of the same date, best first: rank, then own over reported, then the more specific.
type Standing = (u8, Modality, Specificity);

fn standing(edge: &EdgeView<'_>) -> Standing {
    let rank = match edge.rank() {
        Rank::Preferred => 0,
        Rank::Normal => 1,
        Rank::Deprecated => 2,
    };
    let specificity = edge.detail().commitment().map_or(Specificity::Specified, |c| c.specificity);
    (rank, edge.modality(), specificity)
}
