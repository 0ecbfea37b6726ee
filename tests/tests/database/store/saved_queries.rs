//! What the store was compiled against is what the schema says: `.sqlx` holds the answers of a database that had the
//! migrations of today, and an answer for no other query.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pledgegraph_tests::database::TestDb;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};

/// What mends it.
const MEND: &str = "run crates/store/prepare.sh";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The saved answers: the name of the file, and what it holds.
fn saved() -> Result<Vec<(String, Value)>> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), serde_json::from_slice(&fs::read(entry.path())?)?))
    };
    fs::read_dir(workspace().join(".sqlx"))?.map(read).collect()
}

/// The sources of the store, each line that goes on in the next one joined with it.
fn sources(directory: &Path) -> Result<String> {
    let mut all = String::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            all.push_str(&sources(&path)?);
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let mut joined = text.split("\\\n");
        all.push_str(joined.next().unwrap_or_default());
        joined.for_each(|part| all.push_str(part.trim_start()));
    }
    Ok(all.replace("\\\"", "\""))
}

#[tokio::test]
async fn the_saved_queries_are_those_of_today() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    let sources = sources(&workspace().join("crates/store/src"))?;
    let saved = saved()?;
    assert!(saved.len() > 50, "only {} saved queries", saved.len());
    for (file, saved) in saved {
        let query = saved["query"].as_str().with_context(|| format!("{file} has no query"))?;
        assert!(sources.contains(query), "{file} is of no query of the store: {MEND}");
        let described = conn.describe(AssertSqlSafe(query).into_sql_str()).await.with_context(|| file.clone())?;
        assert_eq!(serde_json::to_value(described)?, saved["describe"], "{file} is stale: {MEND}\n{query}");
    }
    Ok(())
}

#[tokio::test]
async fn statements_made_of_the_declared_columns_are_those_of_the_schema() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    let statements = pledgegraph_store::rows::statements();
    assert!(statements.len() > 10, "only {} statements", statements.len());
    for statement in statements {
        let described = conn.describe(AssertSqlSafe(statement.as_str()).into_sql_str()).await;
        described.with_context(|| format!("the schema does not know what {statement} names"))?;
    }
    Ok(())
}
