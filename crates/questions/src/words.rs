//! A question as a lattice of words: Arabic prefixes that are written onto a word may be words of their own.

use pledgegraph_model::{search_key, words};

/// A word as it stands in the question.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// Its search key.
    pub(crate) key: Box<str>,
    /// First byte in the question.
    pub(crate) start: usize,
    /// The byte after the last one.
    pub(crate) end: usize,
    /// Whether all its letters are capitals.
    pub(crate) capitals: bool,
    /// Whether it is marked as a perfect in the passive: a damma on its first letter.
    pub(crate) passive: bool,
}

/// A word between two nodes.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) word: Box<str>,
    pub(crate) token: usize,
    /// Whether it is the whole token.
    pub(crate) whole: bool,
    /// Whether a pronoun was taken off its end.
    pub(crate) owned: bool,
}

/// Tokens, and from each node the words that can be read there. Node `n` for `n` up to the number of tokens is the place
/// before token `n`; the others are within tokens.
#[derive(Debug)]
pub(crate) struct Lattice {
    pub(crate) tokens: Vec<Token>,
    pub(crate) edges: Vec<Vec<Edge>>,
}

impl Lattice {
    /// O(length).
    pub(crate) fn new(text: &str) -> Self {
        let tokens = tokens(text);
        let mut edges: Vec<Vec<Edge>> = vec![Vec::new(); tokens.len() + 1];
        for (at, token) in tokens.iter().enumerate() {
            let whole = Edge { to: at + 1, word: token.key.clone(), token: at, whole: true, owned: false };
            edges[at].push(whole);
            prefixes(&mut edges, at, at, &token.key, 0);
        }
        for here in &mut edges {
            let stems = here.iter().flat_map(|edge| {
                stems(&edge.word).into_iter().map(|(word, owned)| Edge { word, owned, ..edge.clone() })
            });
            let stems: Vec<Edge> = stems.collect();
            here.extend(stems);
        }
        Self { tokens, edges }
    }

    /// The node after the last word.
    pub(crate) fn end(&self) -> usize {
        self.tokens.len()
    }
}

/// Letters that are written onto the next word: and, then; by, to, as.
const PREFIXES: [&str; 5] = ["و", "ف", "ب", "ل", "ك"];

/// Splits prefixes off a word of a token, at most two; `from` is the node before it.
fn prefixes(edges: &mut Vec<Vec<Edge>>, from: usize, token: usize, word: &str, depth: usize) {
    if depth == 2 {
        return;
    }
    for prefix in PREFIXES {
        let Some(rest) = word.strip_prefix(prefix).filter(|rest| rest.chars().count() >= 2) else { continue };
        let node = edges.len();
        edges.push(Vec::new());
        edges[from].push(Edge { to: node, word: prefix.into(), token, whole: false, owned: false });
        // To + the article is written as two lams; so is to + a word that begins with one: to Lebanon.
        let bare = rest.strip_prefix('ل').filter(|bare| prefix == "ل" && bare.chars().count() >= 2);
        for rest in bare.map(|bare| format!("ال{bare}")).into_iter().chain([rest.to_owned()]) {
            edges[node].push(Edge { to: token + 1, word: rest.as_str().into(), token, whole: false, owned: false });
            prefixes(edges, node, token, &rest, depth + 1);
        }
    }
}

/// An Arabic word without what inflection adds: a pronoun (then `true`), or the ending of an indefinite object.
fn stems(word: &str) -> Vec<(Box<str>, bool)> {
    let without = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.chars().count() >= 3);
    let mut found: Vec<(Box<str>, bool)> = without("ا").map(|stem| (stem.into(), false)).into_iter().collect();
    for stem in ["ها", "هم", "هما", "ه"].into_iter().filter_map(without) {
        found.push((stem.into(), true));
        // Before a pronoun the feminine ending is written as a ta.
        if let Some(feminine) = stem.strip_suffix('ت').filter(|stem| stem.chars().count() >= 3) {
            found.push((format!("{feminine}ه").into(), true));
        }
    }
    found
}

/// Splits a text where its search key has spaces.
fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut start = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        // Marks and joiners have an empty key of their own and belong to the word around them.
        let belongs = c.is_alphanumeric() || (start.is_some() && c != ' ' && is_joined(c));
        match (belongs, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.extend(token(text, from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Whether a character within a word is no break: combining marks, tatweel, invisible joiners.
fn is_joined(c: char) -> bool {
    search_key(&format!("a{c}b")) == "ab"
}

fn token(text: &str, start: usize, end: usize) -> Option<Token> {
    let own = text.get(start..end)?;
    let key = search_key(own);
    let capitals = own.chars().any(char::is_uppercase) && !own.chars().any(char::is_lowercase);
    // A damma on one of these is of a prefix or a participle.
    let is_stem = !own.starts_with(['ي', 'ت', 'ن', 'أ', 'م', 'س']);
    let passive = is_stem && own.chars().nth(1) == Some('\u{64f}');
    (!key.is_empty()).then(|| Token { key: key.into(), start, end, capitals, passive })
}

/// A word without the Arabic article.
pub(crate) fn bare(word: &str) -> &str {
    word.strip_prefix("ال").filter(|rest| rest.chars().count() >= 2).unwrap_or(word)
}

/// The words of a text by their search keys.
pub(crate) fn key_words(text: &str) -> Vec<Box<str>> {
    words(&search_key(text)).map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_places_and_prefixes_come_off() {
        let lattice = Lattice::new("Who pledged (U.S.) forces?");
        let keys: Vec<&str> = lattice.tokens.iter().map(|token| &*token.key).collect();
        assert_eq!(keys, ["who", "pledged", "u", "s", "forces"]);
        assert_eq!(lattice.tokens[4].end, 25);

        let lattice = Lattice::new("وللناتو");
        let words = |from: usize| lattice.edges[from].iter().map(|edge| &*edge.word).collect::<Vec<_>>();
        assert_eq!(words(0), ["وللناتو", "و"]);
        let after_and = lattice.edges[0][1].to;
        assert!(words(after_and).contains(&"ل"));
        assert!((0..lattice.edges.len()).any(|node| words(node).contains(&"الناتو")));
    }
}
