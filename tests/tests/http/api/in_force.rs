//! What is in force: shown with each commitment, asked of lists, and of conditions whether they hold.

use anyhow::{Context as _, Result};
use axum::http::StatusCode;
use pledgegraph_model::EdgeId;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

use super::created;

#[tokio::test]
async fn commitments_say_whether_they_are_in_force_and_why() -> Result<()> {
    let app = TestApp::new().await?;
    let of =
        async |pledger: &str| app.json(&format!("/v1/commitments?pledger={pledger}&capability=military.forces")).await;
    assert_eq!(of("GB").await?["items"][0]["in_force"], "false", "the United States refused");
    assert_eq!(of("DK").await?["items"][0]["in_force"], "unknown", "nobody says whether a force is agreed");
    let id = EdgeId::of_key("l21-gb-forces");
    let whole = app.json(&format!("/v1/commitments/{id}?include=because")).await?;
    assert_eq!((&whole["in_force"], &whole["ground"]), (&json!("false"), &json!("conditions")));
    let because = whole["because"].as_array().context("because")?;
    let truths: Vec<(&Value, &Value, &Value)> =
        because.iter().map(|r| (&r["condition"]["ref"], &r["truth"], &r["tested"])).collect();
    assert_eq!(
        truths,
        [
            (&json!("condition:ceasefire"), &json!("unknown"), &json!(false)),
            (&json!("condition:us-backing"), &json!("false"), &json!(true))
        ]
    );
    let refused = because[1]["decided_by"]["statements"][0].as_str().context("the refusal")?;
    let refused = app.json(&format!("/v1/commitments/{refused}?include=because")).await?;
    assert_eq!((&refused["pledger"]["ref"], &refused["stance"]), (&json!("country:US"), &json!("refused")));
    assert_eq!((&refused["in_force"], &refused["ground"]), (&json!("false"), &json!("no_pledge")));
    assert_eq!(whole["sensitive_to"][0]["ref"], "condition:us-backing");
    Ok(())
}

/// Every standing.
const ANY: &str = "denied,unverified,deprecated,not_yet,over,superseded,taken_back,not_counted,may_stand,stands";

#[tokio::test]
async fn the_list_narrows_by_what_is_in_force() -> Result<()> {
    let app = TestApp::new().await?;
    let all = app.walk("/v1/commitments", 100).await?;
    let mut counted = 0;
    for truth in ["true", "unknown", "false"] {
        let found = app.walk(&format!("/v1/commitments?in_force={truth}&standing={ANY}"), 7).await?;
        assert!(found.iter().all(|item| item["in_force"] == truth), "{truth}");
        let csv =
            app.get(&format!("/v1/commitments.csv?in_force={truth}&standing={ANY}&fields=in_force")).await?.text();
        assert_eq!(csv.lines().skip(1).filter(|line| *line == truth).count(), found.len(), "{truth} in CSV");
        counted += found.len();
    }
    assert_eq!(counted, all.len());
    let any = app.json(&format!("/v1/commitments?in_force=true,unknown,false&standing={ANY}")).await?;
    assert_eq!(any["total"]["value"], all.len());
    // Without `standing` what does not count is left out, and said to be.
    let counted = app.json("/v1/commitments?in_force=true,unknown,false").await?;
    let left_out = counted["warnings"][0]["standings"].as_object().context("a warning")?.values();
    let left_out: u64 = left_out.filter_map(Value::as_u64).sum();
    assert_eq!(counted["total"]["value"].as_u64().context("a total")? + left_out, all.len() as u64);
    assert_eq!(app.get("/v1/commitments?in_force=maybe").await?.status, StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn sources_that_disagree_on_a_condition_leave_it_open() -> Result<()> {
    let app = TestApp::new().await?;
    let outcome = |actor: &str, value: &str, said: &str| {
        json!({"subject": format!("country:{actor}"), "object": "condition:legal-basis", "value": value, "said_at": {"edtf": said},
            "evidence": [{"source": "source:seed-article", "explicitness": "explicit"}]})
    };
    let id = EdgeId::of_key("l23-ie-forces");
    let path = format!("/v1/commitments/{id}?include=because");
    let legal = async || -> Result<(Value, Value)> {
        let whole = app.json(&path).await?;
        let because = whole["because"].as_array().context("because")?.clone();
        let reason = because.iter().find(|r| r["condition"]["ref"] == "condition:legal-basis").context("a leaf")?;
        Ok((reason["truth"].clone(), reason["disputed"].clone()))
    };
    created(&app, "/v1/outcomes", &outcome("IE", "unmet", "2025-08-01")).await?;
    assert_eq!(legal().await?, (json!("false"), Value::Null));
    created(&app, "/v1/outcomes", &outcome("FR", "met", "2025-08-02")).await?;
    assert_eq!(legal().await?, (json!("unknown"), json!(true)), "two actors disagree");
    created(&app, "/v1/outcomes", &outcome("IE", "met", "2025-08-03")).await?;
    assert_eq!(legal().await?, (json!("true"), Value::Null), "the later word of the same actor stands");
    let before = app.json("/v1/commitments?in_force=unknown&pledger=IE&valid_at=2025-01-01").await?;
    assert_eq!(before["as_of"]["valid_at"], "2025-01-01");
    Ok(())
}

#[tokio::test]
async fn conditions_say_whether_they_hold_and_what_hangs_on_them() -> Result<()> {
    let app = TestApp::new().await?;
    let us = app.json("/v1/conditions/us-backing").await?;
    assert_eq!(us["truth"], "false");
    assert_eq!(us["decided_by"]["total"], 1);
    let stances = json!([{"stance": "in_discussion", "count": 1}, {"stance": "willing", "count": 3}]);
    assert_eq!(us["dependents"], json!({"total": 4, "by_stance": stances}));
    let all = app.walk("/v1/conditions", 2).await?;
    assert_eq!(all.len(), 6);
    for condition in &all {
        let slug = condition["slug"].as_str().context("a slug")?;
        assert_eq!(condition["truth"], if slug == "us-backing" { "false" } else { "unknown" }, "{slug}");
        let one = format!(
            "/v1/commitments?conditional_on={slug}&modality=own_statement,reported_by_others&polarity=asserted"
        );
        assert_eq!(app.json(&one).await?["total"]["value"], condition["dependents"]["total"], "{slug}");
    }
    let csv = app.get("/v1/conditions.csv?fields=ref,truth,dependents").await?.text();
    assert!(csv.contains("condition:us-backing,false,4"), "{csv}");
    Ok(())
}
