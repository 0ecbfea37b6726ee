//! Code lists.

use axum::response::Response;
use axum::routing::get;
use pledgegraph_model::{CodeList, code_lists};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::{ApiError, echo, nearest};
use crate::extract::Path;
use crate::openapi::endpoint::{Answer, Endpoint, PLAIN_PROBLEMS, PathParameter, RECORD_PROBLEMS};
use crate::problem::Problem;
use crate::reply::plain_record;
use crate::request::ask::Ask;
use crate::state::State;
use crate::wire::vocabulary::CodeListBody;

/// All code lists.
#[derive(Serialize, ToSchema)]
#[schema(as = Vocabulary)]
pub(crate) struct VocabularyBody {
    /// The lists, by name.
    items: Vec<CodeListBody>,
}

/// `GET /v1/vocabulary`.
pub(crate) fn list_vocabulary() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "list_vocabulary".to_owned(),
        path: "/v1/vocabulary".to_owned(),
        tag: "vocabulary",
        summary: "List all code lists".to_owned(),
        description:
            "Every closed set of codes that statements and entities use, with labels and definitions in English \
            and Arabic, ranks, parents, named sets and the codes of other schemes."
                .to_owned(),
        path_parameter: None,
        parameters: Vec::new(),
        names: Vec::new(),
        answer: Answer::Json("Vocabulary".to_owned()),
        problems: PLAIN_PROBLEMS,
        write: None,
    };
    endpoint.on(get(async |ask: Ask| {
        ask.plain()?;
        plain_record(&ask, &VocabularyBody { items: code_lists().iter().map(CodeListBody::new).collect() })
    }))
}

/// `GET /v1/vocabulary/{list}`.
pub(crate) fn get_code_list() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "get_code_list".to_owned(),
        path: "/v1/vocabulary/{list}".to_owned(),
        tag: "vocabulary",
        summary: "Get a code list".to_owned(),
        description: "The codes of one list, in their published order.".to_owned(),
        path_parameter: Some(PathParameter { name: "list", description: "Its name.", example: "stances".to_owned() }),
        parameters: Vec::new(),
        names: Vec::new(),
        answer: Answer::Json("CodeList".to_owned()),
        problems: RECORD_PROBLEMS,
        write: None,
    };
    endpoint.on(get(async |Path(name): Path<String>, ask: Ask| one(&ask, &name)))
}

fn one(ask: &Ask, name: &str) -> Result<Response, ApiError> {
    ask.plain()?;
    let lists = code_lists();
    let list = lists.iter().find(|list| list.name == name).ok_or_else(|| unknown(name, &lists))?;
    plain_record(ask, &CodeListBody::new(list))
}

fn unknown(name: &str, lists: &[CodeList]) -> ApiError {
    let hint = nearest(name, lists.iter().map(|list| list.name));
    let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    ApiError::new(Problem::NotFound, format!("there is no code list `{}`{hint}", echo(name)))
}
