//! What the problem types of answers mean: `type` of every problem leads here.

use axum::response::Response;
use pledgegraph_wire::answers::service::{ProblemTypeBody, ProblemTypeListBody};
use pledgegraph_wire::problem::Problem;

use crate::endpoint::{Endpoint, Needs, PathParameter, Route, problems};
use crate::error::ApiError;
use crate::extract::Path;
use crate::reply::plain_record;
use crate::request::ask::Ask;

/// `GET /problems`.
pub(crate) fn list_problem_types() -> Route {
    Endpoint::get("list_problem_types", "/problems", "service")
        .needs(Needs::Nothing)
        .says("List the kinds of problems", "Every `type` that a problem can have.")
        .json("ProblemTypeList")
        .on(async |ask: Ask| {
            ask.plain()?;
            plain_record(&ask, &ProblemTypeListBody { items: Problem::ALL.iter().map(|p| body(*p)).collect() })
        })
}

/// `GET /problems/{slug}`.
pub(crate) fn get_problem_type() -> Route {
    Endpoint::get("get_problem_type", "/problems/{slug}", "service")
        .needs(Needs::Nothing)
        .says("Get what a kind of problem means", "What the `type` of a problem means and what to do about it.")
        .at(PathParameter {
            name: "slug",
            description: "The last part of the type's URI.",
            example: "bad-parameter".to_owned(),
        })
        .json("ProblemType")
        .problems(problems::RECORD)
        .on(async |Path(slug): Path<String>, ask: Ask| one(&ask, &slug))
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
        status: problem.status(),
        meaning: problem.meaning(),
    }
}
