//! What would be, what it takes and what holds it back, on the bundled data. The expected sets come from an enumeration of
//! all assignments of the conditions by hand and, on random graphs, in the tests of the graph.

use anyhow::{Context as _, Result, ensure};
use axum::http::{Method, StatusCode};
use pledgegraph_model::EdgeId;
use pledgegraph_tests::app::{Answer, TestApp};
use serde_json::{Value, json};

use super::created;

/// Asks a question with a body, without a token.
async fn ask(app: &TestApp, path: &str, body: &Value) -> Result<Answer> {
    let headers = [("content-type", "application/json"), ("authorization", "")];
    app.send_body(Method::POST, path, &headers, body.to_string()).await
}

async fn answered(app: &TestApp, path: &str, body: &Value) -> Result<Value> {
    let answer = ask(app, path, body).await?;
    ensure!(answer.status == StatusCode::OK, "{path} {body}: {} {}", answer.status, answer.text());
    answer.json()
}

/// The sets of an answer by the slugs of their conditions.
fn sets(answer: &Value) -> Result<Vec<Vec<String>>> {
    let mut found = Vec::new();
    for set in answer["sets"].as_array().context("sets")? {
        let mut slugs = Vec::new();
        for member in set["conditions"].as_array().context("conditions")? {
            let slug = member["condition"]["ref"].as_str().context("ref")?.trim_start_matches("condition:");
            slugs.push(slug.to_owned());
        }
        slugs.sort();
        found.push(slugs);
    }
    found.sort();
    Ok(found)
}

fn owned(expected: &[&[&str]]) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = expected.iter().map(|set| set.iter().map(|s| (*s).to_owned()).collect()).collect();
    for set in &mut sets {
        set.sort();
    }
    sets.sort();
    sets
}

#[tokio::test]
async fn goals_of_the_bundled_data() -> Result<()> {
    let app = TestApp::new().await?;
    let forces = |n: u32| json!({"capability": "military.forces", "at_least": n});
    let three = json!({"actors": ["GB", "FR", "AU"], "capability": "military.forces"});
    let (ceasefire, us, rules, legal) = ("ceasefire", "us-backing", "rules-of-engagement", "legal-basis");
    for (goal, stance, unlocking, blocking) in [
        (three, "willing", owned(&[&[ceasefire, us]]), owned(&[&[ceasefire], &[us]])),
        (forces(3), "willing", owned(&[&[ceasefire, us]]), owned(&[&[ceasefire], &[us]])),
        (
            forces(3),
            "not_ruled_out",
            owned(&[&[ceasefire, us], &[rules, legal]]),
            owned(&[&[ceasefire, rules], &[ceasefire, legal], &[us, rules], &[us, legal]]),
        ),
        (
            forces(6),
            "not_ruled_out",
            owned(&[&[ceasefire, us, rules, legal]]),
            owned(&[&[ceasefire], &[us], &[rules], &[legal]]),
        ),
    ] {
        let question = json!({"goal": goal, "stance_min": stance});
        let unlocks = answered(&app, "/v1/analyses/unlocking-sets", &question).await?;
        assert_eq!(sets(&unlocks)?, unlocking, "what unlocks {question}");
        assert_eq!(unlocks["stance_min"], stance);
        assert_eq!((&unlocks["truncated"], &unlocks["minimal"]), (&json!(false), &json!(true)));
        let blocks = answered(&app, "/v1/analyses/blocking-sets", &question).await?;
        assert_eq!(sets(&blocks)?, blocking, "what blocks {question}");
        let singles = blocking.iter().filter(|set| set.len() == 1).count();
        assert_eq!(blocks["single_points"]["total"], singles);
    }
    Ok(())
}

#[tokio::test]
async fn a_set_says_what_is_missing_and_what_it_rests_on() -> Result<()> {
    let app = TestApp::new().await?;
    let question = json!({"goal": {"actors": ["GB"], "capability": "military.forces"}});
    let answer = answered(&app, "/v1/analyses/unlocking-sets", &question).await?;
    let set = &answer["sets"][0];
    assert_eq!(set["missing"], 2);
    let us = set["conditions"]
        .as_array()
        .context("conditions")?
        .iter()
        .find(|m| m["condition"]["ref"] == "condition:us-backing");
    assert_eq!(us.context("US backing")?["now"], "false", "the United States refused");
    assert_eq!(answer["rests_on"]["items"][0]["pledger"]["ref"], "country:GB");
    let pivotality = answered(&app, "/v1/analyses/pivotality", &question).await?;
    for share in pivotality["conditions"].as_array().context("conditions")? {
        assert_eq!((&share["banzhaf"], &share["normalized"]), (&json!(0.5), &json!(0.5)), "{pivotality}");
    }
    assert_eq!((&pivotality["exact"], &pivotality["total"]), (&json!(true), &json!(2)));
    let arabic = answered(&app, "/v1/analyses/unlocking-sets?lang=ar", &question).await?;
    assert_eq!(arabic["rests_on"]["items"][0]["pledger"]["label"], "المملكة المتحدة");
    Ok(())
}

/// Supposes something of pledges of forces.
async fn scenario(app: &TestApp, assume: Value, stance: &str) -> Result<Value> {
    let question = json!({"assume": assume, "stance_min": stance, "capability": "military.forces"});
    answered(app, "/v1/scenario-evaluations", &question).await
}

/// The truth of each pledger's forces after a scenario.
fn after(answer: &Value) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for item in answer["items"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(country) = text(&item["pledger"]["ref"]).strip_prefix("country:") {
            found.push((country.to_owned(), text(&item["after"])));
        }
    }
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn scenarios_of_the_bundled_data() -> Result<()> {
    let app = TestApp::new().await?;
    let truths = |answer: &Value, countries: &[&str]| -> Vec<String> {
        let after = after(answer);
        let of = |country: &str| after.iter().filter(|(c, _)| c == country).map(|(_, t)| t.clone()).collect::<Vec<_>>();
        countries.iter().flat_map(|country| of(country)).collect()
    };
    let yes = |slug: &str| json!({"condition": slug, "truth": "true"});
    let refused = scenario(&app, json!([yes("ceasefire")]), "not_ruled_out").await?;
    assert_eq!(truths(&refused, &["GB", "FR", "AU"]), ["false"; 3]);
    assert_eq!(truths(&refused, &["DK", "SE", "IE", "LU", "BE"]), ["unknown"; 5]);
    let backed = scenario(&app, json!([yes("ceasefire"), yes("condition:us-backing")]), "willing").await?;
    assert_eq!(truths(&backed, &["GB", "FR", "AU"]), ["true"; 3]);
    let rules = json!([yes("rules-of-engagement"), yes("legal-basis")]);
    let open = scenario(&app, rules.clone(), "not_ruled_out").await?;
    assert_eq!(truths(&open, &["IE", "LU", "BE"]), ["true"; 3]);
    let firm = scenario(&app, rules, "willing").await?;
    assert!(truths(&firm, &["IE", "LU", "BE"]).is_empty(), "they are not that firm");
    let withdrawn = json!({"assume": [yes("ceasefire"), yes("us-backing")], "withdraw": ["country:FR"], "capability": "military.forces"});
    let withdrawn = answered(&app, "/v1/scenario-evaluations", &withdrawn).await?;
    assert_eq!(truths(&withdrawn, &["AU", "FR", "GB"]), ["true", "false", "true"]);
    let count = |side: &str, truth: &str| -> u64 {
        let totals = backed["totals"].as_array().into_iter().flatten();
        totals.filter_map(|total| total[side][truth].as_u64()).sum()
    };
    let all: u64 = ["in_force", "unknown", "not_in_force"].iter().map(|truth| count("after", truth)).sum();
    assert_eq!(Some(all), backed["total"].as_u64());
    Ok(())
}

#[tokio::test]
async fn questions_that_cannot_be_answered_say_why() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, body, pointer) in [
        (
            "/v1/scenario-evaluations",
            json!({"assume": [{"condition": "us-backing", "truth": "yes"}]}),
            "/assume/0/truth",
        ),
        (
            "/v1/scenario-evaluations",
            json!({"assume": [{"condition": "nowhere", "truth": "true"}]}),
            "/assume/0/condition",
        ),
        ("/v1/scenario-evaluations", json!({"assume": [{"condition": "us-backing"}]}), "/assume/0/truth"),
        (
            "/v1/scenario-evaluations",
            json!({"assume": [{"condition": "us-backing", "truth": "true"}, {"condition": "condition:us-backing", "truth": "false"}]}),
            "/assume/1/truth",
        ),
        ("/v1/scenario-evaluations", json!({"stance_min": "not_stated"}), "/stance_min"),
        ("/v1/scenario-evaluations", json!({"valid_at": "2025-02-30"}), "/valid_at"),
        ("/v1/scenario-evaluations", json!({"withdrawn": []}), "/withdrawn"),
        ("/v1/analyses/unlocking-sets", json!({}), "/goal"),
        ("/v1/analyses/blocking-sets", json!({"goal": {}}), "/goal"),
        ("/v1/analyses/blocking-sets", json!({"goal": {"actors": ["GB"], "at_least": 2}}), "/goal/at_least"),
        (
            "/v1/analyses/pivotality",
            json!({"goal": {"commitments": ["0198c3c0-0000-7000-8000-000000000000"]}}),
            "/goal/commitments/0",
        ),
    ] {
        let answer = ask(&app, path, &body).await?;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {body}: {}", answer.text());
        let problem = answer.json()?;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_question_is_refused() -> Result<()> {
    let app = TestApp::new().await?;
    let unread =
        app.send_body(Method::POST, "/v1/scenario-evaluations", &[("content-type", "application/json")], "{").await?;
    assert_eq!(unread.status, StatusCode::BAD_REQUEST);
    let wrong = ask(&app, "/v1/scenario-evaluations?dry_run=true", &json!({})).await?;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let get = app.get("/v1/scenario-evaluations").await?;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    Ok(())
}

#[tokio::test]
async fn what_depends_on_an_actor_comes_with_its_chain() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = app.json("/v1/analyses/fall-out?actor=US").await?;
    let items = answer["items"].as_array().context("items")?;
    let mut pledgers: Vec<&str> =
        items.iter().filter_map(|item| item["commitment"]["pledger"]["ref"].as_str()).collect();
    pledgers.sort_unstable();
    assert_eq!(pledgers, ["country:AU", "country:FR", "country:GB"]);
    for item in items {
        assert_eq!(item["chain"][0]["condition"]["ref"], "condition:us-backing");
        assert_eq!(item["chain"][1]["commitment"]["id"], item["commitment"]["id"]);
        assert_eq!((&item["decisive"], &item["distance"]), (&json!(true), &json!(2)));
    }
    assert_eq!(app.get("/v1/analyses/fall-out").await?.status, StatusCode::BAD_REQUEST);
    let paged = app.walk("/v1/analyses/fall-out?actor=US&stance_min=in_discussion", 2).await?;
    assert_eq!(paged.len(), 4, "the coalition's talks on its own force too");
    Ok(())
}

/// Two pledges that each wait for the other, and one that waits for both of them and for a ceasefire.
async fn waiting_for_each_other(app: &TestApp) -> Result<[Value; 3]> {
    for country in ["JP", "KR"] {
        let test =
            json!({"actor": format!("country:{country}"), "capability": "military.demining", "min_stance": "willing"});
        created(
            app,
            "/v1/conditions",
            &json!({"slug": format!("{country}-moves").to_lowercase(), "names": {"en": format!("{country} moves")},
                "condition_kind": "reciprocal_commitment", "test": test}),
        )
        .await?;
    }
    let leaf =
        |slug: &str| json!({"op": "condition", "condition": format!("condition:{slug}"), "explicitness": "explicit"});
    let pledge = |pledger: &str, conditions: Value| {
        json!({"pledger": format!("country:{pledger}"), "beneficiary": "country:UA", "capability": "military.demining",
            "stance": "willing", "conditions": conditions,
            "evidence": [{"source": "source:seed-article", "explicitness": "explicit"}]})
    };
    let a = created(app, "/v1/commitments", &pledge("JP", leaf("kr-moves"))).await?;
    let b = created(app, "/v1/commitments", &pledge("KR", leaf("jp-moves"))).await?;
    let both = json!({"op": "all_of", "of": [leaf("jp-moves"), leaf("ceasefire")]});
    let c = created(app, "/v1/commitments", &pledge("NZ", both)).await?;
    Ok([a, b, c])
}

#[tokio::test]
async fn mutual_pledges_are_named_as_a_deadlock() -> Result<()> {
    let app = TestApp::new().await?;
    let [a, b, c] = waiting_for_each_other(&app).await?;
    let question = json!({"assume": [{"condition": "ceasefire", "truth": "true"}], "capability": "military.demining"});
    let answer = answered(&app, "/v1/scenario-evaluations", &question).await?;
    let items = answer["items"].as_array().context("items")?;
    for pledge in [&a, &b, &c] {
        let item = items.iter().find(|item| item["commitment"] == pledge["id"]).context("an item")?;
        assert_eq!(item["after_fixpoints"], json!({"cautious": "false", "coordinated": "true"}), "{item}");
        assert_eq!(item["after"], "unknown");
        assert!(answer["gaps"].as_array().context("gaps")?.contains(&pledge["id"]));
    }
    let deadlocks = app.json("/v1/analyses/deadlocks").await?;
    assert_eq!(deadlocks["total"], 1, "{deadlocks}");
    let group = &deadlocks["deadlocks"][0];
    let mut ids: Vec<&Value> =
        group["commitments"]["items"].as_array().context("items")?.iter().map(|i| &i["id"]).collect();
    ids.sort_by_key(ToString::to_string);
    let mut expected = vec![&a["id"], &b["id"]];
    expected.sort_by_key(ToString::to_string);
    assert_eq!(ids, expected);
    assert_eq!(group["waivers"]["total"], 2);
    assert_eq!(deadlocks["behind"]["items"][0]["id"], c["id"]);
    Ok(())
}

#[tokio::test]
async fn implied_conditions_can_be_left_out() -> Result<()> {
    let app = TestApp::new().await?;
    let id = EdgeId::of_key("l21-gb-forces");
    let stated = app.json(&format!("/v1/commitments/{id}?include_implied=false&include=because")).await?;
    assert_eq!((&stated["in_force"], &stated["ground"]), (&json!("true"), &json!("no_conditions")));
    let list =
        app.json("/v1/commitments?pledger=GB&capability=military.forces&include_implied=false&in_force=true").await?;
    assert_eq!((&list["total"]["value"], &list["items"][0]["in_force"]), (&json!(1), &json!("true")));
    let csv = app
        .get("/v1/commitments.csv?pledger=GB&capability=military.forces&include_implied=false&fields=in_force")
        .await?;
    assert_eq!(csv.text().lines().nth(1), Some("true"));
    assert_eq!(app.get("/v1/outcomes?include_implied=false").await?.status, StatusCode::BAD_REQUEST);
    let question = json!({"goal": {"actors": ["GB"], "capability": "military.forces"}, "include_implied": false});
    let needs = answered(&app, "/v1/analyses/unlocking-sets", &question).await?;
    assert_eq!(sets(&needs)?, owned(&[&[]]), "it needs nothing that is stated");
    Ok(())
}

#[tokio::test]
async fn a_question_is_answered_as_of_then() -> Result<()> {
    let app = TestApp::new().await?;
    let before = app.json("/v1/commitments?limit=1").await?["as_of"].clone();
    let moment = before["known_at"].as_str().context("a time")?.replace('+', "%2B");
    let evidence = json!([{"source": "source:seed-article", "explicitness": "explicit"}]);
    let outcome =
        json!({"subject": "country:UA", "object": "condition:ceasefire", "value": "met", "evidence": evidence});
    created(&app, "/v1/outcomes", &outcome).await?;
    let question = json!({"assume": [{"condition": "us-backing", "truth": "true"}], "capability": "military.forces"});
    let path = "/v1/scenario-evaluations";
    let now = answered(&app, path, &question).await?;
    let then = answered(&app, &format!("{path}?known_at={moment}"), &question).await?;
    assert_eq!(then["as_of"]["version"], before["version"]);
    let gb = |answer: &Value| after(answer).into_iter().find(|(country, _)| country == "GB");
    assert_eq!(gb(&now), Some(("GB".to_owned(), "true".to_owned())));
    assert_eq!(gb(&then), Some(("GB".to_owned(), "unknown".to_owned())));
    for bad in ["", "[]", "{\"assume\": [], \"assume\": []}"] {
        let headers = [("content-type", "application/json"), ("authorization", "")];
        let answer = app.send_body(Method::POST, path, &headers, bad).await?;
        assert!([400, 422].contains(&answer.status.as_u16()), "{bad}: {}", answer.text());
    }
    Ok(())
}
