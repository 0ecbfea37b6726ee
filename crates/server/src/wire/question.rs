//! Answers to questions in words.

use pledgegraph_graph::EdgeView;
use pledgegraph_model::{Code, QueryField, Quotation};
use pledgegraph_questions::Answer;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::evidence::{EvidenceBody, EvidenceList};
use super::list::{AsOfBody, WarningBody};
use super::query::ValuesBody;
use super::reference::ReferenceBody;
use super::{Wire, codes};

/// A part of a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionSpan)]
pub(crate) struct SpanBody<'g> {
    /// Its words.
    pub(crate) text: String,
    /// Its first character, counted from 0 in Unicode code points.
    #[schema(value_type = i64)]
    pub(crate) start: usize,
    /// The character after its last one.
    #[schema(value_type = i64)]
    pub(crate) end: usize,
    /// The entity that it was taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entity: Option<ReferenceBody<'g>>,
}

/// A query in words of both languages.
#[derive(Serialize, ToSchema)]
#[schema(as = Paraphrase)]
pub(crate) struct ParaphraseBody {
    /// In English. As a question it reads as the same query.
    pub(crate) en: String,
    /// In Arabic. As a question it reads as the same query.
    pub(crate) ar: String,
}

/// One way to read a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionReading)]
pub(crate) struct ReadingBody<'g> {
    /// The query in words.
    pub(crate) paraphrase: ParaphraseBody,
    /// The query, as `POST /v1/query` takes it.
    #[schema(value_type = Object)]
    pub(crate) query: Value,
    /// The names that were found.
    pub(crate) spans: Vec<SpanBody<'g>>,
    /// How many answers it has.
    #[schema(value_type = i64)]
    pub(crate) answers: usize,
    /// What was taken for granted where the words leave more open.
    pub(crate) assumptions: Vec<AssumptionBody<'g>>,
    /// A command that finds the same: the list of the same statements, or where no list can, the structured query.
    #[schema(example = "curl -s 'http://localhost:8080/v1/commitments?pledger=country:GB'")]
    pub(crate) curl: String,
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
    text: Option<String>,
    /// What it was taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<ReferenceBody<'g>>,
    /// The other meanings, each with how many answers it has.
    alternatives: Vec<SuggestionBody>,
}

impl<'g> AssumptionBody<'g> {
    pub(crate) fn of_entity(text: String, assumed: ReferenceBody<'g>) -> Self {
        Self { kind: "entity", text: Some(text), assumed: Some(assumed), alternatives: Vec::new() }
    }

    pub(crate) fn of_meaning(alternatives: Vec<SuggestionBody>) -> Self {
        Self { kind: "meaning", text: None, assumed: None, alternatives }
    }
}

/// An answer to a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionOutcome)]
pub(crate) struct OutcomeBody<'g> {
    /// `answered`; `no_match`: understood, and no source in the graph says so; `ambiguous`; `partly_understood`: some words
    /// have no place and were left out, and there are no answers where one of them turns the question (not, except, only);
    /// `not_understood`. An open set.
    #[schema(example = "answered")]
    pub(crate) status: &'static str,
    /// The answer in a sentence or two, in the language of the question.
    pub(crate) text: String,
    /// The language of the question.
    #[schema(example = "en")]
    pub(crate) lang: &'static str,
    /// How the question was read; absent where it was not understood. Of an ambiguous question the first reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interpretation: Option<ReadingBody<'g>>,
    /// The words that have no place in that reading.
    pub(crate) unplaced: Vec<SpanBody<'g>>,
    /// The other ways to read an ambiguous question.
    pub(crate) alternatives: Vec<ReadingBody<'g>>,
    /// The answers, the most exact first; none for an ambiguous question.
    pub(crate) answers: Vec<AnswerBody<'g>>,
    /// How many there are.
    #[schema(value_type = i64)]
    pub(crate) total: usize,
    /// Statements that speak against what was asked: refusals, withdrawals, interruptions and denials; those that cover what was
    /// asked first, and at most 20.
    pub(crate) counter_evidence: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are.
    #[schema(value_type = i64)]
    pub(crate) counter_evidence_total: usize,
    /// What is on record on the same matter, where no statement says what was asked; the commitments of which sets of conditions
    /// are told. At most 20.
    pub(crate) instead: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are.
    #[schema(value_type = i64)]
    pub(crate) instead_total: usize,
    /// What would be answers or speak against them if it counted on the day: what is known to be wrong, superseded, taken back,
    /// over, or not begun. At most 20.
    pub(crate) set_aside: Vec<AnswerStatementBody<'g>>,
    /// How many of them there are.
    #[schema(value_type = i64)]
    pub(crate) set_aside_total: usize,
    /// Questions with answers that leave one thing out, where this one has none.
    pub(crate) suggestions: Vec<SuggestionBody>,
    /// To which state the answer belongs.
    pub(crate) as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    pub(crate) warnings: Vec<WarningBody>,
}

/// A wider question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionSuggestion)]
pub(crate) struct SuggestionBody {
    /// The question.
    pub(crate) paraphrase: ParaphraseBody,
    /// How many answers it has.
    #[schema(value_type = i64)]
    pub(crate) answers: usize,
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
    text: String,
    /// Who says so.
    #[schema(value_type = Vec<EvidenceBody>)]
    evidence: EvidenceList<'g>,
}

impl<'g> AnswerStatementBody<'g> {
    /// `quotations`: the words of each piece of evidence, as far as they are known.
    pub(crate) fn new(
        wire: Wire<'g>,
        view: &EdgeView<'g>,
        text: String,
        quotations: &'g [Option<Box<Quotation>>],
    ) -> Self {
        let evidence = EvidenceList { wire, pieces: view.evidence(), quotations };
        Self {
            id: view.id().0,
            kind: view.kind().as_str(),
            subject: wire.reference(&view.subject()),
            object: wire.reference(&view.object()),
            text,
            evidence,
        }
    }
}

/// One answer.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionAnswer)]
pub(crate) struct AnswerBody<'g> {
    /// The answer in words of the question's language.
    #[schema(example = "Australia")]
    text: String,
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
    pub(crate) fn new(
        wire: Wire<'g>,
        fields: &[QueryField],
        answer: &Answer<'g>,
        text: String,
        statements: Vec<AnswerStatementBody<'g>>,
    ) -> Self {
        Self {
            text,
            values: ValuesBody::all(wire, fields, &answer.values),
            entity: answer.entity.as_ref().map(|entity| wire.reference(entity)),
            grade: answer.grade.as_str(),
            relaxations: answer.relaxations.iter().map(|relaxation| relaxation.as_str()).collect(),
            truth: answer.truth.map(Code::as_str),
            statements,
            statement_count: answer.is_sourced.then_some(answer.statements.len()),
        }
    }
}
