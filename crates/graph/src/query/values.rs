//! The values of statements: what a question can ask of them.

use pledgegraph_model::{self as model, AttributionRole, Date, EdgeDetail, EntityDetail, QueryField};

use crate::node::Node;
use crate::view::EdgeView;

/// One value of a field.
pub type Value<'g> = model::Value<'g, Node>;

impl<'g> EdgeView<'g> {
    /// The values of a field, in the order in which the statement has them; none where it does not say: a stage `none` and a
    /// mission `unspecified` say nothing.
    pub fn values(&self, field: QueryField) -> Vec<Value<'g>> {
        let mut values = self.group(field);
        values.retain(|value| !self.is_default(field, value));
        values
    }

    /// The group of a statement by a field: its values, and where it says that it has none, that: a stage `none` and a
    /// mission `unspecified` are codes of their own. Empty where a statement does not say.
    pub(super) fn group(&self, field: QueryField) -> Vec<Value<'g>> {
        use AttributionRole::{AnonymousOfficial, Outlet, Republisher, Speaker, Spokesperson, Translator};
        match (field, self.detail()) {
            (QueryField::Subject, _) => vec![Value::Entity(&self.record.subject)],
            (QueryField::Object, _) | (QueryField::Place, EdgeDetail::Location(_)) => {
                vec![Value::Entity(&self.record.object)]
            }
            (QueryField::Date, _) => self.when().map(Value::Date).into_iter().collect(),
            (QueryField::Speaker, _) => {
                self.attributed(|role| matches!(role, Speaker | Spokesperson | AnonymousOfficial))
            }
            (QueryField::Outlet, _) => self.attributed(|role| matches!(role, Outlet | Republisher | Translator)),
            (QueryField::Attribution, _) => self.attributed(|_| true),
            (QueryField::Anonymity, _) => self.anonymity(),
            (QueryField::Source, _) => distinct(self.evidence().iter().map(|piece| Value::Entity(&piece.source))),
            (_, detail) => match detail.asked(field) {
                Some(Value::Texts(texts)) => texts.iter().map(Value::Text).collect(),
                value => value.into_iter().collect(),
            },
        }
    }

    /// Whether a value is what is meant where nothing is said.
    fn is_default(&self, field: QueryField, value: &Value<'g>) -> bool {
        let kind = self.kind();
        let at = EdgeDetail::<Node>::asked_as(kind).iter().position(|asked| *asked == Some(field));
        at.is_some_and(|at| value.is_default(EdgeDetail::<Node>::fields(kind)[at].presence))
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

    /// Who of the attribution has such a role, in order, over all evidence.
    fn attributed(&self, of: impl Fn(AttributionRole) -> bool) -> Vec<Value<'g>> {
        let links = self.evidence().iter().flat_map(|piece| piece.attribution.iter());
        distinct(links.filter(|link| of(link.role)).filter_map(|link| match (&link.agent, &link.name) {
            (Some(agent), _) => Some(Value::Entity(agent)),
            (None, Some(name)) => Some(Value::Name(name)),
            (None, None) => None,
        }))
    }

    /// Why speakers are not named.
    fn anonymity(&self) -> Vec<Value<'g>> {
        let agents = self.evidence().iter().flat_map(|piece| piece.attribution.iter().filter_map(|link| link.agent));
        distinct(agents.filter_map(|agent| match &self.graph.record(agent)?.entity.detail {
            EntityDetail::Person(person) => person.anonymity_reason.as_deref().map(Value::Name),
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
