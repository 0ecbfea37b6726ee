//! Labels in the language asked, else English, else any.

use anyhow::Result;
use axum::http::Method;
use pledgegraph_tests::app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn labels_follow_lang_then_accept_language() -> Result<()> {
    let app = TestApp::new().await?;
    for (query, header, label, lang) in [
        ("", "", "United Kingdom", "en"),
        ("", "ar", "المملكة المتحدة", "ar"),
        ("", "fr-CA, en;q=0.8", "Royaume-Uni", "fr"),
        ("", "de, *;q=0.1", "United Kingdom", "en"),
        ("?lang=uk", "ar", "Велика Британія", "uk"),
    ] {
        let headers: &[(&str, &str)] = if header.is_empty() { &[] } else { &[("accept-language", header)] };
        let answer = app.send(Method::GET, &format!("/v1/countries/GB{query}"), headers).await?;
        let body = answer.json()?;
        assert_eq!((&body["label"], answer.header("content-language")), (&json!(label), lang), "{query} {header}");
        assert_eq!(body.get("label_lang"), None::<&Value>);
        assert!(answer.headers.get_all("vary").iter().any(|v| v.to_str().is_ok_and(|v| v.contains("accept-language"))));
    }
    Ok(())
}

#[tokio::test]
async fn a_language_is_looked_up_by_its_ranges() -> Result<()> {
    let app = TestApp::new().await?;
    for (lang, label, found) in [
        ("ar-EG", "المملكة المتحدة", "ar"),
        ("ar-Arab-EG", "المملكة المتحدة", "ar"),
        ("AR", "المملكة المتحدة", "ar"),
        ("fr-CA", "Royaume-Uni", "fr"),
        ("de-AT", "United Kingdom", "en"),
    ] {
        let body = app.json(&format!("/v1/countries/GB?lang={lang}")).await?;
        assert_eq!((&body["label"], &body["label_lang"]), (&json!(label), &json!(found)), "{lang}");
    }
    let code = &app.json("/v1/matrix?lang=ar-EG").await?["columns"][0]["label"];
    assert!(code.is_string());
    assert_eq!(*code, app.json("/v1/matrix?lang=ar").await?["columns"][0]["label"]);
    let refused = app.get("/v1/countries/GB?lang=ar_EG").await?.json()?;
    assert_eq!(refused["errors"][0]["hint"], "write `ar-EG`");
    Ok(())
}

#[tokio::test]
async fn a_label_that_falls_back_says_so() -> Result<()> {
    let app = TestApp::new().await?;
    let german = app.json("/v1/countries/GB?lang=de").await?;
    assert_eq!((&german["label"], &german["label_lang"]), (&json!("United Kingdom"), &json!("en")));
    let commitment = &app.json("/v1/commitments?pledger=GB&stance=willing&lang=fr").await?["items"][0];
    assert_eq!(commitment["pledger"], json!({"ref": "country:GB", "label": "Royaume-Uni"}));
    assert_eq!(commitment["conditions"]["of"][1]["condition"]["label_lang"], "en");
    Ok(())
}
