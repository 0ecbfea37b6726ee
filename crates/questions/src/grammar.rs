//! The grammar of a language, read from its lexicon.
//!
//! A rule has a name, ways to say it, and what it means: a fragment of a query. In what is said, small words stand for
//! themselves, words in capitals for rules, `<member:kinds>` for the name of an entity that goes to a member of the query,
//! `<at_least>` for a number that goes to `at_least`, `<since>`, `<during>` and so on ([`DateUse`]) for a date, `~word` for
//! any form of an inflected word, and `( | ) ? *` mean what they mean in regular expressions.

use std::collections::{HashMap, HashSet};

use pledgegraph_model::{Capability, Code, ConditionKind, EntityKind, search_key};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::dates::{DateUse, MonthNames, Relative};
use crate::meaning::Lists;
use crate::names::Spelling;
use crate::notation::Notation;
use crate::words::bare;

/// What can be said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// A word, by its number ([`Grammar::number`]).
    Word(u32),
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
    /// How near to an adjective its name may be.
    pub(crate) spelling: Spelling,
}

/// One way to say a rule.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) expr: Expr,
    /// What it means.
    pub(crate) means: Map<String, Value>,
    /// Where the part that it is about goes, if not beside the rest.
    pub(crate) under: Option<Under>,
    /// Whether its own parts are any of what they list.
    pub(crate) lists: Lists,
    /// Its place in the lexicon: of two readings the one that stands first.
    pub(crate) order: usize,
    /// With what it can begin.
    pub(crate) first: First,
}

/// Where a part of a question goes that is about other statements than those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Under {
    /// The entity is the subject of such a statement.
    Has,
    /// The entity is the subject of no such statement.
    Lacks,
    /// The entity is the subject of no such statement on the matter that is said beside it.
    LacksIt,
    /// The entity is the subject of a statement on the same matter, but of none that is so firm.
    FallsShort,
    /// The statement is about such a statement.
    About,
}

/// With which words a part of the grammar can begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct First {
    /// Numbers of words, ascending.
    pub(crate) words: Vec<u32>,
    /// Or with a name, a number or a date.
    pub(crate) open: bool,
    /// Or it can be left out.
    pub(crate) empty: bool,
}

/// Several ways to say something, each by its words.
pub(crate) type Phrases = Vec<Vec<Box<str>>>;

/// A language.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// By number of the rule.
    pub(crate) rules: Vec<Vec<Way>>,
    /// The number of the rule that is a whole question.
    pub(crate) question: usize,
    /// Words that may stand anywhere and mean nothing.
    noise: HashSet<Box<str>>,
    /// Words that only link the words of a name; noise among them.
    linking: HashSet<Box<str>>,
    /// The numbers of all words that stand for themselves somewhere, with the Arabic article and without it.
    numbers: HashMap<Box<str>, u32>,
    /// The numbers from here on are of words that stand in the names of regions alone.
    regional: u32,
    /// Words that carry no meaning of their own: a reading is of more than these.
    function: HashSet<Box<str>>,
    /// Words that turn a question into another: not, except, only.
    turning: HashSet<Box<str>>,
    /// Days that are named from today.
    pub(crate) relative: Vec<(Relative, Phrases)>,
    /// The names of the months.
    pub(crate) months: MonthNames,
    /// Nouns that stand for an entity of a kind that is not named; the first for all of them, another for those that are
    /// called so, if there are such.
    pub(crate) generic: Vec<(EntityKind, Vec<Box<str>>)>,
    /// What a kind of condition is called.
    pub(crate) condition_kinds: Vec<(ConditionKind, Phrases)>,
    /// What an actor can give that a condition hangs on, by capability; none: any.
    pub(crate) condition_tests: Vec<(Option<Capability>, Phrases)>,
    /// Nouns that a pronoun can be written onto: his, her, their.
    possessed: HashSet<Box<str>>,
    /// Words for somebody who is not named: who, which country.
    somebody: HashSet<Box<str>>,
    /// Words after which the verb has a pronoun that stands for them.
    resumed: HashSet<Box<str>>,
    /// What a meeting of a status or a format is called, by the code.
    pub(crate) meetings: Vec<(Box<str>, Vec<Box<str>>)>,
    /// Offices: the words for each.
    pub(crate) offices: Vec<Phrases>,
    /// Words between a meeting and when or where it is.
    pub(crate) locating: HashSet<Box<str>>,
    /// Words that are read the same in the passive.
    passive: HashSet<Box<str>>,
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
    function: Vec<String>,
    turning: Vec<String>,
    links: Vec<String>,
    locating: Vec<String>,
    #[serde(default)]
    passive: Vec<String>,
    forms: HashMap<String, Vec<String>>,
    months: Vec<Vec<String>>,
    relative: HashMap<Relative, Vec<String>>,
    of: Option<String>,
    possessive: Option<String>,
    generic: HashMap<String, Vec<String>>,
    condition_kinds: HashMap<String, Vec<String>>,
    condition_tests: HashMap<String, Vec<String>>,
    #[serde(default)]
    possessed: Vec<String>,
    #[serde(default)]
    somebody: Vec<String>,
    #[serde(default)]
    resumed: Vec<String>,
    meetings: HashMap<String, Vec<String>>,
    offices: Vec<Vec<String>>,
    region: Vec<RegionLine>,
    rule: Vec<RuleLine>,
}

/// A further way to say a rule: the rule, the words, what they mean.
pub(crate) type Label = (&'static str, String, Map<String, Value>);

/// A region: how it is called as a place, and how what belongs to it is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionLine {
    code: String,
    nouns: Vec<String>,
    #[serde(default)]
    adjectives: Vec<String>,
}

impl RegionLine {
    /// Its names as ways to say rules: that the subject is of the region, and that it is not.
    fn labels(&self) -> Vec<Label> {
        let countries = |mut such: Value| {
            such["kind"] = json!(["country"]);
            let means = json!({"where": {"subject_is": such}});
            means.as_object().cloned().unwrap_or_default()
        };
        let within = json!({"region": [self.code]});
        let (inside, outside) = (countries(within.clone()), countries(json!({"none_of": [within]})));
        let all = |rule: &'static str, words: &[String], means: &Map<String, Value>| {
            words.iter().map(|word| (rule, word.clone(), means.clone())).collect::<Vec<_>>()
        };
        [
            all("REGION_IN", &self.nouns, &inside),
            all("REGION_OUT", &self.nouns, &outside),
            all("REGION_ADJ", &self.adjectives, &inside),
            all("REGION_ADJ_NOT", &self.adjectives, &outside),
        ]
        .concat()
    }
}

#[derive(Debug, Deserialize)]
struct RuleLine {
    name: String,
    say: Vec<String>,
    under: Option<Under>,
    #[serde(default)]
    any: bool,
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
    pub(crate) fn read(text: &str, labels: &[Label]) -> Result<Self, LexiconError> {
        let lexicon: Lexicon = toml::from_str(text).map_err(|error| LexiconError(error.to_string()))?;
        let regions = lexicon.region.iter().flat_map(RegionLine::labels);
        let labels: Vec<_> = labels.iter().cloned().chain(regions).collect();
        let mut turning = Vec::new();
        for word in lexicon.turning {
            let Some(inflected) = word.strip_prefix('~') else {
                turning.push(word);
                continue;
            };
            let forms = lexicon.forms.get(inflected).ok_or_else(|| LexiconError(format!("`{word}` has no forms")))?;
            turning.extend_from_slice(forms);
        }
        let mut notation = Notation::new(lexicon.forms);
        for name in lexicon.rule.iter().map(|rule| rule.name.as_str()).chain(labels.iter().map(|(name, ..)| *name)) {
            notation.name_rule(name);
        }
        let mut rules: Vec<Vec<Way>> = Vec::new();
        rules.resize_with(notation.rules.len(), Vec::new);
        let mut order = 0;
        let mut way = |expr, means, under, any| {
            order += 1;
            let lists = if any { Lists::Any } else { Lists::Contradict };
            Way { expr, means, under, lists, order, first: First::default() }
        };
        for rule in lexicon.rule {
            for say in &rule.say {
                let expr = notation.read(say)?;
                rules[notation.rules[&rule.name]].push(way(expr, rule.means.clone(), rule.under, rule.any));
            }
        }
        let mut regional = None;
        for (name, words, means) in &labels {
            if name.starts_with("REGION") && regional.is_none() {
                regional = Some(notation.count + 1);
            }
            let expr = notation.words(words);
            rules[notation.rules[*name]].push(way(expr, means.clone(), None, false));
        }
        let question = notation.rules.get("QUESTION").copied();
        let question = question.ok_or_else(|| LexiconError("no QUESTION".to_owned()))?;
        let mut generic = Vec::new();
        for (kind, words) in lexicon.generic {
            let kind = EntityKind::parse(&kind).map_err(|error| LexiconError(error.to_string()))?;
            generic.push((kind, words.iter().map(|word| search_key(word).into()).collect()));
        }
        generic.sort_by_key(|(kind, _)| kind.index());
        let phrases = |list: &[String]| list.iter().map(|phrase| key_words(phrase)).collect::<Vec<_>>();
        let mut condition_kinds = Vec::new();
        for (kind, words) in &lexicon.condition_kinds {
            let kind = ConditionKind::parse(kind).map_err(|error| LexiconError(error.to_string()))?;
            condition_kinds.push((kind, phrases(words)));
        }
        let mut condition_tests = Vec::new();
        for (capability, words) in &lexicon.condition_tests {
            let capability = match capability.as_str() {
                "any" => None,
                code => Some(Capability::parse(code).map_err(|error| LexiconError(error.to_string()))?),
            };
            condition_tests.push((capability, phrases(words)));
        }
        let key = |word: String| -> Box<str> { bare(&search_key(&word)).into() };
        let noise: HashSet<Box<str>> = lexicon.noise.into_iter().map(key).collect();
        let links = lexicon.links.into_iter().chain(lexicon.of.clone()).chain(lexicon.possessive.clone()).map(key);
        let mut grammar = Self {
            rules,
            question,
            linking: links.chain(noise.iter().cloned()).collect(),
            noise,
            numbers: notation.numbers,
            regional: regional.unwrap_or(u32::MAX),
            function: lexicon.function.into_iter().map(key).collect(),
            turning: turning.into_iter().map(key).collect(),
            relative: lexicon.relative.iter().map(|(relative, words)| (*relative, phrases(words))).collect(),
            condition_kinds,
            condition_tests,
            locating: lexicon.locating.into_iter().map(key).collect(),
            passive: lexicon.passive.into_iter().map(key).collect(),
            possessed: lexicon.possessed.into_iter().map(key).collect(),
            somebody: lexicon.somebody.into_iter().map(key).collect(),
            resumed: lexicon.resumed.into_iter().map(key).collect(),
            meetings: lexicon
                .meetings
                .iter()
                .map(|(code, words)| (code.as_str().into(), phrases(words).concat()))
                .collect(),
            months: lexicon.months.iter().map(|names| phrases(names)).collect(),
            generic,
            offices: lexicon.offices.iter().map(|ways| phrases(ways)).collect(),
            of: lexicon.of.map(key),
            possessive: lexicon.possessive.map(key),
        };
        grammar.find_firsts();
        Ok(grammar)
    }

    /// Whether a word may stand anywhere and means nothing.
    pub(crate) fn is_noise(&self, word: &str) -> bool {
        self.noise.contains(bare(word))
    }

    /// Whether a word turns a question into another: what is read without it is no answer.
    pub(crate) fn turns(&self, word: &str) -> bool {
        self.turning.contains(bare(word))
    }

    /// Whether a word carries no meaning of its own.
    pub(crate) fn is_function(&self, word: &str) -> bool {
        self.function.contains(bare(word)) || self.is_noise(word)
    }

    /// Whether a word is read the same in the passive.
    pub(crate) fn is_passive(&self, word: &str) -> bool {
        self.passive.contains(bare(word))
    }

    /// Whether a word stands for somebody who is not named.
    pub(crate) fn is_somebody(&self, word: &str) -> bool {
        self.somebody.contains(bare(word))
    }

    /// Whether a pronoun at the end of a word, after another word, says nothing new.
    pub(crate) fn can_drop_pronoun(&self, word: &str, before: Option<&str>) -> bool {
        self.possessed.contains(bare(word)) || before.is_some_and(|before| self.resumed.contains(bare(before)))
    }

    /// Whether a word only links the words of a name.
    pub(crate) fn is_linking(&self, word: &str) -> bool {
        self.linking.contains(bare(word))
    }

    /// The number of a word, with the Arabic article or without it, that stands for itself in a rule.
    pub(crate) fn number(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).or_else(|| self.numbers.get(bare(word))).copied()
    }

    /// Whether a word stands for itself somewhere.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.number(word).is_some() || self.elsewhere().any(|known| bare(known) == bare(word))
    }

    /// All words that stand for themselves somewhere, but those of regions alone.
    pub(crate) fn words(&self) -> Vec<&str> {
        let own = self.numbers.iter().filter(|(_, number)| **number < self.regional);
        own.map(|(word, _)| &**word).chain(self.elsewhere()).collect()
    }

    /// The words that stand for themselves outside of the rules.
    fn elsewhere(&self) -> impl Iterator<Item = &str> {
        let phrases = self.offices.iter().chain(&self.months).chain(self.relative.iter().map(|(_, ways)| ways));
        let tests = self.condition_tests.iter().map(|(_, ways)| ways);
        let conditions = self.condition_kinds.iter().map(|(_, ways)| ways).chain(tests);
        let nouns =
            self.generic.iter().flat_map(|(_, words)| words).chain(self.meetings.iter().flat_map(|(_, words)| words));
        phrases.chain(conditions).flatten().flatten().chain(nouns).map(|word| &**word)
    }

    /// Finds with what each way can begin. No rule is left-recursive, so this ends.
    fn find_firsts(&mut self) {
        let mut of_rules: Vec<Option<First>> = vec![None; self.rules.len()];
        for rule in 0..self.rules.len() {
            first_of_rule(&self.rules, rule, &mut of_rules);
        }
        let rules = std::mem::take(&mut self.rules);
        let firsts: Vec<Vec<First>> = rules
            .iter()
            .map(|ways| ways.iter().map(|way| first_of(&rules, &way.expr, &mut of_rules)).collect())
            .collect();
        self.rules = rules;
        for (ways, firsts) in self.rules.iter_mut().zip(firsts) {
            for (way, first) in ways.iter_mut().zip(firsts) {
                way.first = first;
            }
        }
    }
}

fn first_of_rule(rules: &[Vec<Way>], rule: usize, known: &mut Vec<Option<First>>) -> First {
    if let Some(first) = &known[rule] {
        return first.clone();
    }
    let first = joined(rules[rule].iter().map(|way| first_of(rules, &way.expr, known)).collect());
    known[rule] = Some(first.clone());
    first
}

fn first_of(rules: &[Vec<Way>], expr: &Expr, known: &mut Vec<Option<First>>) -> First {
    match expr {
        Expr::Word(word) => First { words: vec![*word], open: false, empty: false },
        Expr::Rule(rule) => first_of_rule(rules, *rule, known),
        Expr::Either(ways) => joined(ways.iter().map(|way| first_of(rules, way, known)).collect()),
        Expr::Sequence(parts) => {
            // Up to the first part that cannot be left out.
            let mut firsts = Vec::new();
            for part in parts {
                firsts.push(first_of(rules, part, known));
                if firsts.last().is_some_and(|first| !first.empty) {
                    break;
                }
            }
            let empty = firsts.iter().all(|first| first.empty);
            First { empty, ..joined(firsts) }
        }
        Expr::Maybe(part) | Expr::Any(part) => First { empty: true, ..first_of(rules, part, known) },
        Expr::Name(_) | Expr::Number | Expr::Date(_) => First { words: Vec::new(), open: true, empty: false },
    }
}

/// Any of these.
fn joined(firsts: Vec<First>) -> First {
    let open = firsts.iter().any(|first| first.open);
    let empty = firsts.iter().any(|first| first.empty);
    let mut words: Vec<u32> = firsts.into_iter().flat_map(|first| first.words).collect();
    words.sort_unstable();
    words.dedup();
    First { words, open, empty }
}

/// The words of a text by their search keys.
pub(crate) fn key_words(text: &str) -> Vec<Box<str>> {
    pledgegraph_model::words(&search_key(text)).map(Into::into).collect()
}
