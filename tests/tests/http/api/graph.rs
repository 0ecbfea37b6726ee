//! Neighbourhoods, subgraphs, positions.

use anyhow::{Context as _, Result};
use pledgegraph_bundle::bundled;
use pledgegraph_model::{Capability, Code as _, Edge, EdgeDetail, EdgeId, Mission};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::created;

#[tokio::test]
async fn statements_around_an_entity_come_in_groups() -> Result<()> {
    let app = TestApp::new().await?;
    let around = app.json("/v1/entities/country:JP/adjacent").await?;
    assert_eq!(around["entity"], json!({"ref": "country:JP", "label": "Japan"}));
    let groups: Vec<(&Value, &Value, &Value)> = around["groups"]
        .as_array()
        .context("groups")?
        .iter()
        .map(|g| (&g["kind"], &g["direction"], &g["total"]["value"]))
        .collect();
    let (attendance, commitment, outgoing, one) =
        (json!("attendance"), json!("commitment"), json!("outgoing"), json!(1));
    assert_eq!(groups, [(&attendance, &outgoing, &one), (&commitment, &outgoing, &one)]);
    Ok(())
}

#[tokio::test]
async fn each_group_is_paged() -> Result<()> {
    let app = TestApp::new().await?;
    let group = "/v1/entities/country:UA/adjacent?kind=commitment&direction=incoming&limit=4";
    let mut met: Vec<Value> = Vec::new();
    let mut next = group.to_owned();
    loop {
        let page = app.json(&next).await?;
        let [only] = &page["groups"].as_array().context("groups")?[..] else { anyhow::bail!("one group: {page}") };
        met.extend(only["items"].as_array().context("items")?.iter().map(|i| i["id"].clone()));
        let Some(cursor) = only["page"]["next_cursor"].as_str() else { break };
        next = format!("{group}&cursor={cursor}");
    }
    let listed = app.walk("/v1/edges?kind=commitment&object=UA", 1000).await?;
    assert_eq!(met, listed.iter().map(|i| i["id"].clone()).collect::<Vec<_>>());
    // The cursor that an unnarrowed answer gives for a group goes on in that group.
    let all = app.json("/v1/entities/country:UA/adjacent?limit=4").await?;
    let groups = all["groups"].as_array().context("groups")?;
    let incoming =
        groups.iter().find(|g| g["kind"] == "commitment" && g["direction"] == "incoming").context("a group")?;
    let cursor = incoming["page"]["next_cursor"].as_str().context("a cursor")?;
    assert_eq!(app.json(&format!("{group}&cursor={cursor}")).await?["groups"][0]["items"][0]["id"], met[4]);
    Ok(())
}

#[tokio::test]
async fn a_subgraph_holds_its_edges_ends_and_says_when_it_is_cut() -> Result<()> {
    let app = TestApp::new().await?;
    let whole = app.json("/v1/graph/subgraph?roots=meeting:coalition-april,country:JP&depth=2&max_nodes=1000").await?;
    let refs: Vec<&Value> = whole["nodes"].as_array().context("nodes")?.iter().map(|n| &n["ref"]).collect();
    assert_eq!(refs[..2], [&json!("meeting:coalition-april"), &json!("country:JP")]);
    for edge in whole["edges"].as_array().context("edges")? {
        assert!(refs.contains(&&edge["subject"]["ref"]) && refs.contains(&&edge["object"]["ref"]), "{edge}");
    }
    assert_eq!(whole["truncated"], false);
    let cut = app.json("/v1/graph/subgraph?roots=country:UA&depth=3&max_nodes=5").await?;
    assert_eq!((cut["nodes"].as_array().map(Vec::len), &cut["truncated"]), (Some(5), &json!(true)));
    let alone = app.json("/v1/graph/subgraph?roots=country:UA&depth=0").await?;
    assert_eq!(alone["nodes"].as_array().map(Vec::len), Some(1));
    let kinds = app.json("/v1/graph/subgraph?roots=country:JP&kinds=attendance").await?;
    assert!(kinds["edges"].as_array().context("edges")?.iter().all(|e| e["kind"] == "attendance"));
    Ok(())
}

#[tokio::test]
async fn a_position_names_what_stands_and_the_rule() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json("/v1/positions?actor=US&capability=political.backstop").await?;
    let [position] = &list["items"].as_array().context("items")?[..] else { anyhow::bail!("one position: {list:#}") };
    assert_eq!(position["actor"]["ref"], "country:US");
    assert_eq!(position["current"][0]["stance"], "refused");
    assert!(position["passed_over"].is_array());
    assert!(list["rule"].as_str().is_some_and(|rule| rule.contains("said_at")));
    let forces = app.json("/v1/positions?capability=military.forces&mission=ceasefire_monitoring").await?;
    assert_eq!(forces["total"]["value"], 3);
    let expected = app.json("/v1/positions?actor=US&modality=expected_by_others").await?;
    assert!(
        expected["items"]
            .as_array()
            .context("items")?
            .iter()
            .all(|p| p["current"][0]["modality"] == "expected_by_others")
    );
    let walked = app.walk("/v1/positions", 3).await?;
    assert_eq!(walked, app.walk("/v1/positions", 1000).await?);
    Ok(())
}

#[tokio::test]
async fn positions_of_too_many_statements_say_so() -> Result<()> {
    let mut bundle = bundled()?;
    let one = bundle.edges.iter().find(|edge| edge.detail.commitment().is_some()).context("a commitment")?.clone();
    for n in 0..20_000 {
        let mut edge = Edge { id: EdgeId::new(), links: Vec::new(), ..one.clone() };
        // Many small matters, for statements are compared within theirs.
        if let EdgeDetail::Commitment(own) = &mut edge.detail {
            own.capability = Capability::ALL[n % Capability::ALL.len()];
            own.mission = Mission::ALL[n / Capability::ALL.len() % Mission::ALL.len()];
        }
        bundle.edges.push(edge);
    }
    let app = TestApp::with(bundle).await?;
    let cut = app.json("/v1/positions?limit=1").await?;
    let warnings = cut["warnings"].as_array().context("warnings")?;
    let warning = warnings.iter().find(|w| w["type"] == "budget-spent").with_context(|| format!("{cut}"))?;
    assert_eq!((&cut["total"]["relation"], &warning["type"]), (&json!("gte"), &json!("budget-spent")));
    assert!(warning["detail"].as_str().is_some_and(|detail| detail.contains("20000")), "{warning}");
    let export = app.get("/v1/positions.csv?fields=statement_id,passed_over").await?;
    assert_eq!(export.header("pledgegraph-truncated"), "true");
    assert!(export.text().lines().count() > 1);
    let whole = app.json("/v1/positions?actor=JP").await?;
    assert_eq!((&whole["total"]["relation"], &whole["warnings"]), (&json!("eq"), &json!([])));
    Ok(())
}

#[tokio::test]
async fn the_vocabulary_says_what_codes_mean() -> Result<()> {
    let app = TestApp::new().await?;
    let stances = app.json("/v1/vocabulary/stances").await?;
    let willing =
        stances["codes"].as_array().context("codes")?.iter().find(|c| c["code"] == "willing").context("willing")?;
    assert_eq!((&willing["rank"], &willing["labels"]["ar"]), (&json!(3), &json!("مستعد")));
    assert_eq!(stances["sets"][1], json!({"name": "firm", "codes": ["pledged", "committed"]}));
    let capabilities = app.json("/v1/vocabulary/capabilities").await?;
    let ground =
        capabilities["codes"].as_array().context("codes")?.iter().find(|c| c["code"] == "military.forces.ground");
    assert_eq!(ground.context("ground forces")?["parent"], "military.forces");
    let all = app.json("/v1/vocabulary").await?;
    for list in all["items"].as_array().context("items")? {
        let name = list["name"].as_str().context("a name")?;
        assert_eq!(app.json(&format!("/v1/vocabulary/{name}")).await?, *list);
    }
    Ok(())
}

#[tokio::test]
async fn a_matrix_counts_every_commitment_once() -> Result<()> {
    let app = TestApp::new().await?;
    let listed = app
        .walk("/v1/commitments?stance_min=willing&polarity=asserted&modality=own_statement,reported_by_others", 100)
        .await?;
    let matrix = app.json("/v1/matrix?rows=actor&columns=capability&value=count").await?;
    let cells = matrix["cells"].as_array().context("cells")?;
    let counted: u64 = cells.iter().filter_map(|cell| cell["count"].as_u64()).sum();
    assert_eq!(counted, listed.len() as u64);
    for cell in cells {
        let of_cell = |item: &&Value| item["pledger"]["ref"] == cell["row"] && item["capability"] == cell["column"];
        let own: Vec<&Value> = listed.iter().filter(of_cell).collect();
        assert_eq!(cell["count"], own.len(), "{cell}");
        assert_eq!(cell["commitments"], json!(own.iter().map(|item| item["id"].clone()).collect::<Vec<_>>()));
        assert!(own.iter().any(|item| item["stance"] == cell["strongest_stance"]));
    }
    let forces = app.json("/v1/matrix?capability=military.forces&rows=condition&columns=stance").await?;
    let us = forces["cells"].as_array().context("cells")?.iter().find(|cell| cell["row"] == "condition:us-backing");
    assert_eq!((&us.context("US backing")?["column"], &us.context("a cell")?["count"]), (&json!("willing"), &json!(3)));
    let stated =
        app.json("/v1/matrix?capability=military.forces&rows=condition&columns=stance&include_implied=false").await?;
    assert!(!stated["cells"].to_string().contains("us-backing"), "the article only implies it");
    Ok(())
}

#[tokio::test]
async fn the_csv_of_a_matrix_has_a_column_for_each_code() -> Result<()> {
    let app = TestApp::new().await?;
    let csv = app.get("/v1/matrix.csv?capability=military.forces&value=count&lang=ar").await?;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    let text = csv.text();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().context("a header")?.split(',').collect();
    assert_eq!(header.len(), 2 + Capability::ALL.len());
    let forces = header.iter().position(|name| *name == "military.forces").context("a column")?;
    let gb = lines.find(|line| line.starts_with("country:GB,")).context("a row")?;
    let cells: Vec<&str> = gb.split(',').collect();
    assert_eq!((cells[1], cells[forces]), ("المملكة المتحدة", "1"));
    let strongest = app.get("/v1/matrix.csv?capability=military.forces&columns=coalition").await?.text();
    assert!(strongest.starts_with("row,row_label,coalition:of-the-willing"), "{strongest}");
    assert!(strongest.contains("country:GB,United Kingdom,willing"), "{strongest}");
    for bad in ["rows=actor&columns=actor", "rows=colour", "value=all", "stance_min=never"] {
        assert_eq!(app.get(&format!("/v1/matrix?{bad}")).await?.status, 400, "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn paths_show_how_two_are_linked() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = app.json("/v1/graph/paths?from=person:zelensky&to=GB&k=5").await?;
    let paths = answer["paths"].as_array().context("paths")?;
    assert_eq!(paths.len(), 5);
    assert!(paths.windows(2).all(|pair| pair[0]["length"].as_u64() <= pair[1]["length"].as_u64()));
    for path in paths {
        let hops = path["hops"].as_array().context("hops")?;
        assert_eq!(path["length"], hops.len());
        assert_eq!(
            (&hops[0]["from"]["ref"], &hops[hops.len() - 1]["to"]["ref"]),
            (&json!("person:zelensky"), &json!("country:GB"))
        );
        for hop in hops {
            let ends = [&hop["from"]["ref"], &hop["to"]["ref"]];
            for edge in hop["edges"].as_array().context("edges")? {
                let own = [&edge["subject"]["ref"], &edge["object"]["ref"]];
                assert!(own == ends || own == [ends[1], ends[0]], "{edge}");
                assert!(edge["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()));
            }
        }
        assert!(hops.windows(2).all(|pair| pair[0]["to"] == pair[1]["from"]));
    }
    let none = app.json("/v1/graph/paths?from=person:zelensky&to=GB&kinds=convening").await?;
    assert_eq!(none["paths"], json!([]));
    for bad in ["from=GB", "from=GB,FR&to=UA", "from=GB&to=nowhere", "from=GB&to=UA&k=99"] {
        assert_eq!(app.get(&format!("/v1/graph/paths?{bad}")).await?.status, 400, "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn bridges_link_blocs() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = app.json("/v1/graph/bridges?max_members=100").await?;
    let items = answer["items"].as_array().context("items")?;
    assert!(!items.is_empty());
    for bridge in items {
        let blocs = bridge["blocs"].as_array().context("blocs")?;
        assert!(blocs.len() > 1 && bridge["pairs"].as_u64() > Some(0), "{bridge}");
        assert!(blocs.iter().all(|bloc| bloc["members"].as_array().is_some_and(|members| !members.is_empty())));
    }
    Ok(())
}

#[tokio::test]
async fn positions_change_over_time() -> Result<()> {
    let app = TestApp::new().await?;
    let said = |stance: &str, day: &str| {
        json!({"pledger": "country:NO", "beneficiary": "country:UA", "capability": "military.medical", "stance": stance,
            "said_at": {"edtf": day}, "evidence": [{"source": "source:seed-article", "explicitness": "explicit"}]})
    };
    // Recorded in another order than said.
    for (stance, day) in [
        ("refused", "2025-06-01"),
        ("willing", "2025-01-01"),
        ("in_discussion", "2025-07-01"),
        ("pledged", "2025-02"),
        ("pledged", "2025-08-01"),
        ("committed", "2025-08"),
    ] {
        created(&app, "/v1/commitments", &said(stance, day)).await?;
    }
    let answer = app.json("/v1/actors/NO/positions?capability=military.medical").await?;
    let history = &answer["items"][0];
    let steps: Vec<(&Value, &Value)> = history["steps"]
        .as_array()
        .context("steps")?
        .iter()
        .map(|s| (&s["commitment"]["stance"], &s["change"]))
        .collect();
    let expected = [
        ("willing", "first"),
        ("pledged", "firmer"),
        ("refused", "u_turn"),
        ("in_discussion", "firmer"),
        ("pledged", "u_turn"),
    ];
    let expected: Vec<(Value, Value)> = expected.iter().map(|(a, b)| (json!(a), json!(b))).collect();
    assert_eq!(steps[..5], expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
    assert_eq!(steps[5], (&json!("committed"), &json!("incomparable")), "some day of the same month");
    assert_eq!(history["u_turns"], 2);
    let current: Vec<&Value> =
        history["steps"].as_array().context("steps")?.iter().filter(|s| s["current"] == true).collect();
    assert_eq!(current.len(), 2, "those of August cannot be compared");
    assert_eq!(app.get("/v1/actors/nowhere/positions").await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn conflicts_are_found_within_and_between_documents() -> Result<()> {
    let app = TestApp::new().await?;
    let stated = app.json("/v1/conflicts?kind=stated").await?;
    assert_eq!(stated["total"]["value"], 1, "{stated}");
    let conflict = &stated["items"][0];
    assert_eq!((&conflict["within_document"], &conflict["between_documents"]), (&json!(true), &json!(false)));
    assert_eq!(conflict["one"]["edges"][0]["kind"], "convening");
    created(&app, "/v1/sources", &json!({"slug": "another", "names": {"en": "Another"}})).await?;
    let evidence = json!([{"source": "source:another", "explicitness": "explicit"}]);
    let outcome = |actor: &str, value: &str| json!({"subject": format!("country:{actor}"), "object": "condition:ceasefire", "value": value, "evidence": evidence});
    created(&app, "/v1/outcomes", &outcome("GB", "met")).await?;
    created(&app, "/v1/outcomes", &outcome("FR", "unmet")).await?;
    let us = json!({"pledger": "country:US", "beneficiary": "country:UA", "capability": "political.backstop", "stance": "pledged",
        "evidence": evidence});
    created(&app, "/v1/commitments", &us).await?;
    let found = app.json("/v1/conflicts?kind=outcome,stance").await?;
    let shown: Vec<(&Value, &Value, &Value, &Value)> = found["items"]
        .as_array()
        .context("items")?
        .iter()
        .map(|c| (&c["kind"], &c["about"]["ref"], &c["within_document"], &c["between_documents"]))
        .collect();
    assert!(
        shown.contains(&(&json!("outcome"), &json!("condition:ceasefire"), &json!(true), &json!(false))),
        "{shown:?}"
    );
    assert!(shown.contains(&(&json!("stance"), &json!("country:US"), &json!(false), &json!(true))), "{shown:?}");
    let within = app.walk("/v1/conflicts?scope=within_document", 1).await?;
    assert!(within.iter().all(|conflict| conflict["within_document"] == true) && within.len() >= 2);
    let touching = app.json("/v1/conflicts?touching=country:US").await?;
    assert_eq!(touching["total"]["value"], 1);
    assert_eq!(app.get("/v1/conflicts?kind=quarrel").await?.status, 400);
    Ok(())
}

#[tokio::test]
async fn provenance_counts_what_is_independent() -> Result<()> {
    let app = TestApp::new().await?;
    let id = EdgeId::of_key("l21-gb-forces");
    let one = app.json(&format!("/v1/provenance?edges={id}")).await?;
    assert_eq!((&one["independent"], &one["single_sourced"]), (&json!(1), &json!(true)));
    assert_eq!(one["all_through"][0]["document"]["ref"], "source:seed-article", "the article names no speaker here");
    // Another document that quotes the same speaker is no second source; one of its own is.
    for slug in ["report-one", "report-two", "report-three"] {
        created(&app, "/v1/sources", &json!({"slug": slug, "names": {"en": slug}})).await?;
    }
    let piece = |slug: &str, speaker: &str| {
        json!({"source": format!("source:{slug}"), "explicitness": "explicit",
            "attribution": [{"agent": speaker, "role": "speaker", "mode": "report"}]})
    };
    let said = |evidence: Value| {
        json!({"pledger": "country:PT", "beneficiary": "country:UA", "capability": "military.medical", "stance": "willing",
            "evidence": evidence})
    };
    let both = json!([piece("report-one", "person:starmer"), piece("report-two", "person:starmer")]);
    let pledge = created(&app, "/v1/commitments", &said(both.clone())).await?;
    let id = pledge["id"].as_str().context("an id")?;
    let same = app.json(&format!("/v1/provenance?edges={id}")).await?;
    assert_eq!((&same["independent"], same["documents"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    assert_eq!(same["all_through"][0]["agent"]["ref"], "person:starmer");
    let third = json!([both[0], both[1], piece("report-three", "person:macron")]);
    let path = format!("/v1/commitments/{id}");
    let evidence = json!({"evidence": third}).to_string();
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    let patched = app.send_body(axum::http::Method::PATCH, &path, &headers, evidence).await?;
    assert_eq!(patched.status, 200, "{}", patched.text());
    let two = app.json(&format!("/v1/provenance?edges={id}")).await?;
    assert_eq!(
        (&two["independent"], &two["single_sourced"], &two["all_through"]),
        (&json!(2), &json!(false), &json!([]))
    );
    for bad in ["", "edges=nothing", "edges=0198c3c0-0000-7000-8000-000000000000"] {
        assert_eq!(app.get(&format!("/v1/provenance?{bad}")).await?.status, 400, "{bad}");
    }
    Ok(())
}
