//! The schema `beside`: what PostgreSQL answers from.

use anyhow::Result;
use pledgegraph_model::{Capability, Code, EdgeKind, Mission, Stance};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

/// Makes the tables from those of the graph, and the functions.
pub(crate) async fn install(sql: &mut PgConnection) -> Result<()> {
    sql.execute("create schema beside").await?;
    sql.execute("create table beside.code (list text, code text, n int, rank int, primary key (list, code))").await?;
    let stances = Stance::ALL.iter().map(|stance| (stance.as_str(), stance.rank()));
    let codes = [("kind", codes::<EdgeKind>()), ("capability", codes::<Capability>()), ("mission", codes::<Mission>())];
    let lists = codes.into_iter().chain([("stance", stances.collect())]);
    for (list, codes) in lists {
        for (n, (code, rank)) in codes.into_iter().enumerate() {
            let rank = rank.map_or("null".to_owned(), |rank| rank.to_string());
            let row = format!("insert into beside.code values ('{list}', '{code}', {n}, {rank})");
            sql.execute(AssertSqlSafe(row)).await?;
        }
    }
    sql.execute("create unique index on beside.code (list, rank); analyze beside.code").await?;
    // `vacuum` stands in no transaction, so these go one by one.
    for statement in include_str!("sql/tables.sql").split(";\n").filter(|statement| !statement.trim().is_empty()) {
        sql.execute(statement).await?;
    }
    sql.execute("vacuum analyze").await?;
    for functions in [include_str!("sql/statements.sql"), include_str!("sql/graph.sql"), include_str!("sql/writes.sql")]
    {
        sql.execute(functions).await?;
    }
    Ok(())
}

fn codes<C: Code>() -> Vec<(&'static str, Option<i8>)> {
    C::ALL.iter().map(|code| (code.as_str(), None)).collect()
}
