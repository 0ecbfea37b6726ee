//! Questions with a body: POST operations that ask and store nothing.

use axum::response::Response;
use pledgegraph_model::Table;
use pledgegraph_wire::body::schema::question_body;
use pledgegraph_wire::media::JSON;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::parameter::Parameter;
use pledgegraph_wire::request::reader::ParameterReader;
use serde_json::Value;

use super::{Endpoint, Route, problems};
use crate::error::ApiError;
use crate::json_body::JsonBody;
use crate::lanes::Lane;
use crate::request::ask::Ask;

/// The only parameter is the language of labels.
const PARAMETERS: [&Parameter; 1] = [&LANG];

impl Endpoint {
    /// The operation that takes such a body, answered on a thread for long work.
    pub(crate) fn asks(self, takes: &'static Table, answer: fn(&Ask, &Value) -> Result<Response, ApiError>) -> Route {
        let body = question_body(takes);
        let endpoint = self.takes(&PARAMETERS).body(JSON, body.name).with(body.schemas).problems(problems::QUESTION);
        endpoint.on(async move |ask: Ask, JsonBody(body): JsonBody| {
            ask.aside(Lane::Analyses, move |ask| answer(ask, &body)).await
        })
    }
}

/// The language of labels that a question asks for.
pub(crate) fn lang(ask: &Ask) -> Result<String, ApiError> {
    let given = ask.given(&PARAMETERS);
    let mut reader = ParameterReader::new(&given, &ask.current, None);
    let lang = ask.lang(&mut reader).to_owned();
    reader.finish()?;
    Ok(lang)
}
