//! Which rows: the tree of a query as sets.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{NaiveDate, Utc};
use fixedbitset::FixedBitSet;
use pledgegraph_model::{
    Code, EdgeDetail, EdgeId, EdgeKind, EntityId, EntityKind, Link, LinkType, Related, Rows, Stance, Where,
};

use crate::Graph;
use crate::entities::EntityFilter;
use crate::filter::{EdgeFilter, Page, Span};
use crate::force::{BudgetSpent, ForceQuery};
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::view::EdgeView;

/// Which end of a statement.
#[derive(Debug, Clone, Copy)]
enum End {
    Subject,
    Object,
}

impl End {
    fn of(self, edge: &EdgeRecord) -> Node {
        match self {
            Self::Subject => edge.subject,
            Self::Object => edge.object,
        }
    }
}

/// Makes sets over one graph.
pub(super) struct Sets<'g> {
    pub(super) graph: &'g Graph,
    /// How large the circuit of what is in force may become.
    pub(super) budget: usize,
}

impl Sets<'_> {
    /// The statements of some kinds (empty = all) by slot. The depth of a tree is bounded by its reader.
    pub(super) fn statements(&self, kinds: &[EdgeKind], which: &Where) -> Result<FixedBitSet, BudgetSpent> {
        let graph = self.graph;
        let room = graph.edges.len();
        let mut found = FixedBitSet::with_capacity(room);
        let filter = self.edge_filter(kinds, which)?;
        found.extend(graph.slots(&filter).into_iter().map(|slot| slot as usize));
        if !which.attendance_mode.is_empty() || !which.remark_type.is_empty() {
            self.retain(&mut found, |edge| match &*edge.detail {
                EdgeDetail::Attendance(attendance) => {
                    which.remark_type.is_empty()
                        && (which.attendance_mode.is_empty()
                            || attendance.mode.is_some_and(|mode| which.attendance_mode.contains(&mode)))
                }
                EdgeDetail::Remark(remark) => {
                    which.attendance_mode.is_empty()
                        && (which.remark_type.is_empty() || which.remark_type.contains(&remark.remark_type))
                }
                _ => false,
            });
        }
        if let Some(about) = &which.about {
            // No statement is about entities by a link.
            let slots = match about.find.rows() {
                Rows::Statements(kinds) => self.statements(kinds, &about.which)?,
                Rows::Entities(_) => FixedBitSet::new(),
            };
            let known = slots.ones().filter_map(|slot| Some(graph.edge_record(u32::try_from(slot).ok()?)?.id));
            let known: HashSet<EdgeId> = known.collect();
            let is_about = |link: &Link| link.link_type == LinkType::About && known.contains(&link.edge);
            self.retain(&mut found, |edge| edge.circumstances().links.iter().any(is_about));
        }
        if !which.month.is_empty() {
            let months: Vec<u32> =
                which.month.iter().filter_map(|month| month.rsplit('-').next()?.parse().ok()).collect();
            self.retain(&mut found, |record| {
                let view = EdgeView { graph, record };
                let date = view.when().and_then(|date| date.edtf.as_ref());
                date.is_some_and(|edtf| months.iter().any(|month| edtf.possibly_in_month(*month)))
            });
        }
        if let Some(day) = which.recorded_from {
            self.retain(&mut found, |edge| edge.stamp.recorded_at.date_naive() >= day);
        }
        for (end, such) in [(End::Subject, &which.subject_is), (End::Object, &which.object_is)] {
            if let Some(such) = such {
                let entities = self.entities(EntityKind::ALL, such)?;
                self.retain(&mut found, |edge| entities.contains(end.of(edge).index()));
            }
        }
        combine(found, which, |part| self.statements(kinds, part))
    }

    /// The entities of some kinds by node number.
    pub(super) fn entities(&self, kinds: &[EntityKind], which: &Where) -> Result<FixedBitSet, BudgetSpent> {
        let graph = self.graph;
        let room = graph.nodes.len();
        let of_kinds: Vec<EntityKind> =
            kinds.iter().copied().filter(|kind| which.kind.is_empty() || which.kind.contains(kind)).collect();
        let mut found = FixedBitSet::with_capacity(room);
        // An empty list would mean all kinds.
        if !of_kinds.is_empty() {
            let filter = EntityFilter {
                kinds: of_kinds,
                region: given(&which.region),
                text: which.q.clone(),
                condition_kind: given(&which.condition_kind),
                class: given(&which.class),
                ..EntityFilter::default()
            };
            let page = graph.entities(&filter, Page::first(usize::MAX));
            found.extend(page.items.iter().map(|view| view.node().index()));
        }
        if !which.is.is_empty() {
            found.intersect_with(&self.these(&which.is));
        }
        if !which.source.is_empty() {
            found.intersect_with(&self.named_in(&which.source));
        }
        for (end, related) in [(End::Subject, &which.subject_of), (End::Object, &which.object_of)] {
            if let Some(related) = related {
                found.intersect_with(&self.ends(end, related)?);
            }
        }
        combine(found, which, |part| self.entities(kinds, part))
    }

    fn retain(&self, found: &mut FixedBitSet, keep: impl Fn(&EdgeRecord) -> bool) {
        let out = |slot: &usize| {
            u32::try_from(*slot).ok().and_then(|slot| self.graph.edge_record(slot)).is_none_or(|edge| !keep(edge))
        };
        let out: Vec<usize> = found.ones().filter(out).collect();
        for slot in out {
            found.set(slot, false);
        }
    }

    fn these(&self, ids: &[EntityId]) -> FixedBitSet {
        let mut nodes = FixedBitSet::with_capacity(self.graph.nodes.len());
        nodes.extend(ids.iter().filter_map(|id| self.graph.node(*id)).map(Node::index));
        nodes
    }

    /// The entities at an end of a statement that a source is evidence of.
    fn named_in(&self, sources: &[EntityId]) -> FixedBitSet {
        let mut nodes = FixedBitSet::with_capacity(self.graph.nodes.len());
        let filter = EdgeFilter { source: Some(sources.to_vec()), ..EdgeFilter::default() };
        for edge in self.graph.slots(&filter).into_iter().filter_map(|slot| self.graph.edge_record(slot)) {
            nodes.extend([edge.subject.index(), edge.object.index()]);
        }
        nodes
    }

    /// The entities at one end of such statements.
    fn ends(&self, end: End, related: &Related) -> Result<FixedBitSet, BudgetSpent> {
        let mut nodes = FixedBitSet::with_capacity(self.graph.nodes.len());
        if let Rows::Statements(kinds) = related.find.rows() {
            let slots = self.statements(kinds, &related.which)?;
            let edges = slots.ones().filter_map(|slot| self.graph.edge_record(u32::try_from(slot).ok()?));
            nodes.extend(edges.map(|edge| end.of(edge).index()));
        }
        Ok(nodes)
    }

    fn edge_filter(&self, kinds: &[EdgeKind], which: &Where) -> Result<EdgeFilter, BudgetSpent> {
        let stances = |least: Stance| Stance::ALL.iter().copied().filter(move |stance| stance.at_least(least));
        let stance = match (given(&which.stance), which.stance_min) {
            (Some(given), Some(least)) => Some(given.into_iter().filter(|stance| stance.at_least(least)).collect()),
            (None, Some(least)) => Some(stances(least).collect()),
            (given, None) => given,
        };
        let said = Span { from: which.said_from, to: which.said_to };
        Ok(EdgeFilter {
            kinds: kinds.to_vec(),
            only: self.in_force(which)?,
            subject: given(&which.subject),
            subject_with_parts: false,
            object: given(&which.object),
            touching: None,
            coalition: given(&which.coalition),
            condition: given(&which.condition),
            source: given(&which.source),
            agent: given(&which.agent),
            meeting: given(&which.meeting),
            place: given(&which.place),
            acting_through: given(&which.acting_through),
            capability: given(&which.capability),
            mission: given(&which.mission),
            stance,
            stage: given(&which.stage),
            conditionality: given(&which.conditionality),
            explicitness: which.explicitness.map(|how| vec![how]),
            modality: given(&which.modality),
            polarity: given(&which.polarity),
            rank: None,
            membership_role: given(&which.membership_role),
            attendance_role: given(&which.attendance_role),
            said: (said != Span::default()).then_some(said),
            valid_at: which.valid_at,
            date_match_certain: false,
            text: which.q.clone(),
        })
    }

    fn in_force(&self, which: &Where) -> Result<Option<Arc<crate::filter::Chosen>>, BudgetSpent> {
        if which.in_force.is_empty() {
            return Ok(None);
        }
        let day: NaiveDate = which.valid_at.unwrap_or_else(|| Utc::now().date_naive());
        let evaluation = self.graph.evaluate(&ForceQuery::all(Some(day), self.budget))?;
        Ok(Some(Arc::new(evaluation.having(&which.in_force))))
    }
}

/// A list that narrows; an empty one does not.
fn given<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// What is left of a set after the branches of a tree.
fn combine(
    mut found: FixedBitSet,
    which: &Where,
    mut of: impl FnMut(&Where) -> Result<FixedBitSet, BudgetSpent>,
) -> Result<FixedBitSet, BudgetSpent> {
    for part in &which.all_of {
        found.intersect_with(&of(part)?);
    }
    if !which.any_of.is_empty() {
        let mut any = FixedBitSet::with_capacity(found.len());
        for part in &which.any_of {
            any.union_with(&of(part)?);
        }
        found.intersect_with(&any);
    }
    for part in &which.none_of {
        found.difference_with(&of(part)?);
    }
    Ok(found)
}
