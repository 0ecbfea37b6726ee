//! The CSV face of lists: whole, with a header always, equal to the JSON face.

use anyhow::{Context as _, Result};
use pledgegraph_tests::app::TestApp;
use serde_json::Value;

use super::collections::{ENTITIES, STATEMENTS};

const COMMITMENT_COLUMNS: &str = "id,pledger_ref,pledger_iso2,pledger_iso3,pledger_en,pledger_ar,beneficiary_ref,\
beneficiary_en,beneficiary_ar,coalition_ref,capability,mission,specificity,stance,stance_rank,stage,modality,\
conditionality,conditions_text,condition_refs,in_force,said_from,said_to,said_precision,said_text,source_refs,locators,\
version,recorded_at,polarity,rank,valid_from,valid_until,valid_until_ended,standing,\
relation,quantity,quantity_unit,count_op,count,place_ref,area,meeting_ref,acting_through_ref,rationale_en,rationale_ar,\
due_from,due_to,due_edtf,due_text";

const POSITION_COLUMNS: &str = "actor_ref,actor_en,actor_ar,capability,mission,stance,stage,specificity,conditionality,\
statement_id,said_from,said_to,locators,source_refs,passed_over,beneficiary_ref,\
beneficiary_en,beneficiary_ar,standing";

/// Rows of cells; enough of RFC 4180 for our own output.
fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    rows
}

#[tokio::test]
async fn every_list_has_the_same_items_in_both_faces() -> Result<()> {
    let app = TestApp::new().await?;
    for name in ["entities"].into_iter().chain(ENTITIES).chain(STATEMENTS) {
        let rows = parse(&app.get(&format!("/v1/{name}.csv")).await?.text());
        let items = app.walk(&format!("/v1/{name}"), 500).await?;
        assert_eq!(rows[0][0], "id", "{name}");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{name}");
        let ids: Vec<&str> = rows.iter().skip(1).map(|row| row[0].as_str()).collect();
        let expected: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        assert_eq!(ids, expected, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn cells_are_what_the_json_says() -> Result<()> {
    let app = TestApp::new().await?;
    let filter = "conditional_on=us-backing&stance=positive";
    let text = app.get(&format!("/v1/commitments.csv?{filter}")).await?.text();
    let rows = parse(&text);
    assert_eq!(text.lines().next(), Some(COMMITMENT_COLUMNS));
    let list = app.json(&format!("/v1/commitments?{filter}")).await?;
    let items = list["items"].as_array().context("items")?;
    assert_eq!(rows.len(), items.len() + 1);
    for (row, item) in rows.iter().skip(1).zip(items) {
        let cell = |name: &str| {
            let at = rows[0].iter().position(|column| column == name).expect("a column");
            Value::from(row[at].as_str())
        };
        for column in [
            "id",
            "capability",
            "mission",
            "specificity",
            "stance",
            "stage",
            "modality",
            "conditionality",
            "relation",
            "recorded_at",
        ] {
            assert_eq!(cell(column), item[column], "{column}");
        }
        assert_eq!(cell("pledger_ref"), item["pledger"]["ref"]);
        assert_eq!(cell("pledger_en"), item["pledger"]["label"]);
        assert_eq!(cell("conditions_text"), "Ceasefire (implied) and US backing (implied)");
        assert_eq!(cell("condition_refs"), "condition:ceasefire; condition:us-backing");
        assert_eq!(cell("stance_rank"), "3");
        assert_eq!(cell("locators"), "line 21");
        assert_eq!(cell("in_force"), "false", "the United States refused");
    }
    assert!(text.contains("المملكة المتحدة"));
    Ok(())
}

#[tokio::test]
async fn an_empty_list_has_its_header_and_a_bom_only_on_request() -> Result<()> {
    let app = TestApp::new().await?;
    let empty = app.get("/v1/commitments.csv?stance=committed&pledger=JP").await?;
    assert_eq!(empty.text().trim_end(), COMMITMENT_COLUMNS);
    assert_eq!(empty.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(empty.header("content-disposition"), "attachment; filename=\"commitments.csv\"");
    assert!(app.get("/v1/commitments.csv?bom=true").await?.body.starts_with(b"\xEF\xBB\xBFid,"));
    assert!(app.get("/v1/commitments.csv?bom=false").await?.body.starts_with(b"id,"));
    assert_eq!(app.get("/v1/commitments.csv?limit=3").await?.status, 400);
    Ok(())
}

#[tokio::test]
async fn positions_have_a_row_for_each_statement_that_stands() -> Result<()> {
    let app = TestApp::new().await?;
    for question in ["", "?actor=US&capability=political.backstop", "?modality=expected_by_others"] {
        let answer = app.get(&format!("/v1/positions.csv{question}")).await?;
        let rows = parse(&answer.text());
        assert_eq!(rows[0].join(","), POSITION_COLUMNS);
        let positions = app.walk(&format!("/v1/positions{question}"), 1000).await?;
        let mut expected = Vec::new();
        for position in &positions {
            let passed_over = position["passed_over"].as_array().context("passed over")?.len().to_string();
            for statement in position["current"].as_array().context("current")? {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                expected.push([
                    text(&position["actor"]["ref"]),
                    text(&position["capability"]),
                    text(&position["mission"]),
                    text(&statement["stance"]),
                    text(&statement["stage"]),
                    text(&statement["id"]),
                    passed_over.clone(),
                ]);
            }
        }
        let found: Vec<_> =
            rows.iter().skip(1).map(|row| [0, 3, 4, 5, 6, 9, 14].map(|column: usize| row[column].clone())).collect();
        assert_eq!(found, expected, "{question}");
        assert_eq!(answer.header("pledgegraph-truncated"), "");
    }
    Ok(())
}

#[tokio::test]
async fn fields_choose_columns() -> Result<()> {
    let app = TestApp::new().await?;
    let answer = app.get("/v1/commitments.csv?pledger=GB&stance=willing&fields=stance,pledger_ref").await?;
    assert_eq!(answer.text(), "stance,pledger_ref\nwilling,country:GB\n");
    let wrong = app.get("/v1/commitments.csv?fields=pledger").await?;
    assert_eq!(wrong.status, 400);
    Ok(())
}
