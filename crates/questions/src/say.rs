//! Answers in words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use pledgegraph_graph::{Counted, EdgeFilter, EdgeView, Graph, Page};
use pledgegraph_model::{
    Code, Conditionality, ConveningStatus, EdgeDetail, EdgeKind, EntityId, Query, QueryAsk, QueryField, QueryTarget,
    Standing, Truth,
};
use serde::Deserialize;

use crate::answer::{Answer, Answers};
use crate::beside::covers;
use crate::grade::Grade;
use crate::grammar::LexiconError;
use crate::names::MOST_GENERIC;
use crate::phrases::{canonical, conditions_of};
use crate::read::Lang;

/// How many values a sentence names.
const MOST: usize = 12;

/// Which digits numbers are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digits {
    /// 0 to 9.
    #[default]
    Western,
    /// ٠ to ٩.
    Arabic,
}

/// The parts of sentences, by language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sentences {
    pub(crate) words: HashMap<String, [String; 2]>,
    #[serde(rename = "sentences")]
    whole: HashMap<String, [String; 2]>,
    relaxations: HashMap<String, [String; 2]>,
    truths: HashMap<String, [String; 2]>,
    truths_of_conditions: HashMap<String, [String; 2]>,
    pub(crate) months: HashMap<String, [String; 2]>,
}

impl Sentences {
    pub(crate) fn new(text: &str) -> Result<Self, LexiconError> {
        toml::from_str(text).map_err(|error| LexiconError(error.to_string()))
    }
}

/// Says answers in a language.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    pub(crate) sentences: &'a Sentences,
    pub(crate) graph: &'a Graph,
    pub(crate) lang: Lang,
    pub(crate) digits: Digits,
    /// The day of standings.
    pub(crate) day: NaiveDate,
}

pub(crate) fn of<'s>(table: &'s HashMap<String, [String; 2]>, key: &str, lang: Lang) -> &'s str {
    table.get(key).map_or("", |both| &both[lang.index()])
}

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

/// What became of a meeting, of a statement that convenes it.
fn status_of(view: &EdgeView<'_>) -> Option<ConveningStatus> {
    match view.detail() {
        EdgeDetail::Convening(convening) => Some(convening.status),
        _ => None,
    }
}

/// A phrase with its values.
pub(crate) fn filled(phrase: &str, values: &[&str]) -> String {
    let mut parts = phrase.split("{}");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        said.push_str(values.get(at).copied().unwrap_or_default());
        said.push_str(part);
    }
    said
}

impl Speaker<'_> {
    pub(crate) fn word(&self, key: &str) -> &str {
        of(&self.sentences.words, key, self.lang)
    }

    pub(crate) fn sentence(&self, key: &str, values: &[&str]) -> String {
        filled(of(&self.sentences.whole, key, self.lang), values)
    }

    /// The answers to a query in a sentence or two.
    pub fn answers(&self, query: &Query, answers: &Answers<'_>) -> String {
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

    /// How many answers there are that give nothing up, and where it differs, of how many statements or actors.
    fn counted(&self, query: &Query, answers: &Answers<'_>) -> String {
        let firm: Vec<_> = answers.answers.iter().filter(|answer| answer.grade != Grade::Relaxed).collect();
        let number = self.at_least(firm.len(), answers.is_cut);
        let doubtful = firm.iter().filter(|answer| self.only_may_stand(answer)).count();
        let number = match doubtful {
            0 => number,
            count => {
                let aside = filled(self.word("doubtful"), &[&self.number(count as u64)]);
                filled(self.word("aside"), &[&number, &aside])
            }
        };
        let statements: Vec<_> = firm.iter().flat_map(|answer| &answer.statements).collect();
        let actors: BTreeSet<_> = statements.iter().map(|view| view.subject().id()).collect();
        let other = match query.select.as_slice() {
            [] if firm.iter().all(|answer| answer.entity.is_none()) => ("actors", actors.len()),
            [QueryField::Subject] => ("statements", statements.len()),
            _ => return number,
        };
        self.beside_number(number, firm.len(), other, answers.is_cut)
    }

    /// How many actors some statements are of, and where it differs, how many statements there are.
    fn counted_actors(&self, views: &[EdgeView<'_>], is_cut: bool) -> String {
        let actors: BTreeSet<_> = views.iter().map(|view| view.subject().id()).collect();
        let number = self.at_least(actors.len(), is_cut);
        self.beside_number(number, actors.len(), ("statements", views.len()), is_cut)
    }

    fn beside_number(&self, number: String, count: usize, (word, other): (&str, usize), is_cut: bool) -> String {
        if other == count {
            return number;
        }
        let other = filled(self.word(word), &[&self.at_least(other, is_cut)]);
        filled(self.word("aside"), &[&number, &other])
    }

    fn at_least(&self, count: usize, is_cut: bool) -> String {
        let number = self.number(count as u64);
        if is_cut { filled(self.word("least"), &[&number]) } else { number }
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

    /// The meetings of the answers that did not take place, or not yet: who attends them and when is what is planned.
    fn not_held(&self, query: &Query, answers: &Answers<'_>) -> String {
        let is_held = match query.find {
            QueryTarget::Attendances => true,
            QueryTarget::Convenings => {
                query.select.contains(&QueryField::Date) && !query.select.contains(&QueryField::Status)
            }
            _ => false,
        };
        if !is_held {
            return String::new();
        }
        let views = answers.answers.iter().flat_map(|answer| &answer.statements).chain(&answers.instead);
        let meetings: BTreeSet<EntityId> = views
            .filter(|view| [EdgeKind::Attendance, EdgeKind::Convening].contains(&view.kind()))
            .map(|view| view.object().id())
            .collect();
        let not_held: Vec<_> = meetings.into_iter().filter_map(|id| Some((id, self.what_became(id)?))).collect();
        let mut said = String::new();
        for (meeting, statuses) in not_held.iter().take(MOST) {
            let name = self.graph.entity(*meeting).map(|view| view.label(self.lang.as_str()).0).unwrap_or_default();
            let statuses = self.list(&statuses.iter().collect::<Vec<_>>(), |status| self.code(status.entry()));
            said.push_str(&self.sentence("not_held", &[name, &statuses]));
        }
        if let Some(more) = not_held.len().checked_sub(MOST).filter(|more| *more > 0) {
            said.push_str(&self.sentence("not_held_either", &[&self.number(more as u64)]));
        }
        said
    }

    /// What became of a meeting that was not held, by the statements that count.
    fn what_became(&self, meeting: EntityId) -> Option<BTreeSet<ConveningStatus>> {
        let convened = EdgeFilter {
            kinds: vec![EdgeKind::Convening],
            object: Some(vec![meeting]),
            counted: Some(Counted::on(self.day)),
            ..EdgeFilter::default()
        };
        let convenings = self.graph.edges(&convened, Page::first(usize::MAX)).items;
        let statuses: BTreeSet<_> = convenings.iter().filter_map(status_of).collect();
        (!statuses.is_empty() && !statuses.contains(&ConveningStatus::Held)).then_some(statuses)
    }

    /// What some answers give up.
    fn relaxations(&self, answers: &[&Answer<'_>]) -> String {
        let mut up: Vec<_> = answers.iter().flat_map(|answer| answer.relaxations.iter().copied()).collect();
        up.sort_unstable();
        up.dedup();
        let up: Vec<&str> = up.iter().map(|r| of(&self.sentences.relaxations, r.as_str(), self.lang)).collect();
        up.join(self.word("comma"))
    }

    /// What is in force, what is not decided, what is not, under what is supposed.
    fn truths(&self, query: &Query, answers: &Answers<'_>) -> String {
        let sentences = self.sentences;
        let words =
            if query.find == QueryTarget::Conditions { &sentences.truths_of_conditions } else { &sentences.truths };
        let of_truth = |truth: Truth| (of(words, truth.as_str(), self.lang), truth, false);
        let kinds = [
            of_truth(Truth::True),
            of_truth(Truth::Unknown),
            (self.word("unstated"), Truth::Unknown, true),
            of_truth(Truth::False),
        ];
        let mut parts = Vec::new();
        for (word, truth, is_unstated) in kinds {
            let these = answers.answers.iter().filter(|answer| answer.truth == Some(truth));
            let these: Vec<_> = these.filter(|answer| answer.is_unstated == is_unstated).collect();
            if !these.is_empty() {
                parts.push(format!("{word}: {}", self.list(&these, |answer| self.evaluated(query, answer))));
            }
        }
        let supposed = self.supposed(query);
        match parts.as_slice() {
            [] if !answers.aside.is_empty() => self.sentence("lapsed", &[]),
            [] => self.sentence("nobody", &[]),
            parts if supposed.is_empty() => self.sentence("answered", &[&parts.join(self.word("semicolon"))]),
            parts => {
                self.sentence("suppose", &[&supposed, &parts.join(self.word("semicolon"))]) + &self.recorded(answers)
            }
        }
    }

    /// What the record says of the other conditions that the commitments hang on.
    fn recorded(&self, answers: &Answers<'_>) -> String {
        let of_truth = |truth: Truth| {
            let these = answers.recorded.iter().filter(|(_, own)| *own == truth);
            let these: Vec<String> =
                these.map(|(condition, _)| condition.label(self.lang.as_str()).0.to_owned()).collect();
            let word = of(&self.sentences.truths_of_conditions, truth.as_str(), self.lang);
            (!these.is_empty()).then(|| format!("{word}: {}", self.list(&these, String::clone)))
        };
        let parts: Vec<String> = [Truth::True, Truth::Unknown, Truth::False].into_iter().filter_map(of_truth).collect();
        match parts.as_slice() {
            [] => String::new(),
            parts => self.sentence("recorded", &[&parts.join(self.word("semicolon"))]),
        }
    }

    /// A commitment or a condition that was evaluated, with what it gives up.
    fn evaluated(&self, query: &Query, answer: &Answer<'_>) -> String {
        let said = match (answer.entity, answer.statements.as_slice()) {
            (None, [view]) => self.told(view),
            _ => self.row(query, answer),
        };
        match self.relaxations(&[answer]) {
            up if up.is_empty() => said,
            up => filled(self.word("aside"), &[&said, &up]),
        }
    }

    /// What a question supposes.
    fn supposed(&self, query: &Query) -> String {
        let label = |id: EntityId| self.graph.entity(id).map(|view| view.label(self.lang.as_str()).0.to_owned());
        let mut parts = Vec::new();
        for (sentence, truth) in [("holds", Truth::True), ("fails_to_hold", Truth::False), ("is_open", Truth::Unknown)]
        {
            let these = query.assume.iter().filter(|assumed| assumed.truth == truth);
            let these: Vec<String> = these.filter_map(|assumed| label(assumed.condition)).collect();
            if !these.is_empty() {
                parts.push(self.sentence(sentence, &[&self.list(&these, String::clone)]));
            }
        }
        let leaving: Vec<String> = query.withdraw.iter().filter_map(|id| label(*id)).collect();
        if !leaving.is_empty() {
            parts.push(self.sentence("withdraws", &[&self.list(&leaving, String::clone)]));
        }
        parts.join(self.word("semicolon"))
    }

    /// That a question can be read in several ways.
    pub fn ambiguous(&self, readings: &[String]) -> String {
        // As many as are looked for: there may be more.
        if readings.len() < MOST_GENERIC {
            return self.sentence("ambiguous", &[&self.list(readings, String::clone)]);
        }
        let shown: Vec<String> =
            readings.iter().take(MOST - 1).cloned().chain([self.word("others").to_owned()]).collect();
        self.sentence("ambiguous", &[&self.list(&shown, String::clone)])
    }

    /// That some words had no place; what follows answers the rest.
    pub fn partly(&self, unplaced: &[&str]) -> String {
        self.left_out("partly", unplaced)
    }

    /// That words have no place without which the question would be another.
    pub fn turned(&self, unplaced: &[&str]) -> String {
        self.left_out("turned", unplaced)
    }

    fn left_out(&self, sentence: &str, unplaced: &[&str]) -> String {
        let quoted: Vec<String> = unplaced.iter().map(|word| filled(self.word("quoted"), &[word])).collect();
        self.sentence(sentence, &[&quoted.join(self.word("comma"))])
    }

    /// That nothing was understood.
    pub fn not_understood(&self) -> String {
        self.sentence("not_understood", &[])
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

    /// Values joined by commas and an `and`; of many the first, and how many more there are.
    pub(crate) fn list<T>(&self, all: &[T], say: impl Fn(&T) -> String) -> String {
        let mut shown = self.shown(all, say);
        let Some(last) = shown.pop() else { return String::new() };
        if shown.is_empty() { last } else { shown.join(self.word("comma")) + self.word("and") + &last }
    }

    /// Values that are sentences of their own, joined by a mark; of many the first, and how many more there are.
    fn several<T>(&self, all: &[T], mark: &str, say: impl Fn(&T) -> String) -> String {
        self.shown(all, say).join(mark)
    }

    fn shown<T>(&self, all: &[T], say: impl Fn(&T) -> String) -> Vec<String> {
        // One more takes no more room than to say so.
        let most = if all.len() == MOST + 1 { all.len() } else { MOST };
        let mut shown: Vec<String> = all.iter().take(most).map(say).collect();
        if all.len() > most {
            shown.push(filled(self.word("more"), &[&self.number((all.len() - most) as u64)]));
        }
        shown
    }
}
