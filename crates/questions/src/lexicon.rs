//! Lexicons as their files have them.

use std::collections::HashMap;
use std::fmt::{Display, Formatter};

use pledgegraph_model::{ConditionKind, EntityKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::dates::Relative;
use crate::meaning::Under;

/// A lexicon.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lexicon {
    pub(crate) noise: Vec<String>,
    pub(crate) function: Vec<String>,
    turning: Vec<String>,
    pub(crate) links: Vec<String>,
    pub(crate) locating: Vec<String>,
    #[serde(default)]
    pub(crate) passive: Vec<String>,
    pub(crate) forms: HashMap<String, Vec<String>>,
    pub(crate) months: Vec<Vec<String>>,
    pub(crate) relative: HashMap<Relative, Vec<String>>,
    pub(crate) of: Option<String>,
    pub(crate) possessive: Option<String>,
    pub(crate) generic: HashMap<EntityKind, Vec<String>>,
    pub(crate) condition_kinds: HashMap<ConditionKind, Vec<String>>,
    pub(crate) condition_tests: HashMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) possessed: Vec<String>,
    #[serde(default)]
    pub(crate) somebody: Vec<String>,
    #[serde(default)]
    pub(crate) resumed: Vec<String>,
    pub(crate) meetings: HashMap<String, Vec<String>>,
    pub(crate) offices: Vec<Vec<String>>,
    region: Vec<RegionLine>,
    pub(crate) rule: Vec<RuleLine>,
}

impl Lexicon {
    /// Words that turn a question into another, each in all its forms.
    pub(crate) fn turning(&self) -> Result<Vec<String>, LexiconError> {
        let mut all = Vec::new();
        for word in &self.turning {
            match word.strip_prefix('~') {
                Some(inflected) => all.extend_from_slice(forms_of(&self.forms, inflected)?),
                None => all.push(word.clone()),
            }
        }
        Ok(all)
    }

    /// The names of regions as ways to say rules.
    pub(crate) fn regions(&self) -> Vec<Label> {
        self.region.iter().flat_map(RegionLine::labels).collect()
    }
}

/// The forms of an inflected word.
pub(crate) fn forms_of<'f>(forms: &'f HashMap<String, Vec<String>>, word: &str) -> Result<&'f [String], LexiconError> {
    forms.get(word).map(Vec::as_slice).ok_or_else(|| LexiconError(format!("there are no forms of `{word}`")))
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

/// A rule: ways to say it, and what it means.
#[derive(Debug, Deserialize)]
pub(crate) struct RuleLine {
    pub(crate) name: String,
    pub(crate) say: Vec<String>,
    pub(crate) under: Option<Under>,
    /// Whether what its parts list is any of both.
    #[serde(default)]
    pub(crate) any: bool,
    #[serde(flatten)]
    pub(crate) means: Map<String, Value>,
}

/// Why a lexicon cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct LexiconError(pub String);

impl LexiconError {
    pub(crate) fn of(error: impl Display) -> Self {
        Self(error.to_string())
    }
}

impl Display for LexiconError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LexiconError {}

/// A file of lexicons.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, LexiconError> {
    toml::from_str(text).map_err(LexiconError::of)
}
