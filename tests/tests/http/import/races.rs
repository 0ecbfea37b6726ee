//! A record is changed by somebody else while an import that replaces it is on its way.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use sqlx::{PgConnection, Row as _};
use tower::ServiceExt as _;

use crate::import::service::{Answer, Service};
use crate::import::whole::LINES;

/// Organizations that nothing names.
const MORE: &str = r#"{"kind":"organization","slug":"lone","names":{"en":"Lone"},"class":"media"}
{"kind":"organization","slug":"twin","names":{"en":"Twin"},"class":"media"}
"#;
/// A line that no race touches.
const BYSTANDER: &str = r#"{"kind":"organization","slug":"bystander","names":{"en":"Bystander"},"class":"media"}"#;

/// Somebody's change of a record, and the line that replaces it at the same time.
struct Race {
    method: Method,
    path: String,
    content_type: &'static str,
    body: &'static str,
    line: String,
}

impl Race {
    fn request(&self) -> Result<Request<Body>> {
        let request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header("host", "localhost")
            .header("authorization", "Bearer secret")
            .header("content-type", self.content_type)
            .header("if-match", "*");
        Ok(request.body(Body::from(self.body))?)
    }
}

/// Waits until so many sessions of this database wait for a lock.
async fn waiting(connection: &mut PgConnection, expected: i64) -> Result<()> {
    let query = "select count(distinct l.pid) from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.datname = current_database()";
    for _ in 0..1_000 {
        let row = sqlx::raw_sql(query).fetch_one(&mut *connection).await?;
        if row.try_get::<i64, _>(0)? >= expected {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    anyhow::bail!("{expected} sessions do not wait")
}

fn races() -> Vec<Race> {
    let lone = MORE.lines().next().unwrap_or_default().replace("\"Lone\"", "\"Lonely\"");
    let remark = LINES.lines().last().unwrap_or_default();
    let second = LINES.lines().nth(6).unwrap_or_default();
    let race =
        |method, path: &str, content_type, body, line| Race { method, path: path.to_owned(), content_type, body, line };
    let json = "application/json";
    let patch = "application/merge-patch+json";
    vec![
        race(Method::DELETE, "/v1/organizations/lone", json, "", lone.clone()),
        race(Method::PATCH, "/v1/organizations/lone", patch, "{\"slug\":\"renamed\"}", lone.clone()),
        race(Method::PATCH, "/v1/organizations/lone", patch, "{\"names\":{\"ar\":\"x\"}}", lone.clone()),
        race(Method::POST, "/v1/organizations/lone/merge", json, "{\"into\":\"organization:twin\"}", lone.clone()),
        race(Method::POST, "/v1/organizations/twin/merge", json, "{\"into\":\"organization:lone\"}", lone),
        race(
            Method::DELETE,
            "/v1/remarks/{remark}",
            json,
            "",
            remark.replace("that they come", "that they go").replacen('{', "{\"id\":\"{remark}\",", 1),
        ),
        race(
            Method::PATCH,
            "/v1/commitments/{second}",
            patch,
            "{\"stance\":\"declined\"}",
            second.replace("refused", "willing"),
        ),
    ]
}

/// Runs a race; gives the answers to the change and to the import.
async fn run(service: &Service, race: &Race, query: &str, change_first: bool) -> Result<(StatusCode, Answer)> {
    let mut holder = service.database.connect().await?;
    let mut watcher = service.database.connect().await?;
    sqlx::raw_sql("begin; select begin_commit()").execute(&mut holder).await?;
    let change = service.router.clone().oneshot(race.request()?);
    let body = format!("{}\n{BYSTANDER}\n", race.line);
    let import = service.send(query, "application/x-ndjson", Body::from(body));
    let release = async {
        waiting(&mut watcher, 2).await?;
        sqlx::raw_sql("rollback").execute(&mut holder).await?;
        anyhow::Ok(())
    };
    // Whoever waits first for the head has it first.
    let mut second = service.database.connect().await?;
    let first_waits = waiting(&mut second, 1);
    let (answered, imported, released) = if change_first {
        let import = async {
            first_waits.await?;
            import.await
        };
        let change = async { anyhow::Ok(change.await) };
        tokio::join!(change, import, release)
    } else {
        let change = async {
            let waits = first_waits.await;
            let answered = change.await;
            waits.map(|()| answered)
        };
        tokio::join!(change, import, release)
    };
    released?;
    let answered = answered??;
    let status = answered.status();
    let text = to_bytes(answered.into_body(), usize::MAX).await?;
    let text = String::from_utf8_lossy(&text);
    // A merge concerns another record, which it knows from before, and asks to be repeated.
    ensure!(!status.is_server_error() || text.contains("write-contention"), "{status} {text}");
    Ok((status, imported?))
}

async fn check(at: usize, query: &str, change_first: bool) -> Result<()> {
    let service = Service::empty().await?;
    let report = service.import("", format!("{LINES}{MORE}")).await?;
    let mut race = races().into_iter().nth(at).context("a race")?;
    let id = |line: u64| {
        let body = report.lines.iter().find(|body| body["line"] == line);
        body.and_then(|body| body["id"].as_str()).unwrap_or_default()
    };
    race.path = race.path.replace("{second}", id(7)).replace("{remark}", id(8));
    race.line = race.line.replace("{remark}", id(8));
    let before = service.live.snapshot().seq();
    let (status, imported) = run(&service, &race, query, change_first).await?;
    let about = format!("{} {} {query} {change_first}: {status} {imported:?}", race.method, race.path);
    let refused = if imported.status == StatusCode::OK {
        imported.text.contains("\"failed\"") && imported.text.contains("another client changed this row")
    } else {
        ensure!(imported.status == StatusCode::UNPROCESSABLE_ENTITY, "{about}");
        imported.text.contains("/lines/1")
    };
    ensure!(!imported.text.contains("\"problem\""), "{about}");
    // What comes between refuses the line, and nothing else does.
    ensure!(!change_first || (status.is_success() && refused), "{about}");
    ensure!(change_first || !refused, "{about}");

    // A process that reads everything anew finds the digest of the head, and the log leads there.
    let other = Service::on(service.database.clone()).await.with_context(|| about.clone())?;
    let digest = other.digest();
    let seq = other.live.snapshot().seq();
    ensure!(service.live.reaches(seq, Duration::from_secs(5)).await, "{about}");
    ensure!(service.digest() == digest, "{about}");
    let mut connection = service.database.connect().await?;
    ensure!(pledgegraph_store::log::verify(&mut connection).await? == seq, "{about}");
    let bystander = other.live.snapshot().find(&"organization:bystander".parse()?).is_some();
    ensure!(bystander == (imported.status == StatusCode::OK), "{about}");
    ensure!(seq > before, "{about}");
    // What led somewhere still does.
    if race.body.contains("renamed") && status.is_success() {
        let graph = other.live.snapshot();
        ensure!(graph.find(&"organization:renamed".parse()?).is_some(), "{about}");
    }
    if race.path.ends_with("/merge") && status.is_success() {
        let graph = other.live.snapshot();
        let (lone, twin) = (graph.find(&"organization:lone".parse()?), graph.find(&"organization:twin".parse()?));
        ensure!(lone.map(|view| view.id()) == twin.map(|view| view.id()) && lone.is_some(), "{about}");
    }
    Ok(())
}

#[tokio::test]
async fn a_change_that_comes_between_refuses_the_line_that_replaces() -> Result<()> {
    for at in 0..races().len() {
        check(at, "?replace=true", true).await?;
        check(at, "?replace=true&batch=10", true).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_change_that_comes_after_a_replacing_import_finds_what_it_wrote() -> Result<()> {
    for at in 0..races().len() {
        check(at, "?replace=true", false).await?;
        check(at, "?replace=true&batch=10", false).await?;
    }
    Ok(())
}
