//! What is exported and imported into an empty database is the same, to the digest.

use anyhow::{Result, ensure};
use std::convert::Infallible;

use pledgegraph_bundle::bundled;
use pledgegraph_live::{Live, Mutation, Write};
use pledgegraph_model::{Edge, Entity, Lang, Quotation, Redirect, Synthetic};
use pledgegraph_store::bulk;
use pledgegraph_tests::database::TestDb;

use crate::import::service::Service;

async fn loaded(entities: Vec<Entity>, edges: Vec<Edge>) -> Result<Service> {
    let database = TestDb::new().await?;
    let entities = entities.into_iter().map(Ok::<_, Infallible>);
    bulk::load(&mut database.connect().await?, entities, edges.into_iter().map(Ok)).await?;
    Service::on(database).await
}

async fn survives(service: &Service) -> Result<()> {
    let export = service.export().await?;
    let graph = service.live.snapshot();
    let records = graph.entity_count() + graph.edge_count();
    ensure!(export.text.lines().count() == records);
    ensure!(export.version.starts_with(&format!("{}.", graph.seq())), "{}", export.version);
    for query in ["", "?batch=10000", "?batch=97"] {
        let other = Service::empty().await?;
        let report = other.import(query, export.text.clone()).await?;
        let failed: Vec<_> = report.lines.iter().filter(|line| line["status"] == "failed").take(3).collect();
        ensure!(report.counts() == [records as u64, 0, 0, 0], "{query}: {:?} {failed:?}", report.summary);
        ensure!(other.digest() == service.digest(), "{query}");
        ensure!(other.import(query, export.text.clone()).await?.counts() == [0, records as u64, 0, 0], "{query}");
        let violations = other.live.snapshot().verify();
        ensure!(violations.is_empty(), "{violations:?}");
    }
    Ok(())
}

async fn put(live: &Live, mutations: Vec<Mutation>) -> Result<()> {
    live.write(Write { mutations, ..Write::default() }).await?;
    Ok(())
}

#[tokio::test]
async fn the_bundled_data_survives_with_redirects_and_quotations() -> Result<()> {
    let bundle = bundled()?;
    let service = loaded(bundle.entities.clone(), bundle.edges.clone()).await?;
    survives(&service).await?;

    let mut entity = bundle.entities[3].clone();
    let former = Redirect { id: entity.id, slug: entity.slug.clone() };
    entity.slug = "renamed".parse()?;
    entity.redirects.push(former);
    let mut edge = bundle.edges[5].clone();
    let lang: Lang = "en".parse()?;
    edge.evidence[0].quotation = Some(Box::new(Quotation { text: "words of \"theirs\"\nand more".to_owned(), lang }));
    put(&service.live, vec![Mutation::PutEntity(entity)]).await?;
    put(&service.live, vec![Mutation::PutEdge(edge)]).await?;
    survives(&service).await
}

#[tokio::test]
async fn a_synthetic_graph_survives() -> Result<()> {
    let synthetic = Synthetic::new(1_500, 3);
    let service = loaded(synthetic.entities().collect(), synthetic.edges().collect()).await?;
    survives(&service).await
}
