//! What is told beside the answers: what speaks against them, and what is on record where there are none.

use std::cmp::Reverse;
use std::collections::HashSet;

use pledgegraph_graph::{BudgetSpent, EdgeView, Value};
use pledgegraph_model::{
    AttendanceRole, Capability, Code, Conditionality, EntityId, Mission, Polarity, Query, QueryAsk, QueryField,
    QueryTarget, Related, Stage, Stance, StanceSet, Where,
};

use crate::answer::{Answer, Answers};
use crate::grade::{is_on_line, relaxes, wider};
use crate::search::{MOST_GRADED, Search};

impl<'g> Search<'g> {
    /// Finds what is told beside the answers; `wider` is the query by which they were found.
    pub(crate) fn beside(&mut self, query: &Query, wider: &Query, told: &mut Answers<'g>) -> Result<(), BudgetSpent> {
        let relaxes = relaxes(query);
        self.tell_against(query, told)?;
        if query.find == QueryTarget::Attendances {
            told.counter.extend(self.other_roles(query, &told.answers)?);
        }
        let mut known: HashSet<_> = told.aside.iter().map(EdgeView::id).collect();
        told.counter.retain(|view| known.insert(view.id()));
        told.unconditioned = self.unconditioned(query, told)?;
        if query.ask == QueryAsk::Exists && relaxes {
            told.instead = self.on_the_matter(query)?;
            told.instead.retain(|view| !known.contains(&view.id()));
        } else if told.answers.is_empty() && !query.select.is_empty() {
            told.instead = self.statements(&without_fields(query))?;
            if told.instead.is_empty() {
                told.instead = self.statements(&without_fields(wider))?;
            }
            told.instead.retain(|view| !relaxes || is_on_line(query, view));
            self.part(query, told);
            told.unsaid = query.select.first().copied().filter(|_| !told.instead.is_empty());
        }
        // Of whom nothing of the kind is said, what is.
        let is_of_somebody = has_matter(query.find) && !query.which.subject.is_empty();
        if told.answers.is_empty() && told.instead.is_empty() && is_of_somebody {
            told.instead = self.on_the_matter(query)?;
            told.instead.retain(|view| !known.contains(&view.id()));
        }
        // Whose own words are not on record is told by what others say of them.
        if told.answers.is_empty() && query.find == QueryTarget::Statements && !query.which.agent.is_empty() {
            let of_them = Where { subject: query.which.agent.clone(), ..Where::all() };
            told.instead = self.statements(&Query { which: of_them, ..Query::of(QueryTarget::Statements) })?;
        }
        Ok(())
    }

    /// Where conditions are asked for, or one of them is not to be stated, what has none.
    fn unconditioned(&mut self, query: &Query, told: &Answers<'g>) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
        // What does not state one condition may be silent on all.
        if query.which.none_of.iter().any(|part| !part.condition.is_empty()) {
            let found = told.answers.iter().flat_map(|answer| &answer.statements);
            return Ok(found.filter(|view| has_no_conditions(view)).copied().collect());
        }
        if !query.select.contains(&QueryField::Conditions) || told.answers.is_empty() {
            return Ok(Vec::new());
        }
        let known: HashSet<_> = told.aside.iter().chain(&told.counter).map(EdgeView::id).collect();
        let mut found = self.statements(&without_fields(query))?;
        found.retain(|view| has_no_conditions(view) && self.counts(view) && !known.contains(&view.id()));
        Ok(found)
    }

    /// Of what is on record instead, what does not count is set aside, and what is denied or not known speaks against it.
    fn part(&self, query: &Query, told: &mut Answers<'g>) {
        let known: HashSet<_> = told.aside.iter().chain(&told.counter).map(EdgeView::id).collect();
        let (taken, aside): (Vec<_>, Vec<_>) =
            std::mem::take(&mut told.instead).into_iter().partition(|view| self.takes(query, view));
        let (instead, open): (Vec<_>, Vec<_>) =
            taken.into_iter().partition(|view| view.polarity() == Polarity::Asserted);
        told.instead = instead;
        told.aside.extend(aside.into_iter().filter(|view| !known.contains(&view.id())));
        told.counter.extend(open.into_iter().filter(|view| !known.contains(&view.id())));
    }

    /// Tells what speaks against what was asked; what of it does not count is set aside.
    pub(crate) fn tell_against(&mut self, query: &Query, told: &mut Answers<'g>) -> Result<(), BudgetSpent> {
        let found = self.against(query, &told.answers)?;
        let (counter, aside): (Vec<_>, Vec<_>) = found.into_iter().partition(|view| self.takes(query, view));
        told.counter.extend(counter);
        let known: HashSet<_> = told.aside.iter().map(EdgeView::id).collect();
        told.aside.extend(aside.into_iter().filter(|view| !known.contains(&view.id())));
        Ok(())
    }

    /// What speaks against what was asked: refusals, withdrawals, interruptions and denials on the same matter, of the same
    /// capability or a narrower or wider one; those that cover what was asked first, then the latest. What is an answer itself is
    /// none, and so is what a question about such already asks for.
    fn against(&mut self, query: &Query, answers: &[Answer<'g>]) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
        let mut found = Vec::new();
        if query.find == QueryTarget::Commitments {
            found = self.against_pledges(query)?;
        } else if answers.iter().any(|answer| answer.entity.is_some()) {
            // Of entities that pledge something: what they say against it.
            let those: Vec<EntityId> = answers.iter().filter_map(|answer| Some(answer.entity?.id())).collect();
            let joins = std::iter::once(&query.which).chain(&query.which.all_of);
            for Related { find, which } in joins.filter_map(|part| part.subject_of.as_deref()) {
                if *find == QueryTarget::Commitments {
                    let which = Where { subject: those.clone(), ..which.clone() };
                    found.extend(self.against_pledges(&Query { which, ..Query::of(*find) })?);
                }
            }
        }
        let told: HashSet<_> = answers.iter().flat_map(|answer| &answer.statements).map(EdgeView::id).collect();
        found.retain(|view| !told.contains(&view.id()));
        let actors: HashSet<EntityId> = answers
            .iter()
            .flat_map(|answer| answer.statements.iter().map(|view| view.subject().id()))
            .chain(query.which.subject.iter().copied())
            .collect();
        found.sort_by_cached_key(|view| {
            let is_of_them = actors.contains(&view.subject().id());
            let last = view.said_at().latest();
            (!covers(query, view), !is_of_them, Reverse(last))
        });
        Ok(found)
    }

    fn against_pledges(&mut self, query: &Query) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
        let which = &query.which;
        if is_about_such(which) {
            return Ok(Vec::new());
        }
        let mut matter = matter(&wider(query).which);
        if matter.is_all() {
            return Ok(Vec::new());
        }
        if !which.object.is_empty() {
            matter.object.extend(self.coalitions_for(&which.object)?);
        }
        let negative: Vec<Stance> =
            Stance::ALL.iter().copied().filter(|stance| StanceSet::Negative.contains(*stance)).collect();
        let against = Where {
            any_of: vec![
                Where { stance: negative, ..Where::all() },
                Where { polarity: vec![Polarity::Denied], ..Where::all() },
                Where { stage: INTERRUPTED.to_vec(), ..Where::all() },
            ],
            ..Where::all()
        };
        matter.all_of.push(against);
        let mut found = self.statements(&Query { which: matter, ..Query::of(QueryTarget::Commitments) })?;
        found.retain(|view| is_on_line(query, view) || covers(query, view));
        Ok(found)
    }

    /// The coalitions within which something is pledged to these: what is refused to one is refused to them.
    fn coalitions_for(&mut self, objects: &[EntityId]) -> Result<Vec<EntityId>, BudgetSpent> {
        let to_them = Where { object: objects.to_vec(), ..Where::all() };
        let select = vec![QueryField::Coalition];
        let query = Query { which: to_them, select, ..Query::of(QueryTarget::Commitments) };
        let rows = self.rows(&query, MOST_GRADED)?.rows;
        let coalitions = rows.into_iter().flat_map(|row| row.values).flatten().filter_map(|value| match value {
            Value::Entity(node) => Some(self.graph.at(*node).id()),
            _ => None,
        });
        Ok(coalitions.collect())
    }

    /// Whether those who attended are also on record as absent, and the other way round.
    fn other_roles(&mut self, query: &Query, answers: &[Answer<'g>]) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
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
        let mut others = self.statements(&Query { which, ..Query::of(QueryTarget::Attendances) })?;
        others.retain(|view| told.contains(&ends(view)));
        Ok(others)
    }

    /// What the same actors say on the same capability, what they are to the same meeting or coalition, which offices they hold;
    /// of coalitions that pledge nothing in their own name, what is pledged within them.
    fn on_the_matter(&mut self, query: &Query) -> Result<Vec<EdgeView<'g>>, BudgetSpent> {
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
        let found = self.statements(&Query { which: matter, ..Query::of(query.find) })?;
        if !found.is_empty() || query.find != QueryTarget::Commitments || which.subject.is_empty() {
            return Ok(found);
        }
        let within = Where { coalition: which.subject.clone(), capability: which.capability.clone(), ..Where::all() };
        self.statements(&Query { which: within, ..Query::of(query.find) })
    }
}

/// What a query finds, whatever it asks of it.
fn without_fields(query: &Query) -> Query {
    Query { select: Vec::new(), ask: QueryAsk::Items, ..query.clone() }
}

/// Whether what is asked for can be interrupted: a pledge, and not what became of it.
pub(crate) fn can_be_interrupted(which: &Where) -> bool {
    which.stance_min.is_some() && which.stage.is_empty() && which.branches().all(|part| part.stage.is_empty())
}

/// Whether a commitment is suspended, halted or cancelled.
pub(crate) fn is_interrupted(view: &EdgeView<'_>) -> bool {
    let stage = view.detail().commitment().map(|own| own.stage);
    stage.is_some_and(|stage| INTERRUPTED.contains(&stage))
}

const INTERRUPTED: [Stage; 3] = [Stage::Suspended, Stage::Halted, Stage::Cancelled];

/// Whether something else can be on record of the same matter: absence, another role, another office.
fn has_matter(find: QueryTarget) -> bool {
    use QueryTarget::{Attendances, Commitments, Memberships, Offices};
    matches!(find, Attendances | Commitments | Memberships | Offices)
}

/// Whether a question itself asks for what is refused, taken back, interrupted or denied.
fn is_about_such(which: &Where) -> bool {
    let negative = |stance: &Stance| StanceSet::Negative.contains(*stance);
    which.stance.iter().any(negative)
        || which.stage.iter().any(|stage| INTERRUPTED.contains(stage))
        || which.polarity.iter().any(|polarity| *polarity != Polarity::Asserted)
}

/// What is left of a tree where only the matter counts: who, to whom, what. Whatever says how firm, when or on which conditions
/// goes. Trees from questions are a few levels deep.
fn matter(which: &Where) -> Where {
    let parts = |all: &[Where]| all.iter().map(matter).filter(|part| !part.is_all()).collect::<Vec<_>>();
    let any_of = parts(&which.any_of);
    // What may be anything else as well narrows nothing.
    let any_of = if any_of.len() == which.any_of.len() { any_of } else { Vec::new() };
    // Who is left out is left out of the matter; what is left out is left out of the answers.
    let is_of_actors = |part: &&Where| {
        let who = Where {
            subject: part.subject.clone(),
            subject_is: part.subject_is.clone(),
            acting_through: part.acting_through.clone(),
            ..Where::all()
        };
        **part == who
    };
    let mut capability = which.capability.clone();
    capability.extend((!capability.is_empty()).then_some(Capability::Unspecified));
    let mut mission = which.mission.clone();
    mission.extend((!mission.is_empty()).then_some(Mission::Unspecified));
    let mut all_of = parts(&which.all_of);
    // A refusal need not name the coalition, unless nothing else says what it is about.
    if !which.coalition.is_empty() && which.subject.is_empty() && capability.is_empty() {
        let within = Where { coalition: which.coalition.clone(), ..Where::all() };
        let to_it = Where { object: which.coalition.clone(), ..Where::all() };
        all_of.push(Where { any_of: vec![within, to_it], ..Where::all() });
    }
    Where {
        all_of,
        any_of,
        none_of: which.none_of.iter().filter(is_of_actors).cloned().collect(),
        subject: which.subject.clone(),
        subject_is: which.subject_is.clone(),
        acting_through: which.acting_through.clone(),
        object: which.object.clone(),
        object_is: which.object_is.clone(),
        capability,
        mission,
        ..Where::all()
    }
}

/// Whether a statement is of all that was asked for: its capability is one of those, a wider one, or anything.
pub(crate) fn covers(query: &Query, view: &EdgeView<'_>) -> bool {
    let Some(commitment) = view.detail().commitment() else { return true };
    let is_all = commitment.capability == Capability::Unspecified;
    let is_asked = |asked: &Capability| asked.is_within(commitment.capability);
    view.polarity() != Polarity::Unknown && (is_all || query.which.capability.iter().any(is_asked))
}

/// Whether a statement is asserted, counts, and is of a commitment without conditions.
fn has_no_conditions(view: &EdgeView<'_>) -> bool {
    let own = view.detail().commitment().filter(|_| view.polarity() == Polarity::Asserted && view.modality().counts());
    own.is_some_and(|own| {
        own.conditionality != Conditionality::Conditional && !StanceSet::Negative.contains(own.stance)
    })
}
