//! Answers to questions in words.

use pledgegraph_graph::EdgeView;
use pledgegraph_model::{Code, Evidence, QueryField};
use pledgegraph_questions::Answer;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::evidence::EvidenceBody;
use super::query::ValuesBody;
use super::reference::ReferenceBody;
use super::{Each, Wire, codes};

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
    evidence: Each<'g, Evidence<pledgegraph_graph::Node>, EvidenceBody<'g>>,
}

impl<'g> AnswerStatementBody<'g> {
    pub(crate) fn new(wire: Wire<'g>, view: &EdgeView<'g>, text: String) -> Self {
        let evidence = Each::new(view.evidence(), wire, EvidenceBody::new);
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
    /// What was given up: `stance` (less firm), `capability` (wider), `explicitness` (the condition is implied), `modality`
    /// (others say so), `date` (when is not known well enough). An open set.
    #[schema(example = json!(["stance"]))]
    relaxations: Vec<&'static str>,
    /// Whether the commitment would be in force, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<codes::Truth>)]
    truth: Option<&'static str>,
    /// The statements that say so, with their evidence; at most 20.
    statements: Vec<AnswerStatementBody<'g>>,
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
        }
    }
}
