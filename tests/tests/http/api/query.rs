//! Structured queries on the bundled data.

use anyhow::Result;
use axum::http::Method;
use pledgegraph_tests::app::{Answer, TestApp};
use serde_json::{Value, json};

async fn post(app: &TestApp, body: &Value) -> Result<Answer> {
    app.send_body(
        Method::POST,
        "/v1/query",
        &[("content-type", "application/json"), ("authorization", "")],
        body.to_string(),
    )
    .await
}

async fn ask(app: &TestApp, body: Value) -> Result<Value> {
    let answer = post(app, &body).await?;
    assert_eq!(answer.status.as_u16(), 200, "{body}: {}", answer.text());
    answer.json()
}

/// The references of the rows: of their entities, or of the first value.
fn references(answer: &Value) -> Vec<&str> {
    let rows = answer["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["entity"]["ref"].as_str().or(row["values"][0]["values"][0]["entity"]["ref"].as_str()))
        .collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn filters_are_joined_and_values_put_together() -> Result<()> {
    let app = TestApp::new().await?;
    let willing = json!({"find": "commitments", "select": ["subject"],
        "where": {"capability": ["military.forces"], "stance_min": "willing", "condition": ["condition:us-backing"]}});
    let answer = ask(&app, willing).await?;
    assert_eq!(references(&answer), ["country:AU", "country:FR", "country:GB"]);
    assert_eq!(answer["rows"][0]["statements"].as_array().map(Vec::len), Some(1));

    let either = json!({"find": "commitments", "select": ["subject"], "where": {
        "capability": ["military.forces"],
        "any_of": [{"condition": ["condition:legal-basis"]}, {"mission": ["peacekeeping"]}],
        "none_of": [{"subject_is": {"kind": ["group"]}}, {"stance": ["in_discussion"]}]}});
    let countries = ["country:BE", "country:DK", "country:IE", "country:LU", "country:SE"];
    assert_eq!(references(&ask(&app, either).await?), countries);
    Ok(())
}

#[tokio::test]
async fn who_attended_but_pledged_nothing() -> Result<()> {
    let app = TestApp::new().await?;
    let attended = json!({"find": "attendances", "where": {
        "object": ["meeting:coalition-april"], "attendance_role": ["participant"]}});
    let query = |none_of: Value| json!({"find": "countries", "where": {"subject_of": attended, "none_of": none_of}});
    let pledged = json!({"subject_of": {"find": "commitments", "where": {"stance_min": "willing"}}});
    assert_eq!(references(&ask(&app, query(json!([pledged]))).await?), ["country:CA", "country:NZ"]);
    let outside_europe = json!([{"region": ["150"]}]);
    assert_eq!(references(&ask(&app, query(outside_europe)).await?), ["country:AU", "country:CA", "country:NZ"]);
    Ok(())
}

#[tokio::test]
async fn regions_sources_and_modes_narrow() -> Result<()> {
    let app = TestApp::new().await?;
    let outside = json!({"find": "commitments", "select": ["subject"], "where": {
        "stance_min": "willing", "subject_is": {"kind": ["country"], "none_of": [{"region": ["150"]}]}}});
    let answer = ask(&app, outside).await?;
    assert!(references(&answer).contains(&"country:AU") && !references(&answer).contains(&"country:GB"), "{answer}");

    let named = json!({"find": "meetings", "where": {"source": ["source:politico-europe-2025-07-04"]}});
    assert_eq!(references(&ask(&app, named).await?), ["meeting:coalition-summit"]);

    let remote =
        json!({"find": "attendances", "select": ["subject", "place"], "where": {"attendance_mode": ["remote"]}});
    assert_eq!(references(&ask(&app, remote).await?), ["group:heads-joining-from-rome", "person:zelensky"]);
    Ok(())
}

#[tokio::test]
async fn rows_are_counted_grouped_and_ordered() -> Result<()> {
    let app = TestApp::new().await?;
    let forces = json!({"capability": ["military.forces"]});
    let count =
        ask(&app, json!({"find": "commitments", "ask": "count", "select": ["subject"], "where": forces})).await?;
    let items = ask(&app, json!({"find": "commitments", "select": ["subject"], "where": forces})).await?;
    assert_eq!(count["total"], items["total"]);
    assert_eq!(count["rows"], json!([]));
    assert_eq!(count["truncated"], false);

    let groups = ask(&app, json!({"find": "commitments", "group_by": "stance", "where": forces})).await?;
    let sum: u64 = groups["rows"].as_array().into_iter().flatten().filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!(Some(sum), groups["found"].as_u64());
    assert_eq!(groups["rows"][0]["values"][0]["values"][0]["code"], "willing");

    let firmest = ask(&app, json!({"find": "commitments", "by_stance": true, "select": ["stance"]})).await?;
    assert_eq!(firmest["rows"][0]["values"][0]["values"][0]["code"], "pledged");

    let none = ask(&app, json!({"find": "commitments", "ask": "exists", "where": {"subject": ["country:NZ"]}})).await?;
    assert_eq!((&none["total"], &none["rows"]), (&json!(0), &json!([])));
    Ok(())
}

#[tokio::test]
async fn values_say_what_a_statement_says() -> Result<()> {
    let app = TestApp::new().await?;
    let summit = json!({"object": ["meeting:coalition-summit"], "source": ["source:seed-article"]});
    let convenings = ask(
        &app,
        json!({"find": "convenings", "select": ["date", "agenda", "speaker", "outlet", "anonymity"], "where": summit}),
    )
    .await?;
    let rows = convenings["rows"].to_string();
    for word in [
        "unresolved",
        "Keep Ukraine able to fight",
        "person:elysee-official",
        "organization:politico-europe",
        "protocol",
    ] {
        assert!(rows.contains(word), "{word} in {rows}");
    }
    let members = ask(&app, json!({"find": "memberships", "select": ["number"], "where": {"object": ["coalition:of-the-willing"], "modality": ["reported_by_others", "own_statement"]}})).await?;
    assert!(members["rows"].to_string().contains(r#"{"op":"gt","value":30}"#), "{members}");
    Ok(())
}

#[tokio::test]
async fn what_would_be_in_force() -> Result<()> {
    let app = TestApp::new().await?;
    let body = json!({"find": "commitments", "ask": "truth", "where": {"subject": ["country:GB"], "capability": ["military.forces"]},
        "assume": [{"condition": "condition:ceasefire", "truth": "true"}, {"condition": "condition:us-backing", "truth": "true"}]});
    let answer = ask(&app, body).await?;
    assert_eq!((&answer["rows"][0]["truth"], &answer["rows"][0]["truth_now"]), (&json!("true"), &json!("false")));
    let conditions = ask(&app, json!({"find": "conditions", "ask": "truth"})).await?;
    let backing =
        conditions["rows"].as_array().into_iter().flatten().find(|row| row["entity"]["ref"] == "condition:us-backing");
    assert_eq!(backing.map(|row| &row["truth"]), Some(&json!("false")));
    let in_force = ask(&app, json!({"find": "commitments", "where": {"in_force": ["true"]}})).await?;
    let listed = app.json("/v1/commitments?in_force=true").await?;
    assert_eq!(in_force["total"], listed["total"]["value"]);
    Ok(())
}

#[tokio::test]
async fn sets_and_conflicts_of_what_is_found() -> Result<()> {
    let app = TestApp::new().await?;
    let forces = json!({"capability": ["military.forces"], "stance_min": "willing"});
    let sets = |answer: &Value| -> Vec<Vec<String>> {
        let of_row = |row: &Value| {
            let set = row["set"].as_array().into_iter().flatten();
            set.filter_map(|member| member["condition"]["ref"].as_str().map(str::to_owned)).collect()
        };
        answer["rows"].as_array().into_iter().flatten().map(of_row).collect()
    };
    let unlocking = json!({"find": "commitments", "ask": "unlocking_sets", "at_least": 3, "where": forces});
    let unlocking = ask(&app, unlocking).await?;
    assert_eq!(sets(&unlocking), [["condition:ceasefire", "condition:us-backing"]]);
    assert_eq!(unlocking["rows"][0]["set"][0]["truth"], "true");
    let blocking = json!({"find": "commitments", "ask": "blocking_sets", "at_least": 3, "where": forces});
    let blocking = ask(&app, blocking).await?;
    assert_eq!(sets(&blocking), [["condition:ceasefire"], ["condition:us-backing"]]);
    assert_eq!(blocking["rows"][0]["set"][0]["truth"], "false");

    let conflicts = json!({"find": "convenings", "ask": "conflicts", "where": {"object": ["meeting:coalition-march"]}});
    let conflicts = ask(&app, conflicts).await?;
    assert_eq!(conflicts["total"], 1);
    let row = &conflicts["rows"][0];
    let mut meetings = [&row["statements"][0]["object"]["ref"], &row["against"][0]["object"]["ref"]];
    meetings.sort_by_key(ToString::to_string);
    assert_eq!(meetings, ["meeting:coalition-april", "meeting:coalition-march"]);
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_place() -> Result<()> {
    let app = TestApp::new().await?;
    let mut deep = json!({"q": "x"});
    for _ in 0..6 {
        deep = json!({"all_of": [deep]});
    }
    for (body, pointer) in [
        (json!({}), "/find"),
        (json!({"find": "pledges"}), "/find"),
        (json!({"find": "countries", "where": {"capability": ["military.forces"]}}), "/where/capability"),
        (json!({"find": "commitments", "where": {"region": ["150"]}}), "/where/region"),
        (
            json!({"find": "commitments", "where": {"any_of": [{"subject_is": {"stance": ["willing"]}}]}}),
            "/where/any_of/0/subject_is/stance",
        ),
        (json!({"find": "commitments", "where": {"subject": ["country:ZZ"]}}), "/where/subject/0"),
        (json!({"find": "countries", "where": {"subject_of": {"find": "countries"}}}), "/where/subject_of/find"),
        (json!({"find": "countries", "select": ["subject"]}), "/select"),
        (json!({"find": "attendances", "ask": "truth"}), "/ask"),
        (json!({"find": "attendances", "ask": "unlocking_sets"}), "/ask"),
        (json!({"find": "countries", "ask": "conflicts"}), "/ask"),
        (json!({"find": "commitments", "at_least": 3}), "/at_least"),
        (json!({"find": "commitments", "withdraw": ["country:GB"]}), "/withdraw"),
        (json!({"find": "commitments", "where": deep}), "/where/all_of/0/all_of/0/all_of/0/all_of/0/all_of/0/all_of/0"),
    ] {
        let answer = post(&app, &body).await?;
        assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text());
        let problem = answer.json()?;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    Ok(())
}

#[tokio::test]
async fn a_window_that_ends_before_it_begins_is_refused_at_any_depth() -> Result<()> {
    let app = TestApp::new().await?;
    let window = |from: &str, to: &str| json!({"said_from": from, "said_to": to});
    let turned = || window("2025-07-10", "2025-07-01");
    for (body, pointer) in [
        (json!({"find": "commitments", "where": turned()}), "/where"),
        (json!({"find": "statements", "ask": "count", "where": turned()}), "/where"),
        (json!({"find": "remarks", "where": {"all_of": [{}, turned()]}}), "/where/all_of/1"),
        (json!({"find": "remarks", "where": {"any_of": [turned()]}}), "/where/any_of/0"),
        (json!({"find": "remarks", "where": {"none_of": [turned()]}}), "/where/none_of/0"),
        (
            json!({"find": "remarks", "where": {"about": {"find": "commitments", "where": turned()}}}),
            "/where/about/where",
        ),
        (
            json!({"find": "countries", "where": {"subject_of": {"find": "commitments", "where": turned()}}}),
            "/where/subject_of/where",
        ),
        (
            json!({"find": "countries", "where": {"none_of": [{"object_of": {"find": "requests", "where": turned()}}]}}),
            "/where/none_of/0/object_of/where",
        ),
        (
            json!({"find": "commitments", "where": {"subject_is": {"subject_of": {"find": "attendances", "where": turned()}}}}),
            "/where/subject_is/subject_of/where",
        ),
        (json!({"find": "commitments", "ask": "truth", "where": window("2026-01-01", "2025-12-31")}), "/where"),
    ] {
        let answer = post(&app, &body).await?;
        assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text());
        let problem = answer.json()?;
        for (at, name) in ["said_from", "said_to"].iter().enumerate() {
            assert_eq!(problem["errors"][at]["pointer"], format!("{pointer}/{name}"), "{problem}");
            assert_eq!(problem["errors"][at]["code"], "bad-date", "{problem}");
        }
    }
    ask(&app, json!({"find": "commitments", "where": window("2025-07-10", "2025-07-10")})).await?;
    Ok(())
}

/// Parts that must hold together have one day and one window.
#[tokio::test]
async fn parts_that_hold_together_have_one_day_and_one_window() -> Result<()> {
    let app = TestApp::new().await?;
    let apart =
        json!({"find": "commitments", "where": {"all_of": [{"valid_at": "2025-03-01"}, {"stance": ["pledged"]}]}});
    let together = json!({"find": "commitments", "where": {"valid_at": "2025-03-01", "stance": ["pledged"]}});
    let (apart, together) = (ask(&app, apart).await?, ask(&app, together).await?);
    assert_eq!((&apart["rows"], &apart["as_of"]), (&together["rows"], &together["as_of"]));
    assert_eq!(apart["as_of"]["valid_at"], "2025-03-01");
    let parts = json!([{"said_from": "2025-07-10"}, {"all_of": [{"said_to": "2025-07-01"}]}]);
    let answer = post(&app, &json!({"find": "commitments", "where": {"all_of": parts}})).await?;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
    let problem = answer.json()?;
    let pointers: Vec<&str> =
        problem["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/where/all_of/0/said_from", "/where/all_of/1/all_of/0/said_to"]);
    let sets = json!({"find": "commitments", "ask": "unlocking_sets", "where": {"capability": ["military.forces"]}});
    let counted = json!({"find": "commitments", "ask": "truth", "where": {"capability": ["military.forces"]}});
    assert_eq!(ask(&app, sets).await?["warnings"], ask(&app, counted).await?["warnings"]);
    Ok(())
}

#[tokio::test]
async fn groups_lose_no_row() -> Result<()> {
    let app = TestApp::new().await?;
    let fields = app.json("/v1/vocabulary/query_fields").await?;
    let fields: Vec<&str> =
        fields["codes"].as_array().into_iter().flatten().filter_map(|entry| entry["code"].as_str()).collect();
    assert!(fields.len() > 20, "{fields:?}");
    for find in ["statements", "commitments", "attendances", "convenings", "remarks", "requests"] {
        for field in &fields {
            for select in [vec![], vec!["mission"]] {
                let mut body = json!({"find": find, "group_by": field});
                if !select.is_empty() {
                    body["select"] = json!(select);
                }
                let groups = ask(&app, body).await?;
                let rows = groups["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
                let sum: u64 = rows.iter().filter_map(|row| row["count"].as_u64()).sum();
                assert_eq!(Some(sum), groups["found"].as_u64(), "{find} {field} {select:?}");
                assert_eq!(groups["truncated"], false);
            }
        }
    }
    // What a statement says of itself is a code, what it does not say an empty list.
    let keys = async |body: Value| -> Result<Vec<String>> {
        let groups = ask(&app, body).await?;
        let rows = groups["rows"].as_array().into_iter().flatten();
        Ok(rows.map(|row| row["values"][0]["values"][0]["code"].as_str().unwrap_or("-").to_owned()).collect())
    };
    assert_eq!(keys(json!({"find": "commitments", "group_by": "stage"})).await?[0], "none");
    assert!(keys(json!({"find": "commitments", "group_by": "mission"})).await?.contains(&"unspecified".to_owned()));
    assert!(keys(json!({"find": "statements", "group_by": "stage"})).await?.contains(&"-".to_owned()));
    Ok(())
}

#[tokio::test]
async fn whether_there_is_any_takes_one_row() -> Result<()> {
    let app = TestApp::new().await?;
    for (find, which) in [
        ("countries", json!({"region": ["150"]})),
        ("countries", json!({})),
        ("actors", json!({"q": "united"})),
        ("persons", json!({})),
        ("sources", json!({})),
        ("conditions", json!({"subject_of": {"find": "outcomes"}})),
        ("meetings", json!({"object_of": {"find": "attendances"}})),
        ("commitments", json!({"stance_min": "willing"})),
        ("statements", json!({})),
        ("remarks", json!({"q": "xyzzy"})),
        ("organizations", json!({"class": ["media"]})),
    ] {
        let items = ask(&app, json!({"find": find, "where": which})).await?;
        let exists = ask(&app, json!({"find": find, "where": which, "ask": "exists"})).await?;
        let first: Vec<&Value> = items["rows"].as_array().into_iter().flatten().take(1).collect();
        assert_eq!(exists["rows"].as_array().into_iter().flatten().collect::<Vec<_>>(), first, "{find}");
        // A list shows every statement; whether there is any is asked of those that count.
        let of_all = ask(&app, json!({"find": find, "where": which, "ask": "count"})).await?;
        assert_eq!((&exists["total"], &exists["truncated"]), (&of_all["total"], &json!(false)), "{find}");
    }
    Ok(())
}
