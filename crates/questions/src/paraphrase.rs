//! Queries said back in words that read as the same query.
//!
//! A query is a tree of members (`pledgegraph_model::Query` as JSON); `lexicon/paraphrase.toml` has a phrase for each. A text is
//! written and read by walking that tree, so both directions are one table.

use std::collections::HashMap;

use pledgegraph_graph::Graph;
use pledgegraph_model::tables::RELATED;
use pledgegraph_model::{
    Code, Codes, EntityId, EntityRef, FILTERS, Field, MAX_QUERY_DEPTH, Query, QueryAsk, QueryField, QueryTarget, Table,
    Takes, Truth, search_key,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::lang::Lang;
use crate::lexicon::{self, LexiconError};

/// The phrases of all members, by language.
#[derive(Debug)]
pub(crate) struct Phrases {
    words: HashMap<String, [String; 2]>,
    members: HashMap<String, [String; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: HashMap<String, [String; 2]>,
    members: HashMap<String, [String; 2]>,
}

impl Phrases {
    pub(crate) fn new(text: &str) -> Result<Self, LexiconError> {
        let File { words, members } = lexicon::read(text)?;
        match FILTERS.iter().find(|filter| !members.contains_key(filter.field.name)) {
            Some(filter) => Err(LexiconError(format!("no phrase for `{}`", filter.field.name))),
            None => Ok(Self { words, members }),
        }
    }

    fn word(&self, key: &str, lang: Lang) -> &str {
        self.words.get(key).map_or("", |both| &both[lang.index()])
    }

    fn member(&self, key: &str, lang: Lang) -> &str {
        self.members.get(key).map_or("", |both| &both[lang.index()])
    }

    /// A query in words. Entities that have no name of their own are given by their references.
    pub(crate) fn say(&self, graph: &Graph, query: &Query, lang: Lang) -> String {
        let value = serde_json::to_value(query).unwrap_or_default();
        let writer = PhraseWriter { phrases: self, graph, lang };
        writer.query(query, value.get("where"))
    }

    /// The query that a paraphrase says; `None` when the text is none.
    pub(crate) fn read(&self, graph: &Graph, text: &str, lang: Lang) -> Option<Query> {
        let mut reader = PhraseReader { phrases: self, graph, lang, rest: text.trim() };
        let query = reader.query()?;
        reader.rest.is_empty().then_some(query)
    }
}

/// Whether it is statements that a row is joined with, and not filters of the row.
fn is_related(table: &'static Table) -> bool {
    std::ptr::eq(table, &raw const RELATED)
}

const QUOTES: [[char; 2]; 2] = [['“', '”'], ['«', '»']];

struct PhraseWriter<'a> {
    phrases: &'a Phrases,
    graph: &'a Graph,
    lang: Lang,
}

impl PhraseWriter<'_> {
    fn query(&self, query: &Query, which: Option<&Value>) -> String {
        let word = |key| self.phrases.word(key, self.lang);
        let mut said = word(query.ask.as_str()).to_owned();
        if let Some(field) = query.group_by {
            said = said + word("group_by") + &self.quoted(self.lang.label(field.entry()));
        }
        if !query.select.is_empty() {
            let fields = query.select.iter().map(|field| self.quoted(self.lang.label(field.entry())));
            said = said + " " + &fields.collect::<Vec<_>>().join(word("and"));
        }
        said = said + word("in") + " " + &self.quoted(self.lang.label(query.find.entry()));
        if let Some(which) = which.and_then(Value::as_object) {
            said = said + word("where") + &self.conjunction(which);
        }
        for assumed in &query.assume {
            let condition = self.entity(Some(assumed.condition));
            let truth = self.quoted(self.lang.label(assumed.truth.entry()));
            said = said + word("assume") + &condition + word("assumed") + &truth;
        }
        if !query.withdraw.is_empty() {
            let actors = query.withdraw.iter().map(|id| self.entity(Some(*id)));
            said = said + word("withdraw") + &actors.collect::<Vec<_>>().join(word("and"));
        }
        if let Some(number) = query.at_least {
            said = said + word("at_least") + &self.quoted(&number.to_string());
        }
        if query.by_stance {
            said += word("by_stance");
        }
        said + word("end")
    }

    /// The depth of a tree is bounded by its reader.
    fn conjunction(&self, which: &Map<String, Value>) -> String {
        let clauses = FILTERS.iter().filter_map(|filter| {
            let Field { name, takes, .. } = filter.field;
            let phrase = self.phrases.member(name, self.lang);
            Some(format!("{phrase} {}", self.values(takes, which.get(name)?)))
        });
        clauses.collect::<Vec<_>>().join(self.phrases.word("and", self.lang))
    }

    fn values(&self, takes: Takes, value: &Value) -> String {
        let or = self.phrases.word("or", self.lang);
        let list = |say: &dyn Fn(&Value) -> String| {
            let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
            values.iter().map(say).collect::<Vec<_>>().join(or)
        };
        let code = |codes: Codes, value: &Value| {
            let code = value.as_str().unwrap_or_default();
            let entry = (codes.entries)().into_iter().find(|entry| entry.code == code);
            self.quoted(entry.map_or(code, |entry| self.lang.label(entry)))
        };
        match takes {
            Takes::List { of, .. } => list(&|value| self.values(*of, value)),
            Takes::Reference(_) => self.entity(value.as_str().and_then(|id| Some(EntityId(id.parse().ok()?)))),
            Takes::Code(codes) => code(codes, value),
            Takes::Object(table) if is_related(table) => {
                let find = code(Codes::of::<QueryTarget>(), value.get("find").unwrap_or(&Value::Null));
                match value.get("where") {
                    Some(which) => format!("{find} {}", self.bracketed(which)),
                    None => find,
                }
            }
            Takes::Object(_) => self.bracketed(value),
            _ => self.quoted(value.as_str().unwrap_or_default()),
        }
    }

    fn bracketed(&self, which: &Value) -> String {
        format!("({})", which.as_object().map(|which| self.conjunction(which)).unwrap_or_default())
    }

    /// The name of an entity, if it is the name of no other and has no mark that would end it; else its reference.
    fn entity(&self, id: Option<EntityId>) -> String {
        let Some(view) = id.and_then(|id| self.graph.entity(id)) else { return self.quoted("") };
        let (name, lang) = view.label(self.lang.as_str());
        let is_alone = self.graph.named(&search_key(name)).len() == 1;
        let own = lang == self.lang.as_str() && is_alone && !name.contains(QUOTES[self.lang.index()]);
        let reference = view.reference().to_string();
        self.quoted(if own { name } else { &reference })
    }

    fn quoted(&self, text: &str) -> String {
        let [open, close] = QUOTES[self.lang.index()];
        // A mark within the text is doubled.
        format!("{open}{}{close}", text.replace(close, &format!("{close}{close}")))
    }
}

struct PhraseReader<'a> {
    phrases: &'a Phrases,
    graph: &'a Graph,
    lang: Lang,
    rest: &'a str,
}

impl<'a> PhraseReader<'a> {
    fn query(&mut self) -> Option<Query> {
        let ask = QueryAsk::ALL.iter().copied().find(|ask| self.takes_word(ask.as_str()))?;
        let group_by = if self.takes_word("group_by") { Some(self.code(Codes::of::<QueryField>())?) } else { None };
        let mut select = Vec::new();
        if self.rest.starts_with(' ') {
            loop {
                select.push(self.code(Codes::of::<QueryField>())?);
                if !self.takes_word("and") {
                    break;
                }
            }
        }
        if !self.takes_word("in") {
            return None;
        }
        let find = self.code(Codes::of::<QueryTarget>())?;
        let mut query =
            Map::from_iter([("find".to_owned(), Value::from(find)), ("ask".to_owned(), Value::from(ask.as_str()))]);
        if self.takes_word("where") {
            query.insert("where".to_owned(), Value::Object(self.conjunction(1)?));
        }
        let (assumed, withdrawn) = (self.assumed()?, self.withdrawn()?);
        if self.takes_word("at_least") {
            query.insert("at_least".to_owned(), Value::from(self.quoted()?.parse::<usize>().ok()?));
        }
        query.insert("assume".to_owned(), Value::Array(assumed));
        query.insert("withdraw".to_owned(), Value::Array(withdrawn));
        query.insert("by_stance".to_owned(), Value::from(self.takes_word("by_stance")));
        query.insert("select".to_owned(), Value::from(select));
        query.extend(group_by.map(|field| ("group_by".to_owned(), Value::from(field))));
        self.takes_word("end").then(|| serde_json::from_value(Value::Object(query)).ok())?
    }

    /// Which conditions are supposed to hold, and which not.
    fn assumed(&mut self) -> Option<Vec<Value>> {
        let mut assumed = Vec::new();
        while self.takes_word("assume") {
            let condition = self.entity()?;
            if !self.takes_word("assumed") {
                return None;
            }
            assumed.push(json!({"condition": condition, "truth": self.code(Codes::of::<Truth>())?}));
        }
        Some(assumed)
    }

    /// Who is supposed to withdraw.
    fn withdrawn(&mut self) -> Option<Vec<Value>> {
        let mut withdrawn = Vec::new();
        if self.takes_word("withdraw") {
            withdrawn.push(self.entity()?);
            while self.takes_word("and") {
                withdrawn.push(self.entity()?);
            }
        }
        Some(withdrawn)
    }

    fn conjunction(&mut self, depth: usize) -> Option<Map<String, Value>> {
        let mut which = Map::new();
        if depth > MAX_QUERY_DEPTH {
            return None;
        }
        loop {
            // Of phrases that begin alike the longest.
            let rest = self.rest;
            let phrase = |field: &Field| self.phrases.member(field.name, self.lang);
            let said = FILTERS.iter().map(|filter| filter.field).filter(|field| rest.starts_with(phrase(field)));
            let Field { name, takes, .. } = said.max_by_key(|field| phrase(field).len())?;
            self.takes(self.phrases.member(name, self.lang));
            let value = self.values(takes, depth)?;
            if which.insert(name.to_owned(), value).is_some() {
                return None;
            }
            if !self.takes_word("and") {
                return Some(which);
            }
        }
    }

    fn values(&mut self, takes: Takes, depth: usize) -> Option<Value> {
        Some(match takes {
            Takes::List { of, .. } => self.list(|reader| reader.values(*of, depth))?,
            Takes::Reference(_) => self.entity()?,
            Takes::Code(codes) => Value::from(self.code(codes)?),
            Takes::Object(table) if is_related(table) => {
                let find = Value::from(self.code(Codes::of::<QueryTarget>())?);
                let mut related = Map::from_iter([("find".to_owned(), find)]);
                if self.rest.trim_start().starts_with('(') {
                    related.insert("where".to_owned(), self.bracketed(depth)?);
                }
                Value::Object(related)
            }
            Takes::Object(_) => self.bracketed(depth)?,
            _ => Value::from(self.quoted()?),
        })
    }

    fn list(&mut self, mut one: impl FnMut(&mut Self) -> Option<Value>) -> Option<Value> {
        let mut values = vec![one(self)?];
        while self.takes_word("or") {
            values.push(one(self)?);
        }
        Some(Value::Array(values))
    }

    fn bracketed(&mut self, depth: usize) -> Option<Value> {
        self.rest = self.rest.trim_start();
        if !self.takes("(") {
            return None;
        }
        let which = if self.rest.starts_with(')') { Map::new() } else { self.conjunction(depth + 1)? };
        self.takes(")").then_some(Value::Object(which))
    }

    fn code(&mut self, codes: Codes) -> Option<&'static str> {
        let said = self.quoted()?;
        (codes.entries)().into_iter().find(|entry| self.lang.label(entry) == said).map(|entry| entry.code)
    }

    fn entity(&mut self) -> Option<Value> {
        let said = self.quoted()?;
        let named = self.graph.named(&search_key(&said));
        let own = named.iter().find(|view| view.label(self.lang.as_str()).0 == said);
        let found = own.copied().or_else(|| self.graph.find(&said.parse::<EntityRef>().ok()?))?;
        Some(Value::from(found.id().0.to_string()))
    }

    fn quoted(&mut self) -> Option<String> {
        let [open, close] = QUOTES[self.lang.index()];
        let mut rest = self.rest.trim_start().strip_prefix(open)?;
        let mut text = String::new();
        loop {
            let (before, after) = rest.split_once(close)?;
            text.push_str(before);
            let Some(more) = after.strip_prefix(close) else {
                self.rest = after;
                return Some(text);
            };
            text.push(close);
            rest = more;
        }
    }

    fn takes_word(&mut self, key: &str) -> bool {
        let word: &'a str = self.phrases.word(key, self.lang);
        self.takes(word)
    }

    fn takes(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}
