//! The grammar of a language, read from its lexicon.
//!
//! A rule has a name, ways to say it, and what it means: a fragment of a query. In what is said, small words stand for
//! themselves, words in capitals for rules, `<member:kinds>` for the name of an entity that goes to a member of the query,
//! `<at_least>` for a number that goes to `at_least`, `<since>`, `<during>` and so on ([`crate::dates::DateUse`]) for a date, `~word` for
//! any form of an inflected word, and `( | ) ? *` mean what they mean in regular expressions.

use std::collections::{HashMap, HashSet};

use pledgegraph_model::{Capability, Code, ConditionKind, EntityKind, search_key};

use crate::dates::{MonthNames, Relative};
use crate::lexicon::{self, Label, Lexicon, LexiconError};
use crate::rule::{Rules, Way};
use crate::words::{bare, key_words};

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

impl Grammar {
    /// Reads a lexicon; `labels` are further ways to say rules: the name of the rule, the words, and what they mean.
    pub(crate) fn read(text: &str, labels: &[Label]) -> Result<Self, LexiconError> {
        let lexicon: Lexicon = lexicon::read(text)?;
        let (regions, turning) = (lexicon.regions(), lexicon.turning()?);
        let of_labels = labels.iter().chain(&regions).map(|(name, ..)| *name);
        let names = lexicon.rule.iter().map(|rule| rule.name.as_str()).chain(of_labels);
        let mut rules = Rules::named(lexicon.forms, names);
        lexicon.rule.iter().try_for_each(|line| rules.add(line))?;
        labels.iter().try_for_each(|label| rules.add_label(label))?;
        let regional = rules.next_word();
        regions.iter().try_for_each(|label| rules.add_label(label))?;
        let question = rules.number("QUESTION")?;
        let (rules, numbers) = rules.whole();
        let noise = keys(&lexicon.noise);
        let links = lexicon.links.iter().chain(&lexicon.of).chain(&lexicon.possessive);
        let (kinds, meetings) = (lexicon.condition_kinds.iter(), lexicon.meetings.iter());
        Ok(Self {
            rules,
            question,
            linking: keys(links).into_iter().chain(noise.iter().cloned()).collect(),
            noise,
            numbers,
            regional,
            function: keys(&lexicon.function),
            turning: keys(&turning),
            relative: lexicon.relative.iter().map(|(relative, words)| (*relative, phrases(words))).collect(),
            condition_kinds: kinds.map(|(kind, words)| (*kind, phrases(words))).collect(),
            condition_tests: lexicon.condition_tests.iter().map(test).collect::<Result<_, _>>()?,
            locating: keys(&lexicon.locating),
            passive: keys(&lexicon.passive),
            possessed: keys(&lexicon.possessed),
            somebody: keys(&lexicon.somebody),
            resumed: keys(&lexicon.resumed),
            meetings: meetings.map(|(code, words)| (code.as_str().into(), phrases(words).concat())).collect(),
            months: lexicon.months.iter().map(|names| phrases(names)).collect(),
            generic: generic(&lexicon.generic),
            offices: lexicon.offices.iter().map(|ways| phrases(ways)).collect(),
            of: lexicon.of.as_deref().map(key),
            possessive: lexicon.possessive.as_deref().map(key),
        })
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
}

/// The search key of a word, without the Arabic article.
fn key(word: &str) -> Box<str> {
    bare(&search_key(word)).into()
}

fn keys<'w>(words: impl IntoIterator<Item = &'w String>) -> HashSet<Box<str>> {
    words.into_iter().map(|word| key(word)).collect()
}

/// The nouns for each kind, in the order of the kinds.
fn generic(nouns: &HashMap<EntityKind, Vec<String>>) -> Vec<(EntityKind, Vec<Box<str>>)> {
    let keys = |words: &Vec<String>| words.iter().map(|word| search_key(word).into()).collect();
    let mut all: Vec<_> = nouns.iter().map(|(kind, words)| (*kind, keys(words))).collect();
    all.sort_by_key(|(kind, _)| kind.index());
    all
}

fn phrases(list: &[String]) -> Phrases {
    list.iter().map(|phrase| key_words(phrase)).collect()
}

/// What is given, and how it is called.
fn test((capability, words): (&String, &Vec<String>)) -> Result<(Option<Capability>, Phrases), LexiconError> {
    let capability = match capability.as_str() {
        "any" => None,
        code => Some(Capability::parse(code).map_err(LexiconError::of)?),
    };
    Ok((capability, phrases(words)))
}
