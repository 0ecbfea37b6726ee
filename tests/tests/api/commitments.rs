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
    for item in list["items"].as_array().expect("items") {
        assert_eq!((&item["stance"], &item["mission"]), (&json!("willing"), &json!("ceasefire_monitoring")));
        assert_eq!(item["conditions"]["op"], "all_of");
        assert_eq!(
            item["conditions"]["of"],
            json!([
                {"op": "condition", "condition": {"ref": "condition:ceasefire", "label": "Ceasefire"}, "explicitness": "implied"},
                {"op": "condition", "condition": {"ref": "condition:us-backing", "label": "US backing"}, "explicitness": "implied"},
            ])
        );
        assert_eq!(item["evidence"][0]["locator"], json!({"line": 21}));
    }
    Ok(())
}
