//! Who says so: source, locator, quotation and the chain of attribution.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::field::{Field, FieldType as _, Table, Takes};
use crate::{EntityKind, Lang, MAX_TEXT};

code_list! {
    /// Whether the source says it in so many words.
    Explicitness in "explicitness" {
        Explicit = "explicit", "Explicit", "صريح", "The source states it.", "يذكره المصدر صراحة.";
        Implied = "implied", "Implied", "ضمني", "It follows from what the source states.", "يُفهم مما يذكره المصدر.";
    }
}

code_list! {
    /// What an agent of the attribution chain does in it.
    AttributionRole in "attribution_roles" {
        Speaker = "speaker", "Speaker", "المتحدث", "Said it first.", "قاله أولًا.";
        Spokesperson = "spokesperson", "Spokesperson", "متحدث باسم", "Speaks for somebody else.", "يتحدث باسم غيره.";
        AnonymousOfficial = "anonymous_official", "Anonymous official", "مسؤول لم يُذكر اسمه",
            "An official who is not named.", "مسؤول غير مسمّى.";
        Outlet = "outlet", "Outlet", "وسيلة إعلام", "Reported it.", "نقله.";
        Republisher = "republisher", "Republisher", "ناقل", "Published another's report again.", "أعاد نشر تقرير غيره.";
        Translator = "translator", "Translator", "مترجم", "Translated it.", "ترجمه.";
    }
}

code_list! {
    /// How the words were passed on.
    AttributionMode in "attribution_modes" {
        DirectQuote = "direct_quote", "Direct quote", "اقتباس مباشر", "In the speaker's words.", "بكلمات المتحدث.";
        Paraphrase = "paraphrase", "Paraphrase", "صياغة غير مباشرة", "In other words.", "بكلمات أخرى.";
        Report = "report", "Report", "تقرير", "As a report of what is so.", "كخبر.";
    }
}

/// One link of the chain, original speaker first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution<N> {
    /// The agent as an entity; else `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<N>,
    /// The agent as the source words it, where it is no entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it does in the chain.
    pub role: AttributionRole,
    /// How it passed the words on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<AttributionMode>,
}

/// A quotation selector (W3C Web Annotation): finds the words in the stored text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteSelector {
    /// The words themselves.
    pub exact: String,
    /// What stands before them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What stands after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Where they begin, in code points from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Where they end (exclusive), in code points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
}

/// Where in the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locator {
    /// Line, from 1; blank lines count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Box<QuoteSelector>>,
}

impl Locator {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.line.is_none() && self.page.is_none() && self.quote.is_none()
    }
}

/// Words of the source, kept with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotation {
    /// The words.
    pub text: String,
    /// Their language.
    pub lang: Lang,
}

/// One piece of evidence for a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence<N> {
    /// The document.
    pub source: N,
    /// Where in it.
    #[serde(default, skip_serializing_if = "Locator::is_empty")]
    pub locator: Locator,
    /// Words of it. Kept in the database only; the in-memory graph leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotation: Option<Box<Quotation>>,
    /// Whether the document states or implies the statement.
    pub explicitness: Explicitness,
    /// Who said it to whom, original speaker first.
    #[serde(default = "no_attribution", skip_serializing_if = "<[_]>::is_empty")]
    pub attribution: Arc<[Attribution<N>]>,
}

/// The fields of a quotation selector.
pub static QUOTE: Table = Table {
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

/// The fields of a place in a document.
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

/// The fields of words of a document.
static QUOTATION: Table = Table {
    schema: "QuotationDraft",
    description: "Words of the source.",
    fields: &[
        Field::required("text", Takes::Words(MAX_TEXT), "The words."),
        Field::required("lang", Takes::Lang, "Their language.").example(r#""en""#),
    ],
    read_only: &[],
};

/// The fields of a link of the chain of attribution.
pub static ATTRIBUTION: Table = Table {
    schema: "AttributionDraft",
    description: "One link of the chain of attribution: either `agent` or `name`.",
    fields: &[
        Field::optional("agent", Takes::Reference(EntityKind::AGENTS), "The agent as an entity.")
            .example(r#""organization:politico""#),
        Field::optional("name", Takes::Name, "The agent as the source words it, where it is no entity."),
        Field::required("role", AttributionRole::TAKES, "What it does in the chain."),
        Field::optional("mode", AttributionMode::TAKES, "How it passed the words on."),
    ],
    read_only: &[],
};

/// The fields of a piece of evidence.
pub static EVIDENCE: Table = Table {
    schema: "EvidenceDraft",
    description: "One piece of evidence for a statement.",
    fields: &[
        Field::required("source", Takes::Reference(&[EntityKind::Source]), "The document.")
            .example(r#""source:seed-article""#),
        Field::optional("locator", Takes::Object(&LOCATOR), "Where in it."),
        Field::optional("quotation", Takes::Object(&QUOTATION), "Words of it."),
        Field::optional(
            "explicitness",
            Explicitness::TAKES,
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

fn no_attribution<N>() -> Arc<[Attribution<N>]> {
    Arc::new([])
}

impl<N: Clone> Evidence<N> {
    pub(crate) fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Evidence<M>, E> {
        let source = f(self.source)?;
        let mut attribution = Vec::with_capacity(self.attribution.len());
        for link in self.attribution.iter().cloned() {
            let agent = link.agent.map(&mut *f).transpose()?;
            attribution.push(Attribution { agent, name: link.name, role: link.role, mode: link.mode });
        }
        Ok(Evidence {
            source,
            locator: self.locator,
            quotation: self.quotation,
            explicitness: self.explicitness,
            attribution: attribution.into(),
        })
    }
}
