//! Questions in words over HTTP. What is read from which words, and what is told, is tested in `crates/questions/tests`.

use anyhow::{Context as _, Result};
use axum::http::StatusCode;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

async fn ask(app: &TestApp, question: &str) -> Result<Value> {
    app.json(&format!("/v1/questions?q={}", encoded(question))).await
}

/// A text as it stands in an address.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn texts(answer: &Value) -> Vec<&str> {
    answer["answers"].as_array().into_iter().flatten().filter_map(|answer| answer["text"].as_str()).collect()
}

#[tokio::test]
async fn the_headline_question_is_answered_in_both_languages() -> Result<()> {
    let app = TestApp::new().await?;
    for (question, countries) in [
        ("Who pledged ground forces conditional on US backing?", ["Australia", "France", "United Kingdom"]),
        ("من تعهد بإرسال قوات برية بشرط الدعم الأمريكي؟", ["أستراليا", "فرنسا", "المملكة المتحدة"]),
    ] {
        let answer = ask(&app, question).await?;
        assert_eq!(answer["status"], "answered", "{answer}");
        // Strictly nobody; three under three named relaxations.
        assert_eq!(texts(&answer), countries);
        for found in answer["answers"].as_array().context("answers")? {
            assert_eq!(found["grade"], "relaxed");
            assert_eq!(found["relaxations"], json!(["stance", "capability", "explicitness"]));
            assert_eq!(found["statements"][0]["evidence"][0]["locator"], json!({"line": 21}));
        }
        let against = &answer["counter_evidence"][0];
        assert_eq!(against["subject"]["ref"], "group:countries-without-ground-forces");
        assert_eq!(against["evidence"][0]["locator"], json!({"line": 19}));
        let query = json!({"find": "commitments", "select": ["subject"], "where": {
            "capability": ["military.forces.ground"], "condition": ["condition:us-backing"], "stance_min": "pledged"}});
        assert_eq!(answer["interpretation"]["query"], query);
    }
    Ok(())
}

#[tokio::test]
async fn an_interpretation_can_be_asked_again_in_three_ways() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = ask(&app, "Who is willing to send forces to Ukraine?").await?;
    let interpretation = &answer["interpretation"];
    for lang in ["en", "ar"] {
        let paraphrase = interpretation["paraphrase"][lang].as_str().context("a paraphrase")?;
        let again = ask(&app, paraphrase).await?;
        assert_eq!(again["interpretation"]["query"], interpretation["query"]);
        assert_eq!(again["lang"], lang);
        assert_eq!(again["total"], answer["total"]);
    }
    let headers = [("content-type", "application/json"), ("authorization", "")];
    let posted = app
        .send_body(axum::http::Method::POST, "/v1/query", &headers, interpretation["query"].to_string())
        .await?
        .json()?;
    assert_eq!(posted["total"], answer["total"]);
    let curl = interpretation["curl"].as_str().context("a command")?;
    let path = curl.split_once("/v1/").map(|(_, rest)| format!("/v1/{}", rest.trim_end_matches('\'')));
    let listed = app.json(&path.context("an address")?).await?;
    assert_eq!(listed["total"]["value"], posted["found"]);
    Ok(())
}

#[tokio::test]
async fn what_is_taken_for_granted_is_said() -> Result<()> {
    let app = TestApp::new().await?;
    let described = ask(&app, "Who leads the coalition?").await?;
    let assumptions = described["interpretation"]["assumptions"].as_array().context("assumptions")?;
    assert_eq!(assumptions.len(), 1);
    assert_eq!((&assumptions[0]["kind"], &assumptions[0]["text"]), (&json!("entity"), &json!("coalition")));
    assert_eq!(assumptions[0]["assumed"]["ref"], "coalition:of-the-willing");

    let words = ask(&app, "Who offered border monitoring?").await?;
    let assumptions = words["interpretation"]["assumptions"].as_array().context("assumptions")?;
    assert_eq!(assumptions[0]["kind"], "meaning");
    for other in assumptions[0]["alternatives"].as_array().context("alternatives")? {
        let question = other["paraphrase"]["en"].as_str().context("a question")?;
        assert_eq!(ask(&app, question).await?["total"], other["answers"]);
    }
    let named = ask(&app, "Who leads the Coalition of the Willing?").await?;
    assert_eq!(named["interpretation"]["assumptions"], json!([]));
    Ok(())
}

#[tokio::test]
async fn what_no_list_can_find_is_a_query_in_the_command() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = ask(&app, "Who attended the April meeting but pledged nothing?").await?;
    let curl = answer["interpretation"]["curl"].as_str().context("a command")?;
    let body = curl.split_once("/v1/query --json '").map(|(_, body)| body.trim_end_matches('\''));
    let body: Value = serde_json::from_str(body.context("a query")?)?;
    assert_eq!(body, answer["interpretation"]["query"]);
    // Whom the query joins is told with the statements of the join.
    assert_eq!(answer["answers"][0]["statements"][0]["kind"], "attendance");
    Ok(())
}

#[tokio::test]
async fn the_words_of_the_documents_are_told_where_they_are_asked_for() -> Result<()> {
    let app = TestApp::new().await?;
    let headers = [("content-type", "application/json")];
    let draft = json!({"pledger": "country:IS", "beneficiary": "country:UA", "capability": "military.demining",
        "stance": "pledged", "evidence": [{"source": "source:seed-article", "locator": {"line": 3},
            "quotation": {"text": "our deminers", "lang": "en"}}]});
    let made = app.send_body(axum::http::Method::POST, "/v1/commitments", &headers, draft.to_string()).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let question = encoded("What did Iceland pledge?");
    let evidence = |answer: &Value| answer["answers"][0]["statements"][0]["evidence"][0].clone();
    let quoted = app.json(&format!("/v1/questions?q={question}&include=quotations")).await?;
    assert_eq!(evidence(&quoted)["quotation"], json!({"text": "our deminers", "lang": "en"}));
    let plain = app.json(&format!("/v1/questions?q={question}")).await?;
    assert_eq!(evidence(&plain)["quotation"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn what_is_not_answered_says_what_it_knows() -> Result<()> {
    let app = TestApp::new().await?;
    let silent = ask(&app, "Who hosts the Conference in support of Ukraine in Rome?").await?;
    assert_eq!((&silent["status"], &silent["text"]), (&json!("no_match"), &json!("No source in the record says so.")));
    for suggestion in silent["suggestions"].as_array().context("suggestions")? {
        let question = suggestion["paraphrase"]["en"].as_str().context("a question")?;
        assert_eq!(ask(&app, question).await?["total"], suggestion["answers"]);
    }
    assert_eq!(silent["suggestions"].as_array().map(Vec::len), Some(2));

    let ambiguous = ask(&app, "Who attended the meeting?").await?;
    assert_eq!(ambiguous["status"], "ambiguous");
    assert_eq!(ambiguous["alternatives"].as_array().map(Vec::len), Some(4));
    assert_eq!(ambiguous["answers"], json!([]));

    let partly = ask(&app, "Who secretly pledged ground forces?").await?;
    assert_eq!(partly["status"], "partly_understood");
    assert_eq!(partly["unplaced"], json!([{"text": "secretly", "start": 4, "end": 12}]));
    Ok(())
}

#[tokio::test]
async fn numbers_keep_their_operator_and_take_the_digits_asked() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = ask(&app, "How many countries are in the Coalition of the Willing?").await?;
    assert_eq!(texts(&answer)[0], "more than 30");
    let question = encoded("كم دولة شاركت في لقاء أبريل لتحالف الراغبين؟");
    let arabic = app.json(&format!("/v1/questions?q={question}&digits=arabic")).await?;
    assert_eq!(texts(&arabic), ["٢٦"]);
    Ok(())
}

#[tokio::test]
async fn a_question_that_is_none_is_a_bad_parameter() -> Result<()> {
    let app = TestApp::new().await?;
    let long = "a".repeat(501);
    for query in ["", "q=", "q=%20", &format!("q={long}"), "q=who&digits=roman", "q=who&limit=0", "q=who&include=all"] {
        let answer = app.get(&format!("/v1/questions?{query}")).await?;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.text());
        assert_eq!(answer.json()?["type"], "/problems/bad-parameter", "{query}");
    }
    Ok(())
}
