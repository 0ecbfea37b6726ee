//! The versions of one record: as they were recorded, or as the statements hold.

use std::collections::BTreeSet;
use std::ops::Range;

use axum::response::Response;
use chrono::{DateTime, Utc};
use pledgegraph_graph::{EdgeQuery, EdgeView, Graph, Page, Total};
use pledgegraph_live::{Row, RowVersion};
use pledgegraph_model::{Date, EdgeId, EntityId, LinkType, Removed, Where};
use pledgegraph_wire::answers::edge::EdgeBody;
use pledgegraph_wire::answers::list::{AsOfBody, PageBody, TotalBody, version};
use pledgegraph_wire::media::Answer;
use pledgegraph_wire::openapi::schemas::NamedSchema;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::request::form::{CURSOR, LANG, LIMIT};
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::endpoint::{Endpoint, PathParameter, Route};
use crate::error::ApiError;
use crate::extract::Path;
use crate::listing::{Head, Listing, counted, rest};
use crate::reply::{VERSION, json, set};
use crate::request::ask::Ask;
use crate::routes::named::{find, moved};
use crate::routes::write::collection::Collection;

mod past;

const AXIS: Parameter = Parameter::new(
    "axis",
    Accepts::Code(CodeNames { schema: "HistoryAxis", all: axes }),
    "`recorded` (the default): what this service knew, version by version. `valid`: the statements on the \
        matter in the order in which they hold.",
)
.example("recorded");
const DIFF: Parameter = Parameter::new(
    "diff",
    Accepts::Flag,
    "With each version the JSON patch (RFC 6902) that makes it of the one before.",
);
const PARAMETERS: [&Parameter; 5] = [&AXIS, &DIFF, &LIMIT, &CURSOR, &LANG];
/// The most statements that the axis `valid` puts in order.
const MOST: usize = 10_000;

fn axes() -> Vec<&'static str> {
    vec!["recorded", "valid"]
}

/// One version of a record, or one of the statements on its matter.
#[derive(Serialize)]
struct VersionBody {
    /// The commit that wrote it.
    version: i64,
    /// When that commit was recorded.
    #[serde(serialize_with = "pledgegraph_wire::answers::moment::serialize")]
    recorded_at: DateTime<Utc>,
    /// What the commit did.
    op: &'static str,
    /// What the record was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    /// The record as it was; absent where it was gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Value>,
    /// The statement, on the axis `valid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Value>,
    /// What changed since the version before, if `diff` is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<Vec<Value>>,
}

/// One step of a JSON patch (RFC 6902).
#[derive(Serialize, ToSchema)]
#[schema(as = JsonPatchStep)]
pub(crate) struct PatchStepBody {
    /// `add`, `remove`, `replace`, `move` or `copy`. An open set.
    #[schema(example = "replace")]
    op: String,
    /// Where, as a JSON pointer.
    #[schema(example = "/stance")]
    path: String,
    /// From where, for `move` and `copy`.
    from: Option<String>,
    /// What stands there afterwards, for `add` and `replace`: any JSON.
    value: Option<Value>,
}

/// The history of a record.
#[derive(Serialize)]
struct HistoryBody {
    axis: &'static str,
    items: Vec<VersionBody>,
    page: PageBody,
    total: TotalBody,
    as_of: AsOfBody,
}

/// `GET /v1/{collection}/{ref}/history`.
pub(crate) fn route(collection: Collection, tag: &'static str, schema: &'static str, path: PathParameter) -> Route {
    let (name, item) = (collection.name(), collection.item());
    Endpoint::get(format!("list_{item}_history"), format!("/v1/{name}/{{{}}}/history", path.name), tag)
        .says(
            format!("List the versions of a {item}"),
            "Oldest first, retractions included. Labels are those of today.",
        )
        .about(schema)
        .at(path)
        .takes(&PARAMETERS)
        .answers(Answer::Untagged(format!("{schema}History")))
        .problems(&[Problem::NotFound, Problem::Moved, Problem::CursorExpired, Problem::ForbiddenCharacter])
        .with(schemas(schema))
        .on(move |Path(name): Path<String>, ask: Ask| async move { answer(&ask, collection, &name).await })
}

async fn answer(ask: &Ask, collection: Collection, name: &str) -> Result<Response, ApiError> {
    let listing = Listing::new(ask, &PARAMETERS)?;
    let mut reader = listing.reader();
    let axis = reader.text(AXIS.name).unwrap_or("recorded");
    let valid = reader.one_of(AXIS.name, axis, axes, |axis| axes().contains(&axis).then_some(axis == "valid"));
    let (diff, day) = (reader.flag(DIFF.name), reader.today());
    let head = listing.head(reader, day)?;
    let row = named(ask, head.graph, collection, name)?;
    let asking = Asking { places: counted(head.page), head, collection, diff };
    if valid.unwrap_or_default() { asking.valid(row) } else { asking.recorded(row).await }
}

/// The record that a path names, whether it stands or not.
fn named(ask: &Ask, graph: &Graph, collection: Collection, name: &str) -> Result<Removed, ApiError> {
    match collection {
        Collection::Edges(_) => {
            name.parse().ok().map(Removed::Edge).ok_or_else(|| {
                ApiError::new(Problem::NotFound, format!("no {} has this identifier", collection.item()))
            })
        }
        Collection::Entities(entities) => {
            // An entity that was merged has a history of its own, under its identifier.
            if let Ok(id) = name.parse::<EntityId>() {
                return Ok(Removed::Entity(id));
            }
            match find(graph, name, &[entities.kind]) {
                Ok(view) => moved(ask, &view, name).map(|()| Removed::Entity(view.id())),
                // One that was retracted: its identifier follows from its reference, unless that was given away before.
                Err(absent) => {
                    let slug = name.split_once(':').map_or(name, |(_, slug)| slug);
                    let id = EntityId::of_key(&format!("{}:{slug}", entities.kind));
                    if graph.entity(id).is_some() { Err(absent) } else { Ok(Removed::Entity(id)) }
                }
            }
        }
    }
}

/// What the pages of a history are made with.
struct Asking<'a> {
    head: Head<'a>,
    collection: Collection,
    diff: bool,
    /// The versions of the page.
    places: Range<usize>,
}

impl Asking<'_> {
    async fn recorded(&self, row: Removed) -> Result<Response, ApiError> {
        let live = &self.head.ask.state.live;
        let (graph, lang) = (self.head.graph, self.head.lang);
        let mut heads = live.versions(row).await.map_err(ApiError::of_store)?;
        heads.retain(|head| head.seq <= graph.seq());
        // Kinds do not change, so the newest tells.
        let newest = live.last_version_at(row, graph.seq()).await.map_err(ApiError::of_store)?;
        if heads.is_empty() || !newest.is_some_and(|newest| self.belongs(&newest)) {
            let detail = format!("there never was such a {}", self.collection.item());
            return Err(ApiError::new(Problem::NotFound, detail));
        }
        let from = self.from();
        let mut bodies = Vec::new();
        let mut before: Option<Value> = None;
        let shown = heads.iter().take(self.places.end).skip(from).map(|head| head.seq).collect();
        let versions = live.versions_at(row, shown).await.map_err(ApiError::of_store)?;
        for (n, version) in (from..).zip(versions) {
            let record = past::record(live, graph, self.collection, lang, row, &version).await?;
            let diff = (self.diff && n > 0).then(|| past::diff(before.as_ref(), record.as_ref()));
            before.clone_from(&record);
            if n >= self.places.start {
                let merged_into = version.merged_into;
                let merged = merged_into.and_then(|id| graph.entity(id)).map(|view| view.reference().to_string());
                let op = match (&version.row, merged_into) {
                    (Some(_), _) => "put",
                    (None, Some(_)) => "merge",
                    (None, None) => "remove",
                };
                let (version, recorded_at) = (version.seq, version.recorded_at);
                let statement = None;
                bodies.push(VersionBody { version, recorded_at, op, merged_into: merged, record, statement, diff });
            }
        }
        self.page("recorded", bodies, heads.len(), true)
    }

    /// Whether a version is of a kind that the collection has.
    fn belongs(&self, version: &RowVersion) -> bool {
        match (&version.row, self.collection) {
            (Some(Row::Entity(entity)), Collection::Entities(collection)) => entity.kind == collection.kind,
            (Some(Row::Edge(edge)), Collection::Edges(collection)) => {
                collection.kinds.is_empty() || collection.kinds.contains(&edge.kind())
            }
            (None, _) => true,
            _ => false,
        }
    }

    fn valid(&self, row: Removed) -> Result<Response, ApiError> {
        let (mut views, exact) = on_the_matter(self.head.graph, row)?;
        let begins = |view: &EdgeView<'_>| {
            let date = [view.valid_from(), view.said_at()].into_iter().find_map(Date::earliest);
            (date.is_none(), date, view.id())
        };
        views.sort_by_key(begins);
        let (wire, from) = (self.head.wire(), self.from());
        let mut before: Option<Value> = None;
        let mut bodies = Vec::new();
        for (n, view) in views.iter().enumerate().take(self.places.end).skip(from) {
            let statement = serde_json::to_value(EdgeBody::new(wire, view)).map_err(ApiError::internal)?;
            let diff = (self.diff && n > 0).then(|| past::diff(before.as_ref(), Some(&statement)));
            before = Some(statement.clone());
            if n >= self.places.start {
                let (version, recorded_at) = (view.version(), view.recorded_at());
                let (op, statement) = ("put", Some(statement));
                let (merged_into, record) = (None, None);
                bodies.push(VersionBody { version, recorded_at, op, merged_into, record, statement, diff });
            }
        }
        self.page("valid", bodies, views.len(), exact)
    }

    /// The first of a page is compared with the last of the page before.
    fn from(&self) -> usize {
        self.places.start.saturating_sub(usize::from(self.diff))
    }

    fn page(
        &self,
        axis: &'static str,
        items: Vec<VersionBody>,
        total: usize,
        exact: bool,
    ) -> Result<Response, ApiError> {
        let (page, _) = self.head.next(rest(&self.places, total));
        let total = Total { value: total as u64, exact }.into();
        let mut response = json(&HistoryBody { axis, items, page, total, as_of: self.head.as_of() })?;
        set(&mut response, VERSION, &version(self.head.graph));
        Ok(response)
    }
}

/// The statements on the matter of a record: of an entity, those that touch it; of a statement, those that it supersedes
/// or that supersede it, and for a commitment those of the same pledger on the same capability, mission and beneficiary.
/// Whether these are all.
fn on_the_matter(graph: &Graph, row: Removed) -> Result<(Vec<EdgeView<'_>>, bool), ApiError> {
    let gone = || ApiError::new(Problem::NotFound, "it does not stand any more; `axis=recorded` has its versions");
    let query = match row {
        Removed::Entity(id) => {
            let view = graph.entity(id).ok_or_else(gone)?;
            EdgeQuery::of(&[], Where { touching: vec![view.id()], ..Where::all() })
        }
        Removed::Edge(id) => return Ok(superseding(graph, &graph.edge(id).ok_or_else(gone)?)),
    };
    let found = graph.edges(&query, Page::first(MOST));
    Ok((found.items, !found.more))
}

fn superseding<'g>(graph: &'g Graph, view: &EdgeView<'g>) -> (Vec<EdgeView<'g>>, bool) {
    let mut ids: BTreeSet<EdgeId> = BTreeSet::from([view.id()]);
    let mut waiting = vec![view.id()];
    while let Some(id) = waiting.pop() {
        let links = graph.edge(id).map(|view| view.links()).unwrap_or_default();
        let chain = links.iter().filter(|link| link.link_type == LinkType::Supersedes).map(|link| link.edge);
        waiting.extend(chain.filter(|id| ids.len() < MOST && ids.insert(*id)));
    }
    let mut exact = ids.len() < MOST;
    if let Some(commitment) = view.detail().commitment() {
        let which = Where {
            subject: vec![view.subject().id()],
            object: vec![view.object().id()],
            capability: vec![commitment.capability],
            mission: vec![commitment.mission],
            ..Where::all()
        };
        let found = graph.edges(&EdgeQuery::of(&[view.kind()], which), Page::first(MOST));
        exact &= !found.more;
        let same = |v: &&EdgeView<'_>| v.detail().commitment().is_some_and(|c| c.capability == commitment.capability);
        ids.extend(found.items.iter().filter(same).map(EdgeView::id));
    }
    (ids.into_iter().filter_map(|id| graph.edge(id)).collect(), exact)
}

/// The schemas of a collection's history.
fn schemas(schema: &str) -> [NamedSchema; 2] {
    use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
    use utoipa::openapi::{Ref, RefOr};
    let text = |description: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    let refer = |name: &str, description: &str| {
        let mut reference = Ref::from_schema_name(name);
        description.clone_into(&mut reference.description);
        reference
    };
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some("The commit that wrote it."));
    let moment = text("When that commit was recorded.").format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    let diff = ArrayBuilder::new().items(Ref::from_schema_name("JsonPatchStep"));
    let diff = diff.description(Some("What changed since the version before (RFC 6902), if `diff` is asked."));
    let version = ObjectBuilder::new()
        .description(Some(format!("One version of a {schema}, or one of the statements on its matter.")))
        .property("version", number)
        .required("version")
        .property("recorded_at", moment)
        .required("recorded_at")
        .property("op", text("What the commit did: `put`, `remove` or `merge`. An open set.").examples(["put"]))
        .required("op")
        .property("merged_into", text("What the entity was merged into.").examples(["country:GB"]))
        .property("record", refer(schema, "The record as it was; absent where it was gone."))
        .property("statement", refer("Edge", "The statement, on the axis `valid`."))
        .property("diff", diff);
    let items = ArrayBuilder::new().items(Ref::from_schema_name(format!("{schema}Version")));
    let page = ObjectBuilder::new()
        .description(Some(format!("The history of a {schema}, oldest first.")))
        .property("axis", text("`recorded` or `valid`. An open set.").examples(["recorded"]))
        .required("axis")
        .property("items", items.description(Some("The versions of this page.")))
        .required("items")
        .property("page", refer("PageInfo", "Which page it is."))
        .required("page")
        .property("total", refer("Total", "How many versions there are."))
        .required("total")
        .property("as_of", refer("AsOf", "To which state the answer belongs."))
        .required("as_of");
    let named = |name: String, object: ObjectBuilder| (name, RefOr::T(Schema::Object(object.build())));
    [named(format!("{schema}Version"), version), named(format!("{schema}History"), page)]
}
