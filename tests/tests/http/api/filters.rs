//! Filters against a naive scan of everything.

use anyhow::{Context as _, Result};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::contract::parameters;

/// What a commitment has for a parameter, as the JSON shows it; each value that a filter could ask for.
fn values(item: &Value, parameter: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned).into_iter().collect::<Vec<_>>();
    match parameter {
        "beneficiary" | "coalition" | "meeting" | "place" | "acting_through" => text(&item[parameter]["ref"]),
        "conditional_on" => leaves(&item["conditions"]).iter().map(|(reference, _)| reference.clone()).collect(),
        "source" => item["evidence"].as_array().into_iter().flatten().flat_map(|e| text(&e["source"]["ref"])).collect(),
        "speaker" => {
            let evidence = item["evidence"].as_array().into_iter().flatten();
            let chain = evidence.flat_map(|e| e["attribution"].as_array().into_iter().flatten());
            chain.flat_map(|link| text(&link["agent"]["ref"])).collect()
        }
        "explicitness" => leaves(&item["conditions"]).iter().map(|(_, explicitness)| explicitness.clone()).collect(),
        "capability" => {
            let mut code = item["capability"].as_str().unwrap_or_default();
            let mut codes = vec![code.to_owned()];
            while let Some((parent, _)) = code.rsplit_once('.') {
                code = parent;
                codes.push(code.to_owned());
            }
            codes
        }
        other => text(&item[other]),
    }
}

fn leaves(node: &Value) -> Vec<(String, String)> {
    let own = node["condition"]["ref"].as_str().zip(node["explicitness"].as_str());
    let own = own.map(|(reference, explicitness)| (reference.to_owned(), explicitness.to_owned()));
    own.into_iter().chain(node["of"].as_array().into_iter().flatten().flat_map(leaves)).collect()
}

/// Whether an item passes a filter that asks for any of these values.
fn passes(item: &Value, parameter: &str, wanted: &[&str]) -> bool {
    let counted = parameter != "stance"
        || ["own_statement", "reported_by_others"].contains(&item["modality"].as_str().unwrap_or_default());
    counted && values(item, parameter).iter().any(|value| wanted.contains(&value.as_str()))
}

const PARAMETERS: [&str; 16] = [
    "beneficiary",
    "coalition",
    "capability",
    "mission",
    "stance",
    "stage",
    "conditional_on",
    "conditionality",
    "explicitness",
    "modality",
    "polarity",
    "rank",
    "source",
    "speaker",
    "acting_through",
    "place",
];

#[tokio::test]
async fn every_filter_finds_what_a_scan_finds() -> Result<()> {
    let app = TestApp::new().await?;
    let all = app.walk("/v1/commitments", 1000).await?;
    let mut asked = 0;
    for parameter in PARAMETERS {
        let mut known: Vec<String> = all.iter().flat_map(|item| values(item, parameter)).collect();
        known.sort_unstable();
        known.dedup();
        known.retain(|code| !["military", "political"].contains(&code.as_str()));
        assert!(!known.is_empty(), "{parameter}");
        for (i, value) in known.iter().enumerate() {
            let pair = &known[(i + 1) % known.len()];
            for wanted in [vec![value.as_str()], vec![value.as_str(), pair.as_str()]] {
                let found = app.walk(&format!("/v1/commitments?{parameter}={}", wanted.join(",")), 7).await?;
                let expected: Vec<&Value> = all.iter().filter(|item| passes(item, parameter, &wanted)).collect();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{parameter}={wanted:?}");
                asked += 1;
            }
        }
    }
    assert!(asked > 80, "{asked}");
    Ok(())
}

#[tokio::test]
async fn two_filters_are_joined_by_and() -> Result<()> {
    let app = TestApp::new().await?;
    let all = app.walk("/v1/commitments", 1000).await?;
    for (i, item) in all.iter().enumerate() {
        let (a, b) = (PARAMETERS[i % PARAMETERS.len()], PARAMETERS[(i * 5 + 3) % PARAMETERS.len()]);
        let (Some(x), Some(y)) = (values(item, a).into_iter().next(), values(item, b).into_iter().next()) else {
            continue;
        };
        // `explicitness` beside `conditional_on` tests the leaf that is named; a scan of each alone cannot tell.
        if a == b || (a == "explicitness" || b == "explicitness") && (a == "conditional_on" || b == "conditional_on") {
            continue;
        }
        // A stance beside a modality counts the modality asked for.
        if [a, b].contains(&"modality") && [a, b].contains(&"stance") {
            continue;
        }
        let found = app.walk(&format!("/v1/commitments?{a}={x}&{b}={y}"), 100).await?;
        let expected: Vec<&Value> =
            all.iter().filter(|item| passes(item, a, &[&x]) && passes(item, b, &[&y])).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{a}={x}&{b}={y}");
    }
    Ok(())
}

#[tokio::test]
async fn a_pledger_takes_in_what_is_part_of_it() -> Result<()> {
    let app = TestApp::new().await?;
    let group = app.json("/v1/commitments?pledger=larger-group-of-eu-members").await?;
    let mut refs: Vec<&str> =
        group["items"].as_array().context("items")?.iter().filter_map(|i| i["pledger"]["ref"].as_str()).collect();
    refs.sort_unstable();
    assert_eq!(refs, ["country:BE", "country:IE", "country:LU", "group:larger-group-of-eu-members"]);
    Ok(())
}

#[tokio::test]
async fn stance_sets_and_minimum() -> Result<()> {
    let app = TestApp::new().await?;
    let count =
        async |query: &str| -> Result<usize> { Ok(app.walk(&format!("/v1/commitments?{query}"), 1000).await?.len()) };
    assert_eq!(count("stance=positive").await?, count("stance_min=willing").await?);
    assert_eq!(count("stance=firm").await?, count("stance=pledged,committed").await?);
    assert_eq!(count("stance=open").await?, count("stance=in_discussion,not_ruled_out").await?);
    assert_eq!(count("stance=negative").await?, count("stance=refused,declined,withdrawn").await?);
    assert_eq!(count("stance=positive&stance_min=offered").await?, count("stance_min=offered").await?);
    assert_eq!(count("stance=negative&stance_min=willing").await?, 0);
    Ok(())
}

#[tokio::test]
async fn dates_are_possibly_or_certainly_within() -> Result<()> {
    let app = TestApp::new().await?;
    let count = async |query: &str| -> Result<usize> { Ok(app.walk(&format!("/v1/edges?{query}"), 1000).await?.len()) };
    let all = count("kind=remark").await?;
    let possible = count("kind=remark&said_from=2025-01&said_to=2025-12").await?;
    let certain = count("kind=remark&said_from=2025-01&said_to=2025-12&date_match=certain").await?;
    assert!(certain <= possible && possible <= all, "{certain} {possible} {all}");
    assert_eq!(count("kind=commitment&valid_at=now").await?, count("kind=commitment&valid_at=2030-01-01").await?);
    let dated = app.json("/v1/commitments?valid_at=2025-07-04&limit=1").await?;
    assert_eq!(dated["as_of"]["valid_at"], "2025-07-04");
    Ok(())
}

#[tokio::test]
async fn words_are_searched_in_texts_and_names() -> Result<()> {
    let app = TestApp::new().await?;
    for (query, expected) in [("q=stocks", "military.air_defence.munitions"), ("q=japan", "unspecified")] {
        let list = app.json(&format!("/v1/commitments?{query}")).await?;
        assert_eq!(list["items"][0]["capability"], expected, "{query}");
    }
    assert_eq!(app.json("/v1/commitments?q=xyzzy").await?["total"]["value"], 0);
    Ok(())
}

/// Windows of two dates, and whether a day lies in them.
const WINDOWS: [(&str, &str, bool); 14] = [
    ("2025-07-10", "2025-07-01", false),
    ("2025-07-02", "2025-07-01", false),
    ("2025-08", "2025-07", false),
    ("2025-08", "2025-07-31", false),
    ("2025-08-01", "2025-07", false),
    ("2026", "2025", false),
    ("2026", "2025-12-31", false),
    ("9999-12-31", "0001-01-01", false),
    ("2025-07-10", "2025-07-10", true),
    ("2025-07", "2025-07", true),
    ("2025-07-31", "2025-07", true),
    ("2025-07", "2025-07-01", true),
    ("2025", "2025", true),
    ("2025-12-31", "2025", true),
];

#[tokio::test]
async fn a_window_that_ends_before_it_begins_is_refused_everywhere() -> Result<()> {
    let app = TestApp::new().await?;
    let document = app.json("/openapi.json").await?;
    let takes =
        |operation: &Value, name: &str| parameters(&document, operation).any(|parameter| parameter["name"] == name);
    let paths = document["paths"].as_object().context("paths")?;
    let windowed: Vec<&String> =
        paths.iter().filter(|(_, path)| takes(&path["get"], "said_from")).map(|(path, _)| path).collect();
    // Eleven collections, each as JSON, CSV and NDJSON.
    assert_eq!(windowed.len(), 33, "{windowed:?}");
    for path in windowed {
        assert!(takes(&paths[path]["get"], "said_to"), "{path}");
        for (from, to, has_days) in WINDOWS {
            let answer = app.get(&format!("{path}?said_from={from}&said_to={to}")).await?;
            assert_eq!(answer.status, if has_days { 200 } else { 400 }, "{path} {from} {to}: {}", answer.text());
            if has_days {
                continue;
            }
            let problem = answer.json()?;
            let named: Vec<(&Value, &Value)> = problem["errors"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|error| (&error["parameter"], &error["code"]))
                .collect();
            let code = json!("bad-parameter");
            assert_eq!(named, [(&json!("said_from"), &code), (&json!("said_to"), &code)], "{problem}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_value_given_twice_counts_once() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, once, twice) in [
        ("edges", "subject=GB&kind=commitment", "subject=GB&kind=commitment,commitment"),
        ("edges", "subject=GB", "subject=GB,country:GB,GB"),
        ("edges", "object=UA&kind=commitment,request", "object=UA,UA&kind=request,commitment,commitment,request"),
        ("edges", "touching=GB&kind=commitment", "touching=GB,GB&kind=commitment,commitment"),
        ("edges", "kind=remark", "kind=remark,remark"),
        ("edges", "source=seed-article", "source=seed-article,source:seed-article"),
        ("commitments", "pledger=FR", "pledger=FR,FR"),
        ("commitments", "beneficiary=UA", "beneficiary=UA,country:UA"),
        ("commitments", "pledger=GB", "pledger=gb&pledger=826,GBR&pledger=country:gbr"),
        ("commitments", "stance=willing", "stance=willing,willing"),
        ("commitments", "stance=willing,pledged", "stance=willing&stance=pledged&stance=willing"),
        ("commitments", "stance=positive", "stance=positive,willing,pledged"),
        ("commitments", "capability=military.forces", "capability=military.forces,military.forces"),
        ("commitments", "capability=military.forces", "capability=military.forces.air,military.forces,military.forces"),
        ("commitments", "conditional_on=ceasefire", "conditional_on=ceasefire,condition:ceasefire"),
        ("commitments", "conditional_on=ceasefire", "conditional_on=ceasefire&explicitness=explicit,implied"),
        ("commitments", "conditionality=conditional", "explicitness=explicit,implied,explicit"),
        ("commitments", "modality=reported_by_others", "modality=reported_by_others,reported_by_others"),
        ("commitments", "mission=unspecified", "mission=unspecified,unspecified"),
        ("relations", "kind=part_of", "kind=part_of,part_of"),
        ("countries", "region=150", "region=150,150&region=150"),
        ("entities", "kind=country,person", "kind=person,country,person"),
        ("positions", "actor=GB", "actor=GB,country:GB"),
        ("conflicts", "kind=stated", "kind=stated,stated"),
    ] {
        let (once, twice) = (format!("/v1/{path}?limit=1000&{once}"), format!("/v1/{path}?limit=1000&{twice}"));
        let (single, double) = (app.json(&once).await?, app.json(&twice).await?);
        assert_eq!((&single["total"], &single["items"]), (&double["total"], &double["items"]), "{twice}");
        assert_eq!(
            double["total"],
            json!({"value": double["items"].as_array().map(Vec::len), "relation": "eq"}),
            "{twice}"
        );
        assert_ne!(double["total"]["value"], 0, "{twice}");
    }
    Ok(())
}

#[tokio::test]
async fn a_comma_is_or_everywhere() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, parameter, values) in [
        ("countries", "region", ["150", "019"]),
        ("countries", "region", ["145", "009"]),
        ("positions", "capability", ["military.forces", "political.backstop"]),
        ("positions", "mission", ["ceasefire_monitoring", "unspecified"]),
        ("positions", "beneficiary", ["UA", "coalition:of-the-willing"]),
        ("positions", "actor", ["GB", "US"]),
        ("actors/US/positions", "capability", ["military.forces", "political.backstop"]),
        ("actors/US/positions", "capability", ["political.endorsement", "military.arms"]),
        ("commitments", "explicitness", ["explicit", "implied"]),
        ("conflicts", "scope", ["within_document", "between_documents"]),
        ("conflicts", "kind", ["stated", "date"]),
        ("organizations", "class", ["media", "intergovernmental"]),
        ("conditions", "condition_kind", ["ceasefire", "third_party_backing"]),
    ] {
        let ask = async |value: &str| -> Result<Vec<Value>> {
            let answer = app.json(&format!("/v1/{path}?limit=1000&{parameter}={value}")).await?;
            answer["items"].as_array().cloned().context("items")
        };
        let [one, other] = [ask(values[0]).await?, ask(values[1]).await?];
        let mut either = ask(&values.join(",")).await?;
        let beside = other.into_iter().filter(|item| !one.contains(item));
        let mut expected: Vec<Value> = one.iter().cloned().chain(beside).collect();
        assert!(expected.len() > one.len() || path == "conflicts", "{path} {parameter} tells nothing apart");
        either.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(either, expected, "{path} {parameter}");
    }
    // Of several regions the unknown one is named.
    let unknown = app.get("/v1/countries?region=150,777").await?;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text().contains("777") && !unknown.text().contains("region `150"), "{}", unknown.text());
    let groups = app.json("/v1/entities/country:GB/adjacent?direction=outgoing,incoming&limit=1").await?;
    assert_eq!(groups["groups"], app.json("/v1/entities/country:GB/adjacent?limit=1").await?["groups"]);
    let matrix = app.json("/v1/matrix?capability=military.forces,political.backstop").await?;
    assert!(matrix["cells"].as_array().is_some_and(|cells| cells.len() > 1), "{matrix}");
    Ok(())
}
