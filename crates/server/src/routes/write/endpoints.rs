//! The writes that every collection has: create, replace, patch, retract; and for entities, merge.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use pledgegraph_graph::Graph;
use pledgegraph_live::{Expected, Mutation};
use pledgegraph_model::{Alias, AliasKind, Edge, EdgeId, Entity, EntityId, Redirect, Removed};
use pledgegraph_wire::body::Draft;
use pledgegraph_wire::body::schema::Mode;
use pledgegraph_wire::media::{Answer, JSON, MERGE_PATCH};
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::FieldError;
use pledgegraph_wire::request::form::LANG;
use pledgegraph_wire::request::references;
use serde_json::Value;

use crate::endpoint::{Endpoint, Headers, PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::json_body::JsonBody;
use crate::request::ask::Ask;
use crate::request::if_match::IfMatch;
use crate::routes::write::collection::{Collection, Found};
use crate::routes::write::{CASCADE, Command, DRY_RUN, Prepared, if_match, naming};

/// What the document says of the writes of a collection.
pub(crate) struct WritesDoc {
    pub(crate) collection: Collection,
    pub(crate) tag: &'static str,
    /// The schema of a record.
    pub(crate) schema: &'static str,
    pub(crate) path: PathParameter,
}

impl WritesDoc {
    /// A write of all records of the collection.
    fn of_all(&self, method: Method, verb: &str) -> Endpoint {
        let path = format!("/v1/{}", self.collection.name());
        self.endpoint(method, verb, path).headers(Headers::Key)
    }

    /// A write of one record, or of what lies under it.
    fn of_one(&self, method: Method, verb: &str, under: &str) -> Endpoint {
        let path = format!("/v1/{}/{{{}}}{under}", self.collection.name(), self.path.name);
        self.endpoint(method, verb, path).at(self.path.clone()).headers(Headers::KeyAndMatch)
    }

    fn endpoint(&self, method: Method, verb: &str, path: String) -> Endpoint {
        let endpoint = Endpoint::write(method, format!("{verb}_{}", self.collection.item()), path, self.tag);
        endpoint.about(self.schema).takes(&[&DRY_RUN, &LANG]).json(self.schema)
    }
}

/// The writes of a collection, in the order in which the document shows them.
pub(crate) fn routes(doc: &WritesDoc) -> Vec<Route> {
    let (collection, item) = (doc.collection, doc.collection.item());
    let one = format!("{} {item}", if item.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" });
    let (drafts, patches) = (collection.body(Mode::Draft), collection.body(Mode::Patch));
    let mut routes = vec![
        doc.of_all(Method::POST, "create")
            .says(format!("Create {one}"), format!("Records a new {item}, as one commit."))
            .body(JSON, drafts.name.clone())
            .with(drafts.schemas)
            .status(StatusCode::CREATED)
            .on(move |ask: Ask, JsonBody(body)| async move { write(&ask, collection, Verb::Create, ("", Some(&body))).await }),
        doc.of_one(Method::PUT, "replace", "")
            .says(
                format!("Replace {one}"),
                "The record is afterwards as the body says; what the body leaves out is gone. The version before stays in \
                 the history.",
            )
            .body(JSON, drafts.name)
            .on(move |Path(name): Path<String>, ask: Ask, JsonBody(body)| async move {
                write(&ask, collection, Verb::Replace, (&name, Some(&body))).await
            }),
        doc.of_one(Method::PATCH, "patch", "")
            .says(
                format!("Correct {one}"),
                "A merge patch (RFC 7396): fields that are given take the place of those that stand, `null` removes one, \
                 lists are replaced whole.",
            )
            .body(MERGE_PATCH, patches.name)
            .with(patches.schemas)
            .on(move |Path(name): Path<String>, ask: Ask, JsonBody(body)| async move {
                write(&ask, collection, Verb::Correct, (&name, Some(&body))).await
            }),
        doc.of_one(Method::DELETE, "retract", "")
            .says(
                format!("Retract {one}"),
                "It is gone from every answer and stays in the history. What others still name is not removed: 409 with \
                 their numbers.",
            )
            .takes(&[&CASCADE, &DRY_RUN, &LANG])
            .answers(Answer::Nothing)
            .status(StatusCode::NO_CONTENT)
            .on(move |Path(name): Path<String>, ask: Ask| async move { write(&ask, collection, Verb::Retract, (&name, None)).await }),
    ];
    if matches!(collection, Collection::Entities(_)) {
        let merged = doc.of_one(Method::POST, "merge", "/merge").says(format!("Merge {one} into another"), MERGE);
        routes.push(merged.body(JSON, "MergeInto".to_owned()).on(
            move |Path(name): Path<String>, ask: Ask, JsonBody(body)| async move {
                write(&ask, collection, Verb::Merge, (&name, Some(&body))).await
            },
        ));
    }
    routes
}

const MERGE: &str = "Every statement that names it names the other from now on, its names become other names of the other, \
    and its reference and identifier answer 308 to the other for ever. The answer is the one that stays. At most 20,000 \
    statements may name it.";

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Create,
    Replace,
    Correct,
    Retract,
    Merge,
}

/// What is written of a record, and what to know of it.
type Written = Draft<(Removed, Vec<Mutation>)>;
/// What is expected of the rows that a write rests on.
type Expectations = Vec<(Removed, Expected)>;

/// Does a write once: a repetition with the same key is answered as the first time.
async fn write(
    ask: &Ask,
    collection: Collection,
    verb: Verb,
    (name, body): (&str, Option<&Value>),
) -> Result<Response, ApiError> {
    let condition = (verb != Verb::Create).then(|| if_match(&ask.headers)).transpose()?;
    let parameters: &[_] = if verb == Verb::Retract { &[&CASCADE] } else { &[] };
    let command = Command::read(ask, parameters, body)?;
    if let Some(answer) = command.replay().await? {
        return Ok(answer);
    }
    let found = condition.as_ref().map(|_| collection.find(ask, name)).transpose()?;
    let mut expected = found.map(|found| expectation(condition, found)).unwrap_or_default();
    let body = body.unwrap_or(&Value::Null);
    let (would, status, written) = match (verb, found) {
        (Verb::Retract, Some(found)) => {
            ("retract", StatusCode::NO_CONTENT, retract(ask, found, &mut expected, command.cascade).await?)
        }
        (Verb::Merge, Some(found)) => {
            ("merge", StatusCode::OK, merge(ask, collection, found, &mut expected, body).await?)
        }
        (Verb::Correct, Some(found)) => {
            ("replace", StatusCode::OK, correct(ask, collection, found, &mut expected, body).await?)
        }
        (_, Some(found)) => {
            let draft = ask.checks(|| collection.draft(&ask.current, body, Some(found.row))).await?;
            ("replace", StatusCode::OK, one(found.row, draft))
        }
        (_, None) => ("create", StatusCode::CREATED, create(ask, collection, &mut expected, body).await?),
    };
    let Draft { value: (row, mutations), warnings } = written;
    command.perform(collection, Prepared { would, status, row, mutations, expected, warnings }).await
}

fn one(row: Removed, draft: Draft<Mutation>) -> Written {
    Draft { value: (row, vec![draft.value]), warnings: draft.warnings }
}

async fn create(
    ask: &Ask,
    collection: Collection,
    expected: &mut Expectations,
    body: &Value,
) -> Result<Written, ApiError> {
    let draft = ask.checks(|| collection.draft(&ask.current, body, None)).await?;
    let row = match &draft.value {
        Mutation::PutEntity(entity) => Removed::Entity(entity.id),
        Mutation::PutEdge(edge) => Removed::Edge(edge.id),
        _ => return Err(ApiError::internal("a draft that is no record")),
    };
    if let Mutation::PutEdge(edge) = &draft.value
        && let Some(known) = naming::duplicate(&ask.current, edge)
    {
        let detail = format!("duplicate-edge: {known} says the same, with the same evidence");
        return Err(ApiError::new(Problem::Constraint, detail));
    }
    expected.push((row, Expected::Absent));
    Ok(one(row, draft))
}

async fn correct(
    ask: &Ask,
    collection: Collection,
    found: Found,
    expected: &mut Expectations,
    body: &Value,
) -> Result<Written, ApiError> {
    let gone = || ApiError::new(Problem::NotFound, "the record does not exist any more");
    let (form, version) = collection.whole(ask, found.row).await?.ok_or_else(gone)?;
    let patched = || {
        let form = collection.patched(&ask.current, &form, body, found.row)?;
        collection.draft(&ask.current, &form, Some(found.row))
    };
    let draft = ask.checks(patched).await?;
    // The patch is right only on the record that it was applied to.
    expected.push((found.row, Expected::Version(version)));
    Ok(one(found.row, draft))
}

async fn retract(ask: &Ask, found: Found, expected: &mut Expectations, cascades: bool) -> Result<Written, ApiError> {
    let mut mutations = if cascades { cascade(ask, found, expected).await? } else { Vec::new() };
    mutations.push(match found.row {
        Removed::Entity(id) => Mutation::RemoveEntity(id),
        Removed::Edge(id) => Mutation::RemoveEdge(id),
    });
    Ok(Draft { value: (found.row, mutations), warnings: Vec::new() })
}

/// What goes with a record: the statements that name it; links to what goes are taken off those that stay.
async fn cascade(ask: &Ask, found: Found, expected: &mut Expectations) -> Result<Vec<Mutation>, ApiError> {
    let graph: &Graph = &ask.current;
    let going: BTreeSet<EdgeId> = match found.row {
        Removed::Entity(id) => naming::statements(graph, id)?,
        Removed::Edge(id) => BTreeSet::from([id]),
    };
    let linking = going.iter().filter_map(|id| graph.edge(*id)).flat_map(|view| view.links());
    let linking: BTreeSet<EdgeId> = linking.filter(|link| !link.outgoing).map(|link| link.edge).collect();
    let linking: Vec<EdgeId> = linking.difference(&going).copied().collect();
    let mut mutations = Vec::new();
    for (mut edge, version) in ask.state.live.whole_edges(&linking).await.map_err(ApiError::of_store)? {
        edge.links.retain(|link| !going.contains(&link.edge));
        expected.push((Removed::Edge(edge.id), Expected::Version(version)));
        mutations.push(Mutation::PutEdge(edge));
    }
    mutations.extend(going.iter().filter(|id| Removed::Edge(**id) != found.row).map(|id| Mutation::RemoveEdge(*id)));
    Ok(mutations)
}

async fn merge(
    ask: &Ask,
    collection: Collection,
    found: Found,
    expected: &mut Expectations,
    body: &Value,
) -> Result<Written, ApiError> {
    let (Collection::Entities(entities), Removed::Entity(from)) = (collection, found.row) else {
        return Err(ApiError::of(Problem::NotFound));
    };
    let into = target(&ask.current, body, entities.kind)?;
    if into == from {
        return Err(at("/into", "validation", "an entity is not merged into itself".to_owned()));
    }
    Ok(Draft { value: (Removed::Entity(into), merged(ask, from, into, expected).await?), warnings: Vec::new() })
}

/// `into` of a merge.
fn target(graph: &Graph, body: &Value, kind: pledgegraph_model::EntityKind) -> Result<EntityId, ApiError> {
    let fields = body.as_object().ok_or_else(|| at("", "validation", "the body is an object".to_owned()))?;
    let unknown = fields.keys().filter(|name| *name != "into");
    let mut errors: Vec<FieldError> = unknown
        .map(|name| {
            let name = pledgegraph_wire::refusal::echo(name);
            let detail = "there is no such field; `into` names the entity that stays".to_owned();
            FieldError { pointer: Some(format!("/{name}")), code: "unknown-field", detail, ..FieldError::default() }
        })
        .collect();
    let text = fields.get("into").and_then(Value::as_str);
    let found = text.ok_or_else(|| "a reference to the entity that stays".to_owned()).and_then(|text| {
        references::find(graph, text, &[kind]).map(|view| view.id()).map_err(|miss| miss.detail(text, &[kind]))
    });
    match found {
        Ok(id) if errors.is_empty() => Ok(id),
        Ok(_) => Err(ApiError::fields(errors)),
        Err(detail) => {
            let code = if text.is_some() { "dangling-reference" } else { "missing-field" };
            errors.push(FieldError { pointer: Some("/into".to_owned()), code, detail, ..FieldError::default() });
            Err(ApiError::fields(errors))
        }
    }
}

/// The rewritten records of a merge, each expected as it was read.
async fn merged(
    ask: &Ask,
    from: EntityId,
    into: EntityId,
    expected: &mut Expectations,
) -> Result<Vec<Mutation>, ApiError> {
    let graph: &Graph = &ask.current;
    let rename = |id: EntityId| Ok::<_, Infallible>(if id == from { into } else { id });
    let (Some(old), Some(kept)) = (graph.entity(from), graph.entity(into)) else {
        return Err(ApiError::of(Problem::NotFound));
    };
    expected.push((Removed::Entity(into), Expected::Version(kept.version())));
    let survivor = union(kept.entity(), old.entity());
    let mut mutations = vec![Mutation::PutEntity(unwrap(survivor.try_map(rename)))];
    for entity in naming::entities(graph, from).into_iter().filter(|entity| entity.id != from && entity.id != into) {
        let version = graph.entity(entity.id).map(|view| view.version()).unwrap_or_default();
        expected.push((Removed::Entity(entity.id), Expected::Version(version)));
        mutations.push(Mutation::PutEntity(unwrap(entity.try_map(rename))));
    }
    let naming: Vec<EdgeId> = naming::statements(graph, from)?.into_iter().collect();
    for (edge, version) in ask.state.live.whole_edges(&naming).await.map_err(ApiError::of_store)? {
        expected.push((Removed::Edge(edge.id), Expected::Version(version)));
        let renamed: Edge = unwrap(edge.try_map(rename, Ok));
        mutations.push(Mutation::PutEdge(renamed));
    }
    mutations.push(Mutation::MergeEntity { from, into });
    Ok(mutations)
}

/// The entity that stays: with the names of the other as other names, and with its references.
fn union(kept: &Entity, old: &Entity) -> Entity {
    let mut entity = kept.clone();
    let names = old.names.iter().map(|(lang, text)| Alias {
        text: text.to_owned(),
        lang: lang.clone(),
        kind: AliasKind::Spelling,
    });
    for alias in names.chain(old.aliases.iter().cloned()) {
        let known = |a: &Alias| a.text == alias.text && a.lang == alias.lang;
        let is_name = kept.names.get(alias.lang.as_str()) == Some(alias.text.as_str());
        if !is_name && !entity.aliases.iter().any(known) {
            entity.aliases.push(alias);
        }
    }
    entity.redirects.extend(old.redirects.iter().cloned());
    entity.redirects.push(Redirect { id: old.id, slug: old.slug.clone() });
    entity
}

fn unwrap<T>(result: Result<T, Infallible>) -> T {
    result.unwrap_or_else(|never| match never {})
}

fn at(pointer: &str, code: &'static str, detail: String) -> ApiError {
    ApiError::fields(vec![FieldError { pointer: Some(pointer.to_owned()), code, detail, ..FieldError::default() }])
}

/// What is written rests on the version that was read, whatever the client asks for.
fn expectation(condition: Option<IfMatch>, found: Found) -> Expectations {
    let asked = match condition {
        // Of several that the client names it can be at one alone.
        Some(IfMatch::Versions(named)) if !named.contains(&found.version) => {
            named.first().map(|version| (found.row, Expected::Version(*version)))
        }
        Some(IfMatch::Versions(_) | IfMatch::Exists) | None => None,
    };
    asked.into_iter().chain([(found.row, Expected::Version(found.version))]).collect()
}
