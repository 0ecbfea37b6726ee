//! The values of statements: what a question can ask of them.

use pledgegraph_model::{
    AttributionRole, Code, CodeEntry, Conditions, Count, Date, EdgeDetail, EntityDetail, Mission, Quantity, QueryField,
    Stage, Text,
};

use crate::node::Node;
use crate::view::EdgeView;

/// One value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value<'g> {
    /// An entity.
    Entity(Node),
    /// A code, with its labels.
    Code(&'static CodeEntry),
    /// A text in one or more languages.
    Text(&'g Text),
    /// A name as a source has it, for want of an entity.
    Name(&'g str),
    /// A date.
    Date(&'g Date),
    /// A number with its operator.
    Count(Count),
    /// An amount with its unit.
    Quantity(&'g Quantity),
    /// What a commitment hangs on.
    Conditions(&'g Conditions<Node>),
}

fn code<C: Code>(code: C) -> Value<'static> {
    Value::Code(code.entry())
}

fn text(text: &Text) -> Option<Value<'_>> {
    (!text.is_empty()).then_some(Value::Text(text))
}

impl<'g> EdgeView<'g> {
    /// The values of a field, in the order in which the statement has them; none where it does not say.
    pub fn values(&self, field: QueryField) -> Vec<Value<'g>> {
        let detail = self.detail();
        let commitment = detail.commitment();
        let one = |value: Option<Value<'g>>| value.into_iter().collect();
        match field {
            QueryField::Subject => vec![Value::Entity(self.record.subject)],
            QueryField::Object => vec![Value::Entity(self.record.object)],
            QueryField::Coalition => one(commitment.and_then(|c| c.coalition).map(Value::Entity)),
            QueryField::Capability => one(match detail {
                EdgeDetail::Commitment(commitment) => Some(code(commitment.capability)),
                EdgeDetail::Request(request) => request.capability.map(code),
                _ => None,
            }),
            QueryField::Mission => one(commitment.map(|c| c.mission).filter(|m| *m != Mission::Unspecified).map(code)),
            QueryField::Stance => one(commitment.map(|c| code(c.stance))),
            QueryField::Stage => one(commitment.map(|c| c.stage).filter(|stage| *stage != Stage::None).map(code)),
            QueryField::Conditions => one(commitment.and_then(|c| c.conditions.as_deref()).map(Value::Conditions)),
            QueryField::Rationale => one(commitment.and_then(|c| text(&c.rationale))),
            QueryField::Text => one(match detail {
                EdgeDetail::Request(request) => text(&request.text),
                EdgeDetail::Action(action) => text(&action.text),
                EdgeDetail::Remark(remark) => text(&remark.text),
                _ => None,
            }),
            QueryField::Date => one(self.when().map(Value::Date)),
            QueryField::Place => self.places(),
            QueryField::Role => one(match detail {
                EdgeDetail::Attendance(attendance) => Some(code(attendance.role)),
                EdgeDetail::Membership(membership) => Some(code(membership.role)),
                _ => None,
            }),
            QueryField::Mode => one(match detail {
                EdgeDetail::Attendance(attendance) => attendance.mode.map(code),
                EdgeDetail::Convening(convening) => convening.format.map(code),
                _ => None,
            }),
            QueryField::Status => one(match detail {
                EdgeDetail::Convening(convening) => Some(code(convening.status)),
                EdgeDetail::Request(request) => request.outcome.map(code),
                EdgeDetail::Outcome(outcome) => Some(code(outcome.value)),
                _ => None,
            }),
            QueryField::Title => one(match detail {
                EdgeDetail::Office(office) => text(&office.title),
                _ => None,
            }),
            QueryField::Agenda => match detail {
                EdgeDetail::Convening(convening) => convening.agenda.iter().filter_map(text).collect(),
                _ => Vec::new(),
            },
            QueryField::Number => one(match detail {
                EdgeDetail::Commitment(commitment) => commitment.count,
                EdgeDetail::Attendance(attendance) => attendance.count,
                EdgeDetail::Membership(membership) => membership.count,
                _ => None,
            }
            .map(Value::Count)),
            QueryField::ActingThrough => one(match detail {
                EdgeDetail::Commitment(commitment) => commitment.acting_through,
                EdgeDetail::Request(request) => request.acting_through,
                _ => None,
            }
            .map(Value::Entity)),
            QueryField::Quantity => one(commitment.and_then(|c| c.quantity.as_deref()).map(Value::Quantity)),
            QueryField::Speaker => self.attributed(|role| {
                use AttributionRole::{AnonymousOfficial, Speaker, Spokesperson};
                matches!(role, Speaker | Spokesperson | AnonymousOfficial)
            }),
            QueryField::Outlet => {
                use AttributionRole::{Outlet, Republisher, Translator};
                self.attributed(|role| matches!(role, Outlet | Republisher | Translator))
            }
            QueryField::Attribution => self.attributed(|_| true),
            QueryField::Anonymity => self.anonymity(),
            QueryField::Source => distinct(self.evidence().iter().map(|piece| Value::Entity(piece.source))),
        }
    }

    /// The group of a statement by a field: its values, and where it says that it has none, that: a stage `none` and a
    /// mission `unspecified` are codes of their own. Empty where a statement does not say.
    pub(super) fn group(&self, field: QueryField) -> Vec<Value<'g>> {
        match (field, self.detail().commitment()) {
            (QueryField::Mission, Some(commitment)) => vec![code(commitment.mission)],
            (QueryField::Stage, Some(commitment)) => vec![code(commitment.stage)],
            _ => self.values(field),
        }
    }

    /// When: the date of a meeting or an outcome; else when it was said, else from when it holds.
    pub fn when(&self) -> Option<&'g Date> {
        let own = match self.detail() {
            EdgeDetail::Convening(convening) => convening.date.as_ref(),
            EdgeDetail::Outcome(outcome) => outcome.since.as_ref(),
            _ => None,
        };
        let known = |date: &&Date| !date.is_unknown();
        own.or(Some(self.valid_from())).filter(known).or(Some(self.said_at()).filter(known))
    }

    fn places(&self) -> Vec<Value<'g>> {
        match self.detail() {
            EdgeDetail::Location {} => vec![Value::Entity(self.record.object)],
            EdgeDetail::Commitment(commitment) => commitment.place.map(Value::Entity).into_iter().collect(),
            EdgeDetail::Attendance(attendance) => attendance.place.map(Value::Entity).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Who of the attribution has such a role, in order, over all evidence.
    fn attributed(&self, of: impl Fn(AttributionRole) -> bool) -> Vec<Value<'g>> {
        let links = self.evidence().iter().flat_map(|piece| piece.attribution.iter());
        distinct(links.filter(|link| of(link.role)).filter_map(|link| match (link.agent, &link.name) {
            (Some(agent), _) => Some(Value::Entity(agent)),
            (None, Some(name)) => Some(Value::Name(name)),
            (None, None) => None,
        }))
    }

    /// Why speakers are not named.
    fn anonymity(&self) -> Vec<Value<'g>> {
        let agents = self.evidence().iter().flat_map(|piece| piece.attribution.iter().filter_map(|link| link.agent));
        distinct(agents.filter_map(|agent| match &self.graph.record(agent)?.entity.detail {
            EntityDetail::Person { anonymity_reason: Some(reason), .. } => Some(Value::Name(reason.as_str())),
            _ => None,
        }))
    }
}

fn distinct<'g>(values: impl Iterator<Item = Value<'g>>) -> Vec<Value<'g>> {
    let mut found: Vec<Value<'g>> = Vec::new();
    for value in values {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}
