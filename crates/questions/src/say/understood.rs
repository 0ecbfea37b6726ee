//! What is said of a question that is not wholly understood.

use crate::names::MOST_GENERIC;
use crate::speaker::{MOST, Speaker, filled};

impl Speaker<'_> {
    /// That a question can be read in several ways.
    pub(crate) fn ambiguous(&self, readings: &[String]) -> String {
        // As many as are looked for: there may be more.
        if readings.len() < MOST_GENERIC {
            return self.sentence("ambiguous", &[&self.list(readings, String::clone)]);
        }
        let shown: Vec<String> =
            readings.iter().take(MOST - 1).cloned().chain([self.word("others").to_owned()]).collect();
        self.sentence("ambiguous", &[&self.list(&shown, String::clone)])
    }

    /// That some words had no place; what follows answers the rest.
    pub(crate) fn partly(&self, unplaced: &[&str]) -> String {
        self.left_out("partly", unplaced)
    }

    /// That words have no place without which the question would be another.
    pub(crate) fn turned(&self, unplaced: &[&str]) -> String {
        self.left_out("turned", unplaced)
    }

    fn left_out(&self, sentence: &str, unplaced: &[&str]) -> String {
        let quoted: Vec<String> = unplaced.iter().map(|word| filled(self.word("quoted"), &[word])).collect();
        self.sentence(sentence, &[&quoted.join(self.word("comma"))])
    }

    /// That nothing was understood.
    pub(crate) fn not_understood(&self) -> String {
        self.sentence("not_understood", &[])
    }
}
