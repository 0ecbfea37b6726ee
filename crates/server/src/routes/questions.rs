//! Questions in English and Arabic.

use std::collections::HashMap;

use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDate;
use pledgegraph_graph::{EdgeView, Graph};
use pledgegraph_model::{EdgeId, EntityId, Query, QueryField};
use pledgegraph_questions::{
    Answers, Budget, Digits, Lang, Outcome, Questions, Reading, Speaker, Status, address, answer,
};
use tokio::runtime::Handle;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::body::query::read;
use crate::error::ApiError;
use crate::filters::analyses::{CIRCUIT, too_expensive};
use crate::lanes::Lane;
use crate::openapi::endpoint::{ANALYSIS_PROBLEMS, Answer, Endpoint};
use crate::problem::Problem;
use crate::reply::ListHead;
use crate::request::ask::Ask;
use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::request::reader::Reader;
use crate::routes::write::quotations_at;
use crate::state::State;
use crate::wire::Wire;
use crate::wire::evidence::Quotations;
use crate::wire::list::{AsOfBody, WarningBody};
use crate::wire::question::{
    AnswerBody, AnswerStatementBody, AssumptionBody, OutcomeBody, ParaphraseBody, ReadingBody, SpanBody, SuggestionBody,
};
use crate::wire::reference::ReferenceBody;

/// The longest question, in characters.
const LONGEST: usize = 500;
/// How many statements an answer names.
const MOST_STATEMENTS: usize = 20;
/// How many statements are shown of each kind that is told beside the answers.
const MOST_BESIDE: usize = 20;
/// How many ways to read a question are shown.
const MOST_READINGS: usize = 20;
/// Of how many statements the words of the documents are read.
const MOST_QUOTED: usize = 50;

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
const INCLUDE: Parameter = Parameter {
    name: "include",
    accepts: Accepts::Code(CodeNames { schema: "QuestionInclude", all: includes }),
    description: "`quotations` adds the words of the documents to the evidence of the first 50 statements; they are kept in the \
        database only.",
    example: "",
};
const PARAMETERS: [&Parameter; 4] = [&Q, &DIGITS, &LIMIT, &INCLUDE];

fn includes() -> Vec<&'static str> {
    vec!["quotations"]
}

fn digits() -> Vec<&'static str> {
    vec!["western", "arabic"]
}

/// `GET /v1/questions`.
pub(crate) fn answer_question() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "answer_question".to_owned(),
        path: "/v1/questions".to_owned(),
        tag: "questions",
        summary: "Answer a question in English or Arabic".to_owned(),
        description: "Reads a question by a closed grammar, without a language model, and answers it with evidence. A word that \
            has no place makes the answer `partly_understood`, without answers where it turns the question; nothing is left out in \
            silence. \"Nobody\" is always \"no source in \
            the graph says so\"."
            .to_owned(),
        path_parameter: None,
        parameters: PARAMETERS.to_vec(),
        names: Vec::new(),
        answer: Answer::Json("QuestionOutcome".to_owned()),
        problems: ANALYSIS_PROBLEMS,
        write: None,
    };
    endpoint.on(get(async |ask: Ask| ask.aside(Lane::Analyses, handle).await))
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
    let quoted = reader
        .text(INCLUDE.name)
        .and_then(|text| reader.one_of(INCLUDE.name, text, includes, |name| includes().contains(&name).then_some(())));
    reader.finish()?;
    let questions = &ask.state.questions;
    let today = given.day;
    let outcome = questions.read(graph, text, today);
    let head = ListHead::new(ask, &given, graph, outcome.lang.as_str(), today);
    if ask.has(&head.etag) {
        return Ok(head.not_modified());
    }
    let asked = Asked { ask, graph, questions, text, today, wire: Wire::new(graph, outcome.lang.as_str()) };
    let speaker = questions.speaker(graph, outcome.lang, digits.unwrap_or_default(), today);
    // A paraphrase can say more than a query may ask.
    if let Some(first) = outcome.readings.first() {
        read(graph, &serde_json::to_value(asked.shown(&first.query)?).map_err(ApiError::internal)?)?;
    }
    let found = outcome.readings.first().map(|first| asked.answers(&first.query)).transpose()?;
    let is_answered = outcome.readings.len() == 1 && !outcome.is_turned;
    let quotations = match found.as_ref().filter(|_| quoted.is_some() && is_answered) {
        Some(found) => quotations_of(ask, found, limit)?,
        None => HashMap::new(),
    };
    let body = asked.outcome(&outcome, found.as_ref(), (speaker, &quotations), limit)?;
    head.answer(&body, None)
}

/// The words of the documents for the first statements of an answer. This runs on a thread that may wait.
fn quotations_of(ask: &Ask, found: &Answers<'_>, limit: usize) -> Result<HashMap<EdgeId, Quotations>, ApiError> {
    let answers = found.answers.iter().take(limit);
    let told = answers.flat_map(|answer| answer.statements.iter().take(MOST_STATEMENTS));
    let beside =
        [&found.counter, &found.instead, &found.aside].into_iter().flat_map(|views| views.iter().take(MOST_BESIDE));
    let told = told.chain(beside).take(MOST_QUOTED);
    let read = |view: &EdgeView<'_>| {
        let words = Handle::current().block_on(quotations_at(&ask.state.live, view.id(), view.version()))?;
        Ok((view.id(), words))
    };
    told.map(read).collect()
}

/// A question and all that it takes to answer it.
#[derive(Clone, Copy)]
struct Asked<'g> {
    ask: &'g Ask,
    graph: &'g Graph,
    questions: &'g Questions,
    text: &'g str,
    today: NaiveDate,
    wire: Wire<'g>,
}

impl<'g> Asked<'g> {
    fn answers(self, query: &Query) -> Result<Answers<'g>, ApiError> {
        let budget = Budget { circuit: CIRCUIT, steps: self.ask.state.options.steps };
        answer(self.graph, query, self.today, budget).map_err(too_expensive)
    }

    fn outcome<'q>(
        self,
        outcome: &Outcome,
        found: Option<&'q Answers<'g>>,
        (speaker, quotations): (Speaker<'_>, &'q HashMap<EdgeId, Quotations>),
        limit: usize,
    ) -> Result<OutcomeBody<'q>, ApiError>
    where
        'g: 'q,
    {
        let mut body = OutcomeBody {
            status: "not_understood",
            text: speaker.not_understood(),
            lang: outcome.lang.as_str(),
            interpretation: None,
            unplaced: Vec::new(),
            alternatives: Vec::new(),
            answers: Vec::new(),
            total: 0,
            set_aside: Vec::new(),
            set_aside_total: 0,
            counter_evidence: Vec::new(),
            counter_evidence_total: 0,
            instead: Vec::new(),
            instead_total: 0,
            suggestions: Vec::new(),
            as_of: AsOfBody::new(self.graph, self.today),
            warnings: Vec::new(),
        };
        let (Some((first, others)), Some(found)) = (outcome.readings.split_first(), found) else { return Ok(body) };
        body.interpretation = Some(self.reading(first, found.answers.len())?);
        body.unplaced = first.unplaced.iter().map(|(start, end)| self.span(*start, *end, None)).collect();
        let left_out: Vec<&str> =
            first.unplaced.iter().filter_map(|(start, end)| self.text.get(*start..*end)).collect();
        let partly = outcome.status == Status::PartlyUnderstood;
        if !others.is_empty() {
            body.status = if partly { "partly_understood" } else { "ambiguous" };
            for reading in others.iter().take(MOST_READINGS) {
                let count = self.answers(&reading.query)?.answers.len();
                body.alternatives.push(self.reading(reading, count)?);
            }
            let ways = outcome.readings.iter().map(|reading| self.difference(reading)).collect::<Vec<_>>();
            body.text = if partly { speaker.partly(&left_out) } else { String::new() } + &speaker.ambiguous(&ways);
            return Ok(body);
        }
        if outcome.is_turned {
            body.status = "partly_understood";
            body.text = speaker.turned(&left_out);
            return Ok(body);
        }
        let told = speaker.answers(&first.query, found);
        body.status = if found.is_silent() { "no_match" } else { "answered" };
        body.text = told;
        if partly {
            body.status = "partly_understood";
            body.text = speaker.partly(&left_out) + &body.text;
        }
        let fields: Vec<QueryField> = first.query.group_by.iter().chain(&first.query.select).copied().collect();
        let statement = |view: &EdgeView<'g>| {
            let words = quotations.get(&view.id()).map(Vec::as_slice).unwrap_or_default();
            AnswerStatementBody::new(self.wire, view, speaker.statement(view), words)
        };
        let answers = found.answers.iter().take(limit).map(|answer| {
            let statements = answer.statements.iter().take(MOST_STATEMENTS).map(statement).collect();
            AnswerBody::new(self.wire, &fields, answer, speaker.row(&first.query, answer), statements)
        });
        body.answers = answers.collect();
        body.total = found.answers.len();
        body.counter_evidence = found.counter.iter().take(MOST_BESIDE).map(statement).collect();
        body.counter_evidence_total = found.counter.len();
        body.instead = found.instead.iter().take(MOST_BESIDE).map(statement).collect();
        body.instead_total = found.instead.len();
        body.set_aside = found.aside.iter().take(MOST_BESIDE).map(statement).collect();
        body.set_aside_total = found.aside.len();
        if found.answers.is_empty() {
            body.suggestions = self.suggestions(&first.query)?;
        }
        body.warnings = cuts(found, limit);
        Ok(body)
    }

    /// A query with references.
    fn shown(self, query: &Query) -> Result<Query<String>, ApiError> {
        let named = |id: &EntityId| self.graph.entity(*id).map(|view| view.reference().to_string()).ok_or(());
        query.try_map(&mut { named }).map_err(|()| ApiError::of(Problem::Internal))
    }

    fn paraphrase(self, query: &Query) -> ParaphraseBody {
        let said = |lang| self.questions.paraphrase(self.graph, query, lang);
        ParaphraseBody { en: said(Lang::En), ar: said(Lang::Ar) }
    }

    fn reading(self, reading: &Reading, answers: usize) -> Result<ReadingBody<'g>, ApiError> {
        let query = self.shown(&reading.query)?;
        // Only what is a name and a port goes into a command.
        let is_plain = |host: &&str| host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
        let host = self.ask.headers.get("host").and_then(|host| host.to_str().ok()).filter(is_plain);
        let host = host.unwrap_or("localhost:8080");
        let entity = |span: &pledgegraph_questions::Span| span.entity.and_then(|id| self.graph.entity(id));
        Ok(ReadingBody {
            paraphrase: self.paraphrase(&reading.query),
            curl: command(host, &query)?,
            query: serde_json::to_value(&query).map_err(ApiError::internal)?,
            assumptions: self.assumptions(reading)?,
            spans: reading
                .spans
                .iter()
                .map(|span| self.span(span.start, span.end, entity(span).map(|view| self.wire.reference(&view))))
                .collect(),
            answers,
        })
    }

    /// Descriptions that fit one entity, and words that could mean something else too.
    fn assumptions(self, reading: &Reading) -> Result<Vec<AssumptionBody<'g>>, ApiError> {
        let described = reading.spans.iter().filter(|span| span.described);
        let mut found: Vec<AssumptionBody<'g>> = described
            .filter_map(|span| {
                let view = self.graph.entity(span.entity?)?;
                let text = self.text.get(span.start..span.end)?.to_owned();
                Some(AssumptionBody::of_entity(text, self.wire.reference(&view)))
            })
            .collect();
        if !reading.others.is_empty() {
            let alternatives = reading.others.iter().map(|query| self.suggestion(query));
            found.push(AssumptionBody::of_meaning(alternatives.collect::<Result<_, _>>()?));
        }
        Ok(found)
    }

    /// A query with how many answers it has.
    fn suggestion(self, query: &Query) -> Result<SuggestionBody, ApiError> {
        let answers = self.answers(query)?.answers.len();
        Ok(SuggestionBody { paraphrase: self.paraphrase(query), answers })
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
    fn suggestions(self, query: &Query) -> Result<Vec<SuggestionBody>, ApiError> {
        let mut found = Vec::new();
        let value = serde_json::to_value(&query.which).map_err(ApiError::internal)?;
        for member in value.as_object().into_iter().flat_map(|members| members.keys()) {
            let mut narrower = value.clone();
            narrower.as_object_mut().map(|members| members.remove(member));
            let Ok(which) = serde_json::from_value(narrower) else { continue };
            let wider = Query { which, ..query.clone() };
            let answers = self.answers(&wider)?.firm();
            if answers > 0 {
                found.push(SuggestionBody { paraphrase: self.paraphrase(&wider), answers });
            }
        }
        Ok(found)
    }
}

/// What is not shown, or was not looked at.
fn cuts(found: &Answers<'_>, limit: usize) -> Vec<WarningBody> {
    let total = found.answers.len();
    let shown = (total > limit).then(|| format!("{limit} of {total} answers are shown; a higher `limit` shows more"));
    let found =
        found.is_cut.then(|| "there is more than was looked at: numbers are the least that there are".to_owned());
    shown.into_iter().chain(found).map(|detail| WarningBody::new("truncated", detail)).collect()
}

/// A command that finds the same: the list, or where no list can, the structured query.
fn command(host: &str, query: &Query<String>) -> Result<String, ApiError> {
    if let Some(address) = address(query) {
        return Ok(format!("curl -s 'http://{host}{address}'"));
    }
    // In a shell a quotation mark within quotation marks stands outside of them.
    let body = serde_json::to_string(query).map_err(ApiError::internal)?.replace('\'', r"'\''");
    Ok(format!("curl -s http://{host}/v1/query --json '{body}'"))
}
