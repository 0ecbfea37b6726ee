//! The grammar of a language, read from its lexicon.
//!
//! A rule has a name, ways to say it, and what it means: a fragment of a query. In what is said, small words stand for
//! themselves, words in capitals for rules, `<member:kinds>` for the name of an entity that goes to a member of the query,
//! `<at_least>` for a number that goes to `at_least`, `<since>`, `<during>` and so on ([`DateUse`]) for a date,
//! and `( | ) ? *` mean what they mean in regular expressions.

use std::collections::{HashMap, HashSet};

use pledgegraph_model::{Code, EntityKind, search_key};

use crate::dates::{DateUse, MonthNames};
use crate::words::bare;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What can be said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// A word.
    Word(Box<str>),
    /// Any way to say a rule.
    Rule(usize),
    /// The name of an entity.
    Name(Slot),
    /// A number, which goes to `at_least`.
    Number,
    /// A date.
    Date(DateUse),
    /// One after the other.
    Sequence(Vec<Self>),
    /// One of these.
    Either(Vec<Self>),
    /// Or nothing.
    Maybe(Box<Self>),
    /// Any number of times.
    Any(Box<Self>),
}

/// Where the name of an entity goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The member of the query, by its path.
    pub(crate) path: Vec<Box<str>>,
    /// Of which kinds.
    pub(crate) kinds: Vec<EntityKind>,
}

/// One way to say a rule.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) expr: Expr,
    /// What it means.
    pub(crate) means: Map<String, Value>,
    /// Its place in the lexicon: of two readings the one that stands first.
    pub(crate) order: usize,
}

/// A language.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// By number of the rule.
    pub(crate) rules: Vec<Vec<Way>>,
    /// The number of the rule that is a whole question.
    pub(crate) question: usize,
    /// Words that may stand anywhere and mean nothing.
    pub(crate) noise: HashSet<Box<str>>,
    /// Words that only link the words of a name; noise among them.
    pub(crate) linking: HashSet<Box<str>>,
    /// All words that stand for themselves somewhere, without the Arabic article.
    pub(crate) known: HashSet<Box<str>>,
    /// The names of the months.
    pub(crate) months: MonthNames,
    /// Nouns that stand for an entity of a kind that is not named.
    pub(crate) generic: Vec<(EntityKind, Vec<Box<str>>)>,
    /// Offices: the words for each.
    pub(crate) offices: Vec<Vec<Vec<Box<str>>>>,
    /// The word between an office and its country; none where there is none.
    pub(crate) of: Option<Box<str>>,
    /// The word between a country and its office.
    pub(crate) possessive: Option<Box<str>>,
}

/// A lexicon as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lexicon {
    noise: Vec<String>,
    links: Vec<String>,
    months: Vec<Vec<String>>,
    of: Option<String>,
    possessive: Option<String>,
    generic: HashMap<String, Vec<String>>,
    offices: Vec<Vec<String>>,
    rule: Vec<RuleLine>,
}

#[derive(Debug, Deserialize)]
struct RuleLine {
    name: String,
    say: Vec<String>,
    #[serde(flatten)]
    means: Map<String, Value>,
}

/// Why a lexicon cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct LexiconError(pub String);

impl std::fmt::Display for LexiconError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LexiconError {}

impl Grammar {
    /// Reads a lexicon; `labels` are further ways to say rules: the name of the rule, the words, and what they mean.
    pub(crate) fn read(text: &str, labels: &[(&str, String, Map<String, Value>)]) -> Result<Self, LexiconError> {
        let lexicon: Lexicon = toml::from_str(text).map_err(|error| LexiconError(error.to_string()))?;
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for name in lexicon.rule.iter().map(|rule| rule.name.as_str()).chain(labels.iter().map(|(name, ..)| *name)) {
            let next = numbers.len();
            numbers.entry(name.to_owned()).or_insert(next);
        }
        let mut rules: Vec<Vec<Way>> = Vec::new();
        rules.resize_with(numbers.len(), Vec::new);
        let mut order = 0;
        for rule in lexicon.rule {
            for say in &rule.say {
                let expr = Form { numbers: &numbers, rest: say }.whole()?;
                order += 1;
                rules[numbers[&rule.name]].push(Way { expr, means: rule.means.clone(), order });
            }
        }
        for (name, words, means) in labels {
            let expr = Expr::Sequence(key_words(words).into_iter().map(Expr::Word).collect());
            order += 1;
            rules[numbers[*name]].push(Way { expr, means: means.clone(), order });
        }
        let question = numbers.get("QUESTION").copied().ok_or_else(|| LexiconError("no QUESTION".to_owned()))?;
        let mut generic = Vec::new();
        for (kind, words) in lexicon.generic {
            let kind = EntityKind::parse(&kind).map_err(|error| LexiconError(error.to_string()))?;
            generic.push((kind, words.iter().map(|word| search_key(word).into()).collect()));
        }
        generic.sort_by_key(|(kind, _)| kind.index());
        let key = |word: String| -> Box<str> { search_key(&word).into() };
        let noise: HashSet<Box<str>> = lexicon.noise.into_iter().map(key).collect();
        let links = lexicon.links.into_iter().chain(lexicon.of.clone()).map(key);
        let mut grammar = Self {
            rules,
            question,
            linking: links.chain(noise.iter().cloned()).collect(),
            noise,
            known: HashSet::new(),
            months: lexicon.months.iter().map(|names| names.iter().map(|name| key_words(name)).collect()).collect(),
            generic,
            offices: lexicon.offices.iter().map(|ways| ways.iter().map(|way| key_words(way)).collect()).collect(),
            of: lexicon.of.map(key),
            possessive: lexicon.possessive.map(key),
        };
        grammar.known = grammar.words().into_iter().map(|word| bare(word).into()).collect();
        Ok(grammar)
    }

    /// All words that stand for themselves somewhere.
    pub(crate) fn words(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut open: Vec<&Expr> = self.rules.iter().flatten().map(|way| &way.expr).collect();
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Word(word) => found.push(&**word),
                Expr::Sequence(parts) | Expr::Either(parts) => open.extend(parts),
                Expr::Maybe(part) | Expr::Any(part) => open.push(part),
                Expr::Rule(_) | Expr::Name(_) | Expr::Number | Expr::Date(_) => {}
            }
        }
        found.extend(self.offices.iter().flatten().flatten().map(|word| &**word));
        found.extend(self.months.iter().flatten().flatten().map(|word| &**word));
        found.extend(self.generic.iter().flat_map(|(_, words)| words.iter().map(|word| &**word)));
        found
    }
}

/// The words of a text by their search keys.
pub(crate) fn key_words(text: &str) -> Vec<Box<str>> {
    pledgegraph_model::words(&search_key(text)).map(Into::into).collect()
}

/// Reads what is said.
struct Form<'a> {
    numbers: &'a HashMap<String, usize>,
    rest: &'a str,
}

impl Form<'_> {
    fn whole(mut self) -> Result<Expr, LexiconError> {
        let text = self.rest;
        let expr = self.either()?;
        if self.rest.trim().is_empty() {
            Ok(expr)
        } else {
            Err(LexiconError(format!("`{text}` goes on at `{}`", self.rest)))
        }
    }

    fn either(&mut self) -> Result<Expr, LexiconError> {
        let mut ways = vec![self.sequence()?];
        while self.takes("|") {
            ways.push(self.sequence()?);
        }
        Ok(if ways.len() == 1 { ways.remove(0) } else { Expr::Either(ways) })
    }

    fn sequence(&mut self) -> Result<Expr, LexiconError> {
        let mut parts = Vec::new();
        while !matches!(self.rest.trim_start().chars().next(), None | Some('|' | ')')) {
            let part = self.one()?;
            let part = if self.takes("?") {
                Expr::Maybe(Box::new(part))
            } else if self.takes("*") {
                Expr::Any(Box::new(part))
            } else {
                part
            };
            parts.push(part);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Sequence(parts) })
    }

    fn one(&mut self) -> Result<Expr, LexiconError> {
        if self.takes("(") {
            let inner = self.either()?;
            return if self.takes(")") {
                Ok(inner)
            } else {
                Err(LexiconError(format!("no `)` before `{}`", self.rest)))
            };
        }
        if self.takes("<") {
            let end = self.rest.find('>').ok_or_else(|| LexiconError(format!("no `>` in `{}`", self.rest)))?;
            let (slot, rest) = self.rest.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            return match (slot, DateUse::of(slot)) {
                ("at_least", _) => Ok(Expr::Number),
                (_, Some(date)) => Ok(Expr::Date(date)),
                _ => slot_of(slot).map(Expr::Name),
            };
        }
        let text = self.rest.trim_start();
        let end = text.find(|c: char| c.is_whitespace() || "()|?*<".contains(c)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        if word.is_empty() {
            return Err(LexiconError(format!("nothing can be read at `{text}`")));
        }
        self.rest = rest;
        if word.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
            let number = self.numbers.get(word).ok_or_else(|| LexiconError(format!("there is no rule `{word}`")))?;
            return Ok(Expr::Rule(*number));
        }
        let words: Vec<Expr> = key_words(word).into_iter().map(Expr::Word).collect();
        Ok(if words.len() == 1 {
            words.into_iter().next().unwrap_or(Expr::Sequence(Vec::new()))
        } else {
            Expr::Sequence(words)
        })
    }

    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

fn slot_of(text: &str) -> Result<Slot, LexiconError> {
    use EntityKind::{Coalition, Country, Group, Organization, Person};
    let (path, kinds) = text.split_once(':').ok_or_else(|| LexiconError(format!("`<{text}>` has no kinds")))?;
    let mut all = Vec::new();
    for kind in kinds.split(',') {
        match kind {
            "actor" => all.extend([Country, Organization, Coalition, Group]),
            "agent" => all.extend([Country, Organization, Coalition, Group, Person]),
            "any" => all.extend(EntityKind::ALL),
            kind => all.push(EntityKind::parse(kind).map_err(|error| LexiconError(error.to_string()))?),
        }
    }
    Ok(Slot { path: path.split('.').map(Into::into).collect(), kinds: all })
}
