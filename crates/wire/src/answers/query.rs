//! Rows of structured queries.

use pledgegraph_graph::{EdgeView, EntityView, QueryRow, Value};
use pledgegraph_model::{Code, Conditions, QueryField, Relation, Text, Truth};
use pledgegraph_questions::Answer;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::condition::ConditionNodeBody;
use super::condition::ConditionTruthBody;
use super::date::{CountBody, DateBody, QuantityBody};
use super::reference::ReferenceBody;
use super::{Wire, codes};

/// One value. Which member it has follows from the field.
#[derive(Serialize, ToSchema)]
#[schema(as = QueryValue)]
pub(crate) struct ValueBody<'g> {
    /// An entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<ReferenceBody<'g>>,
    /// A code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "military.forces")]
    code: Option<&'static str>,
    /// A text by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    text: Option<&'g Text>,
    /// Several texts, each by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<std::collections::BTreeMap<String, String>>>)]
    texts: Option<&'g [Text]>,
    /// `true` or `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<bool>,
    /// A name, where there is no entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'g str>,
    /// A date.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<DateBody<'g>>,
    /// A number.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<CountBody>,
    /// An amount with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<QuantityBody<'g>>,
    /// What a commitment hangs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<ConditionNodeBody<'g>>,
    /// Whether the conditions are needed or enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Relation>)]
    relation: Option<&'static str>,
}

impl<'g> ValueBody<'g> {
    pub(crate) fn new(wire: Wire<'g>, value: Value<'g>) -> Self {
        let mut body = Self {
            entity: None,
            code: None,
            text: None,
            texts: None,
            flag: None,
            name: None,
            date: None,
            count: None,
            quantity: None,
            conditions: None,
            relation: None,
        };
        match value {
            Value::Entity(node) => body.entity = Some(wire.node(*node)),
            Value::Code(entry) => body.code = Some(entry.code),
            Value::Text(text) => body.text = Some(text),
            Value::Texts(texts) => body.texts = Some(texts),
            Value::Flag(flag) => body.flag = Some(flag),
            // Statements have none of these.
            Value::Strings(_) | Value::Iso3166(_) | Value::Test(_) => {}
            Value::Name(name) => body.name = Some(name),
            Value::Date(date) => body.date = Some(DateBody::new(date)),
            Value::Count(count) => body.count = Some(CountBody::new(count)),
            Value::Quantity(quantity) => body.quantity = Some(QuantityBody::new(quantity)),
            Value::Conditions(Conditions { root, relation }) => {
                body.conditions = Some(ConditionNodeBody::new(wire, root));
                body.relation = Some(Relation::as_str(*relation));
            }
        }
        body
    }
}

/// The values of one field.
#[derive(Serialize, ToSchema)]
#[schema(as = QueryValues)]
pub(crate) struct ValuesBody<'g> {
    /// The field.
    #[schema(value_type = codes::QueryField)]
    field: &'static str,
    /// Its values; empty where a statement does not say.
    values: Vec<ValueBody<'g>>,
}

/// A statement in a few words; `/v1/edges/{id}` has it whole, with its evidence.
#[derive(Serialize, ToSchema)]
#[schema(as = StatementSummary)]
pub(crate) struct StatementSummaryBody<'g> {
    /// Its identifier.
    pub(crate) id: Uuid,
    /// Its kind.
    #[schema(value_type = codes::EdgeKind)]
    kind: &'static str,
    /// Who or what it is about.
    subject: ReferenceBody<'g>,
    /// To whom or what.
    object: ReferenceBody<'g>,
}

impl<'g> StatementSummaryBody<'g> {
    pub(crate) fn new(wire: Wire<'g>, view: &EdgeView<'g>) -> Self {
        Self {
            id: view.id().0,
            kind: view.kind().as_str(),
            subject: wire.reference(&view.subject()),
            object: wire.reference(&view.object()),
        }
    }
}

/// A row: an entity, a statement, or distinct values with the statements that have them.
#[derive(Serialize, ToSchema)]
#[schema(as = QueryRow)]
pub struct RowBody<'g> {
    /// The entity, where entities are looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<ReferenceBody<'g>>,
    /// The values of `group_by` and `select`, in their order; empty without them.
    values: Vec<ValuesBody<'g>>,
    /// The statements, in the order of recording.
    statements: Vec<StatementSummaryBody<'g>>,
    /// How many statements there are; more than are named where there are very many.
    #[schema(value_type = i64)]
    count: usize,
    /// A minimal set of conditions; only with `ask` = `unlocking_sets` or `blocking_sets`.
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<Vec<ConditionTruthBody<'g>>>,
    /// The statements that those contradict; only with `ask` = `conflicts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    against: Vec<StatementSummaryBody<'g>>,
    /// Whether the commitment is in force, or the condition holds; only with `ask` = `truth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Truth>)]
    truth: Option<&'static str>,
    /// The same as things are, where something is supposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Truth>)]
    truth_now: Option<&'static str>,
}

impl<'g> ValuesBody<'g> {
    /// The values of these fields.
    pub(crate) fn all(wire: Wire<'g>, fields: &[QueryField], values: &[Vec<Value<'g>>]) -> Vec<Self> {
        let each = fields.iter().zip(values).map(|(field, values)| Self {
            field: field.as_str(),
            values: values.iter().map(|value| ValueBody::new(wire, *value)).collect(),
        });
        each.collect()
    }
}

impl<'g> RowBody<'g> {
    /// A row with at most so many statements, with whether it holds under what is supposed, and as things are.
    pub fn new(
        wire: Wire<'g>,
        fields: &[QueryField],
        row: &QueryRow<'g>,
        most: usize,
        (truth, truth_now): (Option<&'static str>, Option<&'static str>),
    ) -> Self {
        Self {
            entity: row.entity.as_ref().map(|entity| wire.reference(entity)),
            values: ValuesBody::all(wire, fields, &row.values),
            statements: row.statements.iter().take(most).map(|view| StatementSummaryBody::new(wire, view)).collect(),
            count: row.count,
            set: None,
            against: Vec::new(),
            truth,
            truth_now,
        }
    }

    /// A set of conditions, or statements in conflict.
    pub fn of_answer(wire: Wire<'g>, answer: &Answer<'g>, most: usize) -> Self {
        let summaries = |views: &[EdgeView<'g>]| {
            views.iter().take(most).map(|view| StatementSummaryBody::new(wire, view)).collect::<Vec<_>>()
        };
        let condition = |(condition, holds): &(EntityView<'g>, bool)| ConditionTruthBody {
            condition: wire.reference(condition),
            truth: if *holds { Truth::True } else { Truth::False }.as_str(),
        };
        Self {
            entity: None,
            values: Vec::new(),
            statements: summaries(&answer.statements),
            count: answer.statements.len(),
            set: answer.set.as_ref().map(|set| set.iter().map(condition).collect()),
            against: summaries(&answer.against),
            truth: None,
            truth_now: None,
        }
    }
}
