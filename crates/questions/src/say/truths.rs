//! What is in force, under what is supposed.

use pledgegraph_model::{Code, EntityId, Query, QueryTarget, Truth};

use crate::answer::{Answer, Answers};
use crate::speaker::{Speaker, filled, of};

impl Speaker<'_> {
    /// What is in force, what is not decided, what is not, under what is supposed.
    pub(super) fn truths(&self, query: &Query, answers: &Answers<'_>) -> String {
        let sentences = self.sentences;
        let words =
            if query.find == QueryTarget::Conditions { &sentences.truths_of_conditions } else { &sentences.truths };
        let of_truth = |truth: Truth| (of(words, truth.as_str(), self.lang), truth, false);
        let kinds = [
            of_truth(Truth::True),
            of_truth(Truth::Unknown),
            (self.word("unstated"), Truth::Unknown, true),
            of_truth(Truth::False),
        ];
        let mut parts = Vec::new();
        for (word, truth, is_unstated) in kinds {
            let these = answers.answers.iter().filter(|answer| answer.truth == Some(truth));
            let these: Vec<_> = these.filter(|answer| answer.is_unstated == is_unstated).collect();
            if !these.is_empty() {
                parts.push(format!("{word}: {}", self.list(&these, |answer| self.evaluated(query, answer))));
            }
        }
        let supposed = self.supposed(query);
        match parts.as_slice() {
            [] if !answers.aside.is_empty() => self.sentence("lapsed", &[]),
            [] => self.sentence("nobody", &[]),
            parts if supposed.is_empty() => self.sentence("answered", &[&parts.join(self.word("semicolon"))]),
            parts => {
                self.sentence("suppose", &[&supposed, &parts.join(self.word("semicolon"))]) + &self.recorded(answers)
            }
        }
    }

    /// What the record says of the other conditions that the commitments hang on.
    fn recorded(&self, answers: &Answers<'_>) -> String {
        let of_truth = |truth: Truth| {
            let these = answers.recorded.iter().filter(|(_, own)| *own == truth);
            let these: Vec<String> = these.map(|(condition, _)| self.name(condition).to_owned()).collect();
            let word = of(&self.sentences.truths_of_conditions, truth.as_str(), self.lang);
            (!these.is_empty()).then(|| format!("{word}: {}", self.list(&these, String::clone)))
        };
        let parts: Vec<String> = [Truth::True, Truth::Unknown, Truth::False].into_iter().filter_map(of_truth).collect();
        match parts.as_slice() {
            [] => String::new(),
            parts => self.sentence("recorded", &[&parts.join(self.word("semicolon"))]),
        }
    }

    /// A commitment or a condition that was evaluated, with what it gives up.
    fn evaluated(&self, query: &Query, answer: &Answer<'_>) -> String {
        let said = match (answer.entity, answer.statements.as_slice()) {
            (None, [view]) => self.told(view),
            _ => self.row(query, answer),
        };
        match self.relaxations(&[answer]) {
            up if up.is_empty() => said,
            up => filled(self.word("aside"), &[&said, &up]),
        }
    }

    /// What a question supposes.
    fn supposed(&self, query: &Query) -> String {
        let label = |id: EntityId| self.graph.entity(id).map(|view| self.name(&view).to_owned());
        let mut parts = Vec::new();
        for (sentence, truth) in [("holds", Truth::True), ("fails_to_hold", Truth::False), ("is_open", Truth::Unknown)]
        {
            let these = query.assume.iter().filter(|assumed| assumed.truth == truth);
            let these: Vec<String> = these.filter_map(|assumed| label(assumed.condition)).collect();
            if !these.is_empty() {
                parts.push(self.sentence(sentence, &[&self.list(&these, String::clone)]));
            }
        }
        let leaving: Vec<String> = query.withdraw.iter().filter_map(|id| label(*id)).collect();
        if !leaving.is_empty() {
            parts.push(self.sentence("withdraws", &[&self.list(&leaving, String::clone)]));
        }
        parts.join(self.word("semicolon"))
    }
}
