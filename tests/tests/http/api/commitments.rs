//! Who pledged what, on which conditions: the questions of the first article.

use anyhow::Result;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

/// The pledgers of a list, without their kind, sorted.
fn pledgers(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items").iter();
    let mut found: Vec<&str> = items.map(|item| item["pledger"]["ref"].as_str().expect("a reference")).collect();
    found.sort_unstable();
    found
}

const FORCES: &str = "/v1/commitments?capability=military.forces";

#[tokio::test]
async fn who_would_send_forces_on_condition_of_us_backing() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json(&format!("{FORCES}&stance_min=willing&conditional_on=us-backing")).await?;
    assert_eq!(pledgers(&list), ["country:AU", "country:FR", "country:GB"]);
    assert_eq!(list["total"], json!({"value": 3, "relation": "eq"}));
    let implied = |slug: &str, label: &str| json!({"op": "condition", "condition": {"ref": format!("condition:{slug}"), "label": label}, "explicitness": "implied"});
    let expected = json!({
        "stance": "willing", "mission": "ceasefire_monitoring", "locator": {"line": 21},
        "conditions": {"op": "all_of", "of": [implied("ceasefire", "Ceasefire"), implied("us-backing", "US backing")]},
    });
    for item in list["items"].as_array().expect("items") {
        let shown = json!({
            "stance": item["stance"], "mission": item["mission"], "locator": item["evidence"][0]["locator"],
            "conditions": item["conditions"],
        });
        assert_eq!(shown, expected);
    }
    Ok(())
}

#[tokio::test]
async fn the_conditions_are_implied_not_explicit() -> Result<()> {
    let app = TestApp::new().await?;
    let path = format!("{FORCES}&stance_min=willing&conditional_on=us-backing&explicitness");
    assert!(pledgers(&app.json(&format!("{path}=explicit")).await?).is_empty());
    assert_eq!(pledgers(&app.json(&format!("{path}=implied")).await?).len(), 3);
    Ok(())
}

#[tokio::test]
async fn who_did_not_rule_it_out() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json("/v1/commitments?stance=not_ruled_out").await?;
    assert_eq!(pledgers(&list), ["country:BE", "country:IE", "country:LU", "group:larger-group-of-eu-members"]);
    for item in list["items"].as_array().expect("items") {
        let refs: Vec<&Value> =
            item["conditions"]["of"].as_array().expect("of").iter().map(|leaf| &leaf["condition"]["ref"]).collect();
        assert_eq!(refs, ["condition:rules-of-engagement", "condition:legal-basis"]);
    }
    Ok(())
}

#[tokio::test]
async fn denmark_and_sweden_state_no_us_condition() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json("/v1/commitments?pledger=DK,SE").await?;
    assert_eq!(pledgers(&list), ["country:DK", "country:SE"]);
    assert!(pledgers(&app.json("/v1/commitments?pledger=DK,SE&conditional_on=us-backing").await?).is_empty());
    for item in list["items"].as_array().expect("items") {
        assert_eq!((&item["stance"], &item["specificity"]), (&json!("willing"), &json!("some_form")));
        assert_eq!(item["conditions"]["condition"]["ref"], "condition:agreed-force");
    }
    Ok(())
}

#[tokio::test]
async fn the_united_states_refuse_backing_and_suspend_deliveries() -> Result<()> {
    let app = TestApp::new().await?;
    let refused = app.json("/v1/commitments?pledger=US&capability=political.backstop").await?;
    assert_eq!(refused["items"][0]["stance"], "refused");
    let suspended = app.json("/v1/commitments?pledger=US&stage=suspended").await?;
    let capabilities: Vec<&Value> =
        suspended["items"].as_array().expect("items").iter().map(|i| &i["capability"]).collect();
    assert_eq!(capabilities.len(), 2);
    assert!(capabilities.contains(&&json!("military.arms")), "{capabilities:?}");
    let munitions = app.json("/v1/commitments?pledger=US&capability=military.air_defence.munitions").await?;
    assert_eq!(munitions["items"][0]["stage"], "suspended");
    assert!(munitions["items"][0]["rationale"]["en"].as_str().is_some_and(|why| why.contains("stocks")));
    // A suspension whose source states no stance passes no stance filter.
    assert!(
        pledgers(&app.json("/v1/commitments?pledger=US&stage=suspended&stance=positive,open,negative").await?)
            .is_empty()
    );
    Ok(())
}

#[tokio::test]
async fn the_neighbours_of_russia_take_part_in_discussions() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json("/v1/commitments?pledger=FI,PL").await?;
    assert_eq!(pledgers(&list), ["country:FI", "country:PL"]);
    for item in list["items"].as_array().expect("items") {
        assert_eq!((&item["stance"], &item["conditionality"]), (&json!("in_discussion"), &json!("not_stated")));
        assert!(item["rationale"]["ar"].is_string() && item.get("conditions").is_none());
    }
    Ok(())
}

#[tokio::test]
async fn japan_offers_support_and_is_absent() -> Result<()> {
    let app = TestApp::new().await?;
    let offer = &app.json("/v1/commitments?pledger=JP").await?["items"][0];
    let told = &offer["evidence"][0]["attribution"][0];
    assert_eq!(
        json!([offer["stance"], offer["specificity"], told["agent"]["ref"], told["role"]]),
        json!(["offered", "unspecified", "person:starmer", "speaker"])
    );
    let by_speaker = app.json("/v1/commitments?speaker=starmer").await?;
    assert!(pledgers(&by_speaker).contains(&"country:JP"));
    Ok(())
}

#[tokio::test]
async fn what_others_expect_is_no_stance() -> Result<()> {
    let app = TestApp::new().await?;
    let counted = app.json("/v1/commitments?pledger=US&stance=positive").await?;
    assert!(pledgers(&counted).is_empty(), "{counted:#}");
    let shown = app.json("/v1/commitments?pledger=US&modality=expected_by_others").await?;
    assert!(!pledgers(&shown).is_empty());
    let asked = app.json("/v1/commitments?modality=expected_by_others,assessed_by_others&stance_min=refused").await?;
    assert!(!pledgers(&asked).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_parent_capability_takes_its_children_in() -> Result<()> {
    let app = TestApp::new().await?;
    let all = app.walk("/v1/commitments", 1000).await?;
    let within = |parent: &str| {
        let own = |item: &&Value| {
            item["capability"].as_str().is_some_and(|c| c == parent || c.starts_with(&format!("{parent}.")))
        };
        all.iter().filter(own).count()
    };
    for parent in ["military.forces", "military.arms", "military.air_defence", "military.isr", "political.backstop"] {
        let found = app.walk(&format!("/v1/commitments?capability={parent}"), 1000).await?;
        assert_eq!(found.len(), within(parent), "{parent}");
    }
    Ok(())
}

#[tokio::test]
async fn the_contradiction_shows_as_two_linked_statements() -> Result<()> {
    let app = TestApp::new().await?;
    let april = &app.json("/v1/convenings?meeting=coalition-april").await?["items"][0];
    let link = &april["links"][0];
    assert_eq!((&link["type"], &link["direction"]), (&json!("contradicts"), &json!("outgoing")));
    let other = app.json(&format!("/v1/convenings/{}", link["edge"].as_str().expect("an id"))).await?;
    assert_eq!(other["claim"], "last");
    assert_eq!(other["date"]["anchor"], "unresolved");
    let back = other["links"].as_array().expect("links").iter().find(|l| l["type"] == "contradicts").expect("a link");
    assert_eq!((&back["edge"], &back["direction"]), (&april["id"], &json!("incoming")));
    Ok(())
}

#[tokio::test]
async fn a_commitment_has_exactly_the_fields_of_the_design() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json("/v1/commitments?pledger=GB&stance=willing").await?;
    let mut item = list["items"][0].clone();
    for redacted in ["id", "recorded_at"] {
        item[redacted] = json!("redacted");
    }
    for link in item["links"].as_array_mut().expect("links") {
        link["edge"] = json!("redacted");
    }
    assert_eq!(
        item,
        json!({
            "id": "redacted", "in_force": "false", "standing": "stands",
            "pledger": {"ref": "country:GB", "label": "United Kingdom"},
            "beneficiary": {"ref": "country:UA", "label": "Ukraine"},
            "coalition": {"ref": "coalition:of-the-willing", "label": "Coalition of the Willing"},
            "capability": "military.forces", "mission": "ceasefire_monitoring", "specificity": "specified",
            "stance": "willing", "stage": "none", "modality": "reported_by_others", "polarity": "asserted", "rank": "normal",
            "conditionality": "conditional", "relation": "necessary",
            "conditions": {"op": "all_of", "of": [
                {"op": "condition", "condition": {"ref": "condition:ceasefire", "label": "Ceasefire"}, "explicitness": "implied"},
                {"op": "condition", "condition": {"ref": "condition:us-backing", "label": "US backing"}, "explicitness": "implied"},
            ]},
            "said_at": {"precision": "unknown"},
            "evidence": [{
                "source": {"ref": "source:seed-article", "label": "Arabic explainer on the Coalition of the Willing, July 2025"},
                "locator": {"line": 21}, "explicitness": "explicit", "attribution": [],
            }],
            "links": [
                {"type": "about", "edge": "redacted", "direction": "incoming"},
                {"type": "about", "edge": "redacted", "direction": "incoming"},
            ],
            "version": 1, "recorded_at": "redacted",
        })
    );
    Ok(())
}
