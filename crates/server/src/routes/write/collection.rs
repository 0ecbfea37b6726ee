//! A collection as writes see it: of statements or of entities.

use pledgegraph_graph::Graph;
use pledgegraph_live::Mutation;
use pledgegraph_model::{EdgeId, Removed};
use pledgegraph_wire::answers::Wire;
use pledgegraph_wire::answers::edge::{EdgeBody, EndNames};
use pledgegraph_wire::answers::entity::EntityBody;
use pledgegraph_wire::answers::evidence::Quotations;
use pledgegraph_wire::body::schema::{BodySchema, Mode, edge_body, entity_body};
use pledgegraph_wire::body::{
    Draft, Except, Form, Naming, Resolve, patch_edge, patch_entity, read_edge, read_entity, write_edge, write_entity,
};
use pledgegraph_wire::problem::Problem;
use serde::Serialize;
use serde_json::Value;

use crate::collections::{EdgeCollection, EntityCollection};
use crate::error::ApiError;
use crate::request::ask::Ask;
use crate::routes::named::{find, moved};

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

/// A record as answers show it.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum RecordBody<'g> {
    Statement(EdgeBody<'g>),
    Entity(EntityBody<'g>),
}

impl RecordBody<'_> {
    /// Before its commit is known.
    pub(crate) fn unstamped(self) -> Self {
        match self {
            Self::Statement(body) => Self::Statement(body.unstamped()),
            Self::Entity(body) => Self::Entity(body.unstamped()),
        }
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

    /// A record as answers show it, with the words of its documents.
    pub(crate) fn show<'g>(
        self,
        wire: Wire<'g>,
        row: Removed,
        quotations: &'g Quotations,
    ) -> Result<RecordBody<'g>, ApiError> {
        let shown = match (self, row) {
            (Self::Edges(collection), Removed::Edge(id)) => wire.graph.edge(id).map(|view| {
                let body = EdgeBody::named(wire, &view, EndNames::of(collection.kinds));
                RecordBody::Statement(body.with_quotations(quotations))
            }),
            (_, Removed::Entity(id)) => {
                wire.graph.entity(id).map(|view| RecordBody::Entity(EntityBody::new(wire, &view)))
            }
            (Self::Entities(_), Removed::Edge(_)) => None,
        };
        shown.ok_or_else(|| ApiError::new(Problem::NotFound, "the record does not exist any more"))
    }

    /// The path of a record.
    pub(crate) fn location(self, graph: &Graph, row: Removed) -> Option<String> {
        let place = match row {
            Removed::Edge(id) => id.to_string(),
            Removed::Entity(id) => graph.entity(id)?.entity().slug.to_string(),
        };
        Some(format!("/v1/{}/{place}", self.name()))
    }
}
