//! What the graph answers to a query, and how exactly.
//!
//! Of commitments that were asked for by a firm stance, a capability or a stated condition, the nearest ones are found too:
//! less firm, of a wider capability, on a condition that is only implied. Each answer says what it gives up.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, EntityView, ForceQuery, Graph, Value};
use pledgegraph_model::{
    AttendanceRole, Code, Conditions, EntityId, EntityKind, Explicitness, Polarity, Query, QueryAsk, QueryField,
    QueryTarget, Stance, StanceSet, Truth, Where,
};

/// How exactly an answer is what was asked for; best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// As asked.
    Exact,
    /// A narrower capability than was asked for.
    ByHierarchy,
    /// Something was given up.
    Relaxed,
}

impl Grade {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::ByHierarchy => "by_hierarchy",
            Self::Relaxed => "relaxed",
        }
    }
}

/// What a relaxed answer gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relaxation {
    /// It is less firm than asked.
    Stance,
    /// Its capability is wider than asked.
    Capability,
    /// It is of a group whose countries are not named.
    Group,
    /// The condition is implied and not stated.
    Explicitness,
    /// Others say so of the actor: they expect, assess or concede it.
    Modality,
    /// When it was said is not known well enough to be sure.
    Date,
}

impl Relaxation {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stance => "stance",
            Self::Capability => "capability",
            Self::Group => "group",
            Self::Explicitness => "explicitness",
            Self::Modality => "modality",
            Self::Date => "date",
        }
    }
}

/// One answer: values, or an entity, with the statements that say so.
#[derive(Debug)]
pub struct Answer<'g> {
    /// The values of the fields selected.
    pub values: Vec<Vec<Value<'g>>>,
    /// The entity, where entities were asked for.
    pub entity: Option<EntityView<'g>>,
    /// How exactly it is what was asked for.
    pub grade: Grade,
    /// What it gives up, over all its statements.
    pub relaxations: Vec<Relaxation>,
    /// Whether the commitment is in force, where that was asked, under what is supposed.
    pub truth: Option<Truth>,
    /// Of a question for sets of conditions: the set, each condition with whether it holds in it.
    pub set: Option<Vec<(EntityView<'g>, bool)>>,
    /// The statements.
    pub statements: Vec<EdgeView<'g>>,
    /// Of a question for conflicts: the statements that those contradict.
    pub against: Vec<EdgeView<'g>>,
}

impl<'g> Answer<'g> {
    /// An answer for which nothing was given up.
    fn exact(entity: Option<EntityView<'g>>, statements: Vec<EdgeView<'g>>) -> Self {
        Self {
            values: Vec::new(),
            entity,
            grade: Grade::Exact,
            relaxations: Vec::new(),
            truth: None,
            set: None,
            statements,
            against: Vec::new(),
        }
    }
}

/// How much may be spent on an answer.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// At most so many answers.
    pub answers: usize,
    /// How large a circuit may become, in gates and wires.
    pub circuit: usize,
    /// How many steps an analysis may take.
    pub steps: u64,
}

/// All answers.
#[derive(Debug)]
pub struct Answers<'g> {
    /// The most exact first, then in the order of recording.
    pub answers: Vec<Answer<'g>>,
    /// Statements that speak against what was asked.
    pub counter: Vec<EdgeView<'g>>,
    /// What stands on record on the same matter, where no statement says what was asked; the commitments of which sets of
    /// conditions are told.
    pub instead: Vec<EdgeView<'g>>,
    /// What no statement says that was found.
    pub unsaid: Option<QueryField>,
    /// How many answers there are; `answers` has at most as many as were asked for.
    pub total: usize,
    /// How many rows were found before they were graded.
    pub found: usize,
    /// Whether there are more than were looked at.
    pub truncated: bool,
}

impl<'g> Answers<'g> {
    fn of(answers: Vec<Answer<'g>>, found: usize, truncated: bool) -> Self {
        let total = answers.len();
        Self { answers, counter: Vec::new(), instead: Vec::new(), unsaid: None, total, found, truncated }
    }
}

impl Answers<'_> {
    /// How many answers nothing was given up for.
    pub fn firm(&self) -> usize {
        if self.answers.iter().all(|answer| answer.grade != Grade::Relaxed) {
            return self.total;
        }
        self.answers.iter().filter(|answer| answer.grade != Grade::Relaxed).count()
    }

    /// Whether the record says nothing at all on the matter.
    pub fn is_silent(&self) -> bool {
        self.found == 0 && self.answers.is_empty() && self.counter.is_empty() && self.instead.is_empty()
    }
}

/// Finds the answers to a query. What is in force is of `today` unless the query has a day.
///
/// # Errors
/// As [`Graph::query`].
pub fn answer<'g>(
    graph: &'g Graph,
    query: &Query,
    today: NaiveDate,
    limits: Limits,
) -> Result<Answers<'g>, BudgetSpent> {
    let (limit, budget) = (limits.answers, limits.circuit);
    match query.ask {
        QueryAsk::UnlockingSets | QueryAsk::BlockingSets => return sets(graph, query, today, limits),
        QueryAsk::Conflicts => return conflicts(graph, query, limits),
        QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists | QueryAsk::Truth => {}
    }
    let relaxes = query.find == QueryTarget::Commitments && query.ask != QueryAsk::Truth;
    let wider = if relaxes { wider(query) } else { query.clone() };
    // All are graded before the best are kept.
    let found = graph.query(&Query { ask: QueryAsk::Items, ..wider.clone() }, limit.max(MOST_GRADED), budget)?;
    let mut all = Answers::of(Vec::new(), found.total, found.total > found.rows.len());
    for row in found.rows {
        if let Some(entity) = row.entity {
            let is_told = all.answers.len() < MOST_JOINED;
            let statements = if is_told { joined(graph, &query.which, entity.id(), budget)? } else { Vec::new() };
            all.answers.push(Answer { values: row.values, ..Answer::exact(Some(entity), statements) });
            continue;
        }
        // What is denied or not known is no answer, but it is told; what is beside the capability is neither.
        let on_line = row.statements.into_iter().filter(|view| !relaxes || is_on_line(query, view));
        let (asserted, open): (Vec<_>, Vec<_>) = on_line.partition(|view| view.polarity() == Polarity::Asserted);
        all.counter.extend(open);
        let graded: Vec<_> = asserted.into_iter().map(|view| (given_up(query, &view, relaxes), view)).collect();
        let Some(best) = graded.iter().map(|((grade, up), _)| (*grade, up.len())).min() else { continue };
        let kept = graded.into_iter().filter(|((grade, up), _)| (*grade, up.len()) == best);
        let (ups, statements): (Vec<_>, Vec<_>) = kept.map(|((_, up), view)| (up, view)).unzip();
        let mut relaxations = ups.concat();
        relaxations.sort_unstable();
        relaxations.dedup();
        all.answers.push(Answer { values: row.values, grade: best.0, relaxations, ..Answer::exact(None, statements) });
    }
    let answers = &mut all.answers;
    if answers.iter().any(|answer| answer.grade != Grade::Relaxed) {
        // What others say of an actor, or imply, is still told; what is less than was asked for is not.
        let less = |r: &Relaxation| matches!(r, Relaxation::Stance | Relaxation::Capability);
        answers.retain(|answer| !answer.relaxations.iter().any(less));
    }
    if !query.by_stance {
        answers.sort_by_key(|answer| (answer.grade, answer.relaxations.len()));
    }
    all.total = answers.len();
    all.truncated |= answers.len() > limit;
    answers.truncate(limit);
    if query.ask == QueryAsk::Truth {
        evaluate(graph, query, today, budget, answers)?;
    }
    if relaxes {
        let against = counter_evidence(graph, query, budget)?;
        all.counter.extend(against.into_iter().filter(|view| is_on_line(query, view)));
    }
    if query.find == QueryTarget::Attendances {
        let others = other_roles(graph, query, &all.answers, budget)?;
        all.counter.extend(others);
    }
    let mut known = HashSet::new();
    all.counter.retain(|view| known.insert(view.id()));
    all.counter.truncate(MOST);
    if query.ask == QueryAsk::Exists && relaxes {
        all.instead = on_the_matter(graph, query, budget)?;
    } else if all.answers.is_empty() && !query.select.is_empty() {
        let asked = Query { select: Vec::new(), ask: QueryAsk::Items, ..query.clone() };
        all.instead = statements(graph, &asked, budget)?;
        if all.instead.is_empty() {
            all.instead = statements(graph, &Query { select: Vec::new(), ask: QueryAsk::Items, ..wider }, budget)?;
        }
        all.instead.retain(|view| view.polarity() == Polarity::Asserted && (!relaxes || is_on_line(query, view)));
        all.unsaid = query.select.first().copied().filter(|_| !all.instead.is_empty());
    }
    // Of whom nothing of the kind is said, what is.
    let is_of_somebody = has_matter(query.find) && !query.which.subject.is_empty();
    if all.answers.is_empty() && all.instead.is_empty() && is_of_somebody {
        all.instead = on_the_matter(graph, query, budget)?;
        all.instead.retain(|view| !known.contains(&view.id()));
    }
    // Whose own words are not on record is told by what others say of them.
    if all.answers.is_empty() && query.find == QueryTarget::Statements && !query.which.agent.is_empty() {
        let of_them = Where { subject: query.which.agent.clone(), ..Where::all() };
        all.instead = statements(graph, &Query { which: of_them, ..Query::of(QueryTarget::Statements) }, budget)?;
    }
    Ok(all)
}

/// The statements by which an entity is an end of what its query joins.
fn joined<'g>(
    graph: &'g Graph,
    which: &Where,
    entity: EntityId,
    budget: usize,
) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let mut found = Vec::new();
    for related in which.all_of.iter().chain([which]).filter_map(|part| part.subject_of.as_deref()) {
        let which = Where { subject: vec![entity], all_of: vec![related.which.clone()], ..Where::all() };
        found.extend(statements(graph, &Query { which, ..Query::of(related.find) }, budget)?);
    }
    Ok(found)
}

/// The minimal sets of conditions for what a query finds.
fn sets<'g>(graph: &'g Graph, query: &Query, today: NaiveDate, limits: Limits) -> Result<Answers<'g>, BudgetSpent> {
    let mut asked = query.clone();
    let mut relaxations = Vec::new();
    let mut count = how_many(graph, &asked, limits.circuit)?;
    // Where nothing is so firm, what is talked about.
    if count == 0 && asked.which.stance_min.is_some_and(|least| least.at_least(Stance::NotRuledOut)) {
        asked.which.stance_min = Some(Stance::InDiscussion);
        relaxations.push(Relaxation::Stance);
        count = how_many(graph, &asked, limits.circuit)?;
    }
    if count == 0 {
        return Ok(Answers::of(Vec::new(), 0, false));
    }
    let found = graph.query_sets(&asked, today, (limits.circuit, limits.steps))?;
    let sets = if query.ask == QueryAsk::UnlockingSets { &found.unlocking } else { &found.blocking };
    let grade = if relaxations.is_empty() { Grade::Exact } else { Grade::Relaxed };
    let answers = sets.iter().take(limits.answers).map(|set| {
        let members = set.iter().map(|literal| {
            // A blocking set is of conditions that do not hold.
            (graph.at(literal.condition), literal.holds)
        });
        let relaxations = relaxations.clone();
        Answer { set: Some(members.collect()), grade, relaxations, ..Answer::exact(None, Vec::new()) }
    });
    let truncated = found.truncated || sets.len() > limits.answers;
    let mut all = Answers::of(answers.collect(), count, truncated);
    all.instead = statements(graph, &Query { ask: QueryAsk::Items, ..asked }, limits.circuit)?;
    Ok(all)
}

/// The conflicts in which what a query finds takes part.
fn conflicts<'g>(graph: &'g Graph, query: &Query, limits: Limits) -> Result<Answers<'g>, BudgetSpent> {
    let found = graph.query_conflicts(query, limits.circuit)?;
    let count = how_many(graph, query, limits.circuit)?;
    // The same two sides once, whichever comes first.
    let mut known = HashSet::new();
    let ids = |views: &[EdgeView<'_>]| views.iter().map(EdgeView::id).collect::<BTreeSet<_>>();
    let found: Vec<_> = found
        .into_iter()
        .filter(|conflict| known.insert(BTreeSet::from([ids(&conflict.one), ids(&conflict.other)])))
        .collect();
    let truncated = found.len() > limits.answers;
    let answers = found.into_iter().take(limits.answers);
    let answers = answers.map(|conflict| Answer { against: conflict.other, ..Answer::exact(None, conflict.one) });
    Ok(Answers::of(answers.collect(), count, truncated))
}

/// Says of each commitment or condition whether it is in force under what is supposed.
fn evaluate(
    graph: &Graph,
    query: &Query,
    today: NaiveDate,
    budget: usize,
    answers: &mut [Answer<'_>],
) -> Result<(), BudgetSpent> {
    let evaluation = graph.evaluate(&ForceQuery {
        commitments: Some(answers.iter().flat_map(|answer| answer.statements.iter().map(EdgeView::id)).collect()),
        conditions: answers.iter().filter_map(|answer| answer.entity.map(|entity| entity.id())).collect(),
        assume: query.assume.iter().map(|assumed| (assumed.condition, assumed.truth)).collect(),
        withdraw: query.withdraw.clone(),
        ..ForceQuery::all(Some(query.which.valid_at.unwrap_or(today)), budget)
    })?;
    for answer in answers {
        let commitment = answer.statements.first().and_then(|view| evaluation.commitment(graph, view.id()));
        let condition = answer.entity.and_then(|entity| evaluation.condition(graph, entity.node()));
        let force = commitment.map(|known| known.force).or(condition.map(|known| known.force));
        answer.truth = force.map(pledgegraph_graph::Force::truth);
    }
    Ok(())
}

/// How many statements speak against, or are told instead.
const MOST: usize = 20;
/// How many rows are graded, at least.
const MOST_GRADED: usize = 10_000;
/// Of how many entities the statements that join them are told.
const MOST_JOINED: usize = 100;

/// The query with a less firm stance, the next wider capability, and groups of countries beside countries.
fn wider(query: &Query) -> Query {
    let mut wider = query.clone();
    let which = &mut wider.which;
    if which.stance_min.is_some_and(|least| least.at_least(Stance::Willing)) {
        which.stance_min = Some(Stance::Willing);
    }
    if which.stance == [Stance::Refused] {
        which.stance.push(Stance::Declined);
    }
    which.capability = which.capability.iter().map(|code| code.parent().unwrap_or(*code)).collect();
    if asks_for_countries(query)
        && let Some(such) = &mut which.subject_is
    {
        such.kind.push(EntityKind::Group);
    }
    wider
}

/// Whether countries are asked for, and nothing else is said of them.
fn asks_for_countries(query: &Query) -> bool {
    let countries = Where { kind: vec![EntityKind::Country], ..Where::all() };
    query.which.subject_is.as_deref() == Some(&countries)
}

/// Whether a commitment is of a capability that is asked for, a narrower or a wider one.
fn is_on_line(query: &Query, view: &EdgeView<'_>) -> bool {
    let asked = &query.which.capability;
    let own = view.detail().commitment().map(|commitment| commitment.capability);
    asked.is_empty() || own.is_none_or(|own| asked.iter().any(|asked| own.is_within(*asked) || asked.is_within(own)))
}

/// How exactly a statement is what was asked for, and what it gives up.
fn given_up(query: &Query, view: &EdgeView<'_>, relaxes: bool) -> (Grade, Vec<Relaxation>) {
    let mut up = Vec::new();
    let mut narrower = false;
    if let Some(commitment) = view.detail().commitment().filter(|_| relaxes) {
        let which = &query.which;
        let is_less = which.stance_min.is_some_and(|least| !commitment.stance.at_least(least));
        if is_less || (!which.stance.is_empty() && !which.stance.contains(&commitment.stance)) {
            up.push(Relaxation::Stance);
        }
        if asks_for_countries(query) && view.subject().kind() == EntityKind::Group {
            up.push(Relaxation::Group);
        }
        if !which.capability.is_empty() {
            if which.capability.iter().any(|asked| commitment.capability.is_within(*asked)) {
                narrower = !which.capability.contains(&commitment.capability);
            } else {
                up.push(Relaxation::Capability);
            }
        }
        let asked = asked_conditions(which);
        if which.explicitness.is_none()
            && asked.iter().any(|id| is_implied(view, *id, commitment.conditions.as_deref()))
        {
            up.push(Relaxation::Explicitness);
        }
    }
    let is_own = query.which.modality.is_empty() && (relaxes || query.find == QueryTarget::Memberships);
    if is_own && !view.modality().counts() {
        up.push(Relaxation::Modality);
    }
    let (from, to) = (query.which.said_from, query.which.said_to);
    let in_month = |month: &String| month.rsplit('-').next().and_then(|month| month.parse().ok());
    let months: Vec<u32> = query.which.month.iter().filter_map(in_month).collect();
    let date = view.when().and_then(|date| date.edtf.as_ref());
    if !months.is_empty() && !date.is_some_and(|edtf| months.iter().any(|month| edtf.certainly_in_month(*month))) {
        up.push(Relaxation::Date);
    }
    if from.or(to).is_some() && !view.said_at().edtf.as_ref().is_some_and(|edtf| edtf.certainly_in(from, to)) {
        up.push(Relaxation::Date);
    }
    let grade = match (up.is_empty(), narrower) {
        (true, false) => Grade::Exact,
        (true, true) => Grade::ByHierarchy,
        (false, _) => Grade::Relaxed,
    };
    (grade, up)
}

/// The conditions that a query names, in its branches that all hold too.
fn asked_conditions(which: &Where) -> Vec<EntityId> {
    let branches = which.all_of.iter().flat_map(|branch| &branch.condition);
    which.condition.iter().chain(branches).copied().collect()
}

/// Whether a condition is a leaf of the tree, and only implied.
fn is_implied(view: &EdgeView<'_>, id: EntityId, tree: Option<&Conditions<pledgegraph_graph::Node>>) -> bool {
    let leaves = tree.map(|tree| tree.root.leaves()).unwrap_or_default();
    let mut own = leaves.iter().filter(|(condition, _)| view.is(**condition, id)).peekable();
    own.peek().is_some() && own.all(|(_, explicitness)| *explicitness == Explicitness::Implied)
}

/// Statements against what was asked: negative stances and denials on the same capability or a narrower or wider one, of
/// the same actors and beneficiary. None where the question itself is about such.
fn counter_evidence<'g>(graph: &'g Graph, query: &Query, budget: usize) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let which = &query.which;
    if which.stance_min.is_none() || which.capability.is_empty() {
        return Ok(Vec::new());
    }
    let negative: Vec<Stance> =
        Stance::ALL.iter().copied().filter(|stance| StanceSet::Negative.contains(*stance)).collect();
    let wider = wider(query).which;
    let same = Where {
        subject: which.subject.clone(),
        subject_is: which.subject_is.clone(),
        acting_through: which.acting_through.clone(),
        object: which.object.clone(),
        capability: wider.capability,
        ..Where::all()
    };
    let against =
        [Where { stance: negative, ..Where::all() }, Where { polarity: vec![Polarity::Denied], ..Where::all() }];
    let against = Query { which: Where { any_of: against.to_vec(), ..same }, ..Query::of(QueryTarget::Commitments) };
    statements(graph, &against, budget)
}

/// Whether those who attended are also on record as absent, and the other way round.
fn other_roles<'g>(
    graph: &'g Graph,
    query: &Query,
    answers: &[Answer<'g>],
    budget: usize,
) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let (absent, present) =
        ([AttendanceRole::Absent], [AttendanceRole::Participant, AttendanceRole::Host, AttendanceRole::Chair]);
    let asked = &query.which.attendance_role;
    let attendance_role = if asked.contains(&AttendanceRole::Absent) {
        present.to_vec()
    } else if asked.iter().any(|role| present.contains(role)) {
        absent.to_vec()
    } else {
        return Ok(Vec::new());
    };
    let ends = |view: &EdgeView<'_>| (view.subject().id(), view.object().id());
    let told: HashSet<_> = answers.iter().flat_map(|answer| &answer.statements).map(ends).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let (subject, object) = told.iter().copied().unzip();
    let which = Where { subject, object, attendance_role, ..Where::all() };
    let mut others = statements(graph, &Query { which, ..Query::of(QueryTarget::Attendances) }, budget)?;
    others.retain(|view| told.contains(&ends(view)));
    Ok(others)
}

/// Whether something else can be on record of the same matter: absence, another role, another office.
fn has_matter(find: QueryTarget) -> bool {
    use QueryTarget::{Attendances, Commitments, Memberships, Offices};
    matches!(find, Attendances | Commitments | Memberships | Offices)
}

/// What the same actors say on the same capability, what they are to the same meeting or coalition, which offices they hold.
fn on_the_matter<'g>(graph: &'g Graph, query: &Query, budget: usize) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let which = &query.which;
    let object = match query.find {
        QueryTarget::Attendances | QueryTarget::Memberships => which.object.clone(),
        _ => Vec::new(),
    };
    let matter = Where {
        subject: which.subject.clone(),
        subject_is: which.subject_is.clone(),
        object,
        capability: which.capability.clone(),
        ..Where::all()
    };
    statements(graph, &Query { which: matter, ..Query::of(query.find) }, budget)
}

/// How many rows a query finds, whatever it asks of them.
fn how_many(graph: &Graph, query: &Query, budget: usize) -> Result<usize, BudgetSpent> {
    Ok(graph.query(&Query { ask: QueryAsk::Items, ..query.clone() }, 1, budget)?.total)
}

fn statements<'g>(graph: &'g Graph, query: &Query, budget: usize) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
    let rows = graph.query(query, MOST, budget)?.rows;
    Ok(rows.into_iter().flat_map(|row| row.statements).collect())
}
