//! The operation that shows one record of a collection.

use pledgegraph_wire::filters::VALID_AT;
use pledgegraph_wire::filters::analyses::INCLUDE_IMPLIED;
use pledgegraph_wire::format::Shows;
use pledgegraph_wire::request::form::{FIELDS, LANG};
use pledgegraph_wire::request::include::{INCLUDE_ONE, of_one};
use pledgegraph_wire::request::parameter::Parameter;

use super::{Endpoint, PathParameter, problems};
use crate::list::{List, ListDoc};

/// `get_<item>` at `/v1/<name>/{...}`; of statements with whether they can say why they are in force.
pub(crate) fn record<L: List>(
    list: &L,
    (item, shown): (&str, &str),
    explains: Option<bool>,
    path_parameter: PathParameter,
) -> Endpoint {
    let ListDoc { name, tag, schema, .. } = list.doc();
    let mut parameters: Vec<&Parameter> = vec![&VALID_AT.parameter, &FIELDS, &LANG];
    let path = format!("/v1/{name}/{{{}}}", path_parameter.name);
    let mut endpoint = Endpoint::get(format!("get_{item}"), path, tag).names(&FIELDS, list.names(Shows::Members));
    if let Some(explains) = explains {
        parameters.push(&INCLUDE_ONE);
        parameters.extend(explains.then_some(&INCLUDE_IMPLIED));
        endpoint = endpoint.names(&INCLUDE_ONE, of_one(explains));
    }
    endpoint
        .says(format!("Get one of the {name}"), format!("{shown} Its entity tag begins with its version."))
        .about(schema)
        .at(path_parameter)
        .takes(&parameters)
        .json(schema)
        .problems(problems::RECORD)
}
