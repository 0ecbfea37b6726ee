//! Parameters in the document: each that differs is one component, under a name of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::http::Method;
use pledgegraph_model::Code;
use pledgegraph_wire::request::known_at::KNOWN_AT;
use pledgegraph_wire::request::parameter::{Accepts, CodeNames, Parameter};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::reference::Reference;
use crate::endpoint::{Endpoint, Headers, PathParameter, pascal};

/// The parameters of all operations.
#[derive(Default)]
pub(super) struct Parameters {
    /// The name of each, by what it says.
    named: HashMap<String, String>,
    /// The components.
    pub(super) components: BTreeMap<String, Value>,
    /// The closed sets of names that they take.
    pub(super) sets: BTreeMap<String, RefOr<Schema>>,
}

/// Where a parameter is used.
#[derive(Default)]
struct Uses<'e> {
    ids: Vec<&'e str>,
    nouns: BTreeSet<&'e str>,
    tags: BTreeSet<&'static str>,
}

impl Parameters {
    /// Those of these operations. `sets` are the closed sets that bodies take, each with its name.
    pub(super) fn new<'e>(endpoints: &[&'e Endpoint], mut sets: HashMap<Value, String>) -> Self {
        let mut order: Vec<Value> = Vec::new();
        let mut uses: HashMap<String, Uses<'e>> = HashMap::new();
        for endpoint in endpoints {
            for parameter in said(endpoint) {
                let uses = uses.entry(parameter.to_string()).or_default();
                if uses.ids.is_empty() {
                    order.push(parameter);
                }
                uses.ids.push(&endpoint.id);
                uses.nouns.insert(&endpoint.noun);
                uses.tags.insert(endpoint.tag);
            }
        }
        for set in order.iter().filter_map(|parameter| set_of(parameter)) {
            if let Some(title) = set["title"].as_str() {
                sets.entry(set["enum"].clone()).or_insert_with(|| title.to_owned());
            }
        }
        let mut all = Self::default();
        for parameter in &order {
            let same_name = order.iter().filter(|other| other["name"] == parameter["name"]);
            let everywhere: usize = same_name.map(|other| uses[&other.to_string()].ids.len()).sum();
            let own = &uses[&parameter.to_string()];
            let name = all.name(parameter, own, parameter["in"] != "path" && own.ids.len() * 2 > everywhere);
            all.add(parameter, name, &mut sets);
        }
        all
    }

    /// A parameter under its name, and the closed set that it takes under that of the set.
    fn add(&mut self, parameter: &Value, name: String, sets: &mut HashMap<Value, String>) {
        let mut component = parameter.clone();
        if let Some(set) = set_of(parameter) {
            let title = sets.entry(set["enum"].clone()).or_insert_with(|| name.trim_end_matches('s').to_owned());
            let schema = if component["schema"]["items"].is_null() { "/schema" } else { "/schema/items" };
            if let Some(schema) = component.pointer_mut(schema) {
                *schema = json!(Reference::new("schemas", title));
            }
            let values = set["enum"].as_array().cloned();
            let schema = ObjectBuilder::new().schema_type(Type::String).description(set["description"].as_str());
            let schema = Schema::Object(schema.enum_values(values).build());
            self.sets.entry(title.clone()).or_insert(schema.into());
        }
        self.named.insert(parameter.to_string(), name.clone());
        self.components.insert(name, component);
    }

    /// `Limit` where the name means one thing nearly everywhere; else with what it is about: `CommitmentFields`,
    /// `EntitiesQ`, or with the operation: `ExportCommitmentsFields`.
    fn name(&self, parameter: &Value, uses: &Uses<'_>, plain: bool) -> String {
        let own = pascal(parameter["name"].as_str().unwrap_or_default());
        let about = match (uses.nouns.len(), uses.tags.len(), uses.tags.first()) {
            (2.., 1, Some(tag)) => pascal(tag),
            _ => uses.nouns.first().copied().unwrap_or_default().to_owned(),
        };
        let joined = |about: &str| if about.ends_with(&own) { about.to_owned() } else { format!("{about}{own}") };
        let id = pascal(uses.ids.first().copied().unwrap_or_default());
        let candidates = [plain.then(|| own.clone()), Some(joined(&about)), Some(joined(&id))];
        let free = candidates.into_iter().flatten().find(|name| !self.components.contains_key(name));
        free.unwrap_or_else(|| joined(&id))
    }

    /// The parameters of an operation.
    pub(super) fn of(&self, endpoint: &Endpoint) -> Vec<Reference> {
        let names = said(endpoint).into_iter().filter_map(|parameter| self.named.get(&parameter.to_string()));
        names.map(|name| Reference::new("parameters", name)).collect()
    }
}

/// The closed set that a parameter takes.
fn set_of(parameter: &Value) -> Option<&Value> {
    let schema = &parameter["schema"];
    [schema, &schema["items"]].into_iter().find(|schema| schema.get("enum").is_some())
}

/// What an operation says of its parameters, with the sets of names that they take inside.
fn said(endpoint: &Endpoint) -> Vec<Value> {
    let known_at = (endpoint.reads() && !endpoint.parameters.is_empty()).then_some(&KNOWN_AT);
    let mut all: Vec<Value> = endpoint.path_parameter.iter().map(of_path).collect();
    for parameter in endpoint.parameters.iter().copied().chain(known_at) {
        let names = endpoint.names.iter().find(|(name, _)| *name == parameter.name).map(|(_, names)| &names[..]);
        all.push(of_query(parameter, names.unwrap_or_default()));
    }
    all.extend(headers(endpoint));
    all
}

fn of_path(parameter: &PathParameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "path",
        "description": parameter.description,
        "required": true,
        "schema": { "type": "string" },
        "example": parameter.example,
    })
}

fn of_query(parameter: &Parameter, names: &[&str]) -> Value {
    let mut value = json!({ "name": parameter.name, "in": "query", "description": described(parameter) });
    let (mut schema, is_list) = (schema(&parameter.accepts, names), parameter.accepts.is_list());
    let example = (!parameter.example.is_empty()).then_some(parameter.example);
    let example = if matches!(parameter.accepts, Accepts::Lang) { Some("ar") } else { example };
    if let (Value::Object(schema), Some(example)) = (&mut schema, example) {
        schema.insert("examples".to_owned(), if is_list { json!([[example]]) } else { json!([example]) });
    }
    if let Value::Object(value) = &mut value {
        value.insert("schema".to_owned(), schema);
        if is_list {
            value.insert("explode".to_owned(), json!(false));
        }
    }
    value
}

/// The schema of a query parameter.
fn schema(accepts: &Accepts, names: &[&str]) -> Value {
    let list = |items: Value| json!({ "type": "array", "items": items, "minItems": 1, "maxItems": 100 });
    match accepts {
        Accepts::Codes(codes) => list(closed(*codes)),
        Accepts::Code(codes) => closed(*codes),
        Accepts::References(_) => list(json!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9:._-]*$" })),
        Accepts::Texts => list(json!({ "type": "string", "pattern": "^[^,]+$" })),
        Accepts::Names => list(json!({ "type": "string", "enum": names })),
        Accepts::Day | Accepts::Date | Accepts::Moment | Accepts::Text => json!({ "type": "string", "minLength": 1 }),
        Accepts::Lang => json!({ "type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" }),
        Accepts::Cursor => json!({ "type": "string", "pattern": pledgegraph_wire::request::cursor::PATTERN }),
        Accepts::Integer { min, max, default } => {
            json!({ "type": "integer", "format": "int64", "minimum": min, "maximum": max, "default": default })
        }
        Accepts::Flag => json!({ "type": "boolean", "default": false }),
        Accepts::Switch => json!({ "type": "boolean", "default": true }),
    }
}

/// A closed set under its name.
fn closed(codes: CodeNames) -> Value {
    json!({
        "title": codes.schema,
        "type": "string",
        "description": "A value that a filter takes. Others are refused, with the nearest one named.",
        "enum": (codes.all)(),
    })
}

/// What a parameter does, and for references which kinds it takes.
fn described(parameter: &Parameter) -> String {
    let Accepts::References(kinds) = parameter.accepts else { return parameter.description.to_owned() };
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let text = parameter.description;
    format!(
        "{text} References: `kind:slug`, an identifier, or a bare slug, which is looked for among: {}.",
        kinds.join(", ")
    )
}

const AT_LEAST: &str = "A version that the answer must include, as `Pledgegraph-Version` of a write gave it. The service \
    waits a moment for it; 503 `replica-behind` when it does not come, 409 `history-diverged` when it is of a history that \
    was lost, 503 `reloading` while that is being found out.";
const KEY: &str = "The same key and request answer as the first time and change nothing. Made by the service and returned \
    when it is left out. Kept for 7 days.";
const IF_MATCH: &str = "The record as it was read: its `ETag`, its `version` in quotation marks (`\"17\"`), or `*`. A weak \
    form is taken too, and several, separated by commas.";
const IF_NONE_MATCH: &str = "The `ETag` of an earlier answer: 304 without a body when the answer is the same.";

/// The headers that an operation reads.
fn headers(endpoint: &Endpoint) -> Vec<Value> {
    let header = |name: &str, required: bool, pattern: &str, text: &str| {
        let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
        if !pattern.is_empty() {
            schema.insert("pattern".to_owned(), json!(pattern));
        }
        let mut header = json!({ "name": name, "in": "header", "description": text, "schema": schema });
        if required {
            header["required"] = json!(true);
        }
        header
    };
    let mut all = Vec::new();
    if endpoint.reads() {
        all.push(header("Pledgegraph-At-Least", false, "^[0-9]{1,18}\\.[0-9a-f]{32}$", AT_LEAST));
    }
    if endpoint.method == Method::GET && endpoint.answer.has_tag() {
        all.push(header("If-None-Match", false, "", IF_NONE_MATCH));
    }
    if endpoint.headers != Headers::None {
        all.push(header("Idempotency-Key", false, "^[!-~]{1,255}$", KEY));
    }
    if endpoint.headers == Headers::KeyAndMatch {
        all.push(header(
            "If-Match",
            true,
            "^(\\*|(W/)?\"[0-9]{1,18}(\\.[0-9a-f]{16})?\"( *, *(W/)?\"[0-9]{1,18}(\\.[0-9a-f]{16})?\")*)$",
            IF_MATCH,
        ));
    }
    all
}
