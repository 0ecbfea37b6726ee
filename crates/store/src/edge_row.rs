//! An edge as the rows that hold it.

use pledgegraph_model::{Area, EdgeKind};
use pledgegraph_model::{
    Attendance, Code, Commitment, ConditionNode, Conditions, Count, Date, Edge, EdgeDetail, EdgeId, EntityId, Evidence,
    Quantity, Request, Text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A row of `edge`, without what the commit adds.
#[derive(Debug, Clone, Default)]
pub(crate) struct EdgeRow {
    pub(crate) id: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) subject_id: Uuid,
    pub(crate) object_id: Uuid,
    pub(crate) polarity: &'static str,
    pub(crate) modality: &'static str,
    pub(crate) rank: &'static str,
    pub(crate) said_at: Option<String>,
    pub(crate) valid_from: Option<String>,
    pub(crate) valid_until: Option<String>,
    pub(crate) capability: Option<&'static str>,
    pub(crate) mission: Option<&'static str>,
    pub(crate) specificity: Option<&'static str>,
    pub(crate) stance: Option<&'static str>,
    pub(crate) stage: Option<&'static str>,
    pub(crate) conditionality: Option<&'static str>,
    pub(crate) relation: Option<&'static str>,
    pub(crate) coalition_id: Option<Uuid>,
    pub(crate) meeting_id: Option<Uuid>,
    pub(crate) place_id: Option<Uuid>,
    pub(crate) acting_through_id: Option<Uuid>,
    pub(crate) detail: Option<String>,
    pub(crate) hash: i64,
}

/// A row of `edge_condition`.
#[derive(Debug, Clone)]
pub(crate) struct ConditionRow {
    pub(crate) edge_id: Uuid,
    pub(crate) node: i16,
    pub(crate) parent: Option<i16>,
    pub(crate) op: &'static str,
    pub(crate) k: Option<i32>,
    pub(crate) condition_id: Option<Uuid>,
    pub(crate) explicitness: Option<&'static str>,
}

/// A row of `evidence`.
#[derive(Debug, Clone)]
pub(crate) struct EvidenceRow {
    pub(crate) edge_id: Uuid,
    pub(crate) ordinal: i16,
    pub(crate) source_id: Uuid,
    pub(crate) line: Option<i32>,
    pub(crate) page: Option<i32>,
    pub(crate) quote: Option<String>,
    pub(crate) quotation: Option<String>,
    pub(crate) quotation_lang: Option<String>,
    pub(crate) explicitness: &'static str,
    pub(crate) attribution: Option<String>,
}

/// A row of `edge_link`.
#[derive(Debug, Clone)]
pub(crate) struct LinkRow {
    pub(crate) edge_id: Uuid,
    pub(crate) link: &'static str,
    pub(crate) target_id: Uuid,
    pub(crate) ordinal: i16,
}

/// The rows of some edges.
#[derive(Debug, Clone, Default)]
pub(crate) struct EdgeRows {
    pub(crate) edges: Vec<EdgeRow>,
    pub(crate) conditions: Vec<ConditionRow>,
    pub(crate) evidence: Vec<EvidenceRow>,
    pub(crate) links: Vec<LinkRow>,
}

/// The fields of a commitment that have no column of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommitmentRest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<Box<Quantity>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) area: Option<Area>,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub(crate) rationale: Text,
}

impl EdgeRows {
    /// Adds the rows of an edge. `Err` carries what columns cannot hold, as (JSON pointer, text).
    pub(crate) fn push(&mut self, edge: &Edge, hash: u64) -> Result<(), Vec<(String, &'static str)>> {
        let id = edge.id;
        let (evidence, problems) = evidence_rows(edge);
        if !problems.is_empty() {
            return Err(problems);
        }
        self.evidence.extend(evidence);
        for (i, link) in edge.links.iter().enumerate() {
            let ordinal = i16::try_from(i).or(Err(vec![("/links".to_owned(), "too many links")]))?;
            let row = LinkRow { edge_id: id.0, link: link.link_type.as_str(), target_id: link.edge.0, ordinal };
            self.links.push(row);
        }
        if let Some(conditions) = edge.detail.commitment().and_then(|c| c.conditions.as_ref()) {
            push_tree(&mut self.conditions, id, conditions);
        }
        self.edges.push(EdgeRow::new(edge, hash));
        Ok(())
    }
}

impl EdgeRow {
    fn new(edge: &Edge, hash: u64) -> Self {
        let mut row = Self {
            id: edge.id.0,
            kind: edge.kind().as_str(),
            subject_id: edge.subject.0,
            object_id: edge.object.0,
            polarity: edge.polarity.as_str(),
            modality: edge.modality.as_str(),
            rank: edge.rank.as_str(),
            said_at: date_json(&edge.said_at),
            valid_from: date_json(&edge.valid_from),
            valid_until: date_json(&edge.valid_until),
            hash: hash.cast_signed(),
            ..Self::default()
        };
        match &edge.detail {
            EdgeDetail::Commitment(commitment) => row.set_commitment(commitment),
            EdgeDetail::Attendance(Attendance { place, .. }) => row.place_id = place.map(|id| id.0),
            EdgeDetail::Request(Request { capability, acting_through, .. }) => {
                row.capability = capability.map(Code::as_str);
                row.acting_through_id = acting_through.map(|id| id.0);
            }
            _ => {}
        }
        if row.kind != EdgeKind::Commitment.as_str() {
            row.detail = rest_of(&edge.detail);
        }
        row
    }

    fn set_commitment(&mut self, commitment: &Commitment<EntityId>) {
        self.capability = Some(commitment.capability.as_str());
        self.mission = Some(commitment.mission.as_str());
        self.specificity = Some(commitment.specificity.as_str());
        self.stance = Some(commitment.stance.as_str());
        self.stage = Some(commitment.stage.as_str());
        self.conditionality = Some(commitment.conditionality.as_str());
        self.relation = commitment.conditions.as_ref().map(|c| c.relation.as_str());
        self.coalition_id = commitment.coalition.map(|id| id.0);
        self.meeting_id = commitment.meeting.map(|id| id.0);
        self.place_id = commitment.place.map(|id| id.0);
        self.acting_through_id = commitment.acting_through.map(|id| id.0);
        let rest = CommitmentRest {
            quantity: commitment.quantity.clone(),
            count: commitment.count,
            area: commitment.area,
            rationale: commitment.rationale.clone(),
        };
        self.detail = (rest != CommitmentRest::default()).then(|| json(&rest));
    }
}

/// Serialising to memory fails only for maps with keys that are not strings; the model has none.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn date_json(date: &Date) -> Option<String> {
    (!date.is_unknown()).then(|| json(date))
}

/// The fields without a column of their own, of kinds other than commitments.
fn rest_of(detail: &EdgeDetail) -> Option<String> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(detail) else { return None };
    for column in ["kind", "place", "acting_through"] {
        fields.remove(column);
    }
    if matches!(detail, EdgeDetail::Request(_)) {
        fields.remove("capability");
    }
    object_json(fields)
}

/// The JSON of an object, unless it is empty.
pub(crate) fn object_json(fields: Map<String, Value>) -> Option<String> {
    (!fields.is_empty()).then(|| Value::Object(fields).to_string())
}

/// Numbers the nodes in preorder.
fn push_tree(rows: &mut Vec<ConditionRow>, edge: EdgeId, conditions: &Conditions<EntityId>) {
    let mut stack: Vec<(&ConditionNode<EntityId>, Option<i16>)> = vec![(&conditions.root, None)];
    let mut number = 0;
    while let Some((node, parent)) = stack.pop() {
        rows.push(ConditionRow {
            edge_id: edge.0,
            node: number,
            parent,
            op: node.op.as_str(),
            k: node.k.map(|k| i32::try_from(k).unwrap_or(i32::MAX)), // at most the number of nodes under it
            condition_id: node.condition.map(|id| id.0),
            explicitness: node.explicitness.map(Code::as_str),
        });
        stack.extend(node.of.iter().rev().map(|child| (child, Some(number))));
        number = number.saturating_add(1);
    }
}

fn evidence_rows(edge: &Edge) -> (Vec<EvidenceRow>, Vec<(String, &'static str)>) {
    let mut problems = Vec::new();
    let mut number = |given: Option<u32>, i: usize, field: &str| match given.map(i32::try_from) {
        None => None,
        Some(Ok(number)) if number >= 1 => Some(number),
        Some(_) => {
            problems.push((format!("/evidence/{i}/locator/{field}"), "is counted from 1, to 2147483647"));
            None
        }
    };
    let mut rows = Vec::with_capacity(edge.evidence.len());
    for (i, piece) in edge.evidence.iter().enumerate() {
        let Evidence { source, locator, quotation, explicitness, attribution } = piece;
        rows.push(EvidenceRow {
            edge_id: edge.id.0,
            ordinal: i16::try_from(i).unwrap_or(i16::MAX),
            source_id: source.0,
            line: number(locator.line, i, "line"),
            page: number(locator.page, i, "page"),
            quote: locator.quote.as_ref().map(json),
            quotation: quotation.as_ref().map(|q| q.text.clone()),
            quotation_lang: quotation.as_ref().map(|q| q.lang.as_str().to_owned()),
            explicitness: explicitness.as_str(),
            attribution: (!attribution.is_empty()).then(|| json(attribution)),
        });
    }
    if rows.len() > 1000 {
        problems.push(("/evidence".to_owned(), "at most 1000 pieces"));
    }
    (rows, problems)
}
