//! The three operations that every collection has.

use super::endpoint::{Answer, EXPORT_PROBLEMS, Endpoint, LIST_PROBLEMS, PathParameter, RECORD_PROBLEMS};
use super::schemas::page_name;
use crate::filters::VALID_AT;
use crate::filters::analyses::INCLUDE_IMPLIED;
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
    pub(crate) names: Vec<(&'static str, Vec<&'static str>)>,
    pub(crate) columns: Vec<&'static str>,
}

impl CollectionDoc {
    /// `list_<name>` at `/v1/<name>`.
    pub(crate) fn list(&self) -> Endpoint {
        Endpoint {
            id: format!("list_{}", self.name),
            path: format!("/v1/{}", self.name),
            tag: self.tag,
            summary: format!("List {}", self.name),
            description: self.description.to_owned(),
            path_parameter: None,
            parameters: self.list_parameters.clone(),
            names: self.names.clone(),
            answer: Answer::Json(page_name(self.schema)),
            problems: LIST_PROBLEMS,
            write: None,
        }
    }

    /// `export_<name>` at `/v1/<name>.csv`.
    pub(crate) fn export(&self) -> Endpoint {
        Endpoint {
            id: format!("export_{}", self.name),
            path: format!("/v1/{}.csv", self.name),
            tag: self.tag,
            summary: format!("Export {} as CSV", self.name),
            description: format!("{} The whole list, narrowed by the same filters.", self.description),
            path_parameter: None,
            parameters: self.export_parameters.clone(),
            names: vec![(FIELDS.name, self.columns.clone())],
            answer: Answer::Csv(self.columns.clone()),
            problems: EXPORT_PROBLEMS,
            write: None,
        }
    }

    /// `get_<item>` at `/v1/<name>/{...}`.
    pub(crate) fn record(&self, path_parameter: PathParameter) -> Endpoint {
        let mut parameters: Vec<&Parameter> = vec![&VALID_AT.parameter, &FIELDS, &LANG];
        let mut names: Vec<_> = self.names.iter().filter(|(name, _)| *name == FIELDS.name).cloned().collect();
        if let Some(explains) = self.explains {
            parameters.push(&INCLUDE_ONE);
            parameters.extend(self.list_parameters.iter().filter(|p| p.name == INCLUDE_IMPLIED.name));
            names.push((INCLUDE_ONE.name, of_one(explains)));
        }
        Endpoint {
            id: format!("get_{}", self.item),
            path: format!("/v1/{}/{{{}}}", self.name, path_parameter.name),
            tag: self.tag,
            summary: format!("Get one of the {}", self.name),
            description: format!("{} Its entity tag begins with its version.", self.shown),
            path_parameter: Some(path_parameter),
            parameters,
            names,
            answer: Answer::Json(self.schema.to_owned()),
            problems: RECORD_PROBLEMS,
            write: None,
        }
    }
}
