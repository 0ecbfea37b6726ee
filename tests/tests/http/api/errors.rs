//! What is wrong with a request, as RFC 9457 problems.

use anyhow::Result;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

/// A path, the status of its answer, and the problem.
const MISTAKES: &[(&str, u16, &str)] = &[
    ("/v1/commitments?capabilty=military.forces", 400, "unknown-parameter"),
    ("/v1/commitments?known_at=2025-01-01", 400, "bad-parameter"),
    ("/v1/commitments?q=willing&q=offered", 400, "duplicate-parameter"),
    ("/v1/commitments?stance=wiling", 400, "bad-parameter"),
    ("/v1/commitments?stance=", 400, "bad-parameter"),
    ("/v1/commitments?stance=willing,,offered", 400, "bad-parameter"),
    ("/v1/commitments?stance_min=not_stated", 400, "bad-parameter"),
    ("/v1/commitments?limit=0", 400, "bad-parameter"),
    ("/v1/commitments?limit=-1", 400, "bad-parameter"),
    ("/v1/commitments?limit=1001", 400, "bad-parameter"),
    ("/v1/commitments?limit=1000000000000000000000", 400, "bad-parameter"),
    ("/v1/commitments?pledger=Atlantis", 400, "bad-parameter"),
    ("/v1/commitments?pledger=condition:us-backing", 400, "bad-parameter"),
    ("/v1/commitments?conditional_on=us-backng", 400, "bad-parameter"),
    ("/v1/commitments?valid_at=2025-02-30", 400, "bad-parameter"),
    ("/v1/commitments?valid_at=2025-07", 400, "bad-parameter"),
    ("/v1/commitments?said_from=XXXX-04", 400, "bad-parameter"),
    ("/v1/commitments?fields=stanse", 400, "bad-parameter"),
    ("/v1/commitments?include=everything", 400, "bad-parameter"),
    ("/v1/commitments?lang=english", 400, "bad-parameter"),
    ("/v1/countries?region=europe", 400, "bad-parameter"),
    ("/v1/commitments?q=%ff", 400, "bad-parameter"),
    ("/v1/commitments?q=%00", 422, "forbidden-character"),
    ("/v1/commitments.csv?bom=yes", 400, "bad-parameter"),
    ("/v1/graph/subgraph", 400, "bad-parameter"),
    ("/v1/graph/subgraph?roots=country:GB&depth=7", 400, "bad-parameter"),
    ("/v1/vocabulary?x=1", 400, "unknown-parameter"),
    ("/v1/commitments/not-an-id", 404, "not-found"),
    ("/v1/countries/XX", 404, "not-found"),
    ("/v1/countries/%2e%2e", 404, "not-found"),
    ("/v1/countries/GB%2fx", 404, "not-found"),
    ("/v1/countries/%00", 404, "not-found"),
    ("/v1/countries/%ff", 400, "bad-path"),
    ("/v1/vocabulary/stance", 404, "not-found"),
    ("/v1/commitment", 404, "not-found"),
    ("/v1/commitments/", 404, "not-found"),
    ("/docs/nothing.js", 404, "not-found"),
    ("/problems/nothing", 404, "not-found"),
];

#[tokio::test]
async fn each_mistake_has_its_problem() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, status, slug) in MISTAKES.iter().copied() {
        let answer = app.get(path).await?;
        let problem = answer.json()?;
        assert_eq!(answer.status.as_u16(), status, "{path}: {problem}");
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{path}");
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(problem["instance"].as_str(), Some(answer.header("x-request-id")), "{path}");
        assert_eq!(app.get(problem["type"].as_str().expect("a type")).await?.json()?["title"], problem["title"]);
    }
    Ok(())
}

#[tokio::test]
async fn all_mistakes_come_at_once_with_the_nearest_right_one() -> Result<()> {
    let app = TestApp::new().await?;
    let path =
        "/v1/commitments?capabilty=x&stance=wiling&pledger=Britain,GB&conditional_on=us-backng&fields=stanse&limit=0";
    let problem = app.get(path).await?.json()?;
    let errors = problem["errors"].as_array().expect("errors");
    let meant = |parameter: &str| {
        let error = errors.iter().find(|e| e["parameter"] == parameter).expect("an error");
        error.get("did_you_mean").cloned().unwrap_or_default()
    };
    assert_eq!(errors.len(), 6, "{problem:#}");
    assert_eq!(meant("capabilty"), "capability");
    assert_eq!(meant("stance"), "willing");
    assert_eq!(meant("pledger"), "country:GB");
    assert_eq!(meant("conditional_on"), "condition:us-backing");
    assert_eq!(meant("fields"), "stance");
    assert_eq!(meant("limit"), Value::Null);
    let stance = errors.iter().find(|e| e["parameter"] == "stance").expect("an error");
    assert!(stance["allowed"].as_array().expect("allowed").contains(&json!("positive")));
    Ok(())
}

#[tokio::test]
async fn input_is_repeated_only_in_part() -> Result<()> {
    let app = TestApp::new().await?;
    let long = "x".repeat(3000);
    for path in
        [format!("/v1/commitments?stance={long}"), format!("/v1/commitments?{long}=1"), format!("/v1/countries/{long}")]
    {
        let text = app.get(&path).await?.text();
        assert!(!text.contains(&"x".repeat(65)), "{text}");
    }
    let answer = app.get(&format!("/v1/commitments?q={}", "x".repeat(9000))).await?;
    assert_eq!((answer.status.as_u16(), &answer.json()?["type"]), (414, &json!("/problems/uri-too-long")));
    Ok(())
}

#[tokio::test]
async fn a_near_miss_of_a_path_or_reference_is_named() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, hint) in [
        ("/v1/commitment", "/v1/commitments"),
        ("/v1/contries", "/v1/countries"),
        ("/v1/countries/Britain", "country:GB (United Kingdom)"),
        ("/v1/vocabulary/stance", "stances"),
    ] {
        let problem = app.get(path).await?.json()?;
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(hint)), "{path}: {problem}");
    }
    Ok(())
}
