//! A collection as writes see it: of statements or of entities.

use axum::http::header::{CONTENT_LANGUAGE, ETAG};
use axum::response::Response;
use pledgegraph_graph::Graph;
use pledgegraph_live::Mutation;
use pledgegraph_model::{EdgeId, Removed};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::body::schema::{BodySchema, Mode, edge_body, entity_body};
use crate::body::{
    Draft, Except, Form, Naming, Resolve, patch_edge, patch_entity, read_edge, read_entity, write_edge, write_entity,
};
use crate::error::ApiError;
use crate::problem::Problem;
use crate::reply::{bytes, json_bytes, set};
use crate::request::ask::Ask;
use crate::routes::edge_collection::EdgeCollection;
use crate::routes::entity_collection::{EntityCollection, find, moved};
use crate::routes::write::version_in;
use crate::wire::Wire;
use crate::wire::edge::{EdgeBody, EndNames};
use crate::wire::entity::EntityBody;
use crate::wire::evidence::Quotations;
use crate::wire::warning::WarningBody;

/// A collection of statements or of entities.
#[derive(Clone, Copy)]
pub(crate) enum Collection {
    Edges(&'static EdgeCollection),
    Entities(&'static EntityCollection),
}

/// A record that a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) row: Removed,
    pub(crate) version: i64,
}

/// A record as an answer shows it.
pub(crate) struct Shown {
    pub(crate) etag: String,
    /// Its own path.
    pub(crate) location: String,
    lang: String,
    pub(crate) bytes: Vec<u8>,
}

impl Shown {
    /// A record in a language, with the commit that wrote it and its own path.
    pub(crate) fn new(version: i64, location: String, lang: &str, bytes: Vec<u8>) -> Self {
        let etag = format!("\"{version}.{:016x}\"", xxh3_64(&bytes));
        Self { etag, location, lang: lang.to_owned(), bytes }
    }

    /// The record with its entity tag; never 304.
    pub(crate) fn response(&self) -> Response {
        let mut response = json_bytes(self.bytes.clone());
        set(&mut response, ETAG, &self.etag);
        set(&mut response, CONTENT_LANGUAGE, &self.lang);
        response
    }
}

impl Collection {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Edges(collection) => collection.name,
            Self::Entities(collection) => collection.name,
        }
    }

    pub(crate) fn item(self) -> &'static str {
        match self {
            Self::Edges(collection) => collection.item,
            Self::Entities(collection) => collection.item,
        }
    }

    /// The schema of its drafts or patches.
    pub(crate) fn body(self, mode: Mode) -> BodySchema {
        match self {
            Self::Edges(collection) => edge_body(collection.schema, collection.all_kinds(), mode),
            Self::Entities(collection) => entity_body(collection.kind, mode),
        }
    }

    /// How its drafts name the ends of a statement.
    fn naming(self) -> Naming {
        match self {
            Self::Edges(collection) if collection.kinds.len() == 1 => Naming::Typed,
            _ => Naming::General,
        }
    }

    /// The record that a path names; 308 where it has another name by now.
    pub(crate) fn find(self, ask: &Ask, text: &str) -> Result<Found, ApiError> {
        let graph = &ask.current;
        match self {
            Self::Edges(collection) => {
                let view = text.parse::<EdgeId>().ok().and_then(|id| graph.edge(id));
                let view = view.filter(|view| collection.kinds.is_empty() || collection.kinds.contains(&view.kind()));
                let view = view.ok_or_else(|| {
                    ApiError::new(Problem::NotFound, format!("no {} has this identifier", collection.item))
                })?;
                Ok(Found { row: Removed::Edge(view.id()), version: view.version() })
            }
            Self::Entities(collection) => {
                let view = find(graph, text, &[collection.kind])?;
                moved(ask, &view, text)?;
                Ok(Found { row: Removed::Entity(view.id()), version: view.version() })
            }
        }
    }

    /// Reads a draft into what puts it there, as the record `row` if it is one that stands.
    pub(crate) fn draft(self, graph: &Graph, body: &Value, row: Option<Removed>) -> Result<Draft<Mutation>, ApiError> {
        match self {
            Self::Edges(collection) => {
                let mut draft =
                    read_edge(body, collection.all_kinds(), Form::Request, &graph).map_err(ApiError::fields)?;
                if let Some(Removed::Edge(id)) = row {
                    draft.value.id = id;
                }
                Ok(Draft { value: Mutation::PutEdge(draft.value), warnings: draft.warnings })
            }
            Self::Entities(collection) => {
                let own;
                let resolve: &dyn Resolve = match row {
                    Some(Removed::Entity(id)) => {
                        own = Except { within: &graph, own: id };
                        &own
                    }
                    _ => &graph,
                };
                let draft = read_entity(body, collection.kind, Form::Request, resolve);
                let mut draft = draft.map_err(ApiError::fields)?;
                if let Some(Removed::Entity(id)) = row {
                    draft.value.id = id;
                    if let Some(view) = graph.entity(id) {
                        draft.value.keep_redirects(view.entity());
                    }
                }
                Ok(Draft { value: Mutation::PutEntity(draft.value), warnings: draft.warnings })
            }
        }
    }

    /// A draft with a merge patch (RFC 7396) applied to it.
    pub(crate) fn patched(self, graph: &Graph, form: &Value, patch: &Value, row: Removed) -> Result<Value, ApiError> {
        let patched = match (self, row) {
            (Self::Entities(collection), _) => patch_entity(form, patch, collection.kind, &graph),
            (Self::Edges(collection), Removed::Edge(id)) => {
                let view = graph.edge(id).ok_or_else(|| ApiError::of(Problem::NotFound))?;
                patch_edge(form, patch, collection.all_kinds(), view.kind(), &graph)
            }
            (Self::Edges(_), Removed::Entity(_)) => return Err(ApiError::of(Problem::NotFound)),
        };
        patched.map_err(ApiError::fields)
    }

    /// A record in the draft form, whole, with its version: what a patch is applied to.
    pub(crate) async fn whole(self, ask: &Ask, row: Removed) -> Result<Option<(Value, i64)>, ApiError> {
        match row {
            Removed::Entity(id) => {
                let view = ask.current.entity(id).filter(|view| view.id() == id);
                let mut form = view.as_ref().map(|view| (write_entity(view.entity(), &ask.current), view.version()));
                if let Some((Value::Object(fields), _)) = &mut form {
                    fields.remove("kind");
                }
                Ok(form)
            }
            Removed::Edge(id) => {
                // Quotations are kept in the database only.
                let found = ask.state.live.whole_edges(&[id]).await.map_err(ApiError::of_store)?;
                let form = |(edge, version)| (write_edge(&edge, &ask.current, self.naming()), version);
                Ok(found.into_iter().next().map(form))
            }
        }
    }

    /// A record as an answer shows it.
    pub(crate) fn show(
        self,
        graph: &Graph,
        lang: &str,
        row: Removed,
        (quotations, warnings): (&Quotations, Vec<WarningBody>),
    ) -> Result<Shown, ApiError> {
        let wire = Wire::new(graph, lang);
        let gone = || ApiError::new(Problem::NotFound, "the record does not exist any more");
        let version = version_in(graph, row).ok_or_else(gone)?;
        let (bytes, place) = match (self, row) {
            (Self::Edges(collection), Removed::Edge(id)) => {
                let view = graph.edge(id).ok_or_else(gone)?;
                let body = EdgeBody::named(wire, &view, EndNames::of(collection.kinds));
                let body = body.with_quotations(quotations).with_warnings(warnings);
                (bytes(&body)?, id.to_string())
            }
            (_, Removed::Entity(id)) => {
                let view = graph.entity(id).ok_or_else(gone)?;
                let body = EntityBody::new(wire, &view).with_warnings(warnings);
                (bytes(&body)?, view.entity().slug.to_string())
            }
            (Self::Entities(_), Removed::Edge(_)) => return Err(gone()),
        };
        Ok(Shown::new(version, format!("/v1/{}/{place}", self.name()), lang, bytes))
    }
}
