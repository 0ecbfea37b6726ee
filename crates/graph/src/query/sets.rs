//! Which rows: the tree of a query as sets.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use chrono::NaiveDate;
use fixedbitset::FixedBitSet;
use pledgegraph_model::{Code, EdgeId, EdgeKind, EntityKind, Link, LinkType, Related, Rows, Standing, Where};

use crate::Graph;
use crate::counted::Counted;
use crate::filter::Chosen;
use crate::force::{BudgetSpent, Evaluation, ForceQuery};
use crate::node::Node;
use crate::plan::Plan;
use crate::record::EdgeRecord;
use crate::standing::remembered::Remembered;
use crate::work;

/// Which end of a statement.
#[derive(Debug, Clone, Copy)]
enum End {
    Subject,
    Object,
}

impl End {
    /// The member of a filter that says what the entity is.
    fn member(self) -> &'static str {
        match self {
            Self::Subject => "/subject_is",
            Self::Object => "/object_is",
        }
    }

    /// The member of a filter that joins an entity with the statements of which it is this end.
    fn join(self) -> &'static str {
        match self {
            Self::Subject => "/subject_of/where",
            Self::Object => "/object_of/where",
        }
    }

    fn of(self, edge: &EdgeRecord) -> Node {
        match self {
            Self::Subject => edge.subject,
            Self::Object => edge.object,
        }
    }
}

/// Makes sets over one graph.
pub(super) struct Sets<'g> {
    graph: &'g Graph,
    /// How large the circuit of what is in force may become.
    budget: usize,
    /// The day of standings, where a part does not say `valid_at`.
    day: NaiveDate,
    left_out: RefCell<Vec<LeftOut>>,
    /// How many sets of rows there are beside each other.
    joined: Cell<usize>,
    standings: RefCell<Vec<Rc<Remembered<'g>>>>,
    evaluations: RefCell<HashMap<NaiveDate, Arc<Evaluation>>>,
}

/// What was left out of one set that a query names, because it does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The set: a JSON pointer into the query.
    pub path: String,
    /// How many statements, by standing.
    pub standings: Vec<(Standing, u64)>,
}

/// What a set left out, by the row and its standing.
struct LeftOut {
    path: String,
    /// Which rows; see [`Context::rows`].
    rows: usize,
    slots: Vec<(usize, Standing)>,
}

/// Where in a query a part stands, and what holds there.
#[derive(Clone, Copy)]
pub(super) struct Context<'p> {
    path: &'p str,
    day: NaiveDate,
    /// Whether something is counted or concluded from the whole of it.
    concludes: bool,
    /// Which rows the part is about: 0 for those that the query looks for. In "countries that attended and pledged nothing"
    /// the countries are 0, the attendances 1, the pledges 2.
    rows: usize,
}

impl<'g> Sets<'g> {
    pub(super) fn new(graph: &'g Graph, day: NaiveDate, budget: usize) -> Self {
        Self {
            graph,
            budget,
            day,
            left_out: RefCell::default(),
            joined: Cell::new(0),
            standings: RefCell::default(),
            evaluations: RefCell::default(),
        }
    }

    /// The whole of a query.
    pub(super) fn root(&self, concludes: bool) -> Context<'static> {
        Context { path: "/where", day: self.day, concludes, rows: 0 }
    }

    /// What was left out of each set, in the order of the query.
    pub(super) fn into_set_aside(self) -> Vec<SetAside> {
        let told = |left_out: LeftOut| {
            let mut standings: BTreeMap<Standing, u64> = BTreeMap::new();
            for (_, standing) in left_out.slots {
                *standings.entry(standing).or_default() += 1;
            }
            SetAside { path: left_out.path, standings: standings.into_iter().collect() }
        };
        let left_out = self.left_out.into_inner().into_iter().filter(|left_out| !left_out.slots.is_empty());
        let mut found: Vec<SetAside> = left_out.map(told).collect();
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found
    }

    /// Takes out of a set what does not count there, and remembers how much.
    fn keep_what_counts(&self, found: &mut FixedBitSet, which: &Where, context: Context<'_>) {
        let concludes = context.concludes && !which.names_standings();
        if which.standing.is_empty() && !concludes && !which.is_about_firmness() {
            return;
        }
        let counted = Counted::of_filter(which, context.day);
        let mut out: Vec<(usize, Standing)> = Vec::new();
        if counted.day == self.graph.day() && counted.has_usual_modalities() {
            for standing in Standing::ALL.iter().filter(|standing| !counted.takes_standing(**standing)) {
                for slot in self.graph.standings.list(*standing).iter().map(|slot| slot as usize) {
                    if found.contains(slot) {
                        found.set(slot, false);
                        out.push((slot, *standing));
                    }
                }
            }
        } else {
            let standings = self.standings(&counted);
            let standing = |slot: usize| standings.get(u32::try_from(slot).ok()?);
            work::over_bits(found.len() * 8);
            for slot in found.ones().collect::<Vec<_>>() {
                if let Some(standing) = standing(slot).filter(|standing| !counted.takes_standing(*standing)) {
                    found.set(slot, false);
                    out.push((slot, standing));
                }
            }
        }
        // Who says which standings has asked for no others.
        if which.standing.is_empty() && !out.is_empty() {
            let left_out = LeftOut { path: context.path.to_owned(), rows: context.rows, slots: out };
            self.left_out.borrow_mut().push(left_out);
        }
    }

    /// What was found of standings on a day and with modalities; a query asks for few of them.
    fn standings(&self, counted: &Counted) -> Rc<Remembered<'g>> {
        let mut known = self.standings.borrow_mut();
        if let Some(known) = known.iter().find(|known| known.is_of(counted)) {
            return Rc::clone(known);
        }
        let new = Rc::new(Remembered::none(self.graph, counted));
        known.push(Rc::clone(&new));
        new
    }

    /// The statements of some kinds (empty = all) by slot. The depth of a tree is bounded by its reader.
    pub(super) fn statements(
        &self,
        kinds: &[EdgeKind],
        which: &Where,
        context: Context<'_>,
    ) -> Result<FixedBitSet, BudgetSpent> {
        let context = Context { day: which.day().unwrap_or(context.day), ..context };
        let graph = self.graph;
        let room = graph.edges.len();
        let mut found = FixedBitSet::with_capacity(room);
        let only = self.in_force(which, context.day)?;
        let plan = Plan::of_node(kinds, which, only.as_deref());
        found.extend(graph.slots(plan).into_iter().map(|slot| slot as usize));
        if let Some(about) = &which.about {
            // No statement is about entities by a link.
            let slots = match about.find.rows() {
                Rows::Statements(kinds) => {
                    self.statements(kinds, &about.which, self.joined(context, &context.under("/about/where")))?
                }
                Rows::Entities(_) => FixedBitSet::new(),
            };
            let known = slots.ones().filter_map(|slot| Some(graph.edge_record(u32::try_from(slot).ok()?)?.id));
            let known: HashSet<EdgeId> = known.collect();
            let is_about = |link: &Link| link.link_type == LinkType::About && known.contains(&link.edge);
            self.retain(&mut found, |edge| edge.circumstances().links.iter().any(is_about));
        }
        for (end, such) in [(End::Subject, &which.subject_is), (End::Object, &which.object_is)] {
            if let Some(such) = such {
                let path = context.under(end.member());
                let entities = self.entities(EntityKind::ALL, such, Context { path: &path, ..context })?;
                self.retain(&mut found, |edge| entities.contains(end.of(edge).index()));
            }
        }
        let part = |part: &Where, path: &str| {
            let before = self.left_out.borrow().len();
            let found =
                self.statements(kinds, part, Context { path: &context.under(path), concludes: false, ..context })?;
            Ok(Part { found, left_out: before..self.left_out.borrow().len() })
        };
        let parts = Parts::of(which, part)?;
        self.tell_of(&parts, &found, context);
        parts.narrow(&mut found);
        self.keep_what_counts(&mut found, which, context);
        Ok(found)
    }

    /// The entities of some kinds by node number.
    pub(super) fn entities(
        &self,
        kinds: &[EntityKind],
        which: &Where,
        context: Context<'_>,
    ) -> Result<FixedBitSet, BudgetSpent> {
        let graph = self.graph;
        let room = graph.nodes.len();
        let mut found = FixedBitSet::with_capacity(room);
        found.extend(graph.entity_numbers(kinds, which).into_iter().map(|number| number as usize));
        for (end, related) in [(End::Subject, &which.subject_of), (End::Object, &which.object_of)] {
            if let Some(related) = related {
                let path = context.under(end.join());
                found.intersect_with(&self.ends(end, related, self.joined(context, &path))?);
            }
        }
        let part = |part: &Where, path: &str| {
            let found = self.entities(kinds, part, Context { path: &context.under(path), ..context })?;
            Ok(Part { found, left_out: 0..0 })
        };
        Parts::of(which, part)?.narrow(&mut found);
        Ok(found)
    }

    /// Of what parts left out, only that is told which everything around them lets through. In "of France, and (willing, or
    /// in a coalition)" the part `willing` sets aside pledges of all countries that were taken back; told are those of France.
    /// `own`: what the filter around the parts lets through by itself, here what is of France.
    fn tell_of(&self, parts: &Parts, own: &FixedBitSet, context: Context<'_>) {
        let mut all = self.left_out.borrow_mut();
        let beside = |parts: &[Part], but: usize, slot: usize| {
            work::over_bits(parts.len());
            parts.iter().enumerate().all(|(at, part)| at == but || part.found.contains(slot))
        };
        let any = |slot: usize| parts.any.is_empty() || parts.any.iter().any(|part| part.found.contains(slot));
        let none = |slot: usize| !parts.none.iter().any(|part| part.found.contains(slot));
        let mut keep = |part: &Part, lets_through: &dyn Fn(usize) -> bool| {
            for left_out in all[part.left_out.clone()].iter_mut().filter(|left_out| left_out.rows == context.rows) {
                left_out.slots.retain(|(slot, _)| own.contains(*slot) && none(*slot) && lets_through(*slot));
            }
        };
        for (at, part) in parts.all.iter().enumerate() {
            keep(part, &|slot| any(slot) && beside(&parts.all, at, slot));
        }
        for part in &parts.any {
            keep(part, &|slot| beside(&parts.all, usize::MAX, slot));
        }
        for part in &parts.none {
            keep(part, &|slot| any(slot) && beside(&parts.all, usize::MAX, slot));
        }
    }

    /// Statements that a row is joined with, or is to have none of: something is concluded from them.
    fn joined<'p>(&self, context: Context<'_>, path: &'p str) -> Context<'p> {
        self.joined.set(self.joined.get() + 1);
        Context { path, day: context.day, concludes: true, rows: self.joined.get() }
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

    /// The entities at one end of such statements.
    fn ends(&self, end: End, related: &Related, context: Context<'_>) -> Result<FixedBitSet, BudgetSpent> {
        let mut nodes = FixedBitSet::with_capacity(self.graph.nodes.len());
        if let Rows::Statements(kinds) = related.find.rows() {
            let slots = self.statements(kinds, &related.which, context)?;
            let edges = slots.ones().filter_map(|slot| self.graph.edge_record(u32::try_from(slot).ok()?));
            nodes.extend(edges.map(|edge| end.of(edge).index()));
        }
        Ok(nodes)
    }

    fn in_force(&self, which: &Where, day: NaiveDate) -> Result<Option<Arc<Chosen>>, BudgetSpent> {
        if which.in_force.is_empty() {
            return Ok(None);
        }
        if day == self.graph.day() {
            return self.graph.having_force(&which.in_force, self.budget).map(Some);
        }
        let known = self.evaluations.borrow().get(&day).cloned();
        let evaluation = match known {
            Some(known) => known,
            None => Arc::new(self.graph.evaluate(&ForceQuery::all(day, self.budget))?),
        };
        self.evaluations.borrow_mut().insert(day, Arc::clone(&evaluation));
        Ok(Some(Arc::new(evaluation.having(&which.in_force))))
    }
}

/// One of the parts that a filter consists of, beside its own members.
struct Part {
    found: FixedBitSet,
    /// What it left out, by place in the list of all that is left out.
    left_out: Range<usize>,
}

/// The parts of a filter.
struct Parts {
    all: Vec<Part>,
    any: Vec<Part>,
    none: Vec<Part>,
}

impl Parts {
    /// The parts of a filter; `of` takes one and where it stands.
    fn of(which: &Where, mut of: impl FnMut(&Where, &str) -> Result<Part, BudgetSpent>) -> Result<Self, BudgetSpent> {
        let mut each = |parts: &[Where], member: &str| {
            let parts = parts.iter().enumerate().map(|(at, part)| of(part, &format!("/{member}/{at}")));
            parts.collect::<Result<Vec<Part>, BudgetSpent>>()
        };
        Ok(Self {
            all: each(&which.all_of, "all_of")?,
            any: each(&which.any_of, "any_of")?,
            none: each(&which.none_of, "none_of")?,
        })
    }

    /// Takes out of a set what the parts do not let through.
    fn narrow(&self, found: &mut FixedBitSet) {
        work::over_bits(found.len() * (self.all.len() + self.any.len() + self.none.len() + 1));
        for part in &self.all {
            found.intersect_with(&part.found);
        }
        if !self.any.is_empty() {
            let mut any = FixedBitSet::with_capacity(found.len());
            self.any.iter().for_each(|part| any.union_with(&part.found));
            found.intersect_with(&any);
        }
        for part in &self.none {
            found.difference_with(&part.found);
        }
    }
}

impl Context<'_> {
    /// The path of a part.
    fn under(&self, member: &str) -> String {
        format!("{}{member}", self.path)
    }
}
