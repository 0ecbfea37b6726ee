//! Entity tags and 304.

use anyhow::{Context as _, Result};
use axum::http::Method;
use pledgegraph_bundle::bundled;
use pledgegraph_live::{Mutation, Write};
use pledgegraph_model::EdgeId;
use pledgegraph_tests::app::TestApp;

#[tokio::test]
async fn a_client_that_has_the_answer_gets_304() -> Result<()> {
    let app = TestApp::new().await?;
    for path in [
        "/v1/commitments?stance=willing",
        "/v1/countries/GB",
        "/v1/entities?q=Britain",
        "/v1/entities/country:GB/adjacent",
        "/v1/positions?actor=US",
        "/v1/graph/subgraph?roots=country:GB",
        "/v1/vocabulary",
        "/v1/commitments.csv?stance=willing",
        "/v1/countries.csv",
        "/v1/entities.csv?q=Britain",
        "/v1/positions.csv?actor=US",
        "/v1/commitments.ndjson?stance=willing",
        "/v1/matrix.csv",
        "/openapi.json",
    ] {
        let first = app.get(path).await?;
        let etag = first.header("etag").to_owned();
        assert!(!etag.is_empty(), "{path}");
        for tag in
            [etag.clone(), format!("\"other\", {etag}"), format!("W/{}", etag.trim_start_matches("W/")), "*".to_owned()]
        {
            let again = app.send(Method::GET, path, &[("if-none-match", &tag)]).await?;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path} {tag}");
            assert_eq!(again.header("etag"), etag, "{path}");
            assert_eq!(again.header("pledgegraph-version"), first.header("pledgegraph-version"), "{path}");
        }
        let other = app.send(Method::GET, path, &[("if-none-match", "\"other\"")]).await?;
        assert_eq!(other.status, 200, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn tags_tell_forms_apart() -> Result<()> {
    let app = TestApp::new().await?;
    let tag = async |path: &str| -> Result<String> { Ok(app.get(path).await?.header("etag").to_owned()) };
    let plain = tag("/v1/commitments").await?;
    for path in [
        "/v1/commitments?lang=ar",
        "/v1/commitments?limit=2",
        "/v1/commitments?fields=id",
        "/v1/commitments?q=x",
        "/v1/edges",
    ] {
        assert_ne!(tag(path).await?, plain, "{path}");
    }
    let export = tag("/v1/commitments.csv").await?;
    assert!(export.starts_with("W/"), "{export}");
    for path in [
        "/v1/commitments",
        "/v1/edges.csv",
        "/v1/commitments.csv?bom=true",
        "/v1/commitments.csv?fields=id",
        "/v1/commitments.csv?stance=willing",
    ] {
        assert_ne!(tag(path).await?, export, "{path}");
    }
    let arabic = app.send(Method::GET, "/v1/commitments", &[("accept-language", "ar")]).await?;
    assert_ne!(arabic.header("etag"), plain);
    Ok(())
}

#[tokio::test]
async fn tags_tell_versions_apart() -> Result<()> {
    let app = TestApp::new().await?;
    let tag = async |path: &str| -> Result<String> { Ok(app.get(path).await?.header("etag").to_owned()) };
    let (plain, export) = (tag("/v1/commitments").await?, tag("/v1/commitments.csv").await?);
    let country = tag("/v1/countries/GB").await?;
    assert!(country.starts_with("\"1."), "the row's version comes first: {country}");

    let mut entity =
        bundled()?.entities.into_iter().find(|e| e.slug.as_str() == "of-the-willing").context("the coalition")?;
    entity.names = entity.names.iter().map(|(lang, name)| (lang.clone(), format!("{name} (renamed)"))).collect();
    let offer = format!("/v1/commitments/{}", EdgeId::of_key("l25-jp-support"));
    let commitment = tag(&offer).await?;
    app.live.write(Write { mutations: vec![Mutation::PutEntity(entity)], ..Write::default() }).await?;
    assert_ne!(tag("/v1/commitments").await?, plain);
    assert_ne!(tag("/v1/commitments.csv").await?, export);
    assert_eq!(tag("/v1/countries/GB").await?, country, "untouched by the commit");
    let renamed = tag(&offer).await?;
    assert_ne!(renamed, commitment, "it shows the new label");
    assert!(renamed.starts_with("\"1."), "its own version is the same: {renamed}");
    assert!(tag("/v1/coalitions/of-the-willing").await?.starts_with("\"2."));
    Ok(())
}
