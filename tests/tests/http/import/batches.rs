//! A commit for so many lines.

use anyhow::{Context as _, Result, ensure};
use axum::body::Body;
use futures_util::stream;

use crate::import::service::Service;
use crate::import::whole::LINES;

#[tokio::test]
async fn a_bad_line_fails_alone_and_links_may_go_either_way() -> Result<()> {
    let service = Service::empty().await?;
    let bad = "{\"kind\":\"remark\",\"subject\":\"country:XB\",\"object\":\"country:XA\",\"type\":\"hope\",\"text\":{\"en\":\"x\"},\"evidence\":[{\"source\":\"source:a\"}],\"links\":[{\"type\":\"about\",\"edge\":\"nothing\"}]}\n{\"kind\":\"planet\"}\n";
    let report = service.import("?batch=2", format!("{bad}{LINES}")).await?;
    ensure!(report.counts() == [7, 0, 0, 2], "{:?} {:?}", report.summary, report.lines);
    ensure!(report.status(1) == "failed" && report.status(2) == "failed" && report.status(8) == "created");
    let errors = &report.lines.iter().find(|line| line["line"] == 1).context("line 1")?["errors"];
    ensure!(errors[0]["pointer"] == "/links/0/edge" && errors[0]["code"] == "dangling-reference", "{errors}");
    ensure!(
        report.summary["version"]
            .as_str()
            .context("a version")?
            .starts_with(&format!("{}.", service.live.snapshot().seq()))
    );
    let again = service.import("?batch=2", LINES).await?;
    ensure!(again.counts() == [0, 7, 0, 0], "{:?}", again.summary);
    Ok(())
}

#[tokio::test]
async fn what_was_committed_before_the_client_went_away_is_not_doubled() -> Result<()> {
    let whole = Service::empty().await?;
    whole.import("", LINES).await?;
    let lines: Vec<&str> = LINES.lines().collect();
    for sent in 0..lines.len() {
        let service = Service::empty().await?;
        let parts = [Ok(lines[..sent].join("\n") + "\n"), Err(std::io::Error::other("gone"))];
        let broken = service.send("?batch=1", "*/*", Body::from_stream(stream::iter(parts))).await?;
        ensure!(broken.text.contains("\"problem\""), "{broken:?}");
        let stands = service.live.snapshot();
        let report = service.import("?batch=1", LINES).await?;
        let [created, unchanged, ..] = report.counts();
        ensure!(
            usize::try_from(unchanged)? == stands.entity_count() + stands.edge_count(),
            "{sent}: {:?}",
            report.summary
        );
        ensure!(created + unchanged == 7 && service.digest() == whole.digest(), "{sent}: {:?}", report.summary);
    }
    Ok(())
}
