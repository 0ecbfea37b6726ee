//! One commit or none.

use anyhow::{Context as _, Result, ensure};
use axum::body::Body;
use futures_util::stream;
use serde_json::Value;

use crate::import::service::Service;

/// Lines that refer to each other, forwards and backwards.
pub(crate) const LINES: &str = r#"{"kind":"source","slug":"a","names":{"en":"A paper"},"publisher":"organization:press"}
{"kind":"organization","slug":"press","names":{"en":"The Press"},"class":"media"}
{"kind":"country","slug":"XA","names":{"en":"Aland"},"iso3166":{"alpha2":"XA","alpha3":"XAA","numeric":"901"},"regions":[]}
{"kind":"country","slug":"XB","names":{"en":"Beland"},"iso3166":{"alpha2":"XB","alpha3":"XBB","numeric":"902"},"regions":[]}

{"kind":"commitment","key":"first","subject":"country:XA","object":"country:XB","capability":"humanitarian","stance":"pledged","evidence":[{"source":"source:a","quotation":{"text":"We will help.","lang":"en"}}],"links":[{"type":"contradicts","edge":"second"}]}
{"kind":"commitment","key":"second","subject":"country:XA","object":"country:XB","capability":"humanitarian","stance":"refused","evidence":[{"source":"source:a"}],"links":[{"type":"contradicts","edge":"first"}]}
{"kind":"remark","subject":"country:XB","object":"country:XA","type":"hope","text":{"en":"that they come"},"evidence":[{"source":"source:a"}],"links":[{"type":"about","edge":"first"}]}
"#;

#[tokio::test]
async fn a_file_is_one_commit_and_sending_it_again_changes_nothing() -> Result<()> {
    let service = Service::empty().await?;
    let rehearsed = service.import("?dry_run=true", LINES).await?;
    ensure!(rehearsed.counts() == [7, 0, 0, 0] && rehearsed.summary["dry_run"] == true, "{:?}", rehearsed.summary);
    ensure!(service.live.snapshot().seq() == 0);

    let first = service.import("", LINES).await?;
    ensure!(first.counts() == [7, 0, 0, 0] && first.summary["commits"] == 1, "{:?}", first.summary);
    ensure!(service.live.snapshot().seq() == 1 && first.status(6) == "created" && first.status(5) == "none");
    let digest = service.digest();

    for query in ["", "?batch=2", "?replace=true", "?batch=10000&replace=true"] {
        let again = service.import(query, LINES).await?;
        ensure!(again.counts() == [0, 7, 0, 0] && again.summary["commits"] == 0, "{query}: {:?}", again.summary);
    }
    ensure!(service.live.snapshot().seq() == 1 && service.digest() == digest);

    let summary = service.send("", "application/json", Body::from(LINES)).await?;
    let summary_body: Value = serde_json::from_str(&summary.text)?;
    ensure!(summary_body["unchanged"] == 7 && summary_body["version"] == summary.version, "{}", summary.text);
    Ok(())
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_nothing_is_written() -> Result<()> {
    let service = Service::empty().await?;
    let bad = [
        "{\"kind\":\"country\"",
        "[]",
        "{\"slug\":\"x\"}",
        "{\"kind\":\"planet\",\"slug\":\"x\"}",
        "{\"kind\":\"source\",\"slug\":\"b\",\"names\":{\"en\":\"B\"},\"publisher\":\"organization:nobody\"}",
        "{\"kind\":\"remark\",\"key\":\"lost\",\"subject\":\"country:XB\",\"object\":\"country:XA\",\"type\":\"hope\",\"text\":{\"en\":\"x\"},\"evidence\":[{\"source\":\"source:none\"}]}",
    ];
    let errors = service.refused("", &format!("{LINES}{}", bad.join("\n"))).await?;
    let lines: Vec<&str> = errors.iter().filter_map(|(pointer, _)| pointer.split('/').nth(2)).collect();
    for line in ["9", "10", "11", "12", "13", "14"] {
        ensure!(lines.contains(&line), "{line}: {errors:?}");
    }
    ensure!(!lines.contains(&"8"), "{errors:?}");
    ensure!(errors[0].1 == "malformed-json", "{errors:?}");

    // Only the database knows these.
    let link = LINES.replace("\"edge\":\"first\"", "\"edge\":\"third\"");
    let errors = service.refused("", &link).await?;
    let expected = [("/lines/7/links/0/edge", "dangling-reference"), ("/lines/8/links/0/edge", "dangling-reference")];
    ensure!(errors.iter().map(|(p, c)| (p.as_str(), c.as_str())).eq(expected), "{errors:?}");
    ensure!(service.refused("?dry_run=true", &link).await? == errors);

    let many: String = (0..1_500).map(|_| "{}\n").collect();
    let answer = service.send("", "*/*", Body::from(many)).await?;
    let problem: Value = serde_json::from_str(&answer.text)?;
    ensure!(problem["errors"].as_array().context("errors")?.len() == 1_000, "{}", answer.text);
    ensure!(problem["detail"].as_str().context("detail")?.contains("1500"), "{}", problem["detail"]);
    ensure!(service.live.snapshot().seq() == 0);
    Ok(())
}

#[tokio::test]
async fn another_content_is_an_error_unless_it_replaces() -> Result<()> {
    let service = Service::empty().await?;
    service.import("", LINES).await?;
    let changed = LINES
        .replace("\"stance\":\"refused\"", "\"stance\":\"willing\"")
        .replace("\"en\":\"Beland\"", "\"en\":\"Beland\",\"fr\":\"Belande\"");
    let errors = service.refused("", &changed).await?;
    let expected = [("/lines/4", "duplicate"), ("/lines/7", "duplicate")];
    ensure!(errors.iter().map(|(p, c)| (p.as_str(), c.as_str())).eq(expected), "{errors:?}");

    let more = format!("{changed}{}", LINES.lines().nth(6).unwrap_or_default().replace("second", "third"));
    let report = service.import("?replace=true", more.clone()).await?;
    ensure!(report.counts() == [1, 5, 2, 0] && report.summary["commits"] == 1, "{:?}", report.summary);
    let replaced = service.digest();
    ensure!(service.import("?replace=true", more).await?.counts() == [0, 8, 0, 0]);

    // A process that reads everything anew, and one that follows the log from the beginning, hold the same.
    let other = Service::on(service.database.clone()).await?;
    ensure!(other.digest() == replaced);
    let back = service.import("?replace=true&batch=1", LINES).await?;
    ensure!(back.counts() == [0, 5, 2, 0] && back.summary["commits"] == 2, "{:?}", back.summary);
    let mut connection = service.database.connect().await?;
    ensure!(pledgegraph_store::log::verify(&mut connection).await? == 4);
    Ok(())
}

#[tokio::test]
async fn a_new_slug_leaves_the_old_one_leading_to_the_entity() -> Result<()> {
    let service = Service::empty().await?;
    service.import("", LINES).await?;
    let id = service.live.snapshot().find(&"organization:press".parse()?).context("there")?.id();
    let renamed = format!(
        "{{\"kind\":\"organization\",\"id\":\"{id}\",\"slug\":\"the-press\",\"names\":{{\"en\":\"The Press\"}},\"class\":\"media\"}}"
    );
    ensure!(service.import("?replace=true", renamed.clone()).await?.counts() == [0, 0, 1, 0]);
    ensure!(service.import("?replace=true", renamed).await?.counts() == [0, 1, 0, 0]);
    let graph = service.live.snapshot();
    let found = graph.find(&"organization:press".parse()?).context("it leads there")?;
    ensure!(found.id() == id && found.reference().to_string() == "organization:the-press");
    let taken = "{\"kind\":\"organization\",\"slug\":\"press\",\"id\":\"01980000-0000-7000-8000-000000000001\",\"names\":{\"en\":\"P\"},\"class\":\"media\"}";
    let errors = service.refused("", taken).await?;
    ensure!(errors == [("/lines/1/slug".to_owned(), "duplicate".to_owned())], "{errors:?}");
    Ok(())
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() -> Result<()> {
    let service = Service::empty().await?;
    let parts = [Ok(LINES.to_owned()), Err(std::io::Error::other("gone"))];
    let answer = service.send("", "*/*", Body::from_stream(stream::iter(parts))).await?;
    ensure!(answer.status.is_client_error(), "{answer:?}");
    ensure!(service.live.snapshot().seq() == 0);
    ensure!(service.import("", LINES).await?.counts() == [7, 0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn imports_take_turns_and_two_servers_do_a_file_once() -> Result<()> {
    let service = Service::empty().await?;
    let other = Service::on(service.database.clone()).await?;
    let (a, b) = tokio::join!(service.import("", LINES), other.import("?batch=3", LINES));
    let (a, b) = (a?.counts(), b?.counts());
    ensure!(a[0] + b[0] == 7 && a[1] + b[1] == 7, "{a:?} {b:?}");
    ensure!(service.live.reaches(other.live.snapshot().seq(), std::time::Duration::from_secs(5)).await);
    ensure!(service.digest() == other.digest());

    let import = service.live.import(std::time::Duration::from_secs(5)).await?.context("its turn")?;
    let answer = other.send("", "*/*", Body::from(LINES)).await?;
    ensure!(answer.status.as_u16() == 409 && answer.text.contains("in-progress"), "{answer:?}");
    drop(import);
    ensure!(other.import("", LINES).await?.counts() == [0, 7, 0, 0]);
    Ok(())
}
