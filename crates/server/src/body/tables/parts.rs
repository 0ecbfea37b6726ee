//! Tables of what bodies hold: dates, counts, evidence, links, condition trees.

use pledgegraph_model::{
    Anchor, AttributionMode, AttributionRole, Capability, ConditionOp, CountOp, EntityKind, Explicitness, LinkType,
    MAX_TEXT, Stance,
};

use crate::body::field::{Field, Table, Takes, code};

/// The largest whole number that every reader of JSON holds exactly (RFC 7493).
pub(crate) const MOST: u64 = (1 << 53) - 1;
/// The most pieces of evidence, links, or nodes under a node.
pub(crate) const MANY: usize = 1_000;
/// The most items of any other list.
pub(crate) const ITEMS: usize = 10_000;

/// Kinds that can speak.
pub(crate) const AGENTS: &[EntityKind] =
    &[EntityKind::Country, EntityKind::Coalition, EntityKind::Organization, EntityKind::Group, EntityKind::Person];

pub(crate) static DATE: Table = Table {
    schema: "DateDraft",
    description: "A date as the source states it, never more precise. Where the words are relative to a day that is not \
        known, give `verbatim` and `anchor`, and no `edtf`.",
    fields: &[EDTF, VERBATIM, ANCHOR],
    read_only: DERIVED_OF_DATE,
};

/// The end of what holds: a date, and whether it has ended.
pub(crate) static END: Table = Table {
    schema: "EndDraft",
    description: "Until when it holds, as the source states it. Left out: the source states no end. `2025-04/..`: it goes \
        on. `ended`: it has ended, on a day that need not be known; not beside an end that goes on.",
    fields: &[
        EDTF,
        VERBATIM,
        ANCHOR,
        Field::optional("ended", Takes::Flag, "That it has ended, also where the day is not known.").example("true"),
    ],
    read_only: DERIVED_OF_DATE,
};

const EDTF: Field = Field::optional(
    "edtf",
    Takes::Edtf,
    "The date in EDTF (ISO 8601-2 levels 0 and 1; `XXXX-04` is April of a year unsaid).",
)
.example(r#""2025-07-10""#);

const VERBATIM: Field = Field::optional("verbatim", Takes::Words(512), "The source's words.");

const ANCHOR: Field = Field::optional(
    "anchor",
    code::<Anchor>("AnchorCode"),
    "Set when the words name a day relative to one that is not known.",
);

const DERIVED_OF_DATE: &[&str] = &["earliest", "latest", "precision"];

pub(crate) static COUNT: Table = Table {
    schema: "CountDraft",
    description: "A number of members or participants, as stated: more than 30.",
    fields: &[
        Field::required("op", code::<CountOp>("CountOpCode"), "How the true number relates to `value`."),
        Field::required("value", Takes::Integer { min: 0, max: 4_294_967_295 }, "The number.").example("30"),
    ],
    read_only: &[],
};

pub(crate) static QUANTITY: Table = Table {
    schema: "QuantityDraft",
    description: "An amount with its unit, in whole units.",
    fields: &[
        Field::required("value", Takes::Integer { min: 0, max: MOST }, "Whole units.").example("10000"),
        Field::required("unit", Takes::Name, "What is counted: an ISO 4217 currency code or a noun.")
            .example(r#""EUR""#),
    ],
    read_only: &[],
};

pub(crate) static QUOTE: Table = Table {
    schema: "QuoteDraft",
    description: "Finds words in a text (a quotation selector of the W3C Web Annotation model).",
    fields: &[
        Field::required("exact", Takes::Words(MAX_TEXT), "The words themselves."),
        Field::optional("prefix", Takes::Words(MAX_TEXT), "What stands before them."),
        Field::optional("suffix", Takes::Words(MAX_TEXT), "What stands after them."),
        Field::optional(
            "start",
            Takes::Integer { min: 0, max: 2_147_483_647 },
            "Where they begin, in code points from 0.",
        ),
        Field::optional(
            "end",
            Takes::Integer { min: 0, max: 2_147_483_647 },
            "Where they end (exclusive), in code points.",
        ),
    ],
    read_only: &[],
};

static LOCATOR: Table = Table {
    schema: "LocatorDraft",
    description: "Where in a document.",
    fields: &[
        Field::optional("line", Takes::Integer { min: 1, max: 2_147_483_647 }, "Line, from 1; blank lines count.")
            .example("21"),
        Field::optional("page", Takes::Integer { min: 1, max: 2_147_483_647 }, "Page, from 1."),
        Field::optional("quote", Takes::Object(&QUOTE), "The words."),
    ],
    read_only: &[],
};

static QUOTATION: Table = Table {
    schema: "QuotationDraft",
    description: "Words of the source.",
    fields: &[
        Field::required("text", Takes::Words(MAX_TEXT), "The words."),
        Field::required("lang", Takes::Lang, "Their language.").example(r#""en""#),
    ],
    read_only: &[],
};

pub(crate) static ATTRIBUTION: Table = Table {
    schema: "AttributionDraft",
    description: "One link of the chain of attribution: either `agent` or `name`.",
    fields: &[
        Field::optional("agent", Takes::Reference(AGENTS), "The agent as an entity.")
            .example(r#""organization:politico""#),
        Field::optional("name", Takes::Name, "The agent as the source words it, where it is no entity."),
        Field::required("role", code::<AttributionRole>("AttributionRoleCode"), "What it does in the chain."),
        Field::optional("mode", code::<AttributionMode>("AttributionModeCode"), "How it passed the words on."),
    ],
    read_only: &[],
};

pub(crate) static EVIDENCE: Table = Table {
    schema: "EvidenceDraft",
    description: "One piece of evidence for a statement.",
    fields: &[
        Field::required("source", Takes::Reference(&[EntityKind::Source]), "The document.")
            .example(r#""source:seed-article""#),
        Field::optional("locator", Takes::Object(&LOCATOR), "Where in it."),
        Field::optional("quotation", Takes::Object(&QUOTATION), "Words of it."),
        Field::optional(
            "explicitness",
            code::<Explicitness>("ExplicitnessCode"),
            "Whether the document states or implies the statement; `explicit` if left out.",
        ),
        Field::optional(
            "attribution",
            Takes::List { of: &Takes::Object(&ATTRIBUTION), min: 0, max: 100 },
            "Who said it to whom, original speaker first.",
        ),
    ],
    read_only: &[],
};

pub(crate) static LINK: Table = Table {
    schema: "LinkDraft",
    description: "How this statement bears on another.",
    fields: &[
        Field::required("type", code::<LinkType>("LinkTypeCode"), "How it bears on the other."),
        Field::required("edge", Takes::Statement, "The identifier of the other statement."),
    ],
    read_only: &["direction"],
};

pub(crate) static CONDITION_NODE: Table = Table {
    schema: "ConditionNodeDraft",
    description: "One node of a condition tree: one shape for all operators. At most 8 deep.",
    fields: &[
        Field::required(
            "op",
            code::<ConditionOp>("ConditionOpCode"),
            "What the node says of `of`; `condition` for a leaf. `not` stands over one node, and only over conditions without a test.",
        )
        .example(r#""condition""#),
        Field::optional(
            "of",
            Takes::List { of: &Takes::Object(&CONDITION_NODE), min: 1, max: MANY },
            "The nodes under it; left out on a leaf.",
        ),
        Field::optional("k", Takes::Integer { min: 1, max: MANY as u64 }, "How many must hold; only with `at_least`."),
        Field::optional("condition", Takes::Reference(&[EntityKind::Condition]), "The condition; only on a leaf.")
            .example(r#""condition:us-backing""#),
        Field::optional(
            "explicitness",
            code::<Explicitness>("ExplicitnessCode"),
            "Whether the source states the condition or implies it; only on a leaf, `explicit` if left out.",
        ),
    ],
    read_only: &[],
};

pub(crate) static CONDITION_TEST: Table = Table {
    schema: "ConditionTestDraft",
    description: "What decides a condition: the counted position of `actor` on `capability` reaches `min_stance`; for a \
        participation threshold, those of `n` actors do.",
    fields: &[
        Field::optional(
            "actor",
            Takes::Reference(AGENTS),
            "Whose position decides; left out for a participation threshold, required otherwise.",
        )
        .example(r#""country:US""#),
        Field::required("capability", code::<Capability>("CapabilityCode"), "The capability, children included.")
            .example(r#""political.backstop""#),
        Field::required(
            "min_stance",
            code::<Stance>("StanceCode"),
            "The least stance that makes it true; not `not_stated`.",
        )
        .example(r#""pledged""#),
        Field::optional(
            "n",
            Takes::Integer { min: 1, max: 1_000_000 },
            "How many actors must reach it; only for a participation threshold.",
        ),
    ],
    read_only: &[],
};
