//! Queries said back in words that read as the same query.
//!
//! A query is a tree of members (`pledgegraph_model::Query` as JSON); `lexicon/paraphrase.toml` has a phrase for each. A text is
//! written and read by walking that tree, so both directions are one table.

use std::collections::HashMap;

use pledgegraph_graph::Graph;
use pledgegraph_model::{
    Code, CodeEntry, EntityId, EntityRef, MAX_QUERY_DEPTH, Query, QueryAsk, QueryField, QueryTarget, Truth, search_key,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::lang::Lang;
use crate::lexicon::{self, LexiconError};
use crate::members::{Holds, MEMBERS, entries};

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
        match MEMBERS.iter().find(|(name, _)| !members.contains_key(*name)) {
            Some((name, _)) => Err(LexiconError(format!("no phrase for `{name}`"))),
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
        let writer = Writer { phrases: self, graph, lang };
        writer.query(query, value.get("where"))
    }

    /// The query that a paraphrase says; `None` when the text is none.
    pub(crate) fn read(&self, graph: &Graph, text: &str, lang: Lang) -> Option<Query> {
        let mut reader = Reader { phrases: self, graph, lang, rest: text.trim() };
        let query = reader.query()?;
        reader.rest.is_empty().then_some(query)
    }
}

const QUOTES: [[char; 2]; 2] = [['“', '”'], ['«', '»']];

struct Writer<'a> {
    phrases: &'a Phrases,
    graph: &'a Graph,
    lang: Lang,
}

impl Writer<'_> {
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
        let given = MEMBERS.iter().filter_map(|(name, holds)| Some((*name, *holds, which.get(*name)?)));
        let clauses = given.map(|(name, holds, value)| {
            let phrase = self.phrases.member(name, self.lang);
            format!("{phrase} {}", self.values(holds, value))
        });
        clauses.collect::<Vec<_>>().join(self.phrases.word("and", self.lang))
    }

    fn values(&self, holds: Holds, value: &Value) -> String {
        let or = self.phrases.word("or", self.lang);
        let list = |say: &dyn Fn(&Value) -> String| {
            let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
            values.iter().map(say).collect::<Vec<_>>().join(or)
        };
        let code = |all: fn() -> Vec<&'static CodeEntry>, value: &Value| {
            let code = value.as_str().unwrap_or_default();
            let entry = all().into_iter().find(|entry| entry.code == code);
            self.quoted(entry.map_or(code, |entry| self.lang.label(entry)))
        };
        match holds {
            Holds::Entities => {
                list(&|value| self.entity(value.as_str().and_then(|id| Some(EntityId(id.parse().ok()?)))))
            }
            Holds::Codes(all) => list(&|value| code(all, value)),
            Holds::Code(all) => code(all, value),
            Holds::Text => self.quoted(value.as_str().unwrap_or_default()),
            Holds::Texts => list(&|value| self.quoted(value.as_str().unwrap_or_default())),
            Holds::Where => self.bracketed(value),
            Holds::Branches => list(&|value| self.bracketed(value)),
            Holds::Related => {
                let find = code(entries::<QueryTarget>, value.get("find").unwrap_or(&Value::Null));
                match value.get("where") {
                    Some(which) => format!("{find} {}", self.bracketed(which)),
                    None => find,
                }
            }
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

struct Reader<'a> {
    phrases: &'a Phrases,
    graph: &'a Graph,
    lang: Lang,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn query(&mut self) -> Option<Query> {
        let ask = QueryAsk::ALL.iter().copied().find(|ask| self.takes_word(ask.as_str()))?;
        let group_by = if self.takes_word("group_by") { Some(self.code(entries::<QueryField>)?) } else { None };
        let mut select = Vec::new();
        if self.rest.starts_with(' ') {
            loop {
                select.push(self.code(entries::<QueryField>)?);
                if !self.takes_word("and") {
                    break;
                }
            }
        }
        if !self.takes_word("in") {
            return None;
        }
        let find = self.code(entries::<QueryTarget>)?;
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
            assumed.push(json!({"condition": condition, "truth": self.code(entries::<Truth>)?}));
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
            let said = MEMBERS.iter().filter(|(name, _)| rest.starts_with(self.phrases.member(name, self.lang)));
            let (name, holds) = *said.max_by_key(|(name, _)| self.phrases.member(name, self.lang).len())?;
            self.takes(self.phrases.member(name, self.lang));
            let value = self.values(holds, depth)?;
            if which.insert(name.to_owned(), value).is_some() {
                return None;
            }
            if !self.takes_word("and") {
                return Some(which);
            }
        }
    }

    fn values(&mut self, holds: Holds, depth: usize) -> Option<Value> {
        Some(match holds {
            Holds::Entities => self.list(Self::entity)?,
            Holds::Codes(all) => self.list(|reader| reader.code(all).map(Value::from))?,
            Holds::Code(all) => Value::from(self.code(all)?),
            Holds::Text => Value::from(self.quoted()?),
            Holds::Texts => self.list(|reader| reader.quoted().map(Value::from))?,
            Holds::Where => self.bracketed(depth)?,
            Holds::Branches => self.list(|reader| reader.bracketed(depth))?,
            Holds::Related => {
                let find = Value::from(self.code(entries::<QueryTarget>)?);
                let mut related = Map::from_iter([("find".to_owned(), find)]);
                if self.rest.trim_start().starts_with('(') {
                    related.insert("where".to_owned(), self.bracketed(depth)?);
                }
                Value::Object(related)
            }
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

    fn code(&mut self, all: fn() -> Vec<&'static CodeEntry>) -> Option<&'static str> {
        let said = self.quoted()?;
        all().into_iter().find(|entry| self.lang.label(entry) == said).map(|entry| entry.code)
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
