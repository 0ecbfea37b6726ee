//! Questions in English and Arabic.

use std::collections::HashMap;

use axum::response::Response;
use pledgegraph_model::EdgeId;
use pledgegraph_questions::{Budget, Digits, Limits, Outcome, StatementInWords, Understanding};
use pledgegraph_wire::answers::evidence::Quotations;
use pledgegraph_wire::answers::question::{OutcomeBody, named};
use pledgegraph_wire::body::query::read;
use pledgegraph_wire::filters::analyses::{CIRCUIT, too_expensive};
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use pledgegraph_wire::request::reader::ParameterReader;
use tokio::runtime::Handle;

use crate::endpoint::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::lanes::Lane;
use crate::listing::{Head, Listing};
use crate::request::ask::Ask;
use crate::routes::write::quotations_at;

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

const Q: Parameter = Parameter::new(
    "q",
    Accepts::Text,
    "The question in English or Arabic, or a paraphrase of an earlier answer; at most 500 characters.",
)
.example("Who pledged ground forces conditional on US backing?");
const DIGITS: Parameter = Parameter::new(
    "digits",
    Accepts::Code(CodeNames { schema: "Digits", all: digits }),
    "The digits of numbers in the answer's text: `western` unless it is given, or `arabic`.",
);
const LIMIT: Parameter =
    Parameter::new("limit", Accepts::Integer { min: 1, max: 1_000, default: 100 }, "At most so many answers.");
const INCLUDE: Parameter = Parameter::new(
    "include",
    Accepts::Code(CodeNames { schema: "QuestionInclude", all: includes }),
    "`quotations` adds the words of the documents to the evidence of the first 50 statements; they are kept in the \
        database only.",
);
const PARAMETERS: [&Parameter; 4] = [&Q, &DIGITS, &LIMIT, &INCLUDE];

fn includes() -> Vec<&'static str> {
    vec!["quotations"]
}

fn digits() -> Vec<&'static str> {
    vec!["western", "arabic"]
}

/// `GET /v1/questions`.
pub(crate) fn answer_question() -> Route {
    Endpoint::get("answer_question", "/v1/questions", "questions")
        .says("Answer a question in English or Arabic", "Reads a question by a closed grammar, without a language model, and answers it with evidence. A word that \
            has no place makes the answer `partly_understood`, without answers where it turns the question; nothing is left out in \
            silence. \"Nobody\" is always \"no source in \
            the graph says so\".")
        .takes(&PARAMETERS)
        .json("QuestionOutcome")
        .problems(problems::ANALYSIS)
        .on(async |ask: Ask| ask.aside(Lane::Analyses, handle).await)
}

fn handle(ask: &Ask) -> Result<Response, ApiError> {
    let listing = Listing::new(ask, &PARAMETERS)?;
    let (graph, today) = (&*ask.current, listing.given.day);
    let mut reader = listing.reader();
    let text = text_of(&mut reader);
    let digits = reader.text(DIGITS.name).and_then(|text| reader.one_of(DIGITS.name, text, digits, digits_of));
    let answers = reader.number(&LIMIT);
    let quoted = reader
        .text(INCLUDE.name)
        .and_then(|text| reader.one_of(INCLUDE.name, text, includes, |name| includes().contains(&name).then_some(())));
    reader.finish()?;
    let question = ask.state.questions.read(graph, text, today);
    let head = listing.head_in(question.lang.as_str(), today);
    head.unless_held(|| show(&head, &question, (answers, digits.unwrap_or_default(), quoted.is_some())))
}

fn show(
    head: &Head<'_>,
    question: &Understanding,
    (answers, digits, quoted): (usize, Digits, bool),
) -> Result<Response, ApiError> {
    let (ask, graph) = (head.ask, &**head.graph);
    // A paraphrase can say more than a query may ask.
    if let Some(first) = question.readings.first() {
        read(graph, &serde_json::to_value(named(graph, &first.query)).map_err(ApiError::internal)?)?;
    }
    let budget = Budget { circuit: CIRCUIT, steps: ask.state.options.steps };
    let limits =
        Limits { budget, answers, statements: MOST_STATEMENTS, beside: MOST_BESIDE, readings: MOST_READINGS, digits };
    let outcome = ask.state.questions.answer(graph, question, limits).map_err(too_expensive)?;
    let quotations = if quoted { quotations_of(ask, &outcome)? } else { HashMap::new() };
    let body = OutcomeBody::new(head.wire(), host(ask), &outcome, &quotations, head.day).map_err(ApiError::internal)?;
    head.answer(&body, None)
}

/// The question, if it is one.
fn text_of<'a>(reader: &mut ParameterReader<'a>) -> &'a str {
    let text = reader.text(Q.name).unwrap_or_default();
    if text.trim().is_empty() && reader.is_sound() {
        reader.fail(Q.name, "`q` is needed: a question in English or Arabic".to_owned());
    }
    if text.chars().count() > LONGEST {
        reader.fail(Q.name, format!("`q` is longer than {LONGEST} characters"));
    }
    text
}

fn digits_of(name: &str) -> Option<Digits> {
    match name {
        "western" => Some(Digits::Western),
        "arabic" => Some(Digits::Arabic),
        _ => None,
    }
}

/// Where commands ask: only what is a name and a port goes into one.
fn host(ask: &Ask) -> &str {
    let is_plain = |host: &&str| host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
    let host = ask.headers.get("host").and_then(|host| host.to_str().ok()).filter(is_plain);
    host.unwrap_or("localhost:8080")
}

/// The words of the documents for the first statements of an answer. This runs on a thread that may wait.
fn quotations_of(ask: &Ask, outcome: &Outcome<'_>) -> Result<HashMap<EdgeId, Quotations>, ApiError> {
    let read = |StatementInWords { view, .. }: &StatementInWords<'_>| {
        let words = Handle::current().block_on(quotations_at(&ask.state.live, view.id(), view.version()))?;
        Ok((view.id(), words))
    };
    outcome.statements().take(MOST_QUOTED).map(read).collect()
}
