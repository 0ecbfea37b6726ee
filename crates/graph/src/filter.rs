//! What lists are asked for.

use std::sync::Arc;

use chrono::NaiveDate;
use pledgegraph_model::{EdgeKind, Where};

use crate::counted::Counted;
use crate::postings::Postings;

/// Which part of a list: the items after `after` in the published order (the order of recording).
#[derive(Debug, Clone, Copy)]
pub struct Page<I> {
    /// The last item of the page before.
    pub after: Option<I>,
    /// At most so many items.
    pub limit: usize,
    /// Whether it is told how many the whole list has. Who goes through the list, page by page, spares counting all of it
    /// with each.
    pub counts: bool,
}

impl<I> Page<I> {
    /// The first `limit` items.
    pub fn first(limit: usize) -> Self {
        Self::following(None, limit)
    }

    /// The `limit` items after one.
    pub fn following(after: Option<I>, limit: usize) -> Self {
        Self { after, limit, counts: true }
    }

    /// The same without counting the whole list: the total is of no use.
    #[must_use]
    pub fn uncounted(self) -> Self {
        Self { counts: false, ..self }
    }

    /// The same of a list with other names for its items.
    pub fn map<J>(self, name: impl FnOnce(I) -> J) -> Page<J> {
        self.and_then(|item| Some(name(item)))
    }

    /// The same, from the beginning where its item has no other name.
    pub(crate) fn and_then<J>(self, name: impl FnOnce(I) -> Option<J>) -> Page<J> {
        Page { after: self.after.and_then(name), limit: self.limit, counts: self.counts }
    }
}

/// How many items a whole list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number.
    pub value: u64,
    /// `false`: there are at least so many; counting stopped at its budget.
    pub exact: bool,
}

/// Edges that an analysis has chosen, of one snapshot.
#[derive(Debug, Clone)]
pub struct Chosen(pub(crate) Vec<Postings>);

/// Which statements.
///
/// What holds filters in itself, and what is in force, takes more than a list: branches, `subject_is`, `object_is`, `about` and
/// `in_force` are for [`crate::Graph::query`]; a list leaves them to whoever asks, who gives what they let through as `only`.
/// Taken are, one level deep, `all_of`, and in it `any_of`, each alternative by itself.
#[derive(Debug, Clone)]
pub struct EdgeQuery {
    /// Statements of these kinds; empty = all.
    pub kinds: Vec<EdgeKind>,
    /// Which of them.
    pub which: Where,
    /// Only statements that count so, by their standing.
    pub counted: Option<Counted>,
    /// Only these, as an analysis has chosen them.
    pub only: Option<Arc<Chosen>>,
}

impl EdgeQuery {
    /// Statements of some kinds, empty = all, whether they count or not.
    pub fn of(kinds: &[EdgeKind], which: Where) -> Self {
        Self { kinds: kinds.to_vec(), which, counted: None, only: None }
    }

    /// All statements.
    pub fn all() -> Self {
        Self::of(&[], Where::all())
    }

    /// The same, of which only what counts so is taken.
    #[must_use]
    pub fn counted(self, counted: Counted) -> Self {
        Self { counted: Some(counted), ..self }
    }

    /// As a list shows them: every statement, unless it is asked how firm they are or how they stand. `today` is the day of
    /// standings, where `valid_at` gives none.
    pub fn listed(kinds: &[EdgeKind], which: Where, today: NaiveDate) -> Self {
        let counts = which.is_about_firmness() || !which.standing.is_empty();
        let query = Self::of(kinds, which);
        if counts { query.counting(today) } else { query }
    }

    /// What counts of them, where something is counted or concluded. What is not yet or is over has a standing of its own, so
    /// the day hides nothing that is not said to be set aside, or asked for by its standing.
    #[must_use]
    pub fn counting(self, today: NaiveDate) -> Self {
        let counted = Counted::of_filter(&self.which, self.which.valid_at.unwrap_or(today));
        self.counted(counted)
    }
}
