//! Answers to questions in words.

use std::collections::HashMap;
use std::convert::Infallible;

use chrono::NaiveDate;
use pledgegraph_graph::Graph;
use pledgegraph_model::{Code, EdgeId, EntityId, Query, QueryField};
use pledgegraph_questions::{
    AnswerInWords, Assumption, Cut, Interpretation, Outcome, Paraphrase, Part, StatementInWords, Suggestion, Told,
    address,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::evidence::{EvidenceBody, EvidenceList, Quotations};
use super::list::AsOfBody;
use super::query::ValuesBody;
use super::reference::ReferenceBody;
use super::warning::WarningBody;
use super::{Wire, codes};

/// A part of a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionSpan)]
pub(crate) struct SpanBody<'g> {
    /// Its words.
    text: &'g str,
    /// Its first character, counted from 0 in Unicode code points.
    #[schema(value_type = i64)]
    start: usize,
    /// The character after its last one.
    #[schema(value_type = i64)]
    end: usize,
    /// The entity that it was taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<ReferenceBody<'g>>,
}

impl<'g> SpanBody<'g> {
    fn new(wire: Wire<'g>, part: &Part<'g>) -> Self {
        let entity = part.entity.as_ref().map(|view| wire.reference(view));
        Self { text: part.text, start: part.start, end: part.end, entity }
    }
}

/// A query in words of both languages.
#[derive(Serialize, ToSchema)]
#[schema(as = Paraphrase)]
pub(crate) struct ParaphraseBody<'g> {
    /// In English. As a question it reads as the same query.
    en: &'g str,
    /// In Arabic. As a question it reads as the same query.
    ar: &'g str,
}

impl<'g> ParaphraseBody<'g> {
    fn new(said: &'g Paraphrase) -> Self {
        Self { en: &said.en, ar: &said.ar }
    }
}

/// One way to read a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionReading)]
pub(crate) struct ReadingBody<'g> {
    /// The query in words.
    paraphrase: ParaphraseBody<'g>,
    /// The query, as `POST /v1/query` takes it.
    #[schema(value_type = Object)]
    query: Value,
    /// The names that were found.
    spans: Vec<SpanBody<'g>>,
    /// How many answers it has.
    #[schema(value_type = i64)]
    answers: usize,
    /// What was taken for granted where the words leave more open.
    assumptions: Vec<AssumptionBody<'g>>,
    /// A command that finds the same: the list of the same statements, or where no list can, the structured query.
    #[schema(example = "curl -s 'http://localhost:8080/v1/commitments?pledger=country:GB'")]
    curl: String,
}

impl<'g> ReadingBody<'g> {
    fn new(wire: Wire<'g>, host: &str, read: &'g Interpretation<'g>) -> Result<Self, serde_json::Error> {
        let query = named(wire.graph, &read.query);
        Ok(Self {
            paraphrase: ParaphraseBody::new(&read.paraphrase),
            query: serde_json::to_value(&query)?,
            spans: read.spans.iter().map(|part| SpanBody::new(wire, part)).collect(),
            answers: read.answers,
            assumptions: read.assumptions.iter().map(|assumed| AssumptionBody::new(wire, assumed)).collect(),
            curl: command(host, &query)?,
        })
    }
}

/// A query with references.
pub fn named(graph: &Graph, query: &Query) -> Query<String> {
    let named = |id: &EntityId| {
        let view = graph.entity(*id);
        Ok::<_, Infallible>(view.map_or_else(|| id.0.to_string(), |view| view.reference().to_string()))
    };
    let Ok(query) = query.try_map(&mut { named });
    query
}

/// A command that finds the same: the list, or where no list can, the structured query.
fn command(host: &str, query: &Query<String>) -> Result<String, serde_json::Error> {
    if let Some(address) = address(query) {
        return Ok(format!("curl -s 'http://{host}{address}'"));
    }
    // In a shell a quotation mark within quotation marks stands outside of them.
    let body = serde_json::to_string(query)?.replace('\'', r"'\''");
    Ok(format!("curl -s http://{host}/v1/query --json '{body}'"))
}

/// What was taken for granted of a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionAssumption)]
pub(crate) struct AssumptionBody<'g> {
    /// `entity`: a description was taken for the one entity that it fits; `meaning`: of several meanings of the same words one
    /// was taken. An open set.
    #[schema(example = "entity")]
    kind: &'static str,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "the coalition")]
    text: Option<&'g str>,
    /// What it was taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<ReferenceBody<'g>>,
    /// The other meanings, each with how many answers it has.
    alternatives: Vec<SuggestionBody<'g>>,
}

impl<'g> AssumptionBody<'g> {
    fn new(wire: Wire<'g>, assumed: &'g Assumption<'g>) -> Self {
        match assumed {
            Assumption::Entity { text, assumed } => {
                let assumed = Some(wire.reference(assumed));
                Self { kind: "entity", text: Some(text), assumed, alternatives: Vec::new() }
            }
            Assumption::Meaning(others) => {
                let alternatives = others.iter().map(SuggestionBody::new).collect();
                Self { kind: "meaning", text: None, assumed: None, alternatives }
            }
        }
    }
}

/// An answer to a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionOutcome)]
pub struct OutcomeBody<'g> {
    /// `answered`; `no_match`: understood, and no source in the graph says so; `ambiguous`; `partly_understood`: some words
    /// have no place and were left out, and there are no answers where one of them turns the question (not, except, only);
    /// `not_understood`. An open set.
    #[schema(example = "answered")]
    status: &'static str,
    /// The answer in a sentence or two, in the language of the question.
    text: &'g str,
    /// The language of the question.
    #[schema(example = "en")]
    lang: &'static str,
    /// How the question was read; absent where it was not understood. Of an ambiguous question the first reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    interpretation: Option<ReadingBody<'g>>,
    /// The words that have no place in that reading.
    unplaced: Vec<SpanBody<'g>>,
    /// The other ways to read an ambiguous question.
    alternatives: Vec<ReadingBody<'g>>,
    /// The answers, the most exact first; none for an ambiguous question.
    answers: Vec<AnswerBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    total: usize,
    /// Statements that speak against what was asked: refusals, withdrawals, interruptions and denials; those that cover what was
    /// asked first, and at most 20.
    counter_evidence: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are.
    #[schema(value_type = i64)]
    counter_evidence_total: usize,
    /// What is on record on the same matter, where no statement says what was asked; the commitments of which sets of conditions
    /// are told. At most 20.
    instead: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are.
    #[schema(value_type = i64)]
    instead_total: usize,
    /// What would be answers or speak against them if it counted on the day: what is known to be wrong, superseded, taken back,
    /// over, or not begun. At most 20.
    set_aside: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are.
    #[schema(value_type = i64)]
    set_aside_total: usize,
    /// Questions with answers that leave one thing out, where this one has none.
    suggestions: Vec<SuggestionBody<'g>>,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

impl<'g> OutcomeBody<'g> {
    /// `quotations`: the words of the documents, as far as they are known; `host`: where commands ask.
    pub fn new(
        wire: Wire<'g>,
        host: &str,
        outcome: &'g Outcome<'g>,
        quotations: &'g HashMap<EdgeId, Quotations>,
        day: NaiveDate,
    ) -> Result<Self, serde_json::Error> {
        let reading = |read| ReadingBody::new(wire, host, read);
        let beside = |told: &'g Told<StatementInWords<'g>>| {
            told.items.iter().map(|told| AnswerStatementBody::new(wire, told, quotations)).collect()
        };
        let answers = outcome.answers.items.iter();
        Ok(Self {
            status: outcome.status.as_str(),
            text: &outcome.text,
            lang: outcome.lang.as_str(),
            interpretation: outcome.interpretation.as_ref().map(reading).transpose()?,
            unplaced: outcome.unplaced.iter().map(|part| SpanBody::new(wire, part)).collect(),
            alternatives: outcome.alternatives.iter().map(reading).collect::<Result<_, _>>()?,
            answers: answers.map(|told| AnswerBody::new(wire, &outcome.fields, told, quotations)).collect(),
            total: outcome.answers.total,
            counter_evidence: beside(&outcome.counter),
            counter_evidence_total: outcome.counter.total,
            instead: beside(&outcome.instead),
            instead_total: outcome.instead.total,
            set_aside: beside(&outcome.aside),
            set_aside_total: outcome.aside.total,
            suggestions: outcome.suggestions.iter().map(SuggestionBody::new).collect(),
            as_of: AsOfBody::new(wire.graph, day),
            warnings: outcome.cuts.iter().map(cut).collect(),
        })
    }
}

/// What is not told, as a warning.
fn cut(cut: &Cut) -> WarningBody {
    let detail = match cut {
        Cut::Answers { told, total } => format!("{told} of {total} answers are shown; a higher `limit` shows more"),
        Cut::Record => "there is more than was looked at: numbers are the least that there are".to_owned(),
    };
    WarningBody::new("truncated", detail)
}

/// A wider question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionSuggestion)]
pub(crate) struct SuggestionBody<'g> {
    /// The question.
    paraphrase: ParaphraseBody<'g>,
    /// How many answers it has.
    #[schema(value_type = i64)]
    answers: usize,
}

impl<'g> SuggestionBody<'g> {
    fn new(suggestion: &'g Suggestion) -> Self {
        Self { paraphrase: ParaphraseBody::new(&suggestion.paraphrase), answers: suggestion.answers }
    }
}

/// A statement with its evidence.
#[derive(Serialize, ToSchema)]
#[schema(as = AnswerStatement)]
pub(crate) struct AnswerStatementBody<'g> {
    /// Its identifier.
    id: Uuid,
    /// Its kind.
    #[schema(value_type = codes::EdgeKind)]
    kind: &'static str,
    /// Who or what it is about.
    subject: ReferenceBody<'g>,
    /// To whom or what.
    object: ReferenceBody<'g>,
    /// What it says, in a few words of the question's language.
    #[schema(example = "Australia (forces, willing)")]
    text: &'g str,
    /// Who says so.
    #[schema(value_type = Vec<EvidenceBody>)]
    evidence: EvidenceList<'g>,
}

impl<'g> AnswerStatementBody<'g> {
    fn new(wire: Wire<'g>, told: &'g StatementInWords<'g>, quotations: &'g HashMap<EdgeId, Quotations>) -> Self {
        let view = &told.view;
        let quotations = quotations.get(&view.id()).map(Vec::as_slice).unwrap_or_default();
        Self {
            id: view.id().0,
            kind: view.kind().as_str(),
            subject: wire.reference(&view.subject()),
            object: wire.reference(&view.object()),
            text: &told.text,
            evidence: EvidenceList { wire, pieces: view.evidence(), quotations },
        }
    }
}

/// One answer.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionAnswer)]
pub(crate) struct AnswerBody<'g> {
    /// The answer in words of the question's language.
    #[schema(example = "Australia")]
    text: &'g str,
    /// The values asked for, by field.
    values: Vec<ValuesBody<'g>>,
    /// The entity, where entities were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<ReferenceBody<'g>>,
    /// `exact`: as asked; `by_hierarchy`: of a narrower capability; `relaxed`: something was given up. An open set.
    #[schema(example = "relaxed")]
    grade: &'static str,
    /// What was given up: `stance` (less firm), `capability` (wider), `group` (of a group whose countries are not named),
    /// `explicitness` (the condition is implied), `modality` (others say so), `date` (when is not known well enough). An open
    /// set.
    #[schema(example = json!(["stance"]))]
    relaxations: Vec<&'static str>,
    /// Whether the commitment would be in force, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Truth>)]
    truth: Option<&'static str>,
    /// The statements that say so, with their evidence; at most 20.
    statements: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are; of entities after the hundredth it is not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    statement_count: Option<usize>,
}

impl<'g> AnswerBody<'g> {
    fn new(
        wire: Wire<'g>,
        fields: &[QueryField],
        told: &'g AnswerInWords<'g>,
        quotations: &'g HashMap<EdgeId, Quotations>,
    ) -> Self {
        let (answer, statements) = (&told.answer, told.statements.iter());
        Self {
            text: &told.text,
            values: ValuesBody::all(wire, fields, &answer.values),
            entity: answer.entity.as_ref().map(|entity| wire.reference(entity)),
            grade: answer.grade.as_str(),
            relaxations: answer.relaxations.iter().map(|relaxation| relaxation.as_str()).collect(),
            truth: answer.truth.map(Code::as_str),
            statements: statements.map(|told| AnswerStatementBody::new(wire, told, quotations)).collect(),
            statement_count: answer.is_sourced.then_some(answer.statements.len()),
        }
    }
}
