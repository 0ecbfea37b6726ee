//! What became of the meetings that answers are about.

use std::collections::BTreeSet;

use pledgegraph_graph::{Counted, EdgeQuery, EdgeView, Page};
use pledgegraph_model::{Code, ConveningStatus, EdgeDetail, EdgeKind, EntityId, Query, QueryField, QueryTarget, Where};

use crate::answer::Answers;
use crate::speaker::{MOST, Speaker};

/// What became of a meeting, of a statement that convenes it.
fn status_of(view: &EdgeView<'_>) -> Option<ConveningStatus> {
    match view.detail() {
        EdgeDetail::Convening(convening) => Some(convening.status),
        _ => None,
    }
}

impl Speaker<'_> {
    /// The meetings of the answers that did not take place, or not yet: who attends them and when is what is planned.
    pub(super) fn not_held(&self, query: &Query, answers: &Answers<'_>) -> String {
        let is_held = match query.find {
            QueryTarget::Attendances => true,
            QueryTarget::Convenings => {
                query.select.contains(&QueryField::Date) && !query.select.contains(&QueryField::Status)
            }
            _ => false,
        };
        if !is_held {
            return String::new();
        }
        let views = answers.answers.iter().flat_map(|answer| &answer.statements).chain(&answers.instead);
        let meetings: BTreeSet<EntityId> = views
            .filter(|view| [EdgeKind::Attendance, EdgeKind::Convening].contains(&view.kind()))
            .map(|view| view.object().id())
            .collect();
        let not_held: Vec<_> = meetings.into_iter().filter_map(|id| Some((id, self.what_became(id)?))).collect();
        let mut said = String::new();
        for (meeting, statuses) in not_held.iter().take(MOST) {
            let name = self.graph.entity(*meeting).map(|view| self.name(&view)).unwrap_or_default();
            let statuses = self.list(&statuses.iter().collect::<Vec<_>>(), |status| self.code(status.entry()));
            said.push_str(&self.sentence("not_held", &[name, &statuses]));
        }
        if let Some(more) = not_held.len().checked_sub(MOST).filter(|more| *more > 0) {
            said.push_str(&self.sentence("not_held_either", &[&self.number(more as u64)]));
        }
        said
    }

    /// What became of a meeting that was not held, by the statements that count.
    fn what_became(&self, meeting: EntityId) -> Option<BTreeSet<ConveningStatus>> {
        let which = Where { object: vec![meeting], ..Where::all() };
        let convened = EdgeQuery::of(&[EdgeKind::Convening], which).counted(Counted::on(self.day));
        let convenings = self.graph.edges(&convened, Page::first(usize::MAX)).items;
        let statuses: BTreeSet<_> = convenings.iter().filter_map(status_of).collect();
        (!statuses.is_empty() && !statuses.contains(&ConveningStatus::Held)).then_some(statuses)
    }
}
