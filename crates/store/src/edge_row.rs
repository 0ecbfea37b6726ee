//! An edge as the rows that hold it.

use std::borrow::Cow;

use pledgegraph_model::{Code, ConditionNode, Conditions, Date, Edge, EdgeDetail, EdgeId, EntityId, Evidence};
use serde_json::{Map, Value};

use crate::content;
use crate::rows::{ConditionRow, EdgeRow, EvidenceRow, LinkRow};
use crate::table::TableRow as _;
use crate::value::Json;

/// The rows of some edges.
#[derive(Debug, Clone, Default)]
pub(crate) struct EdgeRows {
    pub(crate) edges: Vec<EdgeRow<'static>>,
    pub(crate) conditions: Vec<ConditionRow<'static>>,
    pub(crate) evidence: Vec<EvidenceRow<'static>>,
    pub(crate) links: Vec<LinkRow<'static>>,
}

impl EdgeRows {
    /// Adds the rows of an edge that has no [`problems`].
    pub(crate) fn push(&mut self, edge: &Edge, hash: u64) {
        let id = edge.id;
        self.evidence.extend(edge.evidence.iter().zip(0..).map(|(piece, i)| evidence_row(id, i, piece)));
        self.links.extend(edge.links.iter().zip(0..).map(|(link, ordinal)| LinkRow {
            edge_id: id.0,
            link: text(link.link_type),
            target_id: link.edge.0,
            ordinal,
        }));
        if let Some(conditions) = conditions(edge) {
            push_tree(&mut self.conditions, id, conditions);
        }
        self.edges.push(edge_row(edge, hash));
    }
}

/// What is wrong with an edge by itself, and what columns cannot hold of it, as (JSON pointer, text).
pub(crate) fn problems(edge: &Edge) -> Vec<(String, &'static str)> {
    let mut problems = edge.errors();
    for (i, Evidence { locator, .. }) in edge.evidence.iter().enumerate() {
        for (field, number) in [("line", locator.line), ("page", locator.page)] {
            if number.is_some_and(|number| number == 0 || i32::try_from(number).is_err()) {
                problems.push((format!("/evidence/{i}/locator/{field}"), "is counted from 1, to 2147483647"));
            }
        }
    }
    if edge.evidence.len() > 1000 {
        problems.push(("/evidence".to_owned(), "at most 1000 pieces"));
    }
    if i16::try_from(edge.links.len()).is_err() {
        problems.push(("/links".to_owned(), "too many links"));
    }
    problems
}

fn edge_row(edge: &Edge, hash: u64) -> EdgeRow<'static> {
    let mut row = EdgeRow {
        id: edge.id.0,
        kind: text(edge.kind()),
        subject_id: edge.subject.0,
        object_id: edge.object.0,
        polarity: text(edge.polarity),
        modality: text(edge.modality),
        rank: text(edge.rank),
        said_at: date(&edge.said_at),
        valid_from: date(&edge.valid_from),
        valid_until: date(&edge.valid_until),
        relation: conditions(edge).map(|conditions| text(conditions.relation)),
        hash: hash.cast_signed(),
        ..EdgeRow::default()
    };
    row.detail = content::take(row.members(), &mut fields(&edge.detail));
    row
}

/// What the kind has of its own, without the condition tree, which has rows of its own.
fn fields(detail: &EdgeDetail) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(detail) else { return Map::new() };
    fields.remove("kind");
    fields.remove("conditions");
    fields
}

fn conditions(edge: &Edge) -> Option<&Conditions<EntityId>> {
    edge.detail.commitment()?.conditions.as_deref()
}

fn text(code: impl Code) -> Cow<'static, str> {
    Cow::Borrowed(code.as_str())
}

fn date(date: &Date) -> Option<Json<'static>> {
    (!date.is_unknown()).then(|| Json::new(date))
}

/// Numbers the nodes in preorder.
fn push_tree(rows: &mut Vec<ConditionRow<'static>>, edge: EdgeId, conditions: &Conditions<EntityId>) {
    let mut stack: Vec<(&ConditionNode<EntityId>, Option<i16>)> = vec![(&conditions.root, None)];
    let mut number = 0;
    while let Some((node, parent)) = stack.pop() {
        rows.push(ConditionRow {
            edge_id: edge.0,
            node: number,
            parent,
            op: text(node.op),
            k: node.k.map(|k| i32::try_from(k).unwrap_or(i32::MAX)), // at most the number of nodes under it
            condition_id: node.condition.map(|id| id.0),
            explicitness: node.explicitness.map(text),
        });
        stack.extend(node.of.iter().rev().map(|child| (child, Some(number))));
        number = number.saturating_add(1);
    }
}

fn evidence_row(edge: EdgeId, ordinal: i16, piece: &Evidence<EntityId>) -> EvidenceRow<'static> {
    let Evidence { source, locator, quotation, explicitness, attribution } = piece;
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    EvidenceRow {
        edge_id: edge.0,
        ordinal,
        source_id: source.0,
        line: number(locator.line),
        page: number(locator.page),
        quote: locator.quote.as_ref().map(Json::new),
        quotation: quotation.as_ref().map(|q| Cow::Owned(q.text.clone())),
        quotation_lang: quotation.as_ref().map(|q| Cow::Owned(q.lang.as_str().to_owned())),
        explicitness: text(*explicitness),
        attribution: (!attribution.is_empty()).then(|| Json::new(attribution)),
    }
}
