//! Every reader x every standing x every kind of statement: readers are those of the OpenAPI document, so that a new one
//! without a row fails.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use axum::http::{Method, StatusCode};
use pledgegraph_bundle::Bundle;
use pledgegraph_model::{Code, Edge, EdgeId, EdgeKind, EntityId, EntityRef, Standing};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::contract::parameters;

/// What a reader does with statements.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reader {
    /// Lists every statement, each with its standing, and narrows by `standing=`.
    Lists,
    /// Counts or concludes: takes what counts, and says what it leaves out.
    Counts,
}

/// Every operation that lists or concludes, by its identifier. Whole lists (`export_`, `stream_`) go with their lists; records (`get_`) show.
const READERS: &[(&str, Reader)] = &[
    ("list_commitments", Reader::Lists),
    ("list_memberships", Reader::Lists),
    ("list_offices", Reader::Lists),
    ("list_attendances", Reader::Lists),
    ("list_convenings", Reader::Lists),
    ("list_requests", Reader::Lists),
    ("list_actions", Reader::Lists),
    ("list_outcomes", Reader::Lists),
    ("list_remarks", Reader::Lists),
    ("list_relations", Reader::Lists),
    ("list_edges", Reader::Lists),
    ("list_leaders", Reader::Counts),
    ("list_positions", Reader::Counts),
    ("list_actor_positions", Reader::Counts),
    ("get_matrix", Reader::Counts),
    ("run_query", Reader::Counts),
    ("answer_question", Reader::Counts),
    ("evaluate_scenario", Reader::Counts),
    ("find_unlocking_sets", Reader::Counts),
    ("find_blocking_sets", Reader::Counts),
    ("measure_pivotality", Reader::Counts),
    ("list_deadlocks", Reader::Counts),
    ("list_fall_out", Reader::Counts),
    ("list_conditions", Reader::Counts),
    ("list_conflicts", Reader::Counts),
];

/// Lists that show or do not hang on how statements stand: entities, neighbourhoods, the service.
const SHOWN: &[&str] = &[
    "list_countries",
    "list_coalitions",
    "list_organizations",
    "list_groups",
    "list_persons",
    "list_meetings",
    "list_places",
    "list_sources",
    "list_entities",
    "list_adjacent",
    "list_paths",
    "list_bridges",
    "list_vocabulary",
    "list_audit",
    "list_changes",
    "list_problem_types",
];

/// The words that give a statement a standing on any day of today.
fn having(standing: Standing) -> Value {
    match standing {
        Standing::Denied => json!({"polarity": "denied"}),
        Standing::Unverified => json!({"polarity": "unknown"}),
        Standing::Deprecated => json!({"rank": "deprecated"}),
        Standing::NotYet => json!({"valid_from": {"edtf": "2999-01-01"}}),
        Standing::Over => json!({"valid_until": {"edtf": "2020"}}),
        // By another statement that says so.
        Standing::Superseded | Standing::TakenBack | Standing::Stands => json!({}),
        Standing::NotCounted => json!({"modality": "assessed_by_others"}),
        Standing::MayStand => json!({"valid_until": {"verbatim": "as long as it takes"}}),
    }
}

/// A statement of a kind; `at` tells those of one kind apart.
fn statement(kind: EdgeKind, at: usize) -> Value {
    let group = format!("group:standing-{at}");
    match kind {
        EdgeKind::Membership => json!({"subject": group, "object": "coalition:of-the-willing", "role": "member"}),
        EdgeKind::Office => {
            json!({"subject": format!("person:standing-{at}"), "object": "country:GB", "title": {"en": "Minister"}})
        }
        EdgeKind::Attendance => json!({"subject": group, "object": "meeting:coalition-april", "role": "participant"}),
        EdgeKind::Convening => json!({"subject": group, "object": "meeting:coalition-april", "status": "held"}),
        EdgeKind::Location => json!({"subject": format!("organization:standing-{at}"), "object": "place:kyiv"}),
        EdgeKind::Sidelines => {
            json!({"subject": format!("meeting:standing-{at}"), "object": "meeting:coalition-april"})
        }
        EdgeKind::PartOf => json!({"subject": group, "object": "group:europeans"}),
        EdgeKind::Commitment => {
            json!({"subject": group, "object": "country:UA", "capability": "humanitarian", "stance": "pledged"})
        }
        EdgeKind::Request => json!({"subject": group, "object": "country:ES", "text": {"en": "Asks."}}),
        EdgeKind::Action => {
            json!({"subject": group, "object": "country:ES", "class": "consult", "text": {"en": "Acts."}})
        }
        EdgeKind::Outcome => {
            json!({"subject": format!("organization:standing-{at}"), "object": "condition:legal-basis", "value": "met"})
        }
        EdgeKind::Remark => json!({"subject": group, "object": "country:ES", "type": "hope", "text": {"en": "Hopes."}}),
    }
}

fn entity(reference: &str, own: &Value) -> Result<pledgegraph_model::Entity> {
    let (kind, slug) = reference.split_once(':').context("a reference")?;
    let mut fields = json!({"kind": kind, "slug": slug, "names": {"en": format!("{kind} {slug}")}});
    for (name, value) in own.as_object().into_iter().flatten() {
        fields[name] = value.clone();
    }
    let entity: pledgegraph_model::Entity<EntityRef> = serde_json::from_value(fields)?;
    Ok(entity.try_map(|named| Ok::<_, std::convert::Infallible>(EntityId::of_key(&named.to_string())))?)
}

fn edge(key: &str, fields: Value) -> Result<Edge> {
    let mut edge: Edge<EntityRef, String> = serde_json::from_value(fields)?;
    edge.id = EdgeId::of_key(key);
    let edge = edge.try_map(
        |named| Ok::<_, std::convert::Infallible>(EntityId::of_key(&named.to_string())),
        |key| Ok(EdgeId::of_key(&key)),
    )?;
    Ok(Edge { id: EdgeId::of_key(key), ..edge })
}

/// A statement of a kind that has a standing.
type Known = (EdgeKind, Standing, EdgeId);

/// The bundled data with a statement of each kind and standing; which are which.
fn world() -> Result<(Bundle, Vec<Known>)> {
    let mut bundle = pledgegraph_bundle::bundled()?;
    let mut known = Vec::new();
    for (at, standing) in Standing::ALL.iter().copied().enumerate() {
        for (reference, own) in [
            (format!("group:standing-{at}"), json!({})),
            (format!("person:standing-{at}"), json!({})),
            (format!("meeting:standing-{at}"), json!({})),
            (format!("organization:standing-{at}"), json!({"class": "other"})),
        ] {
            bundle.entities.push(entity(&reference, &own)?);
        }
        for kind in EdgeKind::ALL.iter().copied() {
            if standing == Standing::TakenBack && kind != EdgeKind::Commitment {
                continue;
            }
            let key = format!("{kind} that {standing}");
            let put = |key: &str, own: &Value| {
                let mut fields = statement(kind, at);
                fields["kind"] = json!(kind.as_str());
                fields["evidence"] = json!([{"source": "source:seed-article", "explicitness": "explicit"}]);
                for (name, value) in own.as_object().into_iter().flatten() {
                    fields[name] = value.clone();
                }
                edge(key, fields)
            };
            bundle.edges.push(put(&key, &having(standing))?);
            let links = json!([{"type": "supersedes", "edge": key}]);
            match standing {
                Standing::Superseded => {
                    bundle.edges.push(put(&format!("{key} by"), &json!({"links": links, "rank": "preferred"}))?);
                }
                Standing::TakenBack => {
                    bundle.edges.push(put(&format!("{key} by"), &json!({"links": links, "stance": "withdrawn"}))?);
                }
                _ => {}
            }
            known.push((kind, standing, EdgeId::of_key(&key)));
        }
    }
    Ok((bundle, known))
}

fn collection(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Membership => "memberships",
        EdgeKind::Office => "offices",
        EdgeKind::Attendance => "attendances",
        EdgeKind::Convening => "convenings",
        EdgeKind::Location | EdgeKind::Sidelines | EdgeKind::PartOf => "relations",
        EdgeKind::Commitment => "commitments",
        EdgeKind::Request => "requests",
        EdgeKind::Action => "actions",
        EdgeKind::Outcome => "outcomes",
        EdgeKind::Remark => "remarks",
    }
}

#[tokio::test]
async fn every_reader_is_known() -> Result<()> {
    let app = TestApp::new().await?;
    let document = app.json("/openapi.json").await?;
    let mut unknown = Vec::new();
    for (path, item) in document["paths"].as_object().context("paths")? {
        for (method, operation) in item.as_object().context("operations")? {
            let id = operation["operationId"].as_str().context("an identifier")?;
            let narrows = parameters(&document, operation).any(|parameter| parameter["name"] == "standing");
            let row = READERS.iter().find(|(known, _)| *known == id).map(|(_, reader)| *reader);
            let reads =
                method == "get" || path.contains("/analyses/") || path == "/v1/query" || path.contains("scenario");
            let goes_with_its_list =
                ["get_", "export_", "stream_"].iter().any(|prefix| id.starts_with(prefix) && id != "get_matrix");
            let shows = goes_with_its_list || id.ends_with("_history") || SHOWN.contains(&id);
            if reads && row.is_none() && !shows {
                unknown.push(format!("{method} {path} {id}"));
            }
            if row == Some(Reader::Lists) {
                ensure!(narrows, "{id} does not take `standing`");
            }
        }
    }
    ensure!(unknown.is_empty(), "without a row: {unknown:#?}");
    Ok(())
}

#[tokio::test]
async fn lists_show_every_standing_and_narrow_by_it() -> Result<()> {
    let (bundle, known) = world()?;
    let app = TestApp::with(bundle).await?;
    let mut shown: BTreeMap<(String, Standing), Vec<String>> = BTreeMap::new();
    for (kind, standing, id) in &known {
        let name = collection(*kind);
        let record = app.json(&format!("/v1/{name}/{id}")).await?;
        ensure!(record["standing"] == standing.as_str(), "{kind} {standing}: {record}");
        for list in [name, "edges"] {
            let entry = shown.entry((list.to_owned(), *standing));
            if let std::collections::btree_map::Entry::Vacant(place) = entry {
                let items = app.walk(&format!("/v1/{list}?standing={standing}"), 200).await?;
                ensure!(items.iter().all(|item| item["standing"] == standing.as_str()), "{list} {standing}");
                let csv = app.get(&format!("/v1/{list}.csv?standing={standing}&fields=id,standing")).await?.text();
                ensure!(csv.lines().count() == items.len() + 1, "{list}.csv {standing}: {csv}");
                ensure!(csv.lines().skip(1).all(|line| line.ends_with(&format!(",{standing}"))), "{csv}");
                place.insert(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect());
            }
            let found = &shown[&(list.to_owned(), *standing)];
            ensure!(found.contains(&id.to_string()), "{list} {standing} lacks {kind}");
        }
    }
    Ok(())
}

/// A reader that counts commitments, asked about all and about one standing: how many of the ten it takes in, and how many it
/// says that it left out.
async fn counts(app: &TestApp, known: &[Known]) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let pledgers: Vec<String> = (0..Standing::ALL.len()).map(|at| format!("group:standing-{at}")).collect();
    let all = pledgers.join(",");
    let expected: Vec<String> = known
        .iter()
        .filter(|(kind, standing, _)| *kind == EdgeKind::Commitment && standing.counts())
        .map(|(_, _, id)| id.to_string())
        .collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut check = |reader: &str, mut found: Vec<String>, answer: &Value| {
        let ours: Vec<String> = known.iter().map(|(_, _, id)| id.to_string()).collect();
        found.retain(|id| ours.contains(id));
        found.sort();
        let mut expected = expected.clone();
        expected.sort();
        let set_aside = answer["warnings"].to_string().contains("set-aside");
        if found != expected || !set_aside {
            wrong.push(format!("{reader}: {found:?}, not {expected:?}; set aside: {set_aside}"));
        }
    };
    let ids =
        |answer: &Value| answer["items"].as_array().into_iter().flatten().map(|i| text(&i["id"])).collect::<Vec<_>>();
    for narrowed in ["stance=pledged", "stance_min=willing", "in_force=true,unknown,false&stance=positive"] {
        let answer = app.json(&format!("/v1/commitments?pledger={all}&limit=100&{narrowed}")).await?;
        check(narrowed, ids(&answer), &answer);
    }
    let answer =
        app.json(&format!("/v1/edges?subject={all}&kind=commitment&standing=may_stand,stands&limit=100")).await?;
    check("edges", ids(&answer), &json!({"warnings": "set-aside"}));
    let positions = app.json(&format!("/v1/positions?actor={all}&limit=100")).await?;
    let current = positions["items"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|item| item["current"].as_array().cloned().unwrap_or_default());
    let pledged = current.filter(|said| said["stance"] == "pledged").map(|said| text(&said["id"]));
    check("positions", pledged.collect(), &positions);
    let matrix = app.json(&format!("/v1/matrix?pledger={all}&capability=humanitarian&limit=100")).await?;
    let cells = matrix["cells"].as_array().cloned().unwrap_or_default();
    let in_cells = cells.iter().flat_map(|cell| cell["commitments"].as_array().cloned().unwrap_or_default());
    check("matrix", in_cells.map(|id| text(&id)).collect(), &matrix);
    let of_them = json!({"subject": pledgers, "stance": ["pledged"]});
    for (reader, query) in [
        ("query", json!({"find": "commitments", "where": of_them, "limit": 100})),
        (
            "query select",
            json!({"find": "commitments", "where": {"subject": pledgers, "capability": ["humanitarian"]}, "select": ["subject", "stance"], "limit": 100}),
        ),
        (
            "query group",
            json!({"find": "commitments", "where": {"subject": pledgers}, "group_by": "stance", "limit": 100}),
        ),
    ] {
        let answer = asked(app, "/v1/query", &query).await?;
        let rows = answer["rows"].as_array().cloned().unwrap_or_default();
        let statements = rows.iter().flat_map(|row| row["statements"].as_array().cloned().unwrap_or_default());
        check(reader, statements.map(|said| text(&said["id"])).filter(|id| !id.is_empty()).collect(), &answer);
    }
    let join = json!({"find": "groups", "where": {"is": pledgers, "subject_of": {"find": "commitments", "where": {"stance": ["pledged"]}}}});
    let anti = json!({"find": "groups", "where": {"is": pledgers, "none_of": [{"subject_of": {"find": "commitments", "where": {"stance": ["pledged"]}}}]}});
    let (join, anti) = (asked(app, "/v1/query", &join).await?, asked(app, "/v1/query", &anti).await?);
    // A pledge that takes the place of another counts too.
    let counted =
        Standing::ALL.iter().filter(|standing| standing.counts() || **standing == Standing::Superseded).count();
    ensure!(join["total"] == counted, "join: {join}");
    ensure!(anti["total"] == Standing::ALL.len() - counted, "anti-join: {anti}");
    ensure!(join["warnings"].to_string().contains("/where/subject_of/where"), "{join}");
    let scenario = asked(app, "/v1/scenario-evaluations", &json!({"capability": "humanitarian", "assume": []})).await?;
    let items = scenario["items"].as_array().cloned().unwrap_or_default();
    check("scenario", items.iter().map(|item| text(&item["commitment"])).collect(), &scenario);
    Ok(wrong)
}

async fn asked(app: &TestApp, path: &str, body: &Value) -> Result<Value> {
    let headers = [("content-type", "application/json"), ("authorization", "")];
    let answer = app.send_body(Method::POST, path, &headers, body.to_string()).await?;
    ensure!(answer.status == StatusCode::OK, "{path} {body}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn what_counts_takes_what_counts_and_says_what_it_left_out() -> Result<()> {
    let (bundle, known) = world()?;
    let app = TestApp::with(bundle).await?;
    let wrong = counts(&app, &known).await?;
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let leaders = app.walk("/v1/leaders", 200).await?;
    let leads = |at: usize| leaders.iter().any(|leader| leader["slug"] == format!("standing-{at}"));
    for (at, standing) in Standing::ALL.iter().enumerate() {
        let counted = standing.counts() || *standing == Standing::Superseded;
        ensure!(leads(at) == counted, "{standing}: {}", leads(at));
    }
    let answer = app.json("/v1/leaders?limit=1").await?;
    ensure!(answer["warnings"].to_string().contains("set-aside"), "{answer}");
    let csv = app.get("/v1/commitments.csv?stance=pledged&capability=humanitarian&fields=id").await?;
    ensure!(csv.header("pledgegraph-set-aside").contains("denied=1"), "{:?}", csv.headers);
    Ok(())
}

/// How many statements an answer to `GET` is of.
fn statements(path: &str, answer: &Value) -> u64 {
    let numbers = |list: &Value, of: &dyn Fn(&Value) -> u64| list.as_array().into_iter().flatten().map(of).sum();
    match path {
        path if path.starts_with("/v1/matrix") => {
            numbers(&answer["cells"], &|cell| cell["count"].as_u64().unwrap_or_default())
        }
        path if path.starts_with("/v1/positions") => numbers(&answer["items"], &|item| {
            ["current", "passed_over"].into_iter().map(|of| item[of].as_array().map_or(0, Vec::len) as u64).sum()
        }),
        _ => answer["total"]["value"].as_u64().unwrap_or_default(),
    }
}

/// Follows the request of each warning, which says what was left out: as many statements, of the standings that it names.
#[tokio::test]
async fn what_was_left_out_is_shown_by_its_request() -> Result<()> {
    let (bundle, _) = world()?;
    let app = TestApp::with(bundle).await?;
    let goal = json!({"goal": {"capability": "humanitarian"}});
    let (gets, posts) = (
        [
            "/v1/commitments?stance=pledged",
            "/v1/commitments?stance_min=willing&capability=humanitarian",
            "/v1/edges?kind=membership&standing=stands",
            "/v1/matrix?limit=1000",
            "/v1/matrix?beneficiary=country:UA&capability=humanitarian",
            "/v1/positions?capability=humanitarian",
            "/v1/leaders?limit=200",
            "/v1/leaders?q=standing-3",
            "/v1/analyses/deadlocks?include_implied=true",
        ],
        [
            ("/v1/scenario-evaluations", json!({"capability": "humanitarian"})),
            ("/v1/scenario-evaluations", json!({"beneficiary": "country:UA", "stance_min": "pledged"})),
            ("/v1/analyses/unlocking-sets", goal.clone()),
            ("/v1/analyses/blocking-sets", goal.clone()),
            ("/v1/analyses/pivotality", goal),
        ],
    );
    let (mut wrong, mut followed) = (Vec::new(), 0);
    for day in ["", "2019-06-01", "3000-01-01"] {
        let mut answers = Vec::new();
        for path in gets {
            let path = if day.is_empty() { path.to_owned() } else { format!("{path}&valid_at={day}") };
            answers.push((path.clone(), app.json(&path).await?));
        }
        for (path, body) in &posts {
            let mut body = body.clone();
            if !day.is_empty() {
                body["valid_at"] = json!(day);
            }
            answers.push((format!("{path} {body}"), asked(&app, path, &body).await?));
        }
        for (asked, answer) in answers {
            let warnings = answer["warnings"].as_array().context("warnings")?;
            for warning in warnings.iter().filter(|warning| warning["type"] == "set-aside") {
                let request = warning["request"].as_str().context("a request")?;
                let shown = app.json(request).await?;
                let said: u64 =
                    warning["standings"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
                followed += 1;
                if statements(request, &shown) != said {
                    wrong.push(format!("{asked}: {said} are said, {request} shows {}", statements(request, &shown)));
                }
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(followed > 30, "{followed} were followed");
    Ok(())
}
