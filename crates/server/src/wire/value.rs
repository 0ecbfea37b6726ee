//! Values of fields as answers show them.

use pledgegraph_graph::Node;
use pledgegraph_model::{Conditions, EntityId, Value};
use serde::{Serialize, Serializer};

use super::Wire;
use super::condition::{ConditionNodeBody, ConditionTestBody};
use super::date::DateBody;
use super::reference::ReferenceBody;

/// How statements and entities in memory name an entity.
pub(crate) trait InGraph: Copy {
    /// The entity, if there is one.
    fn body(self, wire: Wire<'_>) -> Option<ReferenceBody<'_>>;

    /// A tree of conditions; only statements have one.
    fn tree<'g>(_wire: Wire<'g>, _conditions: &'g Conditions<Self>) -> Option<ConditionNodeBody<'g>> {
        None
    }
}

impl InGraph for Node {
    fn body(self, wire: Wire<'_>) -> Option<ReferenceBody<'_>> {
        Some(wire.node(self))
    }

    fn tree<'g>(wire: Wire<'g>, conditions: &'g Conditions<Self>) -> Option<ConditionNodeBody<'g>> {
        Some(ConditionNodeBody::new(wire, &conditions.root))
    }
}

impl InGraph for EntityId {
    fn body(self, wire: Wire<'_>) -> Option<ReferenceBody<'_>> {
        wire.graph.entity(self).map(|view| wire.reference(&view))
    }
}

/// A value of a field.
pub(crate) struct Shown<'g, N> {
    pub(crate) wire: Wire<'g>,
    pub(crate) value: Value<'g, N>,
}

impl<N: InGraph> Serialize for Shown<'_, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = self.wire;
        match self.value {
            Value::Entity(entity) => entity.body(wire).serialize(serializer),
            Value::Code(entry) => serializer.serialize_str(entry.code),
            Value::Text(text) => text.serialize(serializer),
            Value::Texts(texts) => texts.serialize(serializer),
            Value::Name(name) => serializer.serialize_str(name),
            Value::Strings(strings) => strings.serialize(serializer),
            Value::Date(date) => DateBody::new(date).serialize(serializer),
            Value::Count(count) => count.serialize(serializer),
            Value::Quantity(quantity) => quantity.serialize(serializer),
            Value::Flag(flag) => serializer.serialize_bool(flag),
            Value::Iso3166(codes) => codes.serialize(serializer),
            Value::Test(test) => ConditionTestBody::new(wire, test).serialize(serializer),
            Value::Conditions(conditions) => N::tree(wire, conditions).serialize(serializer),
        }
    }
}
