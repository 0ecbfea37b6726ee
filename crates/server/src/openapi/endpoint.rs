//! One operation of the document, from the same table that reads its parameters.

use axum::http::StatusCode;
use axum::routing::MethodRouter;
use pledgegraph_model::Code;
use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, ParameterStyle, Paths,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Required};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::access;
use crate::body::schema::BodySchema;
use crate::openapi::schemas::Named;
use crate::problem::Problem;
use crate::request::known_at::KNOWN_AT;
use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::state::State;

/// A parameter in the path.
#[derive(Clone)]
pub(crate) struct PathParameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) example: String,
}

/// What an operation answers with.
pub(crate) enum Answer {
    /// JSON of a named schema.
    Json(String),
    /// JSON of a named schema, with 200 or 503.
    JsonOr503(String),
    /// CSV with these columns.
    Csv(Vec<&'static str>),
    /// Text of this media type.
    Text(&'static str),
    /// Lines of JSON of the first schema, or JSON of the second for who asks for that.
    LinesOrJson(String, String),
    /// JSON of a named schema; or one item a line, or as events, for who asks for that.
    Feed(String),
}

/// What a write has beside what every operation has.
pub(crate) struct WriteDoc {
    pub(crate) method: HttpMethod,
    /// The schema of the request body and its media type.
    pub(crate) body: Option<(String, &'static str)>,
    /// Whether an `Idempotency-Key` is kept.
    pub(crate) keyed: bool,
    /// Whether `If-Match` is needed.
    pub(crate) conditional: bool,
    /// The status of success.
    pub(crate) success: WriteStatus,
}

/// A POST that asks: what it takes, and that it stores nothing.
pub(crate) fn question(body: &BodySchema) -> WriteDoc {
    WriteDoc {
        method: HttpMethod::Post,
        body: Some((body.name.clone(), "application/json")),
        keyed: false,
        conditional: false,
        success: WriteStatus::Ok,
    }
}

/// With which status a write succeeds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteStatus {
    /// 200 with the record.
    Ok,
    /// 201 with the record and its `Location`.
    Created,
    /// 204.
    NoContent,
}

/// One operation.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) tag: &'static str,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) path_parameter: Option<PathParameter>,
    pub(crate) parameters: Vec<&'static Parameter>,
    /// What `fields=` and `include=` take here.
    pub(crate) names: Vec<(&'static str, Vec<&'static str>)>,
    pub(crate) answer: Answer,
    /// What it can answer with beside [`EVERYWHERE`].
    pub(crate) problems: &'static [Problem],
    /// `None` for a GET.
    pub(crate) write: Option<WriteDoc>,
}

/// What every operation can answer with.
const EVERYWHERE: &[Problem] = &[
    Problem::BadParameter,
    Problem::Unauthenticated,
    Problem::InsufficientScope,
    Problem::NotAcceptable,
    Problem::UriTooLong,
    Problem::Misdirected,
    Problem::QuotaExceeded,
    Problem::Internal,
    Problem::Overloaded,
    Problem::Timeout,
];
/// What every write can answer with.
const WRITES: &[Problem] = &[
    Problem::Constraint,
    Problem::RequestTimeout,
    Problem::ContentTooLarge,
    Problem::UnsupportedMediaType,
    Problem::Validation,
    Problem::StoreFull,
];

/// What every question with a body can answer with.
const QUESTIONS: &[Problem] = &[
    Problem::RequestTimeout,
    Problem::ContentTooLarge,
    Problem::UnsupportedMediaType,
    Problem::Validation,
    Problem::HistoryDiverged,
];

/// What a list can answer with besides the list.
pub(crate) const LIST_PROBLEMS: &[Problem] =
    &[Problem::CursorExpired, Problem::HistoryDiverged, Problem::ForbiddenCharacter];
/// What an export can answer with besides the rows.
pub(crate) const EXPORT_PROBLEMS: &[Problem] = &[Problem::HistoryDiverged, Problem::ForbiddenCharacter];
/// What a record can answer with besides the record.
pub(crate) const RECORD_PROBLEMS: &[Problem] =
    &[Problem::Moved, Problem::NotFound, Problem::HistoryDiverged, Problem::ForbiddenCharacter];
/// What an analysis can answer with besides its result.
pub(crate) const ANALYSIS_PROBLEMS: &[Problem] =
    &[Problem::QueryTooExpensive, Problem::HistoryDiverged, Problem::ForbiddenCharacter];
/// What an analysis that is a list can answer with besides the list.
pub(crate) const ANALYSIS_LIST_PROBLEMS: &[Problem] =
    &[Problem::QueryTooExpensive, Problem::CursorExpired, Problem::HistoryDiverged, Problem::ForbiddenCharacter];
/// What an operation without parameters can answer with.
pub(crate) const PLAIN_PROBLEMS: &[Problem] = &[Problem::HistoryDiverged];

impl Endpoint {
    /// The operation with its handler, as the router takes it.
    pub(crate) fn on(self, handler: MethodRouter<State>) -> UtoipaMethodRouter<State> {
        let mut paths = Paths::new();
        let path = self.path.clone();
        let method = self.write.as_ref().map_or(HttpMethod::Get, |write| write.method.clone());
        let closed_sets = code_schemas(&self.parameters);
        paths.add_path_operation(path, vec![method], self.operation());
        (closed_sets, paths, handler)
    }

    fn operation(self) -> Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(self.id))
            .tag(self.tag)
            .summary(Some(self.summary))
            .description(Some(self.description));
        operation = match access::documented(&self.path, self.write.is_none()) {
            access::Required::Nothing => operation.security(SecurityRequirement::default()),
            access::Required::Optional => operation.security(SecurityRequirement::default()).security(bearer()),
            access::Required::Scope(_) => operation.security(bearer()),
        };
        if let Some(parameter) = &self.path_parameter {
            operation = operation.parameter(
                ParameterBuilder::new()
                    .name(parameter.name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .description(Some(parameter.description))
                    .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                    .example(Some(Value::from(parameter.example.clone()))),
            );
        }
        let asks = access::asks(&self.path);
        let reads = self.write.is_none() || asks;
        let known_at = (reads && !self.parameters.is_empty()).then_some(&KNOWN_AT);
        for parameter in self.parameters.into_iter().chain(known_at) {
            let names = self.names.iter().find(|(name, _)| *name == parameter.name).map(|(_, names)| &names[..]);
            operation = operation.parameter(query_parameter(parameter, names.unwrap_or_default()));
        }
        let mut problems: Vec<Problem> = EVERYWHERE.iter().chain(self.problems).copied().collect();
        let mut responses = ResponsesBuilder::new();
        match &self.write {
            None => {
                // Of `Pledgegraph-At-Least`, which every read takes.
                problems.push(Problem::HistoryDiverged);
                operation = reading_headers().into_iter().fold(operation, OperationBuilder::parameter);
                responses = responses.response("200", success(&self.answer));
                if matches!(self.answer, Answer::Json(_) | Answer::Csv(_)) {
                    responses =
                        responses.response("304", plain("The client has this answer already (`If-None-Match`)."));
                }
                if matches!(self.answer, Answer::JsonOr503(_)) {
                    problems.retain(|problem| problem.status() != StatusCode::SERVICE_UNAVAILABLE);
                    responses = responses.response("503", success_or_problem(&self.answer));
                }
            }
            Some(write) => {
                problems.extend(if asks { QUESTIONS } else { WRITES });
                if asks {
                    operation = reading_headers().into_iter().fold(operation, OperationBuilder::parameter);
                }
                problems.extend(if write.conditional { CONDITIONAL } else { &[] });
                operation = writing_headers(write).into_iter().fold(operation, OperationBuilder::parameter);
                operation =
                    operation.request_body(write.body.as_ref().map(|(schema, media)| request_body(schema, media)));
                responses = write_responses(responses, write, &self.answer);
            }
        }
        let mut statuses: Vec<StatusCode> = problems.iter().map(|problem| problem.status()).collect();
        statuses.sort_unstable();
        statuses.dedup();
        for status in statuses {
            let of_status = problems.iter().copied().filter(|problem| problem.status() == status);
            responses = responses.response(status.as_str(), problem_response(of_status));
        }
        operation.responses(responses.build()).build()
    }
}

/// What a write that needs `If-Match` can answer with.
const CONDITIONAL: &[Problem] = &[Problem::NotFound, Problem::PreconditionRequired, Problem::VersionMismatch];

/// Every token is a bearer token (RFC 6750).
fn bearer() -> SecurityRequirement {
    SecurityRequirement::new::<_, [String; 0], String>("token", [])
}

fn header(name: &str, required: bool, pattern: &str, text: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some(text))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))))
}

fn reading_headers() -> [ParameterBuilder; 1] {
    [header(
        "Pledgegraph-At-Least",
        false,
        "^[0-9]{1,18}\\.[0-9a-f]{32}$",
        "A version that the answer must include, as `Pledgegraph-Version` of a write gave it. The service waits a moment \
         for it; 503 `replica-behind` when it does not come, 409 `history-diverged` when it is of a history that was lost, \
         503 `reloading` while that is being found out.",
    )]
}

fn writing_headers(write: &WriteDoc) -> Vec<ParameterBuilder> {
    let key = header(
        "Idempotency-Key",
        false,
        "^[!-~]{1,255}$",
        "The same key and request answer as the first time and change nothing. Made by the service and returned when it \
         is left out. Kept for 7 days.",
    );
    let mut headers: Vec<_> = write.keyed.then_some(key).into_iter().collect();
    if write.conditional {
        let text = "The `ETag` of the record as it was read, or `*`.";
        headers.push(header("If-Match", true, "^(\\*|\"[0-9]{1,18}(\\.[0-9a-f]{16})?\")$", text));
    }
    headers
}

fn request_body(schema: &str, media_type: &str) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    RequestBodyBuilder::new().content(media_type, content).required(Some(Required::True)).build()
}

fn write_responses(responses: ResponsesBuilder, write: &WriteDoc, answer: &Answer) -> ResponsesBuilder {
    match write.success {
        WriteStatus::Ok => responses.response("200", success(answer)),
        WriteStatus::Created => responses.response("201", success(answer)),
        WriteStatus::NoContent => responses.response("204", plain("Done.")),
    }
}

fn plain(description: &str) -> Response {
    ResponseBuilder::new().description(description).build()
}

fn problem_response(problems: impl Iterator<Item = Problem>) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut titles: Vec<&str> = problems.map(Problem::title).collect();
    titles.dedup();
    ResponseBuilder::new().description(titles.join("; ")).content("application/problem+json", content).build()
}

fn success_or_problem(answer: &Answer) -> Response {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = success(answer);
    response.content.insert("application/problem+json".to_owned(), RefOr::T(problem));
    response
}

fn success(answer: &Answer) -> Response {
    let version = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some("The version of the data that answered: `<seq>.<chain>`."))
        .build();
    let warning = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(
            "`content-differs` where the database was changed past its log, so that answers may tell what was never \
             committed; `/` says what differs. Absent otherwise. An open set.",
        ))
        .build();
    let builder = ResponseBuilder::new().header("Pledgegraph-Version", version).header("Pledgegraph-Warning", warning);
    match answer {
        Answer::Json(schema) | Answer::JsonOr503(schema) => {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
            builder.description("The answer.").content("application/json", content).build()
        }
        Answer::Csv(columns) => {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            let content = ContentBuilder::new().schema(Some(Schema::Object(text))).build();
            let description = format!(
                "The whole list, streamed, a row an item under a header; the names of columns never change: `{}`. Cells \
                that a spreadsheet would take for a formula begin with `'`.",
                columns.join(",")
            );
            builder.description(description).content("text/csv", content).build()
        }
        Answer::Text("application/json") => {
            let object = ObjectBuilder::new().schema_type(Type::Object).build();
            let content = ContentBuilder::new().schema(Some(Schema::Object(object))).build();
            builder.description("The answer.").content("application/json", content).build()
        }
        Answer::Text(media_type) => builder.description("The answer.").content(*media_type, text_content()).build(),
        Answer::LinesOrJson(line, schema) => {
            let lines = ContentBuilder::new().schema(Some(Ref::from_schema_name(line))).build();
            let json = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
            let builder = builder.description("The answer.").content("application/x-ndjson", lines);
            builder.content("application/json", json).build()
        }
        Answer::Feed(schema) => {
            let json = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
            let builder = builder.description("The answer.").content("application/json", json);
            builder.content("application/x-ndjson", text_content()).content("text/event-stream", text_content()).build()
        }
    }
}

fn text_content() -> Content {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ContentBuilder::new().schema(Some(Schema::Object(text))).build()
}

fn query_parameter(parameter: &Parameter, names: &[&'static str]) -> ParameterBuilder {
    let builder = ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(described(parameter)));
    let string = || ObjectBuilder::new().schema_type(Type::String);
    let list = |items: RefOr<Schema>| {
        let array = ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(100)).build();
        Schema::Array(array)
    };
    let given = (!parameter.example.is_empty()).then(|| Value::from(parameter.example));
    let given_list = given.clone().map(|value| json!([value]));
    let in_one = |builder: ParameterBuilder| builder.style(Some(ParameterStyle::Form)).explode(Some(false));
    let reference = || string().pattern(Some("^[A-Za-z0-9][A-Za-z0-9:._-]*$")).build();
    let object = |object: ObjectBuilder| Some(RefOr::T(Schema::Object(object.build())));
    match parameter.accepts {
        Accepts::Codes(codes) => {
            in_one(builder).schema(Some(list(Ref::from_schema_name(codes.schema).into()))).example(given_list)
        }
        Accepts::Code(codes) => builder.schema(Some(Ref::from_schema_name(codes.schema))).example(given),
        Accepts::References(_) => {
            in_one(builder).schema(Some(list(Schema::Object(reference()).into()))).example(given_list)
        }
        Accepts::Names => {
            let values: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
            let items = string().enum_values(Some(values)).build();
            in_one(builder).schema(Some(list(Schema::Object(items).into())))
        }
        Accepts::Day | Accepts::Date | Accepts::Moment | Accepts::Text => {
            builder.schema(object(string().min_length(Some(1)))).example(given)
        }
        Accepts::Lang => {
            let pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$";
            builder.schema(object(string().pattern(Some(pattern)))).example(Some(json!("ar")))
        }
        Accepts::Cursor => builder.schema(object(string().pattern(Some(crate::request::cursor::PATTERN)))),
        Accepts::Integer { min, max, default } => {
            let integer = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(Some(min))
                .maximum(Some(max))
                .default(Some(json!(default)));
            builder.schema(object(integer))
        }
        Accepts::Flag => {
            builder.schema(object(ObjectBuilder::new().schema_type(Type::Boolean).default(Some(json!(false)))))
        }
        Accepts::Switch => {
            builder.schema(object(ObjectBuilder::new().schema_type(Type::Boolean).default(Some(json!(true)))))
        }
    }
}

/// What a parameter does, and for references which kinds it takes.
fn described(parameter: &Parameter) -> String {
    let Accepts::References(kinds) = parameter.accepts else { return parameter.description.to_owned() };
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let text = parameter.description;
    format!(
        "{text} References: `kind:slug`, an identifier, or a bare slug, which is looked for among: {}.",
        kinds.join(", ")
    )
}

/// The closed sets that parameters take, as schemas.
fn code_schemas(parameters: &[&Parameter]) -> Vec<Named> {
    let named = parameters.iter().filter_map(|parameter| match parameter.accepts {
        Accepts::Codes(names) | Accepts::Code(names) => Some((names.schema.to_owned(), code_schema(names).into())),
        _ => None,
    });
    named.collect()
}

fn code_schema(names: CodeNames) -> Schema {
    let values: Vec<Value> = (names.all)().into_iter().map(Value::from).collect();
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("A value that a filter takes. Others are refused, with the nearest one named."))
        .enum_values(Some(values));
    Schema::Object(object.build())
}
