//! Questions in English and Arabic.

use axum::response::Response;
use axum::routing::get;
use chrono::Utc;
use pledgegraph_graph::{EdgeView, Graph};
use pledgegraph_model::{Query, QueryField};
use pledgegraph_questions::{
    Answers, Digits, Lang, Limits, Outcome, Questions, Reading, Speaker, Status, address, answer,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::ApiError;
use crate::filters::analyses::{CIRCUIT, too_expensive};
use crate::openapi::endpoint::{ANALYSIS_PROBLEMS, Answer, Endpoint};
use crate::reply::ListHead;
use crate::request::ask::Ask;
use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::request::reader::Reader;
use crate::state::State;
use crate::wire::Wire;
use crate::wire::list::{AsOfBody, WarningBody};
use crate::wire::question::{AnswerBody, AnswerStatementBody};
use crate::wire::reference::ReferenceBody;

/// The longest question, in characters.
const LONGEST: usize = 500;
/// How many statements an answer names.
const MOST_STATEMENTS: usize = 20;
/// How many ways to read a question are shown.
const MOST_READINGS: usize = 20;

const Q: Parameter = Parameter {
    name: "q",
    accepts: Accepts::Text,
    description: "The question in English or Arabic, or a paraphrase of an earlier answer; at most 500 characters.",
    example: "Who pledged ground forces conditional on US backing?",
};
const DIGITS: Parameter = Parameter {
    name: "digits",
    accepts: Accepts::Code(CodeNames { schema: "Digits", all: digits }),
    description: "The digits of numbers in the answer's text: `western` unless it is given, or `arabic`.",
    example: "",
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    accepts: Accepts::Integer { min: 1, max: 1_000, default: 100 },
    description: "At most so many answers.",
    example: "",
};
const PARAMETERS: [&Parameter; 3] = [&Q, &DIGITS, &LIMIT];

fn digits() -> Vec<&'static str> {
    vec!["western", "arabic"]
}

/// A part of a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionSpan)]
pub(crate) struct SpanBody<'g> {
    /// Its words.
    text: String,
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

/// A query in words of both languages.
#[derive(Serialize, ToSchema)]
#[schema(as = Paraphrase)]
pub(crate) struct ParaphraseBody {
    /// In English. As a question it reads as the same query.
    en: String,
    /// In Arabic. As a question it reads as the same query.
    ar: String,
}

/// One way to read a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionReading)]
pub(crate) struct ReadingBody<'g> {
    /// The query in words.
    paraphrase: ParaphraseBody,
    /// The query, as `POST /v1/query` takes it.
    #[schema(value_type = Object)]
    query: Value,
    /// The names that were found.
    spans: Vec<SpanBody<'g>>,
    /// How many answers it has.
    #[schema(value_type = i64)]
    answers: usize,
    /// The list that gives the same statements, as a command; absent where only `POST /v1/query` can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "curl -s 'http://localhost:8080/v1/commitments?pledger=country:GB'")]
    curl: Option<String>,
}

/// An answer to a question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionOutcome)]
pub(crate) struct OutcomeBody<'g> {
    /// `answered`; `no_match`: understood, and no source in the graph says so; `ambiguous`; `partly_understood`: some words
    /// have no place and were left out; `not_understood`. An open set.
    #[schema(example = "answered")]
    status: &'static str,
    /// The answer in a sentence or two, in the language of the question.
    text: String,
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
    /// Statements that speak against what was asked.
    counter_evidence: Vec<AnswerStatementBody<'g>>,
    /// Of a question whether: what is on record on the same matter instead.
    instead: Vec<AnswerStatementBody<'g>>,
    /// Questions with answers that leave one thing out, where this one has none.
    suggestions: Vec<SuggestionBody>,
    /// To which state the answer belongs.
    as_of: AsOfBody,
    /// What to know about the answer; empty when there is nothing.
    warnings: Vec<WarningBody>,
}

/// A wider question.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionSuggestion)]
pub(crate) struct SuggestionBody {
    /// The question.
    paraphrase: ParaphraseBody,
    /// How many answers it has.
    #[schema(value_type = i64)]
    answers: usize,
}

/// `GET /v1/questions`.
pub(crate) fn answer_question() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "answer_question".to_owned(),
        path: "/v1/questions".to_owned(),
        tag: "questions",
        summary: "Answer a question in English or Arabic".to_owned(),
        description: "Reads a question by a closed grammar, without a language model, and answers it with evidence. A word that \
            has no place makes the answer `partly_understood`; nothing is left out in silence. \"Nobody\" is always \"no source in \
            the graph says so\"."
            .to_owned(),
        path_parameter: None,
        parameters: PARAMETERS.to_vec(),
        names: Vec::new(),
        answer: Answer::Json("QuestionOutcome".to_owned()),
        problems: ANALYSIS_PROBLEMS,
        write: None,
    };
    endpoint.on(get(async |ask: Ask| ask.aside(handle).await))
}

fn handle(ask: &Ask) -> Result<Response, ApiError> {
    let given = ask.given(&PARAMETERS);
    let graph = &*ask.current;
    let mut reader = Reader::new(&given, graph, None);
    let text = reader.text(Q.name).unwrap_or_default();
    if text.trim().is_empty() && reader.is_sound() {
        reader.fail(Q.name, "`q` is needed: a question in English or Arabic".to_owned());
    }
    if text.chars().count() > LONGEST {
        reader.fail(Q.name, format!("`q` is longer than {LONGEST} characters"));
    }
    let digits = reader.text(DIGITS.name).and_then(|text| {
        reader.one_of(DIGITS.name, text, digits, |name| match name {
            "western" => Some(Digits::Western),
            "arabic" => Some(Digits::Arabic),
            _ => None,
        })
    });
    let limit = reader.number(&LIMIT);
    reader.finish()?;
    let questions = &ask.state.questions;
    let outcome = questions.read(graph, text);
    let head = ListHead::new(ask, &given, graph, outcome.lang.as_str(), Some(Utc::now().date_naive()));
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    let asked = Asked { ask, graph, questions, text, wire: Wire::new(graph, outcome.lang.as_str()) };
    let speaker = questions.speaker(graph, outcome.lang, digits.unwrap_or_default());
    let body = asked.outcome(&outcome, speaker, limit)?;
    head.answer(&body, None)
}

/// A question and all that it takes to answer it.
#[derive(Clone, Copy)]
struct Asked<'g> {
    ask: &'g Ask,
    graph: &'g Graph,
    questions: &'g Questions,
    text: &'g str,
    wire: Wire<'g>,
}

impl<'g> Asked<'g> {
    fn answers(self, query: &Query, limit: usize) -> Result<Answers<'g>, ApiError> {
        let today = Utc::now().date_naive();
        let limits = Limits { answers: limit, circuit: CIRCUIT, steps: self.ask.state.options.steps };
        answer(self.graph, query, today, limits).map_err(too_expensive)
    }

    fn outcome(self, outcome: &Outcome, speaker: Speaker<'_>, limit: usize) -> Result<OutcomeBody<'g>, ApiError> {
        let mut body = OutcomeBody {
            status: "not_understood",
            text: speaker.not_understood(),
            lang: outcome.lang.as_str(),
            interpretation: None,
            unplaced: Vec::new(),
            alternatives: Vec::new(),
            answers: Vec::new(),
            total: 0,
            counter_evidence: Vec::new(),
            instead: Vec::new(),
            suggestions: Vec::new(),
            as_of: AsOfBody::new(self.graph, None),
            warnings: Vec::new(),
        };
        let Some((first, others)) = outcome.readings.split_first() else { return Ok(body) };
        let found = self.answers(&first.query, limit)?;
        body.interpretation = Some(self.reading(first, found.answers.len())?);
        body.unplaced = first.unplaced.iter().map(|(start, end)| self.span(*start, *end, None)).collect();
        let left_out: Vec<&str> =
            first.unplaced.iter().filter_map(|(start, end)| self.text.get(*start..*end)).collect();
        let partly = outcome.status == Status::PartlyUnderstood;
        if !others.is_empty() {
            body.status = if partly { "partly_understood" } else { "ambiguous" };
            for reading in others.iter().take(MOST_READINGS) {
                let count = self.answers(&reading.query, limit)?.answers.len();
                body.alternatives.push(self.reading(reading, count)?);
            }
            let ways = outcome.readings.iter().map(|reading| self.difference(reading)).collect::<Vec<_>>();
            body.text = if partly { speaker.partly(&left_out) } else { String::new() } + &speaker.ambiguous(&ways);
            return Ok(body);
        }
        let told = speaker.answers(&first.query, &found);
        body.status = if found.is_silent() { "no_match" } else { "answered" };
        body.text = told;
        if partly {
            body.status = "partly_understood";
            body.text = speaker.partly(&left_out) + &body.text;
        }
        let fields: Vec<QueryField> = first.query.group_by.iter().chain(&first.query.select).copied().collect();
        let statement = |view: &EdgeView<'g>| AnswerStatementBody::new(self.wire, view, speaker.statement(view));
        let answers = found.answers.iter().map(|answer| {
            let statements = answer.statements.iter().take(MOST_STATEMENTS).map(statement).collect();
            AnswerBody::new(self.wire, &fields, answer, speaker.row(&first.query, answer), statements)
        });
        body.answers = answers.collect();
        body.total = found.answers.len();
        body.counter_evidence = found.counter.iter().map(statement).collect();
        body.instead = found.instead.iter().map(statement).collect();
        if found.answers.is_empty() {
            body.suggestions = self.suggestions(&first.query, limit)?;
        }
        if found.truncated {
            let detail = format!("more than {limit} rows were found; ask with a higher `limit`");
            body.warnings.push(WarningBody { kind: "truncated", detail });
        }
        Ok(body)
    }

    fn paraphrase(self, query: &Query) -> ParaphraseBody {
        let said = |lang| self.questions.paraphrase(self.graph, query, lang);
        ParaphraseBody { en: said(Lang::En), ar: said(Lang::Ar) }
    }

    fn reading(self, reading: &Reading, answers: usize) -> Result<ReadingBody<'g>, ApiError> {
        let named = |id: &pledgegraph_model::EntityId| {
            self.graph.entity(*id).map(|view| view.reference().to_string()).ok_or(())
        };
        let query =
            reading.query.try_map(&mut { named }).map_err(|()| ApiError::of(crate::problem::Problem::Internal))?;
        let host = self.ask.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost:8080");
        let entity = |span: &pledgegraph_questions::Span| span.entity.and_then(|id| self.graph.entity(id));
        Ok(ReadingBody {
            paraphrase: self.paraphrase(&reading.query),
            curl: address(&query).map(|address| format!("curl -s 'http://{host}{address}'")),
            query: serde_json::to_value(&query).map_err(ApiError::internal)?,
            spans: reading
                .spans
                .iter()
                .map(|span| self.span(span.start, span.end, entity(span).map(|view| self.wire.reference(&view))))
                .collect(),
            answers,
        })
    }

    fn span(self, start: usize, end: usize, entity: Option<ReferenceBody<'g>>) -> SpanBody<'g> {
        let characters = |byte: usize| self.text.get(..byte).map_or(0, |before| before.chars().count());
        let text = self.text.get(start..end).unwrap_or_default().to_owned();
        SpanBody { text, start: characters(start), end: characters(end), entity }
    }

    /// What sets a reading apart from the others: the names that it takes.
    fn difference(self, reading: &Reading) -> String {
        let names = reading.spans.iter().filter_map(|span| self.graph.entity(span.entity?));
        names.map(|view| view.label(self.wire.lang).0).collect::<Vec<_>>().join(", ")
    }

    /// The same query without one of its members, where that has answers.
    fn suggestions(self, query: &Query, limit: usize) -> Result<Vec<SuggestionBody>, ApiError> {
        let mut found = Vec::new();
        let value = serde_json::to_value(&query.which).map_err(ApiError::internal)?;
        for member in value.as_object().into_iter().flat_map(|members| members.keys()) {
            let mut narrower = value.clone();
            narrower.as_object_mut().map(|members| members.remove(member));
            let Ok(which) = serde_json::from_value(narrower) else { continue };
            let wider = Query { which, ..query.clone() };
            let answers = self.answers(&wider, limit)?.firm();
            if answers > 0 {
                found.push(SuggestionBody { paraphrase: self.paraphrase(&wider), answers });
            }
        }
        Ok(found)
    }
}
