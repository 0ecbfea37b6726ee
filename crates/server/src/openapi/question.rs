//! Questions with a body: POST operations that ask and store nothing.

use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;

use super::endpoint::{Answer, Endpoint, question};
use crate::body::JsonBody;
use crate::body::schema::question_body;
use crate::error::ApiError;
use crate::lanes::Lane;
use crate::problem::Problem;
use crate::request::ask::{Ask, LANG};
use crate::request::parameter::Parameter;
use crate::request::reader::Reader;
use crate::state::State;
use pledgegraph_model::Table;

const PARAMETERS: [&Parameter; 1] = [&LANG];

/// A question with a body. Its only parameter is the language of labels.
pub(crate) struct QuestionEndpoint {
    /// `operationId`.
    pub(crate) id: &'static str,
    /// The path.
    pub(crate) path: &'static str,
    /// The group of operations.
    pub(crate) tag: &'static str,
    /// What it does, in a few words.
    pub(crate) summary: &'static str,
    /// What it does.
    pub(crate) description: String,
    /// The schema of its answer.
    pub(crate) answer: &'static str,
    /// What it takes.
    pub(crate) takes: &'static Table,
}

impl QuestionEndpoint {
    /// The operation, answered on a thread for long work.
    pub(crate) fn on(self, answer: fn(&Ask, &Value) -> Result<Response, ApiError>) -> UtoipaMethodRouter<State> {
        let body = question_body(self.takes);
        let endpoint = Endpoint {
            id: self.id.to_owned(),
            path: self.path.to_owned(),
            tag: self.tag,
            summary: self.summary.to_owned(),
            description: self.description,
            path_parameter: None,
            parameters: PARAMETERS.to_vec(),
            names: Vec::new(),
            answer: Answer::Json(self.answer.to_owned()),
            problems: &[Problem::QueryTooExpensive],
            write: Some(question(&body)),
        };
        let handler = async move |ask: Ask, JsonBody(body): JsonBody| {
            ask.aside(Lane::Analyses, move |ask| answer(ask, &body)).await
        };
        let mut route = endpoint.on(post(handler));
        route.0.extend(body.schemas);
        route
    }
}

/// The language of labels that a question asks for.
pub(crate) fn lang(ask: &Ask) -> Result<String, ApiError> {
    let given = ask.given(&PARAMETERS);
    let mut reader = Reader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader).to_owned();
    reader.finish()?;
    Ok(lang)
}
