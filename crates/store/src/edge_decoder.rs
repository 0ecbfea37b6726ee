//! Edges from the rows that hold them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use pledgegraph_model::{
    Attribution, Commitment, ConditionNode, Conditionality, Conditions, Date, Edge, EdgeDetail, EdgeId, EdgeKind,
    EntityId, Evidence, Link, Locator, Quotation, QuoteSelector, Relation, Stamp, Text,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::copy::{Fields, Problem};
use crate::edge_row::CommitmentRest;

/// The columns that [`Decoder::edge`] reads, in its order.
pub(crate) const EDGE_COLUMNS: &str = "id, kind, subject_id, object_id, polarity, modality, rank, said_at, valid_from, \
    valid_until, capability, mission, specificity, stance, stage, conditionality, relation, coalition_id, meeting_id, \
    place_id, acting_through_id, detail, hash, created_seq, version, recorded_at";
/// The columns that [`condition`] reads.
pub(crate) const CONDITION_COLUMNS: &str = "edge_id, node, parent, op, k, condition_id, explicitness";
/// The columns that [`Decoder::evidence`] reads.
pub(crate) const EVIDENCE_COLUMNS: &str =
    "edge_id, source_id, line, page, quote, explicitness, attribution, quotation, quotation_lang";
/// The columns that [`link`] reads.
pub(crate) const LINK_COLUMNS: &str = "edge_id, link, target_id";

/// An edge as it was read, with its hash, its stamp and the commit that first recorded it.
pub(crate) type Loaded = (Edge, u64, Stamp, i64);

/// A row of `edge_condition`, and the number of the node above it.
pub(crate) type ConditionEntry = (ConditionNode<EntityId>, Option<i16>);

/// The rows that belong to one edge, in their order.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) conditions: Vec<ConditionEntry>,
    pub(crate) evidence: Vec<Evidence<EntityId>>,
    pub(crate) links: Vec<Link>,
}

/// Values read from JSON before: dates, details and chains repeat, and parsing is the dear part of loading.
#[derive(Debug)]
struct Known<K, V>(HashMap<K, V>);

/// How many values are remembered of each sort; then it starts anew.
const REMEMBERED: usize = 1 << 14;

impl<K: Hash + Eq, V: Clone> Known<K, V> {
    fn new() -> Self {
        Self(HashMap::new())
    }

    fn read<Q: Hash + Eq + ?Sized>(&mut self, key: &Q, read: impl FnOnce() -> Result<V, Problem>) -> Result<V, Problem>
    where
        K: std::borrow::Borrow<Q> + for<'a> From<&'a Q>,
    {
        if let Some(value) = self.0.get(key) {
            return Ok(value.clone());
        }
        let value = read()?;
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        self.0.insert(K::from(key), value.clone());
        Ok(value)
    }
}

/// Reads rows into edges.
#[derive(Debug)]
pub(crate) struct Decoder {
    dates: Known<Box<[u8]>, Date>,
    chains: Known<Box<[u8]>, Arc<[Attribution<EntityId>]>>,
    details: HashMap<EdgeKind, Known<Box<[u8]>, EdgeDetail<EntityId>>>,
    unattributed: Arc<[Attribution<EntityId>]>,
}

fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(json).map_err(|e| e.to_string())
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { dates: Known::new(), chains: Known::new(), details: HashMap::new(), unattributed: Arc::new([]) }
    }

    fn date(&mut self, fields: &mut Fields<'_>) -> Result<Date, Problem> {
        match fields.jsonb()? {
            None => Ok(Date::default()),
            Some(json) => self.dates.read(json, || from_json(json)),
        }
    }

    /// Reads a row of `edge`, and joins the parts to it.
    pub(crate) fn edge(&mut self, fields: &mut Fields<'_>, id: Uuid, parts: Parts) -> Result<Loaded, Problem> {
        let kind = fields.code()?;
        let subject = EntityId(fields.uuid()?);
        let object = EntityId(fields.uuid()?);
        let (polarity, modality, rank) = (fields.code()?, fields.code()?, fields.code()?);
        let (said_at, valid_from, valid_until) = (self.date(fields)?, self.date(fields)?, self.date(fields)?);
        let detail = self.detail(kind, fields, parts.conditions)?;
        let hash = fields.big()?.cast_unsigned();
        let created_seq = fields.big()?;
        let stamp = Stamp { version: fields.big()?, recorded_at: fields.time()? };
        let (evidence, links) = (parts.evidence, parts.links);
        let edge = Edge {
            id: EdgeId(id),
            subject,
            detail,
            object,
            polarity,
            modality,
            rank,
            said_at,
            valid_from,
            valid_until,
            evidence,
            links,
        };
        Ok((edge, hash, stamp, created_seq))
    }

    /// Reads the columns from `capability` to `detail`.
    fn detail(
        &mut self,
        kind: EdgeKind,
        fields: &mut Fields<'_>,
        conditions: Vec<ConditionEntry>,
    ) -> Result<EdgeDetail<EntityId>, Problem> {
        let capability = fields.optional_code()?;
        if kind == EdgeKind::Commitment {
            let capability = capability.ok_or("a commitment has no capability")?;
            return Ok(EdgeDetail::Commitment(commitment(capability, fields, conditions)?));
        }
        for _ in 0..8 {
            fields.bytes()?; // mission to meeting_id belong to commitments
        }
        let place = fields.optional_uuid()?.map(EntityId);
        let acting_through = fields.optional_uuid()?.map(EntityId);
        let json = fields.jsonb()?.unwrap_or(b"{}");
        let known = self.details.entry(kind).or_insert_with(Known::new);
        let mut detail = known.read(json, || EdgeDetail::read(kind, from_json(json)?).map_err(|e| e.to_string()))?;
        match &mut detail {
            EdgeDetail::Attendance(attendance) => attendance.place = place,
            EdgeDetail::Request(request) => {
                (request.capability, request.acting_through) = (capability, acting_through);
            }
            _ => {}
        }
        Ok(detail)
    }

    /// Reads a row of `evidence` after its `edge_id`.
    pub(crate) fn evidence(&mut self, fields: &mut Fields<'_>) -> Result<Evidence<EntityId>, Problem> {
        let source = EntityId(fields.uuid()?);
        let (line, page) = (fields.int()?.map(i32::cast_unsigned), fields.int()?.map(i32::cast_unsigned));
        let quote = fields.jsonb()?.map(from_json::<QuoteSelector>).transpose()?.map(Box::new);
        let explicitness = fields.code()?;
        let attribution = match fields.jsonb()? {
            None => Arc::clone(&self.unattributed),
            Some(json) => self.chains.read(json, || from_json(json))?,
        };
        let quotation = quotation(fields)?;
        Ok(Evidence { source, locator: Locator { line, page, quote }, quotation, explicitness, attribution })
    }
}

fn quotation(fields: &mut Fields<'_>) -> Result<Option<Box<Quotation>>, Problem> {
    let (text, lang) = (fields.optional_text()?, fields.optional_text()?);
    let Some((text, lang)) = text.zip(lang) else { return Ok(None) };
    let lang = lang.parse().map_err(|e| format!("`{lang}`: {e}"))?;
    Ok(Some(Box::new(Quotation { text: text.to_owned(), lang })))
}

/// Reads the columns from `mission` to `detail` of a commitment.
fn commitment(
    capability: pledgegraph_model::Capability,
    fields: &mut Fields<'_>,
    conditions: Vec<ConditionEntry>,
) -> Result<Commitment<EntityId>, Problem> {
    let (mission, specificity, stance, stage) = (fields.code()?, fields.code()?, fields.code()?, fields.code()?);
    let conditionality: Conditionality = fields.code()?;
    let relation: Option<Relation> = fields.optional_code()?;
    let root = tree(conditions)?;
    let conditions = match (relation, root) {
        (Some(relation), Some(root)) => Some(Arc::new(Conditions { relation, root })),
        (None, None) => None,
        _ => return Err("the condition tree and `relation` do not agree".to_owned()),
    };
    let coalition = fields.optional_uuid()?.map(EntityId);
    let meeting = fields.optional_uuid()?.map(EntityId);
    let place = fields.optional_uuid()?.map(EntityId);
    let acting_through = fields.optional_uuid()?.map(EntityId);
    let CommitmentRest { quantity, count, area, rationale } = fields
        .jsonb()?
        .map(from_json)
        .transpose()?
        .unwrap_or_else(|| CommitmentRest { quantity: None, count: None, area: None, rationale: Text::default() });
    Ok(Commitment {
        capability,
        mission,
        specificity,
        stance,
        stage,
        conditionality,
        conditions,
        coalition,
        quantity,
        count,
        place,
        area,
        meeting,
        acting_through,
        rationale,
    })
}

/// Reads a row of `edge_condition` after its `edge_id` and `node`.
pub(crate) fn condition(fields: &mut Fields<'_>) -> Result<ConditionEntry, Problem> {
    fields.small()?;
    let parent = fields.small()?;
    let op = fields.code()?;
    let k = fields.int()?.map(i32::cast_unsigned);
    let condition = fields.optional_uuid()?.map(EntityId);
    let explicitness = fields.optional_code()?;
    Ok((ConditionNode { op, of: Vec::new(), k, condition, explicitness }, parent))
}

/// Reads a row of `edge_link` after its `edge_id`.
pub(crate) fn link(fields: &mut Fields<'_>) -> Result<Link, Problem> {
    Ok(Link { link_type: fields.code()?, edge: EdgeId(fields.uuid()?) })
}

/// The tree of nodes in preorder. From the last to the first, each goes under the one above it.
fn tree(mut nodes: Vec<ConditionEntry>) -> Result<Option<ConditionNode<EntityId>>, Problem> {
    while nodes.len() > 1 {
        let Some((mut node, parent)) = nodes.pop() else { break };
        node.of.reverse();
        let parent = parent.and_then(|parent| usize::try_from(parent).ok()).and_then(|parent| nodes.get_mut(parent));
        parent.ok_or("a condition has no node above it")?.0.of.push(node);
    }
    Ok(nodes.pop().map(|(mut root, _)| {
        root.of.reverse();
        root
    }))
}
