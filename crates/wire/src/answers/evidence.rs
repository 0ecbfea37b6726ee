//! Evidence and links.

use pledgegraph_graph::{LinkView, Node};
use pledgegraph_model::{Attribution, Code, Edge, Evidence, Locator, Quotation, QuoteSelector};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reference::ReferenceBody;
use super::{Each, Wire, codes};

/// One piece of evidence for a statement.
#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(crate) struct EvidenceBody<'g> {
    /// The document.
    source: ReferenceBody<'g>,
    /// Where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    locator: Option<LocatorBody<'g>>,
    /// Whether the document states or implies the statement. Filters on `explicitness` never test this.
    #[schema(value_type = codes::Explicitness)]
    explicitness: &'static str,
    /// The words of the document: in answers to writes and in histories, and where `include=quotations` asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    quotation: Option<QuotationBody<'g>>,
    /// Who said it to whom, original speaker first.
    #[schema(value_type = Vec<AttributionBody>)]
    attribution: Each<'g, Attribution<Node>, AttributionBody<'g>>,
}

impl<'g> EvidenceBody<'g> {
    pub(crate) fn new(wire: Wire<'g>, piece: &'g Evidence<Node>) -> Self {
        Self {
            source: wire.node(piece.source),
            locator: (!piece.locator.is_empty()).then(|| LocatorBody::new(&piece.locator)),
            explicitness: piece.explicitness.as_str(),
            quotation: None,
            attribution: Each::new(&piece.attribution, wire, AttributionBody::new),
        }
    }
}

/// Words of a document.
#[derive(Serialize, ToSchema)]
#[schema(as = Quotation)]
struct QuotationBody<'g> {
    /// The words.
    text: &'g str,
    /// Their language.
    #[schema(example = "ar")]
    lang: &'g str,
}

/// The quotation of each piece of evidence of a statement, in order. The graph in memory has none.
pub type Quotations = Vec<Option<Box<Quotation>>>;

/// The quotations of a statement.
pub fn quotations_of(edge: &Edge) -> Quotations {
    edge.evidence.iter().map(|piece| piece.quotation.clone()).collect()
}

/// The evidence of a statement, with quotations as far as they are known.
pub(crate) struct EvidenceList<'g> {
    pub(crate) wire: Wire<'g>,
    pub(crate) pieces: &'g [Evidence<Node>],
    pub(crate) quotations: &'g [Option<Box<Quotation>>],
}

impl Serialize for EvidenceList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.pieces.iter().enumerate().map(|(at, piece)| {
            let quotation = self.quotations.get(at).and_then(Option::as_deref);
            let quotation = quotation.map(|q| QuotationBody { text: &q.text, lang: q.lang.as_str() });
            EvidenceBody { quotation, ..EvidenceBody::new(self.wire, piece) }
        }))
    }
}

/// Where in a document.
#[derive(Serialize, ToSchema)]
#[schema(as = Locator)]
pub(crate) struct LocatorBody<'g> {
    /// Line, from 1; blank lines count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, example = 21)]
    line: Option<u32>,
    /// Page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    page: Option<u32>,
    /// The words (a quotation selector of the W3C Web Annotation model).
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<QuoteBody<'g>>,
}

impl<'g> LocatorBody<'g> {
    fn new(locator: &'g Locator) -> Self {
        Self { line: locator.line, page: locator.page, quote: locator.quote.as_deref().map(QuoteBody::new) }
    }
}

/// Finds words in a text.
#[derive(Serialize, ToSchema)]
#[schema(as = QuoteSelector)]
struct QuoteBody<'g> {
    /// The words themselves.
    exact: &'g str,
    /// What stands before them.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<&'g str>,
    /// What stands after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix: Option<&'g str>,
    /// Where they begin, in code points from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    start: Option<u32>,
    /// Where they end (exclusive), in code points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    end: Option<u32>,
}

impl<'g> QuoteBody<'g> {
    fn new(quote: &'g QuoteSelector) -> Self {
        Self {
            exact: &quote.exact,
            prefix: quote.prefix.as_deref(),
            suffix: quote.suffix.as_deref(),
            start: quote.start,
            end: quote.end,
        }
    }
}

/// One link of the chain of attribution.
#[derive(Serialize, ToSchema)]
#[schema(as = Attribution)]
pub(crate) struct AttributionBody<'g> {
    /// The agent as an entity; else `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<ReferenceBody<'g>>,
    /// The agent as the source words it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'g str>,
    /// What it does in the chain.
    #[schema(value_type = codes::AttributionRole)]
    role: &'static str,
    /// How it passed the words on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::AttributionMode>)]
    mode: Option<&'static str>,
}

impl<'g> AttributionBody<'g> {
    fn new(wire: Wire<'g>, link: &'g Attribution<Node>) -> Self {
        Self {
            agent: link.agent.map(|node| wire.node(node)),
            name: link.name.as_deref(),
            role: link.role.as_str(),
            mode: link.mode.map(Code::as_str),
        }
    }
}

/// How a statement bears on another. Stored on one of the two, shown on both.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub(crate) struct LinkBody {
    /// How one bears on the other.
    #[serde(rename = "type")]
    #[schema(value_type = codes::LinkType)]
    link_type: &'static str,
    /// The other statement.
    edge: Uuid,
    /// `outgoing`: this statement bears on the other; `incoming`: the other on this one.
    #[schema(example = "outgoing")]
    direction: &'static str,
}

impl LinkBody {
    pub(crate) fn new(link: &LinkView) -> Self {
        Self {
            link_type: link.link_type.as_str(),
            edge: link.edge.0,
            direction: if link.outgoing { "outgoing" } else { "incoming" },
        }
    }
}
