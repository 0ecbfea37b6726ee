//! Answers in words.

use std::collections::{BTreeSet, HashMap};

use pledgegraph_graph::{EdgeFilter, EdgeView, Graph, Page};
use pledgegraph_model::{
    Code, ConveningStatus, EdgeDetail, EdgeKind, EntityId, Polarity, Query, QueryAsk, QueryField, QueryTarget, Truth,
};
use serde::Deserialize;

use crate::answer::{Answer, Answers};
use crate::grade::Grade;
use crate::grammar::LexiconError;
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
}

pub(crate) fn of<'s>(table: &'s HashMap<String, [String; 2]>, key: &str, lang: Lang) -> &'s str {
    table.get(key).map_or("", |both| &both[lang.index()])
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
        match query.ask {
            QueryAsk::Truth => return self.truths(query, answers),
            QueryAsk::UnlockingSets | QueryAsk::BlockingSets => {
                let sets: Vec<String> = answers.answers.iter().map(|answer| self.row(query, answer)).collect();
                let unlocks = query.ask == QueryAsk::UnlockingSets;
                let is_relaxed = answers.answers.iter().any(|answer| answer.grade == Grade::Relaxed);
                let aside = if is_relaxed { format!(" ({})", self.word("less_firm")) } else { String::new() };
                let is_empty = answers.answers.iter().any(|answer| answer.set.as_ref().is_some_and(Vec::is_empty));
                let these: Vec<String> = answers.instead.iter().map(|view| self.statement(view)).collect();
                let said = match (unlocks, sets.is_empty()) {
                    (_, true) if answers.found == 0 => return self.sentence("nobody", &[]),
                    // Nothing is needed, or nothing could fail: no condition is stated.
                    (true, false) if is_empty => self.sentence("unconditioned", &[&self.list(&these)]),
                    (false, true) => self.sentence("unconditioned", &[&self.list(&these)]),
                    (true, false) => self.sentence("unlocks", &[&sets.join(self.word("either"))]),
                    (false, false) if is_empty => self.sentence("fails", &[&self.list(&these)]),
                    (false, false) => self.sentence("blocks", &[&sets.join(self.word("either"))]),
                    (true, true) => self.sentence("never", &[]),
                };
                // Of several, what would let all of them happen at once.
                let several = query.at_least.is_none() && these.len() > 1 && !sets.is_empty() && !is_empty;
                let all = if several { self.sentence("all", &[&self.list(&these)]) } else { String::new() };
                return format!("{said}{aside}{all}.");
            }
            QueryAsk::Conflicts => {
                let pairs: Vec<String> = answers.answers.iter().map(|answer| self.row(query, answer)).collect();
                return match pairs.as_slice() {
                    [] => self.sentence("agree", &[]),
                    pairs => self.sentence("disagree", &[&pairs.join(self.word("semicolon"))]),
                };
            }
            QueryAsk::Items | QueryAsk::Count | QueryAsk::Exists => {}
        }
        let firm = answers.firm();
        let (firmly, relaxed): (Vec<_>, Vec<_>) =
            answers.answers.iter().partition(|answer| answer.grade != Grade::Relaxed);
        let list =
            |these: &[&Answer<'_>]| self.list(&these.iter().map(|answer| self.row(query, answer)).collect::<Vec<_>>());
        let statements =
            |views: &[EdgeView<'_>]| self.list(&views.iter().map(|view| self.statement(view)).collect::<Vec<_>>());
        let mut said = match query.ask {
            QueryAsk::Count if firm > 0 => self.sentence("count", &[&self.number(firm as u64), &list(&firmly)]),
            QueryAsk::Exists if firm > 0 => self.sentence("yes", &[&list(&firmly)]),
            QueryAsk::Exists if relaxed.is_empty() && !answers.instead.is_empty() => {
                self.sentence("instead", &[&statements(&answers.instead)])
            }
            _ if firm > 0 => self.sentence("answered", &[&list(&firmly)]),
            _ if !relaxed.is_empty() => self.sentence("closest", &[&list(&relaxed), &self.relaxations(&relaxed)]),
            _ if is_new(query) => self.sentence("unchanged", &[]),
            _ => match answers.unsaid {
                // Who is on record can be counted, though nobody says how many there are.
                Some(QueryField::Number) => {
                    let subjects: BTreeSet<_> = answers.instead.iter().map(|view| view.subject().id()).collect();
                    let number = self.number(subjects.len() as u64);
                    self.sentence("uncounted", &[&number, &statements(&answers.instead)])
                }
                Some(field) => {
                    let field = self.lang.label(field.entry());
                    self.sentence("unsaid", &[field, &statements(&answers.instead)])
                }
                None if !answers.instead.is_empty() => self.sentence("instead", &[&statements(&answers.instead)]),
                None => self.sentence("nobody", &[]),
            },
        };
        if firm > 0 && !relaxed.is_empty() && query.ask != QueryAsk::Exists {
            said.push_str(&self.sentence("also", &[&list(&relaxed), &self.relaxations(&relaxed)]));
        }
        // Beside answers, what those who gave them say against it.
        let mut told = firmly.iter().flat_map(|answer| &answer.statements).map(EdgeView::subject);
        let subjects: Vec<_> = told.by_ref().map(|subject| subject.id()).collect();
        let mut against = answers.counter.clone();
        let speaks = |view: &EdgeView<'_>| query.ask != QueryAsk::Exists || view.polarity() != Polarity::Asserted;
        against.retain(|view| (firm == 0 && speaks(view)) || subjects.contains(&view.subject().id()));
        if !against.is_empty() {
            said.push_str(&self.sentence("counter", &[&statements(&against)]));
        }
        said + &self.not_stated(query, answers) + &self.not_held(query, answers)
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
        self.sentence("not_stated", &[&self.list(&fields)])
    }

    /// The meetings of the answers that did not take place, or not yet: who attends them and when is what is planned.
    fn not_held(&self, query: &Query, answers: &Answers<'_>) -> String {
        let mut said = String::new();
        let is_held = match query.find {
            QueryTarget::Attendances => true,
            QueryTarget::Convenings => {
                query.select.contains(&QueryField::Date) && !query.select.contains(&QueryField::Status)
            }
            _ => false,
        };
        if !is_held {
            return said;
        }
        let views = answers.answers.iter().flat_map(|answer| &answer.statements).chain(&answers.instead);
        let meetings: BTreeSet<EntityId> = views
            .filter(|view| [EdgeKind::Attendance, EdgeKind::Convening].contains(&view.kind()))
            .map(|view| view.object().id())
            .collect();
        for meeting in meetings.into_iter().take(MOST) {
            let convened = EdgeFilter {
                kinds: vec![EdgeKind::Convening],
                object: Some(vec![meeting]),
                polarity: Some(vec![Polarity::Asserted]),
                ..EdgeFilter::default()
            };
            let convenings = self.graph.edges(&convened, Page::first(MOST)).items;
            let statuses: BTreeSet<_> = convenings.iter().filter_map(status_of).collect();
            if !statuses.is_empty() && !statuses.contains(&ConveningStatus::Held) {
                let name = self.graph.entity(meeting).map(|view| view.label(self.lang.as_str()).0).unwrap_or_default();
                let statuses: Vec<String> = statuses.iter().map(|status| self.code(status.entry())).collect();
                said.push_str(&self.sentence("not_held", &[name, &self.list(&statuses)]));
            }
        }
        said
    }

    /// What some answers give up.
    fn relaxations(&self, answers: &[&Answer<'_>]) -> String {
        let mut up: Vec<_> = answers.iter().flat_map(|answer| answer.relaxations.iter().copied()).collect();
        up.sort_unstable();
        up.dedup();
        let up: Vec<&str> = up.iter().map(|r| of(&self.sentences.relaxations, r.as_str(), self.lang)).collect();
        up.join(self.word("comma"))
    }

    /// What is in force, what is not decided, what is not.
    fn truths(&self, query: &Query, answers: &Answers<'_>) -> String {
        let mut parts = Vec::new();
        let sentences = self.sentences;
        let words =
            if query.find == QueryTarget::Conditions { &sentences.truths_of_conditions } else { &sentences.truths };
        for truth in [Truth::True, Truth::Unknown, Truth::False] {
            let these = answers.answers.iter().filter(|answer| answer.truth == Some(truth));
            let these: Vec<String> = these.map(|answer| self.row(query, answer)).collect();
            if !these.is_empty() {
                parts.push(format!("{}: {}", of(words, truth.as_str(), self.lang), self.list(&these)));
            }
        }
        match parts.as_slice() {
            [] => self.sentence("nobody", &[]),
            parts => self.sentence("answered", &[&parts.join(self.word("semicolon"))]),
        }
    }

    /// That a question can be read in several ways.
    pub fn ambiguous(&self, readings: &[String]) -> String {
        self.sentence("ambiguous", &[&self.list(readings)])
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

    /// Values joined by commas and an `and`.
    pub fn list(&self, values: &[String]) -> String {
        // One more takes no more room than to say so.
        let most = if values.len() == MOST + 1 { values.len() } else { MOST };
        let mut shown: Vec<String> = values.iter().take(most).cloned().collect();
        if values.len() > most {
            shown.push(filled(self.word("more"), &[&self.number((values.len() - most) as u64)]));
        }
        let Some(last) = shown.pop() else { return String::new() };
        if shown.is_empty() { last } else { shown.join(self.word("comma")) + self.word("and") + &last }
    }
}
