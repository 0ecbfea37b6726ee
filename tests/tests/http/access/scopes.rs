//! Which calls need which scope.

use anyhow::{Context as _, Result};
use axum::http::{HeaderMap, Method};
use pledgegraph_bundle::bundled;
use pledgegraph_server::ServerOptions;
use pledgegraph_server::access::Scope;
use pledgegraph_tests::app::TestApp;

use crate::access::{OPEN, ask, bearer};

/// Every operation of the document: its method and a path.
fn operations() -> Result<Vec<(Method, String)>> {
    let document = pledgegraph_server::document();
    let paths = document["paths"].as_object().context("paths")?;
    let mut operations = Vec::new();
    for (path, item) in paths {
        let path = path.replace("{ref}", "country:GB").replace("{id}", "0198a000-0000-7000-8000-000000000000");
        for method in ["get", "post", "put", "patch", "delete"] {
            if item.get(method).is_some() {
                operations.push((method.to_uppercase().parse()?, path.clone()));
            }
        }
    }
    Ok(operations)
}

#[tokio::test]
async fn every_write_needs_a_token_that_may_write() -> Result<()> {
    let app = TestApp::new().await?;
    let mut writes = 0;
    for (method, path) in operations()?.into_iter().filter(|(method, _)| *method != Method::GET) {
        // A question with a body is a read.
        if ["/v1/query", "/v1/scenario-evaluations"].contains(&path.as_str()) || path.starts_with("/v1/analyses/") {
            let said = ask(&app.router, method.clone(), &path, &HeaderMap::new()).await?;
            assert!(![401, 403].contains(&said.status.as_u16()), "{method} {path}: {said:?}");
            continue;
        }
        writes += 1;
        let said = ask(&app.router, method.clone(), &path, &HeaderMap::new()).await?;
        assert!(said.is(401, "unauthenticated"), "{method} {path}: {said:?}");
        assert_eq!(said.challenge, "Bearer realm=\"pledgegraph\"");
        let said = ask(&app.router, method.clone(), &path, &bearer(TestApp::token(Scope::Read))).await?;
        assert!(said.is(403, "insufficient-scope"), "{method} {path}: {said:?}");
        assert!(said.body["detail"].as_str().is_some_and(|detail| detail.contains("`write`")), "{said:?}");
        let said = ask(&app.router, method.clone(), &path, &bearer(TestApp::token(Scope::Write))).await?;
        assert!(![401, 403].contains(&said.status.as_u16()), "{method} {path}: {said:?}");
        if method == Method::DELETE {
            let path = format!("{path}?cascade=true");
            let said = ask(&app.router, method.clone(), &path, &bearer(TestApp::token(Scope::Write))).await?;
            assert!(said.is(403, "insufficient-scope") && said.challenge.contains("scope=\"admin\""), "{said:?}");
        }
    }
    println!("{writes} operations write");
    Ok(())
}

#[tokio::test]
async fn reads_are_open_unless_they_are_closed() -> Result<()> {
    let open = TestApp::new().await?;
    let closed = TestApp::over(bundled()?, ServerOptions { closed_reads: true, ..ServerOptions::default() }).await?;
    let always = ["/", "/healthz", "/readyz", "/openapi.json", "/docs/", "/problems", "/problems/not-found"];
    for path in always {
        for headers in [HeaderMap::new(), bearer("bad")] {
            let said = ask(&closed.router, Method::GET, path, &headers).await?;
            assert!(said.status.as_u16() < 400, "{path}: {said:?}");
        }
    }
    for path in [OPEN, "/v1/countries.csv", "/v1/countries/GB", "/v1/vocabulary", "/metrics"] {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(ask(&open.router, method.clone(), path, &HeaderMap::new()).await?.status, 200, "{path}");
            let said = ask(&closed.router, method.clone(), path, &HeaderMap::new()).await?;
            assert_eq!(said.status, 401, "{path}: {said:?}");
            for scope in Scope::ALL {
                let said = ask(&closed.router, method.clone(), path, &bearer(TestApp::token(scope))).await?;
                assert_eq!(said.status, 200, "{path}: {said:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_does_not_exist_is_not_a_matter_of_tokens() -> Result<()> {
    let app = TestApp::new().await?;
    let none = HeaderMap::new();
    assert!(ask(&app.router, Method::POST, "/v1/nothing", &none).await?.is(404, "not-found"));
    assert!(ask(&app.router, Method::POST, "/healthz", &none).await?.is(405, "method-not-allowed"));
    assert!(ask(&app.router, Method::DELETE, "/v1/positions", &none).await?.is(405, "method-not-allowed"));
    Ok(())
}
