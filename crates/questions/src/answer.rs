//! What is answered to a query.

use chrono::NaiveDate;
use pledgegraph_graph::{EdgeView, EntityView, SetAside, Value};
use pledgegraph_model::{QueryField, Truth};

use crate::grade::{Grade, Relaxation};

/// One answer: values, or an entity, with the statements that say so.
#[derive(Debug)]
pub struct Answer<'g> {
    /// The values of the fields selected.
    pub values: Vec<Vec<Value<'g>>>,
    /// The entity, where entities were asked for.
    pub entity: Option<EntityView<'g>>,
    /// How exactly it is what was asked for.
    pub grade: Grade,
    /// What it gives up, over all its statements.
    pub relaxations: Vec<Relaxation>,
    /// Whether the commitment is in force, where that was asked, under what is supposed.
    pub truth: Option<Truth>,
    /// Whether that is not decided since no source states conditions.
    pub is_unstated: bool,
    /// Of a question for sets of conditions: the set, each condition with whether it holds in it.
    pub set: Option<Vec<(EntityView<'g>, bool)>>,
    /// The statements.
    pub statements: Vec<EdgeView<'g>>,
    /// Whether its statements were looked for: of very many entities they are not.
    pub is_sourced: bool,
    /// Of a question for conflicts: the statements that those contradict.
    pub against: Vec<EdgeView<'g>>,
}

impl<'g> Answer<'g> {
    /// An answer for which nothing was given up.
    pub(crate) fn exact(entity: Option<EntityView<'g>>, statements: Vec<EdgeView<'g>>) -> Self {
        Self {
            values: Vec::new(),
            entity,
            grade: Grade::Exact,
            relaxations: Vec::new(),
            truth: None,
            is_unstated: false,
            set: None,
            statements,
            is_sourced: true,
            against: Vec::new(),
        }
    }
}

/// All answers; whoever shows them decides how many.
#[derive(Debug)]
pub struct Answers<'g> {
    /// The most exact first, then in the order of recording.
    pub answers: Vec<Answer<'g>>,
    /// Statements that speak against what was asked.
    pub counter: Vec<EdgeView<'g>>,
    /// What stands on record on the same matter, where no statement says what was asked; the commitments of which sets of
    /// conditions are told.
    pub instead: Vec<EdgeView<'g>>,
    /// What would be answers or speak against them if it counted: what is known to be wrong, superseded, taken back, over, or
    /// not begun.
    pub aside: Vec<EdgeView<'g>>,
    /// What was left out of the sets that the query joins, because it does not count.
    pub set_aside: Vec<SetAside>,
    /// Where conditions were asked for, what was found and has none.
    pub unconditioned: Vec<EdgeView<'g>>,
    /// Where something is supposed: the other conditions that the commitments hang on, and whether they hold.
    pub recorded: Vec<(EntityView<'g>, Truth)>,
    /// What no statement says that was found.
    pub unsaid: Option<QueryField>,
    /// How many rows were found before they were graded.
    pub found: usize,
    /// Whether there are more of any of these than were looked at. Else each list is whole, and its length the number.
    pub is_cut: bool,
    /// The day of standings and of what is in force.
    pub day: NaiveDate,
}

impl<'g> Answers<'g> {
    pub(crate) fn of(answers: Vec<Answer<'g>>, found: usize, is_cut: bool, day: NaiveDate) -> Self {
        Self {
            answers,
            counter: Vec::new(),
            instead: Vec::new(),
            aside: Vec::new(),
            set_aside: Vec::new(),
            unconditioned: Vec::new(),
            recorded: Vec::new(),
            unsaid: None,
            found,
            is_cut,
            day,
        }
    }
}

impl Answers<'_> {
    /// How many answers nothing was given up for.
    pub fn firm(&self) -> usize {
        self.answers.iter().filter(|answer| answer.grade != Grade::Relaxed).count()
    }

    /// Whether the record says nothing at all on the matter.
    pub fn is_silent(&self) -> bool {
        self.found == 0
            && self.answers.is_empty()
            && self.counter.is_empty()
            && self.instead.is_empty()
            && self.aside.is_empty()
            && self.set_aside.is_empty()
    }
}
