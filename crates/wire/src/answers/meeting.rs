//! What the statements claim of a meeting: date, format and status are read from its convenings.

use pledgegraph_graph::{EdgeView, MeetingClaims};
use pledgegraph_model::{Code, Convening, EdgeDetail};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which convenings say it.
#[derive(Serialize, ToSchema)]
#[schema(as = MeetingStatements)]
pub(crate) struct MeetingStatements {
    /// The convenings that stand; several when neither is later than the other.
    current: Vec<Uuid>,
    /// The convenings passed over.
    passed_over: Vec<Uuid>,
    /// The fields on which those that stand disagree; they are left out of the meeting.
    disputed: Vec<&'static str>,
}

/// What is read from the convenings.
#[derive(Default)]
pub(crate) struct Claimed<'g> {
    pub(crate) date: Option<&'g pledgegraph_model::Date>,
    pub(crate) format: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
    pub(crate) statements: Option<MeetingStatements>,
}

fn convening<'g>(view: &EdgeView<'g>) -> Option<&'g Convening> {
    match view.detail() {
        EdgeDetail::Convening(convening) => Some(convening),
        _ => None,
    }
}

/// The one value on which all that give one agree.
fn agreed<T: PartialEq>(
    values: impl Iterator<Item = T>,
    name: &'static str,
    disputed: &mut Vec<&'static str>,
) -> Option<T> {
    let mut values = values;
    let first = values.next()?;
    if values.all(|value| value == first) {
        return Some(first);
    }
    disputed.push(name);
    None
}

impl<'g> Claimed<'g> {
    /// Reads the convenings of a meeting.
    pub(crate) fn new(claims: &MeetingClaims<'g>) -> Self {
        let standing = || claims.current.iter().filter_map(convening);
        let mut disputed = Vec::new();
        // A date in words alone gives way to one that can be placed.
        let placed = || standing().filter_map(|c| c.date.as_ref()).filter(|date| date.edtf.is_some());
        let date = match placed().next() {
            Some(_) => agreed(placed(), "date", &mut disputed),
            None => agreed(standing().filter_map(|c| c.date.as_ref()), "date", &mut disputed),
        };
        let format = agreed(standing().filter_map(|c| c.format), "format", &mut disputed);
        let status = agreed(standing().map(|c| c.status), "status", &mut disputed);
        let ids = |views: &[EdgeView<'_>]| views.iter().map(|view| view.id().0).collect();
        Self {
            date,
            format: format.map(Code::as_str),
            status: status.map(Code::as_str),
            statements: Some(MeetingStatements {
                current: ids(&claims.current),
                passed_over: ids(&claims.passed_over),
                disputed,
            }),
        }
    }
}
