//! The answers of the product and of PostgreSQL, compared line by line.
//!
//! `?` at the end of a line is what PostgreSQL leaves open; the line is compared without its last word then.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use sqlx::postgres::PgConnection;

use crate::client::Client;
use crate::questions::{Question, Sql};

/// What comparing a question with its parameters came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Compared {
    /// How many answers.
    pub(crate) answers: usize,
    /// How many lines they had.
    pub(crate) lines: usize,
    /// Of how many of them PostgreSQL leaves a part open.
    pub(crate) open: usize,
}

/// Asks both with each of the parameters; stops at the first answer that differs.
pub(crate) async fn compare(
    question: &Question,
    parameters: &[Vec<String>],
    product: &mut Client,
    sql: &mut PgConnection,
) -> Result<Compared> {
    let mut compared = Compared::default();
    for with in parameters {
        let path = (question.path)(with);
        product.get(&path).await?;
        let ours = if question.sql.is_csv() {
            text_lines(&product.body)
        } else {
            (question.lines)(&serde_json::from_slice(&product.body)?)
        };
        let theirs = match question.sql {
            Sql::Call(statement, lines) => lines(&rows(sql, statement, with).await?),
            Sql::Copy(function) => text_lines(&copied(sql, &copy(function, with)).await?),
            Sql::None | Sql::NoneOfCsv => ours.clone(),
        };
        compared.answers += 1;
        compared.lines += ours.len();
        compared.open += theirs.iter().filter(|line| line.ends_with(" ?")).count();
        if let Some((ours, theirs)) = difference(&ours, &theirs) {
            bail!("{path}: the answers differ\n  the product: {ours}\n  PostgreSQL:  {theirs}");
        }
    }
    Ok(compared)
}

/// How many answers of two builds of the product differ, and the first that does.
pub(crate) async fn compare_builds(
    question: &Question,
    parameters: &[Vec<String>],
    (new, old): (&mut Client, &mut Client),
) -> Result<(usize, Option<String>)> {
    let (mut count, mut first) = (0, None);
    for with in parameters {
        let path = (question.path)(with);
        new.get(&path).await?;
        if let Err(error) = old.get(&path).await {
            (count, first) = (count + 1, first.or(Some(error.to_string())));
            continue;
        }
        let lines = |body: &[u8]| {
            if question.sql.is_csv() {
                return Ok(text_lines(body));
            }
            serde_json::from_slice(body).map(|answer| (question.lines)(&answer))
        };
        if let Some((new, old)) = difference(&lines(&new.body)?, &lines(&old.body)?) {
            (count, first) = (count + 1, first.or(Some(format!("{path}: {new} | {old}"))));
        }
    }
    Ok((count, first))
}

/// The first lines that differ; those that both have not in the same place are.
fn difference(ours: &[String], theirs: &[String]) -> Option<(String, String)> {
    let alike = |ours: &str, theirs: &str| match theirs.strip_suffix(" ?") {
        Some(known) => ours.rsplit_once(' ').is_some_and(|(own, _)| own == known),
        None => ours == theirs,
    };
    let at = (0..ours.len().max(theirs.len()))
        .find(|at| !ours.get(*at).zip(theirs.get(*at)).is_some_and(|(ours, theirs)| alike(ours, theirs)))?;
    let shown = |lines: &[String]| {
        let line = lines.get(at).map_or("nothing", String::as_str);
        format!("line {} of {}: {line}", at + 1, lines.len())
    };
    Some((shown(ours), shown(theirs)))
}

/// The `COPY` of a function with a parameter, which a `COPY` takes only as a literal.
pub(crate) fn copy(function: &str, with: &[String]) -> String {
    format!("copy (select * from {function}('{}')) to stdout (format csv, header)", with[0].replace('\'', "''"))
}

async fn copied(sql: &mut PgConnection, statement: &str) -> Result<Vec<u8>> {
    use futures_util::TryStreamExt as _;
    let mut rows = sql.copy_out_raw(statement).await?;
    let mut text = Vec::new();
    while let Some(piece) = rows.try_next().await? {
        text.extend_from_slice(&piece);
    }
    Ok(text)
}

/// The parameters that a statement finds, a row an array of texts.
#[expect(clippy::disallowed_methods, reason = "the schema of a benchmark is not there when it is compiled")]
pub(crate) async fn parameters(sql: &mut PgConnection, statement: &'static str) -> Result<Vec<Vec<String>>> {
    Ok(sqlx::query_scalar(statement).fetch_all(sql).await?)
}

/// Rows as JSON.
#[expect(clippy::disallowed_methods, reason = "the schema of a benchmark is not there when it is compiled")]
async fn rows(sql: &mut PgConnection, statement: &str, with: &[String]) -> Result<Value> {
    let statement = sqlx::AssertSqlSafe(format!("select coalesce(json_agg(r), '[]')::text from ({statement}) r"));
    let mut query = sqlx::query_scalar::<_, String>(statement);
    for parameter in with {
        query = query.bind(parameter);
    }
    serde_json::from_str(&query.fetch_one(sql).await?).context("rows as JSON")
}

fn text_lines(text: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(text).lines().map(|line| line.trim_end().to_owned()).collect()
}
