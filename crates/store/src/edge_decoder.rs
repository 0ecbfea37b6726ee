//! Edges from the rows that hold them.

use std::collections::HashMap;
use std::sync::Arc;

use pledgegraph_model::{
    Attribution, Code, Commitment, ConditionNode, Conditions, Date, Edge, EdgeDetail, EdgeId, EdgeKind, EntityId,
    Evidence, Link, Locator, Quotation, QuoteSelector,
};

use crate::content;
use crate::copy::Problem;
use crate::rows::{ConditionRow, EdgeRow, EvidenceRow, LinkRow};
use crate::table::TableRow as _;
use crate::value::Json;

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
struct Known<V>(HashMap<Box<str>, V>);

/// How many values are remembered of each sort; then it starts anew.
const REMEMBERED: usize = 1 << 14;

impl<V: Clone> Known<V> {
    fn new() -> Self {
        Self(HashMap::new())
    }

    fn read(&mut self, json: &str, read: impl FnOnce() -> Result<V, Problem>) -> Result<V, Problem> {
        if let Some(value) = self.0.get(json) {
            return Ok(value.clone());
        }
        let value = read()?;
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        self.0.insert(json.into(), value.clone());
        Ok(value)
    }
}

/// Reads rows into edges.
#[derive(Debug)]
pub(crate) struct Decoder {
    dates: Known<Date>,
    chains: Known<Arc<[Attribution<EntityId>]>>,
    details: HashMap<EdgeKind, Known<EdgeDetail<EntityId>>>,
    unattributed: Arc<[Attribution<EntityId>]>,
}

fn code<C: Code>(text: &str) -> Result<C, Problem> {
    C::parse(text).map_err(|e| e.to_string())
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { dates: Known::new(), chains: Known::new(), details: HashMap::new(), unattributed: Arc::new([]) }
    }

    fn date(&mut self, date: Option<&Json<'_>>) -> Result<Date, Problem> {
        date.map_or_else(|| Ok(Date::default()), |date| self.dates.read(&date.0, || date.read()))
    }

    /// The edge of a row, with the parts that belong to it.
    pub(crate) fn edge(&mut self, row: &EdgeRow<'_>, parts: Parts) -> Result<Edge, Problem> {
        Ok(Edge {
            id: EdgeId(row.id),
            subject: EntityId(row.subject_id),
            detail: self.detail(row, parts.conditions)?,
            object: EntityId(row.object_id),
            polarity: code(&row.polarity)?,
            modality: code(&row.modality)?,
            rank: code(&row.rank)?,
            said_at: self.date(row.said_at.as_ref())?,
            valid_from: self.date(row.valid_from.as_ref())?,
            valid_until: self.date(row.valid_until.as_ref())?,
            evidence: parts.evidence,
            links: parts.links,
        })
    }

    fn detail(&mut self, row: &EdgeRow<'_>, conditions: Vec<ConditionEntry>) -> Result<EdgeDetail<EntityId>, Problem> {
        let (kind, rest) = (code(&row.kind)?, row.detail.as_ref());
        if kind == EdgeKind::Commitment {
            let mut commitment: Commitment<EntityId> = content::read(row.parts(), rest)?;
            commitment.conditions = match (&row.relation, tree(conditions)?) {
                (Some(relation), Some(root)) => Some(Arc::new(Conditions { relation: code(relation)?, root })),
                (None, None) => None,
                _ => return Err("the condition tree and `relation` do not agree".to_owned()),
            };
            return Ok(EdgeDetail::Commitment(commitment));
        }
        let read = || EdgeDetail::read(kind, content::read(row.parts(), rest)?).map_err(|e| e.to_string());
        if row.parts().next().is_some() {
            return read();
        }
        let json = rest.map_or("", |rest| &rest.0);
        self.details.entry(kind).or_insert_with(Known::new).read(json, read)
    }

    pub(crate) fn evidence(&mut self, row: EvidenceRow<'_>) -> Result<Evidence<EntityId>, Problem> {
        let (line, page) = (row.line.map(i32::cast_unsigned), row.page.map(i32::cast_unsigned));
        let quote = row.quote.as_ref().map(Json::read::<QuoteSelector>).transpose()?;
        let attribution = match &row.attribution {
            None => Arc::clone(&self.unattributed),
            Some(chain) => self.chains.read(&chain.0, || chain.read())?,
        };
        let quotation = row.quotation.zip(row.quotation_lang).map(|(text, lang)| {
            let lang = lang.parse().map_err(|e| format!("`{lang}`: {e}"))?;
            Ok::<_, Problem>(Box::new(Quotation { text: text.into_owned(), lang }))
        });
        Ok(Evidence {
            source: EntityId(row.source_id),
            locator: Locator { line, page, quote: quote.map(Box::new) },
            quotation: quotation.transpose()?,
            explicitness: code(&row.explicitness)?,
            attribution,
        })
    }
}

pub(crate) fn condition(row: &ConditionRow<'_>) -> Result<ConditionEntry, Problem> {
    let node = ConditionNode {
        op: code(&row.op)?,
        of: Vec::new(),
        k: row.k.map(i32::cast_unsigned),
        condition: row.condition_id.map(EntityId),
        explicitness: row.explicitness.as_deref().map(code).transpose()?,
    };
    Ok((node, row.parent))
}

pub(crate) fn link(row: &LinkRow<'_>) -> Result<Link, Problem> {
    Ok(Link { link_type: code(&row.link)?, edge: EdgeId(row.target_id) })
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
