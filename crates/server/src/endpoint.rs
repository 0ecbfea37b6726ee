//! What an operation is, declared once: the router, the gate, negotiation and the document all read it here.

pub(crate) mod collection;
pub(crate) mod declared;
pub(crate) mod problems;
pub(crate) mod question;

use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};
use pledgegraph_wire::media::Answer;
use pledgegraph_wire::openapi::schemas::NamedSchema;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::parameter::Parameter;

use crate::state::State;

/// A parameter in the path.
#[derive(Clone)]
pub(crate) struct PathParameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) example: String,
}

/// What somebody needs who calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing, and credentials are not looked at: health checks must not depend on tokens, and one has to be able to read
    /// how to get one.
    Nothing,
    /// Nothing, or the scope `read` where reads are closed.
    Read,
    /// The scope `write`.
    Write,
    /// The scope `admin`.
    Admin,
}

/// What a write has beside what every operation has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headers {
    /// Nothing.
    None,
    /// An `Idempotency-Key`, which is kept.
    Key,
    /// An `Idempotency-Key`, and `If-Match`, without which it is refused.
    KeyAndMatch,
}

/// The schema of a request body and its media type.
pub(crate) struct Body {
    pub(crate) media_type: &'static str,
    /// `None` for lines.
    pub(crate) schema: Option<String>,
}

/// One operation.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) needs: Needs,
    pub(crate) tag: &'static str,
    pub(crate) summary: String,
    pub(crate) description: String,
    /// What it is about, where the document names what several operations have alike.
    pub(crate) noun: String,
    pub(crate) path_parameter: Option<PathParameter>,
    pub(crate) parameters: Vec<&'static Parameter>,
    /// What `fields=` and `include=` take here.
    pub(crate) names: Vec<(&'static str, Vec<&'static str>)>,
    pub(crate) headers: Headers,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
    /// The status of success.
    pub(crate) status: StatusCode,
    /// What it can answer with beside what every operation can.
    pub(crate) problems: &'static [Problem],
    /// The schemas that only it brings.
    pub(crate) schemas: Vec<NamedSchema>,
}

impl Endpoint {
    /// A GET. `id` is the operation's name in clients: `list_commitments`.
    pub(crate) fn get(id: impl Into<String>, path: impl Into<String>, tag: &'static str) -> Self {
        let id = id.into();
        Self {
            noun: pascal(id.split_once('_').map_or(&*id, |(_, noun)| noun)),
            id,
            method: Method::GET,
            path: path.into(),
            needs: Needs::Read,
            tag,
            summary: String::new(),
            description: String::new(),
            path_parameter: None,
            parameters: Vec::new(),
            names: Vec::new(),
            headers: Headers::None,
            body: None,
            answer: Answer::Nothing,
            status: StatusCode::OK,
            problems: &[],
            schemas: Vec::new(),
        }
    }

    /// A write.
    pub(crate) fn write(method: Method, id: impl Into<String>, path: impl Into<String>, tag: &'static str) -> Self {
        Self { method, needs: Needs::Write, ..Self::get(id, path, tag) }
    }

    /// A POST that asks and stores nothing.
    pub(crate) fn question(id: &str, path: &str, tag: &'static str) -> Self {
        Self { method: Method::POST, ..Self::get(id, path, tag) }
    }

    /// Whether it only asks.
    pub(crate) fn reads(&self) -> bool {
        self.method.is_safe() || self.needs == Needs::Read
    }

    /// What it does: in a few words, and in some sentences.
    pub(crate) fn says(self, summary: impl Into<String>, description: impl Into<String>) -> Self {
        Self { summary: summary.into(), description: description.into(), ..self }
    }

    pub(crate) fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    pub(crate) fn about(self, noun: &str) -> Self {
        Self { noun: noun.to_owned(), ..self }
    }

    pub(crate) fn at(self, parameter: PathParameter) -> Self {
        Self { path_parameter: Some(parameter), ..self }
    }

    pub(crate) fn takes(self, parameters: &[&'static Parameter]) -> Self {
        Self { parameters: parameters.to_vec(), ..self }
    }

    /// What a parameter takes whose names depend on the operation.
    pub(crate) fn names(mut self, parameter: &Parameter, names: Vec<&'static str>) -> Self {
        self.names.push((parameter.name, names));
        self
    }

    pub(crate) fn headers(self, headers: Headers) -> Self {
        Self { headers, ..self }
    }

    pub(crate) fn body(self, media_type: &'static str, schema: impl Into<Option<String>>) -> Self {
        Self { body: Some(Body { media_type, schema: schema.into() }), ..self }
    }

    pub(crate) fn answers(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    pub(crate) fn json(self, schema: impl Into<String>) -> Self {
        self.answers(Answer::Json(schema.into()))
    }

    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn problems(self, problems: &'static [Problem]) -> Self {
        Self { problems, ..self }
    }

    /// Brings schemas into the document.
    pub(crate) fn with(mut self, schemas: impl IntoIterator<Item = NamedSchema>) -> Self {
        self.schemas.extend(schemas);
        self
    }

    /// The operation with its handler.
    pub(crate) fn on<T: 'static>(self, handler: impl Handler<T, State>) -> Route {
        let method = match self.method {
            Method::POST => MethodFilter::POST,
            Method::PUT => MethodFilter::PUT,
            Method::PATCH => MethodFilter::PATCH,
            Method::DELETE => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        Route { handler: on(method, handler), endpoint: self }
    }
}

/// An operation and what answers it.
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    pub(crate) handler: MethodRouter<State>,
}

/// `part_of` and `part-of` -> `PartOf`.
pub(crate) fn pascal(name: &str) -> String {
    let words = name.split(['_', '-']).map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}
