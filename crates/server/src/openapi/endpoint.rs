//! One operation of the document, from the same table that reads its parameters.

use axum::routing::MethodRouter;
use pledgegraph_model::Code;
use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, ParameterStyle, Paths,
};
use utoipa::openapi::response::{Response, ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::openapi::schemas::Named;
use crate::problem::Problem;
use crate::request::parameter::{Accepts, CodeNames, Parameter};
use crate::state::State;

/// A parameter in the path.
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
}

/// One GET operation.
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
    pub(crate) problems: &'static [Problem],
}

/// What a list can answer with besides the list.
pub(crate) const LIST_PROBLEMS: &[Problem] = &[
    Problem::BadParameter,
    Problem::NotAcceptable,
    Problem::CursorExpired,
    Problem::UriTooLong,
    Problem::ForbiddenCharacter,
    Problem::Internal,
    Problem::Timeout,
];
/// What an export can answer with besides the rows.
pub(crate) const EXPORT_PROBLEMS: &[Problem] = &[
    Problem::BadParameter,
    Problem::NotAcceptable,
    Problem::UriTooLong,
    Problem::ForbiddenCharacter,
    Problem::Internal,
    Problem::Timeout,
];
/// What a record can answer with besides the record.
pub(crate) const RECORD_PROBLEMS: &[Problem] = &[
    Problem::BadParameter,
    Problem::NotFound,
    Problem::NotAcceptable,
    Problem::UriTooLong,
    Problem::ForbiddenCharacter,
    Problem::Internal,
    Problem::Timeout,
];
/// What an operation without parameters can answer with.
pub(crate) const PLAIN_PROBLEMS: &[Problem] =
    &[Problem::BadParameter, Problem::NotAcceptable, Problem::UriTooLong, Problem::Internal, Problem::Timeout];

impl Endpoint {
    /// The operation with its handler, as the router takes it.
    pub(crate) fn on(self, handler: MethodRouter<State>) -> UtoipaMethodRouter<State> {
        let mut paths = Paths::new();
        let path = self.path.clone();
        let closed_sets = code_schemas(&self.parameters);
        paths.add_path_operation(path, vec![HttpMethod::Get], self.operation());
        (closed_sets, paths, handler)
    }

    fn operation(self) -> Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(self.id))
            .tag(self.tag)
            .summary(Some(self.summary))
            .description(Some(self.description))
            .security(SecurityRequirement::default());
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
        for parameter in self.parameters {
            let names = self.names.iter().find(|(name, _)| *name == parameter.name).map(|(_, names)| &names[..]);
            operation = operation.parameter(query_parameter(parameter, names.unwrap_or_default()));
        }
        let mut responses = ResponsesBuilder::new().response("200", success(&self.answer));
        if matches!(self.answer, Answer::Json(_) | Answer::Csv(_)) {
            responses = responses.response("304", plain("The client has this answer already (`If-None-Match`)."));
        }
        if matches!(self.answer, Answer::JsonOr503(_)) {
            responses = responses.response("503", success(&self.answer));
        }
        for problem in self.problems {
            responses = responses.response(problem.status().as_u16().to_string(), problem_response(*problem));
        }
        operation.responses(responses.build()).build()
    }
}

fn plain(description: &str) -> Response {
    ResponseBuilder::new().description(description).build()
}

fn problem_response(problem: Problem) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(problem.title()).content("application/problem+json", content).build()
}

fn success(answer: &Answer) -> Response {
    let version = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some("The version of the data that answered: `<seq>.<chain>`."))
        .build();
    let builder = ResponseBuilder::new().header("Pledgegraph-Version", version);
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
        Answer::Text(media_type) => {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            let content = ContentBuilder::new().schema(Some(Schema::Object(text))).build();
            builder.description("The answer.").content(*media_type, content).build()
        }
    }
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
        Accepts::Day | Accepts::Date | Accepts::Text => {
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
