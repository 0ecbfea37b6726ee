//! Filters against a naive scan of everything.

use anyhow::{Context as _, Result};
use pledgegraph_tests::app::TestApp;
use serde_json::Value;

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
                if parameter == "explicitness" && wanted.len() > 1 {
                    continue;
                }
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
