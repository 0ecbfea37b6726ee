//! Answers in words.

use std::collections::{BTreeSet, HashMap};

use pledgegraph_graph::{EdgeFilter, EdgeView, Graph, Node, Page, Value};
use pledgegraph_model::{
    Code, CodeEntry, ConditionNode, ConditionOp, Conditions, ConveningStatus, Count, CountOp, Date, EdgeDetail,
    EdgeKind, EntityId, Explicitness, Polarity, Query, QueryAsk, QueryField, QueryTarget, Text, Truth,
};
use serde::Deserialize;

use crate::answer::{Answer, Answers, Grade};
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
    words: HashMap<String, [String; 2]>,
    #[serde(rename = "sentences")]
    whole: HashMap<String, [String; 2]>,
    relaxations: HashMap<String, [String; 2]>,
    truths: HashMap<String, [String; 2]>,
    truths_of_conditions: HashMap<String, [String; 2]>,
    months: HashMap<String, [String; 2]>,
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

fn of<'s>(table: &'s HashMap<String, [String; 2]>, key: &str, lang: Lang) -> &'s str {
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
fn filled(phrase: &str, values: &[&str]) -> String {
    let mut parts = phrase.split("{}");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        said.push_str(values.get(at).copied().unwrap_or_default());
        said.push_str(part);
    }
    said
}

impl Speaker<'_> {
    fn word(&self, key: &str) -> &str {
        of(&self.sentences.words, key, self.lang)
    }

    fn sentence(&self, key: &str, values: &[&str]) -> String {
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

    /// An answer in words: its values, or its statement.
    pub fn row(&self, query: &Query, answer: &Answer<'_>) -> String {
        if let Some(entity) = answer.entity {
            return entity.label(self.lang.as_str()).0.to_owned();
        }
        if let Some(set) = &answer.set {
            let members = set.iter().map(|(condition, holds)| {
                let name = condition.label(self.lang.as_str()).0;
                // Of a blocking set each fails, of an unlocking one each holds, unless a `not` stands over it.
                if *holds == (query.ask == QueryAsk::UnlockingSets) {
                    name.to_owned()
                } else {
                    self.word("not").to_owned() + name
                }
            });
            let members: Vec<String> = members.collect();
            return if members.is_empty() { self.word("nothing").to_owned() } else { self.list(&members) };
        }
        if !answer.against.is_empty() {
            let side =
                |views: &[EdgeView<'_>]| self.list(&views.iter().map(|view| self.claim(view)).collect::<Vec<_>>());
            return filled(self.word("versus"), &[&side(&answer.statements), &side(&answer.against)]);
        }
        if query.group_by.is_some() && answer.values.first().is_some_and(Vec::is_empty) {
            return self.word("nothing").to_owned();
        }
        let fields = query.group_by.iter().chain(&query.select);
        let said: Vec<String> = fields
            .zip(&answer.values)
            .filter(|(_, values)| !values.is_empty())
            .map(|(_, values)| self.list(&values.iter().map(|value| self.value(*value)).collect::<Vec<_>>()))
            .collect();
        match said.as_slice() {
            [] => answer.statements.first().map(|view| self.statement(view)).unwrap_or_default(),
            [only] => only.clone(),
            [first, rest @ ..] => filled(self.word("aside"), &[first, &rest.join(self.word("comma"))]),
        }
    }

    /// A statement in a few words: who, what, how firm.
    pub fn statement(&self, view: &EdgeView<'_>) -> String {
        use QueryField::{Capability, Role, Stage, Stance, Text, Title};
        let who = view.subject().label(self.lang.as_str()).0.to_owned();
        let fields = match view.kind() {
            EdgeKind::Commitment => [Capability, Stance, Stage].as_slice(),
            EdgeKind::Request => [Capability, Text].as_slice(),
            _ => [Role, Title, Text].as_slice(),
        };
        let values = fields.iter().flat_map(|field| view.values(*field)).map(|value| self.value(value));
        // What is denied or not known is never shown as if it were said.
        let open = Some(view.polarity()).filter(|polarity| *polarity != Polarity::Asserted);
        let about: Vec<String> = values.chain(open.map(|polarity| self.code(polarity.entry()))).collect();
        if about.is_empty() { who } else { filled(self.word("aside"), &[&who, &about.join(self.word("comma"))]) }
    }

    /// A statement with whom it is about and when: enough to tell two that disagree apart.
    fn claim(&self, view: &EdgeView<'_>) -> String {
        let said = self.statement(view);
        let object = view.object().label(self.lang.as_str()).0.to_owned();
        let when = view.when().map(|date| self.date(date)).into_iter();
        let fields = [QueryField::Status, QueryField::Number, QueryField::Quantity];
        let values = fields.iter().flat_map(|field| view.values(*field)).map(|value| self.value(value));
        let about: Vec<String> = std::iter::once(object).chain(values).chain(when).collect();
        filled(self.word("aside"), &[&said, &about.join(self.word("comma"))])
    }

    /// A value in words.
    pub fn value(&self, value: Value<'_>) -> String {
        match value {
            Value::Entity(node) => self.graph.at(node).label(self.lang.as_str()).0.to_owned(),
            Value::Code(entry) => self.code(entry),
            Value::Text(text) => self.text(text),
            Value::Name(name) => name.trim_end_matches('.').to_owned(),
            Value::Date(date) => self.date(date),
            Value::Count(count) => self.count(count),
            Value::Quantity(quantity) => format!("{} {}", self.number(quantity.value), quantity.unit),
            Value::Conditions(conditions) => self.conditions(conditions),
        }
    }

    fn code(&self, entry: &CodeEntry) -> String {
        // The code of what no source specifies, alone, would say nothing.
        if entry.code == "unspecified" {
            return self.word("unspecified").to_owned();
        }
        let label = self.lang.label(entry);
        // In a sentence a label begins like any word; Arabic has no capitals.
        let mut letters = label.chars();
        let acronym = label.chars().nth(1).is_some_and(char::is_uppercase);
        match letters.next() {
            Some(first) if !acronym => first.to_lowercase().chain(letters).collect(),
            _ => label.to_owned(),
        }
    }

    fn text(&self, text: &Text) -> String {
        let own = text.get(self.lang.as_str()).or_else(|| text.iter().next().map(|(_, text)| text)).unwrap_or_default();
        own.trim_end_matches('.').to_owned()
    }

    fn count(&self, count: Count) -> String {
        let number = self.number(u64::from(count.value));
        match count.op {
            CountOp::Eq => number,
            op => format!("{} {number}", self.code(op.entry())),
        }
    }

    /// A number, from ten thousand on in groups of three digits.
    fn number(&self, number: u64) -> String {
        let plain = number.to_string();
        if number < 10_000 {
            return self.in_digits(&plain);
        }
        let mark = if self.digits == Digits::Arabic { '٬' } else { ',' };
        let mut grouped = String::new();
        for (at, digit) in plain.chars().enumerate() {
            if at > 0 && (plain.len() - at).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        self.in_digits(&grouped)
    }

    fn in_digits(&self, text: &str) -> String {
        let arabic = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(c);
        if self.digits == Digits::Arabic { text.chars().map(arabic).collect() } else { text.to_owned() }
    }

    /// A date with the precision that it has.
    fn date(&self, date: &Date) -> String {
        if let Some(edtf) = &date.edtf {
            return self.in_digits(&self.edtf(edtf.as_str()));
        }
        let verbatim = filled(self.word("quoted"), &[date.verbatim.as_deref().unwrap_or_default()]);
        if date.anchor.is_some() { filled(self.word("unresolved"), &[&verbatim]) } else { verbatim }
    }

    /// Days, months and years in words; anything else as it stands.
    fn edtf(&self, edtf: &str) -> String {
        let parts: Vec<&str> = edtf.split('-').collect();
        let month = |part: &str| {
            let number: u32 = part.parse().ok()?;
            Some(of(&self.sentences.months, &number.to_string(), self.lang).to_owned()).filter(|name| !name.is_empty())
        };
        let day = |part: &str| part.parse::<u32>().ok().map(|day| day.to_string());
        let known = |year: &str| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        let said = match parts.as_slice() {
            [year, m] => month(m).map(|month| (*year, month)),
            [year, m, d] => month(m).zip(day(d)).map(|(month, day)| (*year, format!("{day} {month}"))),
            _ => None,
        };
        match said {
            Some((year, rest)) if known(year) => format!("{rest} {year}"),
            Some(("XXXX", rest)) => filled(self.word("no_year"), &[&rest]),
            _ => edtf.to_owned(),
        }
    }

    /// The depth of a tree is at most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
    fn conditions(&self, conditions: &Conditions<Node>) -> String {
        self.condition(&conditions.root)
    }

    fn condition(&self, node: &ConditionNode<Node>) -> String {
        if let (ConditionOp::Condition, Some(condition)) = (node.op, node.condition) {
            let name = self.graph.at(condition).label(self.lang.as_str()).0;
            let implied = node.explicitness == Some(Explicitness::Implied);
            return if implied { filled(self.word("implied"), &[name]) } else { name.to_owned() };
        }
        let bracketed = |child: &ConditionNode<Node>| {
            let said = self.condition(child);
            if child.of.len() > 1 { format!("({said})") } else { said }
        };
        let children: Vec<String> = node.of.iter().map(bracketed).collect();
        match node.op {
            ConditionOp::AnyOf => children.join(self.word("or")),
            ConditionOp::Not => format!("{}{}", self.word("not"), children.concat()),
            ConditionOp::AtLeast => {
                let k = self.number(u64::from(node.k.unwrap_or_default()));
                format!("{} {}", filled(self.word("at_least"), &[&k]), children.join(self.word("comma")))
            }
            _ => children.join(self.word("and")),
        }
    }
}
