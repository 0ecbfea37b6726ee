//! A list and a query that are narrowed alike give the same rows: whatever filter there is, in every collection.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow};
use axum::http::Method;
use pledgegraph_model::{Code as _, EntityKind, FILTERS, Filter, Given, Query, QueryTarget, Takes, Where};
use pledgegraph_questions::address;
use pledgegraph_tests::app::TestApp;
use proptest::prelude::{Strategy as _, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// How many queries are drawn.
const TRIES: usize = 600;

/// What can be named, by kind.
type Named = BTreeMap<EntityKind, Vec<String>>;

async fn named(app: &TestApp) -> Result<Named> {
    let mut named = Named::new();
    for entity in app.walk("/v1/entities?fields=ref,kind", 1000).await? {
        let kind = entity["kind"].as_str().context("a kind")?.parse()?;
        named.entry(kind).or_default().extend(entity["ref"].as_str().map(str::to_owned));
    }
    Ok(named)
}

/// Random numbers.
struct Dice(std::vec::IntoIter<usize>);

fn one<T: Clone>(dice: &mut Dice, of: &[T]) -> Option<T> {
    of.get(dice.0.next()?.checked_rem(of.len())?).cloned()
}

/// Some value of a filter.
fn drawn(dice: &mut Dice, filter: &Filter, named: &Named) -> Option<Value> {
    let days = ["2022-02-24", "2025-03-15", "2025-04-10", "2025-07-10", "2026-01-06"];
    Some(match filter.given {
        Given::Entities(kinds) => {
            let all: Vec<&String> = kinds.iter().filter_map(|kind| named.get(kind)).flatten().collect();
            json!([one(dice, &all)?, one(dice, &all)?])
        }
        // The names of sets of stances are for lists alone.
        Given::Codes(_) if filter.field.name == "stance" => json!(["willing", one(dice, &["offered", "declined"])?]),
        Given::Codes(codes) if matches!(filter.field.takes, Takes::Code(_)) => json!(one(dice, &(codes.all)())?),
        Given::Codes(codes) => json!([one(dice, &(codes.all)())?, one(dice, &(codes.all)())?]),
        Given::Code(codes) => json!(one(dice, &(codes.all)())?),
        Given::Date | Given::Day => json!(one(dice, &days)?),
        Given::Texts(pattern) => {
            let texts = ["150", "002", "142", "XXXX-03", "XXXX-04", "XXXX-07"];
            json!([one(dice, &texts.into_iter().filter(|text| (pattern.matches)(text)).collect::<Vec<_>>())?])
        }
        Given::Words => json!(one(dice, &["coal", "ukraine", "air", "بريطانيا", "s"])?),
        Given::Tree => return None,
    })
}

/// A query that a list can answer, with this filter and few others so that some rows are left.
fn query(dice: &mut Dice, first: &'static Filter, named: &Named) -> Option<Query<String>> {
    let has = |find: QueryTarget, filter: &Filter| filter.parameter(find.rows()).is_some();
    let targets: Vec<QueryTarget> = QueryTarget::ALL.iter().copied().filter(|find| has(*find, first)).collect();
    let find = one(dice, &targets)?;
    let fitting: Vec<&Filter> = FILTERS.iter().filter(|filter| has(find, filter)).collect();
    let mut which = serde_json::Map::new();
    let others = (0..one(dice, &[0, 0, 1, 2])?).filter_map(|_| one(dice, &fitting)).collect::<Vec<_>>();
    for filter in others.into_iter().chain([first]) {
        which.extend(drawn(dice, filter, named).map(|value| (filter.field.name.to_owned(), value)));
    }
    let (from, to) = (which.get("said_from").and_then(Value::as_str), which.get("said_to").and_then(Value::as_str));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        which.remove("said_to");
    }
    let which: Where<String> = serde_json::from_value(Value::Object(which)).expect("filters of the table");
    Some(Query { which, ..Query::of(find) })
}

/// Identifiers of statements, references of entities.
fn names<'v>(items: impl Iterator<Item = &'v Value>) -> Vec<String> {
    items.filter_map(|item| item["ref"].as_str().or(item["id"].as_str()).map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_list_and_a_query_that_are_narrowed_alike_give_the_same_rows() -> Result<()> {
    let app = TestApp::new().await?;
    let named = named(&app).await?;
    let mut runner = TestRunner::deterministic();
    let numbers = proptest::collection::vec(any::<usize>(), 32);
    let (mut tried, mut filled) = (BTreeSet::new(), 0);
    for first in FILTERS.iter().cycle().take(TRIES) {
        let mut dice = Dice(numbers.new_tree(&mut runner).map_err(|reason| anyhow!("{reason}"))?.current().into_iter());
        let Some(query) = query(&mut dice, first, &named) else { continue };
        let Some(path) = address(&query) else { continue };
        let listed = names(app.walk(&path, 1000).await.with_context(|| path.clone())?.iter());
        let body = json!({"find": query.find, "where": query.which, "limit": 10_000});
        let headers = [("content-type", "application/json"), ("authorization", "")];
        let answer = app.send_body(Method::POST, "/v1/query", &headers, body.to_string()).await?;
        assert_eq!(answer.status.as_u16(), 200, "{body}: {}", answer.text());
        let answer = answer.json()?;
        let rows = || answer["rows"].as_array().into_iter().flatten();
        let statements = rows().flat_map(|row| row["statements"].as_array().into_iter().flatten());
        let found = names(statements.chain(rows().map(|row| &row["entity"])));
        assert_eq!(listed, found, "{path} and {body}");
        filled += usize::from(!found.is_empty());
        let given = serde_json::to_value(&query.which)?;
        tried.extend(given.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    }
    let all: BTreeSet<String> =
        FILTERS.iter().filter(|filter| !filter.is_tree()).map(|filter| filter.field.name.to_owned()).collect();
    let left: Vec<&String> = all.difference(&tried).collect();
    assert_eq!(left, ["kind"], "a list of entities of one kind is not asked for it");
    assert!(filled > TRIES / 4, "only {filled} of the queries found anything");
    Ok(())
}

/// Of two conditions of a pledge one is stated and one is implied: how a condition is stated is asked of the one that is asked
/// for.
#[tokio::test]
async fn how_a_condition_is_stated_is_asked_of_that_condition() -> Result<()> {
    let app = TestApp::new().await?;
    let leaf = |condition: &str, how: &str| json!({"op": "condition", "condition": condition, "explicitness": how});
    let body = json!({
        "pledger": "country:PT", "beneficiary": "country:UA", "capability": "military.forces.naval", "stance": "pledged",
        "conditions": {"op": "all_of",
            "of": [leaf("condition:us-backing", "implied"), leaf("condition:ceasefire", "explicit")]},
        "evidence": [{"source": "source:seed-article", "explicitness": "explicit", "locator": {"line": 3}}],
    });
    let headers = [("content-type", "application/json")];
    let answer = app.send_body(Method::POST, "/v1/commitments", &headers, body.to_string()).await?;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
    for (condition, how, found) in [
        ("us-backing", "implied", true),
        ("us-backing", "explicit", false),
        ("us-backing", "explicit,implied", true),
        ("ceasefire", "explicit", true),
        ("ceasefire", "implied", false),
    ] {
        let path = format!("/v1/commitments?pledger=PT&conditional_on={condition}&explicitness={how}");
        let listed = app.walk(&path, 50).await?;
        assert_eq!(!listed.is_empty(), found, "{path}");
    }
    assert_eq!(app.walk("/v1/commitments?pledger=PT&explicitness=explicit,implied", 50).await?.len(), 1);
    assert_eq!(app.walk("/v1/edges?pledger=GB&kind=membership", 50).await?.len(), 0, "who pledges is asked");
    Ok(())
}

/// A day that decides nothing, since a standing is named, leaves nothing out either, however dates are to match.
#[tokio::test]
async fn a_day_on_which_standings_decide_leaves_nothing_out() -> Result<()> {
    let app = TestApp::new().await?;
    let path = "/v1/commitments?standing=stands&valid_at=2025-07-10";
    let possible = app.walk(path, 1000).await?;
    assert!(!possible.is_empty());
    assert_eq!(app.walk(&format!("{path}&date_match=certain"), 1000).await?, possible);
    Ok(())
}
