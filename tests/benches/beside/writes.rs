//! Writing: the product beside a function that inserts the same rows, and beside a commit of one row by pgbench.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::answers;
use crate::load::{Cell, Request, Side};
use crate::plan::Plan;
use crate::servers::DATABASE;
use crate::servers::Postgres;

/// How many writes are made ready, to be sent in turn.
const READY: usize = 500;

/// Who writes, at so many connections.
pub(crate) struct Writers {
    /// The product, and the other build of it.
    pub(crate) products: Vec<Side>,
    pub(crate) tokens: Vec<String>,
    pub(crate) sql: Side,
}

/// What writing came to, by round.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) products: Vec<Vec<Cell>>,
    pub(crate) sql: Vec<Cell>,
    /// Commits a second of one row each; empty where pgbench is not installed.
    pub(crate) pgbench: Vec<f64>,
}

/// Writes in rounds with so many connections, and sees that everything that was acknowledged is there.
pub(crate) async fn measure(
    writers: &mut Writers,
    connections: usize,
    postgres: &Postgres,
    plan: &Plan,
    counting: &mut PgConnection,
) -> Result<Written> {
    let mut written = Written { products: vec![Vec::new(); writers.products.len()], ..Written::default() };
    let (calls, bodies) = ready(counting).await?;
    let pid = postgres.pid()?;
    for _ in 0..plan.rounds {
        for (number, side) in writers.products.iter_mut().enumerate() {
            let token = writers.tokens.get(number).context("a token")?;
            let posts: Arc<[Request]> = bodies.iter().map(|body| post(body, token)).collect();
            let before = count(counting, "public.edge").await?;
            let cell = side.measure(&posts, connections, plan.seconds * 2, Some(pid)).await?;
            // The other build has a database of its own.
            let there = count(counting, "public.edge").await? - before;
            ensure!(
                number > 0 || there == cell.answered,
                "{} writes are acknowledged, {there} are there",
                cell.answered
            );
            written.products[number].push(cell);
        }
        let before = count(counting, "beside.edge").await?;
        let cell = writers.sql.measure(&calls, connections, plan.seconds * 2, None).await?;
        ensure!(count(counting, "beside.edge").await? - before == cell.answered, "the function writes something else");
        written.sql.push(cell);
        written.pgbench.extend(pgbench(postgres, connections, plan)?);
    }
    Ok(written)
}

/// A write of the product.
pub(crate) fn post(body: &str, token: &str) -> Request {
    Request::Post { path: "/v1/commitments", token: token.to_owned(), body: body.to_owned() }
}

/// The same writes for both.
pub(crate) async fn ready(sql: &mut PgConnection) -> Result<(Arc<[Request]>, Vec<String>)> {
    let statement = "select array[s.ref, o.ref, c.ref, d.ref, z.ref]::text[] from (
            select t.slot, t.s, t.o, l.condition, p.source from beside.statement t
            join beside.leaf l using (slot) join beside.piece p using (slot)
            where t.kind = 'commitment' and l.node < 2 order by md5(t.id::text || 'write') limit 500
        ) t
        join beside.node s on s.n = t.s join beside.node o on o.n = t.o join beside.node c on c.n = t.condition
        join beside.node z on z.n = t.source
        join beside.node d on d.n = (select min(n) from beside.condition x where x.n <> t.condition and x.actor is null)";
    let named = answers::parameters(sql, statement).await?;
    ensure!(named.len() == READY, "there are too few statements to write more like them");
    let bodies = named.iter().map(|refs| {
        let [pledger, beneficiary, one, other, source] = [0, 1, 2, 3, 4].map(|at| refs[at].as_str());
        serde_json::json!({
            "pledger": pledger, "beneficiary": beneficiary, "capability": "military.demining", "stance": "willing",
            "said_at": {"edtf": "2025-07"},
            "conditions": {"op": "all_of", "of": [
                {"op": "condition", "condition": one}, {"op": "condition", "condition": other}]},
            "evidence": [{"source": source, "locator": {"line": "each"},
                "quotation": {"text": "once the guns are silent", "lang": "en"},
                "attribution": [{"agent": pledger, "role": "speaker", "mode": "direct_quote"}]}],
        })
        .to_string()
    });
    let bodies = bodies.collect();
    let calls = named.iter().cloned().map(|refs| Request::Call("select beside.write($1, $2, $3, $4, $5)", refs));
    Ok((calls.collect(), bodies))
}

async fn count(sql: &mut PgConnection, table: &'static str) -> Result<usize> {
    let statement = AssertSqlSafe(format!("select count(*) from {table}"));
    let rows: i64 = sql.fetch_one(statement).await?.try_get(0)?;
    Ok(usize::try_from(rows)?)
}

/// Commits of one row a second; none where pgbench is not installed.
fn pgbench(postgres: &Postgres, clients: usize, plan: &Plan) -> Result<Option<f64>> {
    let Some(mut command) = postgres.pgbench() else { return Ok(None) };
    let script = postgres.directory().join("single.sql");
    std::fs::write(&script, "insert into beside.single (content) values (repeat('x', 400));\n")?;
    let seconds = (plan.seconds * 2).as_secs().max(1).to_string();
    command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds, "-f"]);
    let output = command.arg(&script).arg(DATABASE).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate =
        text.lines().find(|line| line.starts_with("tps")).and_then(|line| line.split_whitespace().nth(2)?.parse().ok());
    ensure!(rate.is_some(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    Ok(rate)
}
