//! The three operations that every collection has.

use super::{Answer, Endpoint, PathParameter, problems};
use crate::filters::VALID_AT;
use crate::filters::analyses::INCLUDE_IMPLIED;
use crate::openapi::schemas::page_name;
use crate::request::ask::{FIELDS, LANG};
use crate::request::parameter::Parameter;
use crate::routes::edge_collection::include::{INCLUDE_ONE, of_one};

/// What the document says of a collection.
pub(crate) struct CollectionDoc {
    /// Its name in paths and operations, plural.
    pub(crate) name: &'static str,
    /// One item, in operations.
    pub(crate) item: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) description: &'static str,
    /// The name of the schema of an item.
    pub(crate) schema: &'static str,
    /// What an item is.
    pub(crate) shown: &'static str,
    /// Of statements: whether they can say why they are in force.
    pub(crate) explains: Option<bool>,
    pub(crate) list_parameters: Vec<&'static Parameter>,
    pub(crate) export_parameters: Vec<&'static Parameter>,
    /// What `fields=` and `include=` take.
    pub(crate) names: Vec<(&'static Parameter, Vec<&'static str>)>,
    pub(crate) columns: Vec<&'static str>,
}

impl CollectionDoc {
    /// `list_<name>` at `/v1/<name>`.
    pub(crate) fn list(&self) -> Endpoint {
        let endpoint = Endpoint::get(format!("list_{}", self.name), format!("/v1/{}", self.name), self.tag)
            .says(format!("List {}", self.name), self.description)
            .about(self.schema)
            .takes(&self.list_parameters)
            .json(page_name(self.schema))
            .problems(problems::LIST);
        self.names.iter().fold(endpoint, |endpoint, (parameter, names)| endpoint.names(parameter, names.clone()))
    }

    /// `export_<name>` at `/v1/<name>.csv`.
    pub(crate) fn export(&self) -> Endpoint {
        Endpoint::get(format!("export_{}", self.name), format!("/v1/{}.csv", self.name), self.tag)
            .says(
                format!("Export {} as CSV", self.name),
                format!("{} The whole list, narrowed by the same filters.", self.description),
            )
            .about(self.schema)
            .takes(&self.export_parameters)
            .names(&FIELDS, self.columns.clone())
            .answers(Answer::Csv(self.columns.clone()))
            .problems(problems::EXPORT)
    }

    /// `get_<item>` at `/v1/<name>/{...}`.
    pub(crate) fn record(&self, path_parameter: PathParameter) -> Endpoint {
        let path = format!("/v1/{}/{{{}}}", self.name, path_parameter.name);
        let mut parameters: Vec<&Parameter> = vec![&VALID_AT.parameter, &FIELDS, &LANG];
        let mut endpoint = Endpoint::get(format!("get_{}", self.item), path, self.tag);
        for (parameter, names) in self.names.iter().filter(|(parameter, _)| parameter.name == FIELDS.name) {
            endpoint = endpoint.names(parameter, names.clone());
        }
        if let Some(explains) = self.explains {
            parameters.push(&INCLUDE_ONE);
            parameters.extend(self.list_parameters.iter().filter(|p| p.name == INCLUDE_IMPLIED.name));
            endpoint = endpoint.names(&INCLUDE_ONE, of_one(explains));
        }
        endpoint
            .says(
                format!("Get one of the {}", self.name),
                format!("{} Its entity tag begins with its version.", self.shown),
            )
            .about(self.schema)
            .at(path_parameter)
            .takes(&parameters)
            .json(self.schema)
            .problems(problems::RECORD)
    }
}
