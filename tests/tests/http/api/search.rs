//! Any usual spelling finds the entity, in either language.

use anyhow::Result;
use pledgegraph_tests::app::TestApp;

#[tokio::test]
async fn names_aliases_and_slips_find_the_entity() -> Result<()> {
    let app = TestApp::new().await?;
    for (text, expected) in [
        ("Britain", "country:GB"),
        ("uk", "country:GB"),
        ("بريطانيا", "country:GB"),
        ("لندن", "country:GB"),
        ("Washington", "country:US"),
        ("لوكسمبورج", "country:LU"),
        ("Luxembourg", "country:LU"),
        ("Luxemborg", "country:LU"),
        ("Kyiv", "country:UA"),
        ("أوكرانيا", "country:UA"),
        ("اوكرانيا", "country:UA"),
        ("Starmer", "person:starmer"),
        ("ستارمر", "person:starmer"),
        ("zelenskyy", "person:zelensky"),
        ("us backing", "condition:us-backing"),
        ("تحالف الراغبين", "coalition:of-the-willing"),
        ("coalition of the willing", "coalition:of-the-willing"),
        ("Politico", "organization:politico"),
    ] {
        let encoded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let encoded = encoded.concat();
        let list = app.json(&format!("/v1/entities?q={encoded}&limit=3")).await?;
        let found: Vec<&str> =
            list["items"].as_array().expect("items").iter().filter_map(|i| i["ref"].as_str()).collect();
        let place = if text == "Kyiv" { &found[..] } else { &found[..1.min(found.len())] };
        assert!(place.contains(&expected), "{text}: {found:?}");
        assert!(list["items"][0]["match"]["quality"].is_string());
    }
    Ok(())
}

#[tokio::test]
async fn a_search_can_be_of_some_kinds_and_find_nothing() -> Result<()> {
    let app = TestApp::new().await?;
    let list = app.json("/v1/entities?q=united&kind=country").await?;
    assert!(list["items"].as_array().expect("items").iter().all(|item| item["kind"] == "country"));
    let nothing = app.json("/v1/entities?q=qqqqqqqqqq").await?;
    assert_eq!((nothing["items"].as_array().map(Vec::len), &nothing["total"]["value"]), (Some(0), &0.into()));
    Ok(())
}
