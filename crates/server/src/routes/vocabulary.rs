//! Code lists.

use axum::response::Response;
use pledgegraph_model::{CodeList, code_lists};
use pledgegraph_wire::answers::vocabulary::CodeListBody;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::{echo, nearest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, PathParameter, Route, problems};
use crate::error::ApiError;
use crate::extract::Path;
use crate::reply::plain_record;
use crate::request::ask::Ask;

/// All code lists.
#[derive(Serialize, ToSchema)]
#[schema(as = Vocabulary)]
pub(crate) struct VocabularyBody {
    /// The lists, by name.
    items: Vec<CodeListBody>,
}

/// `GET /v1/vocabulary`.
pub(crate) fn list_vocabulary() -> Route {
    Endpoint::get("list_vocabulary", "/v1/vocabulary", "vocabulary")
        .says(
            "List all code lists",
            "Every closed set of codes that statements and entities use, with labels and definitions in English \
            and Arabic, ranks, parents, named sets and the codes of other schemes.",
        )
        .json("Vocabulary")
        .on(async |ask: Ask| {
            ask.plain()?;
            plain_record(&ask, &VocabularyBody { items: code_lists().iter().map(CodeListBody::new).collect() })
        })
}

/// `GET /v1/vocabulary/{list}`.
pub(crate) fn get_code_list() -> Route {
    Endpoint::get("get_code_list", "/v1/vocabulary/{list}", "vocabulary")
        .says("Get a code list", "The codes of one list, in their published order.")
        .at(PathParameter { name: "list", description: "Its name.", example: "stances".to_owned() })
        .json("CodeList")
        .problems(problems::RECORD)
        .on(async |Path(name): Path<String>, ask: Ask| one(&ask, &name))
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
