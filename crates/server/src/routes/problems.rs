//! What the problem types of answers mean: `type` of every problem leads here.

use axum::response::Response;
use axum::routing::get;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::ApiError;
use crate::extract::Path;
use crate::openapi::endpoint::{Answer, Endpoint, PLAIN_PROBLEMS, PathParameter, RECORD_PROBLEMS};
use crate::problem::Problem;
use crate::reply::plain_record;
use crate::request::ask::Ask;
use crate::state::State;
use crate::wire::service::{ProblemTypeBody, ProblemTypeListBody};

/// `GET /problems`.
pub(crate) fn list_problem_types() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "list_problem_types".to_owned(),
        path: "/problems".to_owned(),
        tag: "service",
        summary: "List the kinds of problems".to_owned(),
        description: "Every `type` that a problem can have.".to_owned(),
        path_parameter: None,
        parameters: Vec::new(),
        names: Vec::new(),
        answer: Answer::Json("ProblemTypeList".to_owned()),
        problems: PLAIN_PROBLEMS,
        write: None,
    };
    endpoint.on(get(async |ask: Ask| {
        ask.plain()?;
        plain_record(&ask, &ProblemTypeListBody { items: Problem::ALL.iter().map(|p| body(*p)).collect() })
    }))
}

/// `GET /problems/{slug}`.
pub(crate) fn get_problem_type() -> UtoipaMethodRouter<State> {
    let endpoint = Endpoint {
        id: "get_problem_type".to_owned(),
        path: "/problems/{slug}".to_owned(),
        tag: "service",
        summary: "Get what a kind of problem means".to_owned(),
        description: "What the `type` of a problem means and what to do about it.".to_owned(),
        path_parameter: Some(PathParameter {
            name: "slug",
            description: "The last part of the type's URI.",
            example: "bad-parameter".to_owned(),
        }),
        parameters: Vec::new(),
        names: Vec::new(),
        answer: Answer::Json("ProblemType".to_owned()),
        problems: RECORD_PROBLEMS,
        write: None,
    };
    endpoint.on(get(async |Path(slug): Path<String>, ask: Ask| one(&ask, &slug)))
}

fn one(ask: &Ask, slug: &str) -> Result<Response, ApiError> {
    ask.plain()?;
    let problem = Problem::of_slug(slug).ok_or_else(|| ApiError::of(Problem::NotFound))?;
    plain_record(ask, &body(problem))
}

fn body(problem: Problem) -> ProblemTypeBody {
    ProblemTypeBody {
        kind: problem.uri(),
        title: problem.title(),
        status: problem.status().as_u16(),
        meaning: problem.meaning(),
    }
}
