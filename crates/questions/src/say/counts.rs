//! How many there are of what was found.

use std::collections::BTreeSet;

use pledgegraph_graph::EdgeView;
use pledgegraph_model::{Query, QueryField};

use crate::answer::Answers;
use crate::grade::Grade;
use crate::speaker::{Speaker, filled};

impl Speaker<'_> {
    /// How many answers there are that give nothing up, and where it differs, of how many statements or actors.
    pub(super) fn counted(&self, query: &Query, answers: &Answers<'_>) -> String {
        let firm: Vec<_> = answers.answers.iter().filter(|answer| answer.grade != Grade::Relaxed).collect();
        let number = self.at_least(firm.len(), answers.is_cut);
        let doubtful = firm.iter().filter(|answer| self.only_may_stand(answer)).count();
        let number = match doubtful {
            0 => number,
            count => {
                let aside = filled(self.word("doubtful"), &[&self.number(count as u64)]);
                filled(self.word("aside"), &[&number, &aside])
            }
        };
        let statements: Vec<_> = firm.iter().flat_map(|answer| &answer.statements).collect();
        let actors: BTreeSet<_> = statements.iter().map(|view| view.subject().id()).collect();
        let other = match query.select.as_slice() {
            [] if firm.iter().all(|answer| answer.entity.is_none()) => ("actors", actors.len()),
            [QueryField::Subject] => ("statements", statements.len()),
            _ => return number,
        };
        self.beside_number(number, firm.len(), other, answers.is_cut)
    }

    /// How many actors some statements are of, and where it differs, how many statements there are.
    pub(super) fn counted_actors(&self, views: &[EdgeView<'_>], is_cut: bool) -> String {
        let actors: BTreeSet<_> = views.iter().map(|view| view.subject().id()).collect();
        let number = self.at_least(actors.len(), is_cut);
        self.beside_number(number, actors.len(), ("statements", views.len()), is_cut)
    }

    fn beside_number(&self, number: String, count: usize, (word, other): (&str, usize), is_cut: bool) -> String {
        if other == count {
            return number;
        }
        let other = filled(self.word(word), &[&self.at_least(other, is_cut)]);
        filled(self.word("aside"), &[&number, &other])
    }

    pub(super) fn at_least(&self, count: usize, is_cut: bool) -> String {
        let number = self.number(count as u64);
        if is_cut { filled(self.word("least"), &[&number]) } else { number }
    }
}
