//! How rules of a lexicon are written.

use std::collections::HashMap;

use pledgegraph_model::{Code, EntityKind};

use crate::dates::DateUse;
use crate::expr::{Expr, Slot, Spelling};
use crate::lexicon::{LexiconError, forms_of};
use crate::words::{bare, key_words};

/// What the text of a rule can refer to.
#[derive(Debug)]
pub(crate) struct Notation {
    /// The numbers of the rules.
    pub(crate) rules: HashMap<String, usize>,
    /// The numbers of the words, with the Arabic article and without it.
    pub(crate) numbers: HashMap<Box<str>, u32>,
    /// The number that was given last.
    pub(crate) count: u32,
    /// The forms of each inflected word.
    forms: HashMap<String, Vec<String>>,
}

impl Notation {
    pub(crate) fn new(forms: HashMap<String, Vec<String>>) -> Self {
        Self { rules: HashMap::new(), numbers: HashMap::new(), count: 0, forms }
    }

    /// Gives a rule its number.
    pub(crate) fn name_rule(&mut self, name: &str) {
        let next = self.rules.len();
        self.rules.entry(name.to_owned()).or_insert(next);
    }

    /// Reads what is said.
    pub(crate) fn read(&mut self, text: &str) -> Result<Expr, LexiconError> {
        Form { notation: self, rest: text }.whole()
    }

    /// Words that stand for themselves.
    pub(crate) fn words(&mut self, text: &str) -> Expr {
        let mut words: Vec<Expr> = key_words(text).iter().map(|word| Expr::Word(self.number(word))).collect();
        if words.len() == 1 { words.remove(0) } else { Expr::Sequence(words) }
    }

    /// The number of a word, the same with the Arabic article and without it. What looks like the article may be of the word
    /// itself, so it is kept as it stands too.
    fn number(&mut self, word: &str) -> u32 {
        let known = self.numbers.get(word).or_else(|| self.numbers.get(bare(word))).copied();
        let number = known.unwrap_or_else(|| {
            self.count += 1;
            self.count
        });
        for key in [word, bare(word)] {
            self.numbers.entry(key.into()).or_insert(number);
        }
        number
    }

    /// Any form of a word; with `+` after it those in -ing, with `!` the others.
    fn inflected(&mut self, word: &str) -> Result<Expr, LexiconError> {
        let (word, progressive) = match (word.strip_suffix('+'), word.strip_suffix('!')) {
            (Some(word), _) => (word, Some(true)),
            (_, Some(word)) => (word, Some(false)),
            _ => (word, None),
        };
        let forms = forms_of(&self.forms, word)?;
        let is_progressive = |form: &String| form.split(' ').any(|word| word.ends_with("ing"));
        let wanted = forms.iter().filter(|form| progressive.is_none_or(|wanted| wanted == is_progressive(form)));
        let forms: Vec<String> = wanted.cloned().collect();
        Ok(Expr::Either(forms.iter().map(|form| self.words(form)).collect()))
    }
}

/// The text of a rule, as far as it has not been read.
struct Form<'a> {
    notation: &'a mut Notation,
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
            let rules = &self.notation.rules;
            let number = rules.get(word).ok_or_else(|| LexiconError(format!("there is no rule `{word}`")))?;
            return Ok(Expr::Rule(*number));
        }
        match word.strip_prefix('~') {
            Some(word) => self.notation.inflected(word),
            None => Ok(self.notation.words(word)),
        }
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
    let mut spelling = Spelling::Demonym;
    for kind in kinds.split(',') {
        match kind {
            "noun" => spelling = Spelling::Abbreviation,
            "spelt" => spelling = Spelling::Metonym,
            "named" => spelling = Spelling::Name,
            "actor" => all.extend([Country, Organization, Coalition, Group]),
            "agent" => all.extend([Country, Organization, Coalition, Group, Person]),
            "any" => all.extend(EntityKind::ALL),
            kind => all.push(EntityKind::parse(kind).map_err(LexiconError::of)?),
        }
    }
    if all.is_empty() {
        return Err(LexiconError(format!("`<{text}>` has no kinds")));
    }
    Ok(Slot { path: path.split('.').map(Into::into).collect(), kinds: all, spelling })
}
