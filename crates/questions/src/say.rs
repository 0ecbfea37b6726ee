//! Answers in words.

mod counts;
mod meetings;
mod truths;
mod understood;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pledgegraph_graph::EdgeView;
use pledgegraph_model::{Code, Conditionality, EntityId, Query, QueryAsk, QueryField, QueryTarget, Standing};

use crate::answer::{Answer, Answers};
use crate::beside::covers;
use crate::conditions::{canonical, conditions_of};
use crate::grade::Grade;
use crate::speaker::{Speaker, filled};

/// Answers with the same conditions together, in the order of the first of each.
fn by_conditions<'v, 'a, 'g>(query: &Query, answers: &'v [&'a Answer<'g>]) -> Vec<Vec<&'a Answer<'g>>> {
    let mut sets: Vec<(Option<String>, Vec<&'a Answer<'g>>)> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    for answer in answers.iter().copied() {
        let key = conditions_of(query, answer).map(canonical);
        let at = *places.entry(key.clone()).or_insert(sets.len());
        match sets.get_mut(at) {
            Some((_, these)) => these.push(answer),
            None => sets.push((key, vec![answer])),
        }
    }
    sets.into_iter().map(|(_, these)| these).collect()
}

/// Whether what is new since a day is asked for, of whatever kind.
fn is_new(query: &Query) -> bool {
    query.find == QueryTarget::Statements && query.which.recorded_from.or(query.which.said_from).is_some()
}

impl Speaker<'_> {
    /// The answers to a query in a sentence or two.
    pub(crate) fn answers(&self, query: &Query, answers: &Answers<'_>) -> String {
        let on_the_day = Speaker { day: answers.day, ..*self };
        on_the_day.all(query, answers) + &on_the_day.aside(answers)
    }

    fn all(&self, query: &Query, answers: &Answers<'_>) -> String {
        match query.ask {
            QueryAsk::Truth => self.truths(query, answers) + &self.counter(&answers.counter),
            QueryAsk::UnlockingSets | QueryAsk::BlockingSets => {
                self.sets(query, answers) + &self.counter(&answers.counter)
            }
            QueryAsk::Conflicts => {
                let said = self.several(&answers.answers, self.word("semicolon"), |answer| self.row(query, answer));
                self.sentence(if answers.answers.is_empty() { "agree" } else { "disagree" }, &[&said])
            }
            QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists => self.found(query, answers),
        }
    }

    /// What does not count, and why.
    fn aside(&self, answers: &Answers<'_>) -> String {
        let mut said = String::new();
        if !answers.aside.is_empty() {
            said.push_str(&self.sentence("aside", &[&self.list(&answers.aside, |view| self.told(view))]));
        }
        let mut counts: BTreeMap<Standing, u64> = BTreeMap::new();
        for (standing, count) in answers.set_aside.iter().flat_map(|set| &set.standings) {
            *counts.entry(*standing).or_default() += count;
        }
        if !counts.is_empty() {
            let counts: Vec<_> = counts.into_iter().collect();
            let counts = self.list(&counts, |(standing, count)| {
                filled(self.word("aside"), &[&self.code(standing.entry()), &self.number(*count)])
            });
            said.push_str(&self.sentence("aside_counts", &[&counts]));
        }
        said
    }

    /// What it takes, or what prevents it.
    fn sets(&self, query: &Query, answers: &Answers<'_>) -> String {
        let sets: Vec<&Answer<'_>> = answers.answers.iter().collect();
        let said = self.several(&sets, self.word("either"), |answer| self.row(query, answer));
        let unlocks = query.ask == QueryAsk::UnlockingSets;
        let is_relaxed = sets.iter().any(|answer| answer.grade == Grade::Relaxed);
        let aside = if is_relaxed { format!(" ({})", self.word("less_firm")) } else { String::new() };
        let is_empty = sets.iter().any(|answer| answer.set.as_ref().is_some_and(Vec::is_empty));
        let these = self.list(&answers.instead, |view| self.told(view));
        let said = match (unlocks, sets.is_empty()) {
            (_, true) if answers.found == 0 && answers.aside.is_empty() => return self.sentence("nobody", &[]),
            (_, true) if answers.found == 0 => return self.sentence("lapsed", &[]),
            // Nothing is needed, or nothing could fail: no condition is stated.
            (true, false) if is_empty => self.sentence("no_conditions", &[&these]),
            (false, true) => self.sentence("no_conditions", &[&these]),
            (true, false) => self.sentence("unlocks", &[&said]),
            (false, false) if is_empty => self.sentence("fails", &[&these]),
            (false, false) => self.sentence("blocks", &[&said]),
            (true, true) => self.sentence("never", &[]),
        };
        // Of several, what would let all of them happen at once; each is told with the conditions of its own.
        let several = query.at_least.is_none() && answers.instead.len() > 1 && !sets.is_empty() && !is_empty;
        let all = if several { self.sentence("all", &[&these]) } else { String::new() };
        format!("{said}{aside}{all}.")
    }

    /// Who or what was found, and what is told beside it.
    fn found(&self, query: &Query, answers: &Answers<'_>) -> String {
        let (firmly, relaxed): (Vec<_>, Vec<_>) =
            answers.answers.iter().partition(|answer| answer.grade != Grade::Relaxed);
        let (first, after) = self.against(query, answers);
        let firm = self.rows(query, &firmly, answers.is_cut);
        let mut said = match query.ask {
            QueryAsk::Count if !firmly.is_empty() => self.sentence("count", &[&self.counted(query, answers), &firm]),
            QueryAsk::Exists if !firmly.is_empty() && first.is_empty() => {
                let is_sure = |answer: &&Answer<'_>| answer.entity.is_some() || !self.only_may_stand(answer);
                self.sentence(if firmly.iter().any(is_sure) { "yes" } else { "perhaps" }, &[&firm])
            }
            QueryAsk::Exists if !firmly.is_empty() => self.sentence("in_part", &[&firm]),
            QueryAsk::Exists if relaxed.is_empty() && !answers.instead.is_empty() => self.instead(answers),
            _ if !firmly.is_empty() => self.sentence("answered", &[&firm]),
            _ if !relaxed.is_empty() => {
                self.sentence("closest", &[&self.rows(query, &relaxed, answers.is_cut), &self.relaxations(&relaxed)])
            }
            _ if is_new(query) => self.sentence("unchanged", &[]),
            _ => self.nothing(answers),
        };
        if !firmly.is_empty() && !relaxed.is_empty() && query.ask != QueryAsk::Exists {
            said.push_str(
                &self.sentence("also", &[&self.rows(query, &relaxed, answers.is_cut), &self.relaxations(&relaxed)]),
            );
        }
        first
            + &said
            + &after
            + &self.unconditioned(answers)
            + &self.not_stated(query, answers)
            + &self.not_held(query, answers)
    }

    /// What is said where there are no answers.
    fn nothing(&self, answers: &Answers<'_>) -> String {
        match answers.unsaid {
            // Who is on record can be counted, though nobody says how many there are.
            Some(QueryField::Number) => {
                let number = self.counted_actors(&answers.instead, answers.is_cut);
                self.sentence("uncounted", &[&number, &self.list(&answers.instead, |view| self.statement(view))])
            }
            Some(field) => {
                let field = self.lang.label(field.entry());
                self.sentence("unsaid", &[field, &self.list(&answers.instead, |view| self.statement(view))])
            }
            None if !answers.instead.is_empty() => self.instead(answers),
            None if !answers.aside.is_empty() || !answers.set_aside.is_empty() => self.sentence("lapsed", &[]),
            None => self.sentence("nobody", &[]),
        }
    }

    fn instead(&self, answers: &Answers<'_>) -> String {
        self.sentence("instead", &[&self.list(&answers.instead, |view| self.told(view))])
    }

    /// What speaks against it: what is told first, since it covers what was asked of the same actors, and what is told after.
    fn against(&self, query: &Query, answers: &Answers<'_>) -> (String, String) {
        let is_of_somebody = query.ask == QueryAsk::Exists || !query.which.subject.is_empty();
        let answered: BTreeSet<EntityId> =
            answers.answers.iter().flat_map(|answer| &answer.statements).map(|view| view.subject().id()).collect();
        let comes_first = |view: &&EdgeView<'_>| {
            let is_of_them =
                answered.contains(&view.subject().id()) || query.which.subject.contains(&view.subject().id());
            is_of_somebody && is_of_them && covers(query, view)
        };
        let (first, after): (Vec<&EdgeView<'_>>, Vec<&EdgeView<'_>>) = answers.counter.iter().partition(comes_first);
        let first = match first.as_slice() {
            [] => String::new(),
            first => self.sentence("against_first", &[&self.list(first, |view| self.told(view))]),
        };
        (first, self.counter(&after))
    }

    fn counter<'v>(&self, against: &[impl std::borrow::Borrow<EdgeView<'v>>]) -> String {
        if against.is_empty() {
            return String::new();
        }
        self.sentence("counter", &[&self.list(against, |view| self.told(view.borrow()))])
    }

    /// Where conditions were asked for, what has none.
    fn unconditioned(&self, answers: &Answers<'_>) -> String {
        let states_none = |view: &&EdgeView<'_>| {
            view.detail().commitment().is_some_and(|own| own.conditionality == Conditionality::NotStated)
        };
        let (silent, free): (Vec<&EdgeView<'_>>, Vec<_>) = answers.unconditioned.iter().partition(states_none);
        let say = |sentence, views: &[&EdgeView<'_>]| match views {
            [] => String::new(),
            views => self.sentence(sentence, &[&self.list(views, |view| self.told(view))]),
        };
        say("unconditioned", &silent) + &say("unconditional", &free)
    }

    /// What is asked for beside other things, and is said of none of the answers.
    fn not_stated(&self, query: &Query, answers: &Answers<'_>) -> String {
        let first = query.group_by.iter().count();
        let is_unsaid =
            |at: usize| answers.answers.iter().all(|answer| answer.values.get(at).is_none_or(Vec::is_empty));
        // Whether it is on its way is told where it is known.
        let beside = query.select.iter().enumerate().filter(|(_, field)| **field != QueryField::Stage);
        let beside = beside.filter(|(at, _)| is_unsaid(first + at));
        let fields: Vec<_> = beside.map(|(_, field)| self.lang.label(field.entry()).to_owned()).collect();
        if answers.answers.is_empty() || fields.is_empty() {
            return String::new();
        }
        self.sentence("not_stated", &[&self.list(&fields, String::clone)])
    }

    /// Answers in words, joined; each with the conditions of a statement of its own where conditions are asked for.
    fn rows(&self, query: &Query, answers: &[&Answer<'_>], is_cut: bool) -> String {
        if query.select.contains(&QueryField::Conditions) {
            let sets = by_conditions(query, answers);
            return self.several(&sets, self.word("semicolon"), |these| self.conditioned(query, these));
        }
        let said = self.list(answers, |answer| self.told_row(query, answer));
        // Where values stand for several statements each, how many these are.
        let statements: usize = answers.iter().map(|answer| answer.statements.len()).sum();
        let is_counted = query.ask == QueryAsk::Items && !query.select.is_empty() && query.group_by.is_none();
        if !is_counted || statements <= answers.len() {
            return said;
        }
        let statements = filled(self.word("statements"), &[&self.at_least(statements, is_cut)]);
        filled(self.word("aside"), &[&said, &statements])
    }
}
