//! Every reader x every standing x every kind of statement: readers are those of the OpenAPI document, so that a new one
//! without a row fails.

mod world;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use axum::http::{Method, StatusCode};
use pledgegraph_model::{Code as _, EdgeKind, Standing};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::contract::parameters;
use world::{Known, collection, world};

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

/// Readers that count commitments, asked about those of each standing.
struct Counting<'a> {
    app: &'a TestApp,
    /// Those who pledge, and all of them with commas.
    pledgers: Vec<String>,
    all: String,
    /// The statements whose standing is known, and which of them are to be taken in.
    known: Vec<String>,
    expected: Vec<String>,
    wrong: Vec<String>,
}

/// The members of a list.
fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ids(items: &Value) -> Vec<String> {
    list(items).iter().map(|item| text(&item["id"])).collect()
}

impl<'a> Counting<'a> {
    fn new(app: &'a TestApp, known: &[Known]) -> Self {
        let pledgers: Vec<String> = (0..Standing::ALL.len()).map(|at| format!("group:standing-{at}")).collect();
        let is_counted = |(kind, standing, _): &&Known| *kind == EdgeKind::Commitment && standing.counts();
        let mut expected: Vec<String> = known.iter().filter(is_counted).map(|(_, _, id)| id.to_string()).collect();
        expected.sort();
        let known = known.iter().map(|(_, _, id)| id.to_string()).collect();
        Self { app, all: pledgers.join(","), pledgers, known, expected, wrong: Vec::new() }
    }

    /// A reader takes in what counts, and says that it left out the rest.
    fn check(&mut self, reader: &str, mut found: Vec<String>, answer: &Value) {
        found.retain(|id| self.known.contains(id));
        found.sort();
        let set_aside = answer["warnings"].to_string().contains("set-aside");
        if found != self.expected || !set_aside {
            self.wrong.push(format!("{reader}: {found:?}, not {:?}; set aside: {set_aside}", self.expected));
        }
    }

    async fn lists(&mut self) -> Result<()> {
        let all = &self.all;
        let edges = format!("/v1/edges?subject={all}&kind=commitment&standing=may_stand,stands&limit=100");
        let positions = self.app.json(&format!("/v1/positions?actor={all}&limit=100")).await?;
        let matrix = self.app.json(&format!("/v1/matrix?pledger={all}&capability=humanitarian&limit=100")).await?;
        for narrowed in ["stance=pledged", "stance_min=willing", "in_force=true,unknown,false&stance=positive"] {
            let answer = self.app.json(&format!("/v1/commitments?pledger={}&limit=100&{narrowed}", self.all)).await?;
            self.check(narrowed, ids(&answer["items"]), &answer);
        }
        let answer = self.app.json(&edges).await?;
        self.check("edges", ids(&answer["items"]), &json!({"warnings": "set-aside"}));
        let current = list(&positions["items"]).into_iter().flat_map(|item| list(&item["current"]));
        let pledged = current.filter(|said| said["stance"] == "pledged").map(|said| text(&said["id"]));
        self.check("positions", pledged.collect(), &positions);
        let in_cells = list(&matrix["cells"]).into_iter().flat_map(|cell| list(&cell["commitments"]));
        self.check("matrix", in_cells.map(|id| text(&id)).collect(), &matrix);
        Ok(())
    }

    async fn queries(&mut self) -> Result<()> {
        let pledgers = &self.pledgers;
        let of = |own: Value| {
            let mut query = json!({"find": "commitments", "limit": 100});
            for (name, value) in own.as_object().into_iter().flatten() {
                query[name] = value.clone();
            }
            query
        };
        let humanitarian = json!({"subject": pledgers, "capability": ["humanitarian"]});
        for (reader, query) in [
            ("query", of(json!({"where": {"subject": pledgers, "stance": ["pledged"]}}))),
            ("query select", of(json!({"where": humanitarian, "select": ["subject", "stance"]}))),
            ("query group", of(json!({"where": {"subject": pledgers}, "group_by": "stance"}))),
        ] {
            let answer = asked(self.app, "/v1/query", &query).await?;
            let statements = list(&answer["rows"]).into_iter().flat_map(|row| list(&row["statements"]));
            let found = statements.map(|said| text(&said["id"])).filter(|id| !id.is_empty());
            self.check(reader, found.collect(), &answer);
        }
        Ok(())
    }

    async fn joins(&self) -> Result<()> {
        let pledging = json!({"subject_of": {"find": "commitments", "where": {"stance": ["pledged"]}}});
        let mut own = pledging.clone();
        own["is"] = json!(self.pledgers);
        let join = json!({"find": "groups", "where": own});
        let anti = json!({"find": "groups", "where": {"is": self.pledgers, "none_of": [pledging]}});
        let (join, anti) = (asked(self.app, "/v1/query", &join).await?, asked(self.app, "/v1/query", &anti).await?);
        // A pledge that takes the place of another counts too.
        let is_counted = |standing: &&Standing| standing.counts() || **standing == Standing::Superseded;
        let counted = Standing::ALL.iter().filter(is_counted).count();
        ensure!(join["total"] == counted, "join: {join}");
        ensure!(anti["total"] == Standing::ALL.len() - counted, "anti-join: {anti}");
        ensure!(join["warnings"].to_string().contains("/where/subject_of/where"), "{join}");
        Ok(())
    }

    async fn scenarios(&mut self) -> Result<()> {
        let body = json!({"capability": "humanitarian", "assume": []});
        let scenario = asked(self.app, "/v1/scenario-evaluations", &body).await?;
        let found = list(&scenario["items"]).iter().map(|item| text(&item["commitment"])).collect();
        self.check("scenario", found, &scenario);
        Ok(())
    }
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
    let mut counting = Counting::new(&app, &known);
    counting.lists().await?;
    counting.queries().await?;
    counting.joins().await?;
    counting.scenarios().await?;
    ensure!(counting.wrong.is_empty(), "{}", counting.wrong.join("\n"));
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

/// What is asked with `GET`, and with a body.
const GETS: &[&str] = &[
    "/v1/commitments?stance=pledged",
    "/v1/commitments?stance_min=willing&capability=humanitarian",
    "/v1/edges?kind=membership&standing=stands",
    "/v1/matrix?limit=1000",
    "/v1/matrix?beneficiary=country:UA&capability=humanitarian",
    "/v1/positions?capability=humanitarian",
    "/v1/leaders?limit=200",
    "/v1/leaders?q=standing-3",
    "/v1/analyses/deadlocks?include_implied=true",
];
const POSTS: &[(&str, &str)] = &[
    ("/v1/scenario-evaluations", r#"{"capability": "humanitarian"}"#),
    ("/v1/scenario-evaluations", r#"{"beneficiary": "country:UA", "stance_min": "pledged"}"#),
    ("/v1/analyses/unlocking-sets", r#"{"goal": {"capability": "humanitarian"}}"#),
    ("/v1/analyses/blocking-sets", r#"{"goal": {"capability": "humanitarian"}}"#),
    ("/v1/analyses/pivotality", r#"{"goal": {"capability": "humanitarian"}}"#),
];

/// Every answer on a day, today if none is given, with what was asked.
async fn answers(app: &TestApp, day: Option<&str>) -> Result<Vec<(String, Value)>> {
    let mut answers = Vec::new();
    for path in GETS {
        let path = day.map_or_else(|| (*path).to_owned(), |day| format!("{path}&valid_at={day}"));
        answers.push((path.clone(), app.json(&path).await?));
    }
    for (path, body) in POSTS {
        let mut body: Value = serde_json::from_str(body)?;
        if let Some(day) = day {
            body["valid_at"] = json!(day);
        }
        answers.push((format!("{path} {body}"), asked(app, path, &body).await?));
    }
    Ok(answers)
}

/// Follows the request of each warning, which says what was left out: as many statements, of the standings that it names.
#[tokio::test]
async fn what_was_left_out_is_shown_by_its_request() -> Result<()> {
    let (bundle, _) = world()?;
    let app = TestApp::with(bundle).await?;
    let (mut wrong, mut followed) = (Vec::new(), 0);
    for day in [None, Some("2019-06-01"), Some("3000-01-01")] {
        for (asked, answer) in answers(&app, day).await? {
            let warnings = answer["warnings"].as_array().context("warnings")?;
            for warning in warnings.iter().filter(|warning| warning["type"] == "set-aside") {
                let request = warning["request"].as_str().context("a request")?;
                let shown = app.json(request).await?;
                let numbers = warning["standings"].as_object().into_iter().flatten();
                let said: u64 = numbers.filter_map(|(_, number)| number.as_u64()).sum();
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
