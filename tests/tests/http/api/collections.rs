//! Every collection lists, counts and gets.

use anyhow::{Context as _, Result};
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

pub(super) const ENTITIES: [&str; 10] = [
    "countries",
    "coalitions",
    "organizations",
    "groups",
    "persons",
    "leaders",
    "meetings",
    "places",
    "conditions",
    "sources",
];
pub(super) const STATEMENTS: [&str; 11] = [
    "commitments",
    "memberships",
    "offices",
    "attendances",
    "convenings",
    "requests",
    "actions",
    "outcomes",
    "remarks",
    "relations",
    "edges",
];

#[tokio::test]
async fn every_collection_lists_and_gets_what_it_lists() -> Result<()> {
    let app = TestApp::new().await?;
    for name in ENTITIES.into_iter().chain(STATEMENTS) {
        let list = app.json(&format!("/v1/{name}?limit=1000")).await?;
        let items = list["items"].as_array().context("items")?;
        assert_eq!(list["total"], json!({"value": items.len(), "relation": "eq"}), "{name}");
        assert_eq!(list["warnings"], json!([]), "{name}");
        assert!(!items.is_empty() || name == "outcomes", "{name} is empty");
        for item in items.iter().take(40) {
            let key = item["slug"].as_str().or(item["id"].as_str()).context("a key")?;
            assert_eq!(app.json(&format!("/v1/{name}/{key}")).await?, *item, "{name}/{key}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_entity_is_found_by_slug_reference_and_identifier() -> Result<()> {
    let app = TestApp::new().await?;
    let by_slug = app.json("/v1/countries/GB").await?;
    let id = by_slug["id"].as_str().context("an id")?;
    for address in [
        "/v1/countries/country:GB".to_owned(),
        format!("/v1/countries/{id}"),
        "/v1/entities/country:GB".to_owned(),
        format!("/v1/entities/{id}"),
    ] {
        assert_eq!(app.json(&address).await?, by_slug, "{address}");
    }
    assert_eq!(by_slug["iso3166"], json!({"alpha2": "GB", "alpha3": "GBR", "numeric": "826"}));
    assert_eq!(app.get("/v1/countries/condition:us-backing").await?.status, 404);
    assert_eq!(app.get("/v1/commitments/0197d2c3-0000-7000-8000-000000000000").await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn leaders_are_the_persons_who_hold_an_office() -> Result<()> {
    let app = TestApp::new().await?;
    let leaders = app.json("/v1/leaders").await?;
    let mut slugs: Vec<&str> =
        leaders["items"].as_array().context("items")?.iter().filter_map(|l| l["slug"].as_str()).collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["macron", "starmer", "trump", "zelensky"]);
    assert_eq!(app.get("/v1/leaders/elysee-official").await?.status, 404);
    assert_eq!(app.json("/v1/persons/elysee-official").await?["anonymous"], true);
    Ok(())
}

#[tokio::test]
async fn the_kinds_of_edges_make_up_all_edges() -> Result<()> {
    let app = TestApp::new().await?;
    let count =
        async |path: &str| -> Result<u64> { app.json(path).await?["total"]["value"].as_u64().context("a number") };
    let all = count("/v1/edges").await?;
    let mut sum = 0;
    for name in STATEMENTS.into_iter().filter(|name| *name != "edges") {
        sum += count(&format!("/v1/{name}")).await?;
    }
    assert_eq!(sum, all);
    assert_eq!(count("/v1/relations?kind=part_of,location,sidelines").await?, count("/v1/relations").await?);
    assert_eq!(count("/v1/edges?kind=sidelines").await?, 1);
    Ok(())
}

#[tokio::test]
async fn fields_narrow_and_include_adds() -> Result<()> {
    let app = TestApp::new().await?;
    let path = "/v1/commitments?conditional_on=us-backing&stance=willing";
    let narrow = app.json(&format!("{path}&fields=id,stance")).await?;
    for item in narrow["items"].as_array().context("items")? {
        assert_eq!(item.as_object().context("an object")?.keys().collect::<Vec<_>>(), ["id", "stance"]);
    }
    let wide = app.json(&format!("{path}&include=pledger,beneficiary,conditions,sources,links")).await?;
    let refs: Vec<&str> =
        wide["included"]["entities"].as_array().context("entities")?.iter().filter_map(|e| e["ref"].as_str()).collect();
    for expected in
        ["country:GB", "country:FR", "country:AU", "country:UA", "condition:us-backing", "source:seed-article"]
    {
        assert_eq!(refs.iter().filter(|found| **found == expected).count(), 1, "{expected} in {refs:?}");
    }
    let linked = wide["included"]["edges"].as_array().context("edges")?;
    assert!(linked.iter().all(|edge| edge["kind"] == "remark") && linked.len() == 4, "{linked:#?}");
    assert_eq!(app.json(path).await?.get("included"), None::<&Value>);
    Ok(())
}

#[tokio::test]
async fn filters_of_other_collections() -> Result<()> {
    let app = TestApp::new().await?;
    for (path, expected) in [
        ("/v1/attendances?meeting=coalition-april&role=absent", 1),
        ("/v1/attendances?subject=JP&role=participant", 0),
        ("/v1/attendances?place=northwood", 2),
        ("/v1/attendances?polarity=unknown", 1),
        ("/v1/memberships?coalition=of-the-willing&role=leader", 2),
        ("/v1/memberships?coalition=eu", 1),
        ("/v1/offices?person=starmer", 1),
        ("/v1/convenings?meeting=coalition-summit", 3),
        ("/v1/requests?object=trump&capability=military.air_support", 2),
        ("/v1/organizations?class=media", 5),
        ("/v1/conditions?condition_kind=third_party_backing", 1),
        ("/v1/countries?region=021&q=canada", 1),
        ("/v1/edges?touching=JP", 2),
        ("/v1/edges?source=politico-europe-2025-07-04", 1),
    ] {
        assert_eq!(app.json(path).await?["total"]["value"], expected, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_meeting_is_what_its_convenings_say() -> Result<()> {
    let app = TestApp::new().await?;
    let summit = app.json("/v1/meetings/coalition-summit").await?;
    assert_eq!(summit["date"]["edtf"], "2025-07-10");
    assert_eq!(summit["status"], "planned");
    let claims = app.json("/v1/convenings?meeting=coalition-summit").await?;
    let dates: Vec<&Value> = claims["items"].as_array().context("items")?.iter().map(|c| &c["date"]).collect();
    assert!(dates.iter().any(|date| date["anchor"] == "unresolved" && date.get("edtf").is_none()), "{dates:?}");
    let april = app.json("/v1/meetings/coalition-april").await?;
    assert_eq!((&april["format"], &april["date"]["edtf"]), (&json!("virtual"), &json!("XXXX-04")));
    assert_eq!(april["convenings"]["current"].as_array().map(Vec::len), Some(1));
    Ok(())
}
