use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use pledgegraph_store::Scope;
use pledgegraph_store::tokens::Token;
use serde::Serialize;
use uuid::Uuid;

const HEADER: [&str; 8] = ["NAME", "SCOPE", "STATE", "TOKEN", "CREATED", "EXPIRES", "LAST USED", "ID"];

/// A token as JSON: one object of the list.
#[derive(Serialize)]
struct Listed<'t> {
    id: Uuid,
    name: &'t str,
    begins: &'t str,
    scope: Scope,
    state: &'static str,
    created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<NaiveDate>,
}

fn state(token: &Token, now: DateTime<Utc>) -> &'static str {
    match (token.revoked_at, token.is_good(now)) {
        (Some(_), _) => "revoked",
        (None, true) => "good",
        (None, false) => "expired",
    }
}

/// A time to the minute.
pub(super) fn minute(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// All tokens as one JSON array.
pub(super) fn json(out: &mut impl Write, tokens: &[Token]) -> io::Result<()> {
    let now = Utc::now();
    let listed = tokens.iter().map(|token| Listed {
        id: token.id,
        name: &token.name,
        begins: &token.shown,
        scope: token.scope,
        state: state(token, now),
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
        last_used: token.last_used,
    });
    serde_json::to_writer_pretty(&mut *out, &listed.collect::<Vec<_>>())?;
    writeln!(out)
}

/// All tokens as a table, a line each.
pub(super) fn text(out: &mut impl Write, tokens: &[Token]) -> io::Result<()> {
    let now = Utc::now();
    let rows = tokens.iter().map(|token| {
        [
            token.name.clone(),
            token.scope.to_string(),
            state(token, now).to_owned(),
            format!("{}…", token.shown),
            minute(token.created_at),
            token.expires_at.map_or("never".to_owned(), minute),
            token.last_used.map_or("never".to_owned(), |day| day.to_string()),
            token.id.to_string(),
        ]
    });
    let rows: Vec<[String; 8]> = std::iter::once(HEADER.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEADER.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
