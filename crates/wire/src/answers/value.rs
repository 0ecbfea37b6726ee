//! Values of fields as answers show them.

use pledgegraph_model::Value;
use serde::{Serialize, Serializer};

use super::Wire;
use super::condition_test::ConditionTestBody;
use super::date::DateBody;
use super::in_graph::InGraph;

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
