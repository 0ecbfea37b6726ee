//! Every column of every row of a database, and what a migration lost of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use anyhow::{Result, ensure};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};

use crate::changed::{Changed, ColumnChange};

/// The tables of a database. Unlogged ones are left out: a crash empties them, so nothing in them was promised.
pub(crate) struct Tables(BTreeMap<String, Table>);

/// A table with all its rows.
struct Table {
    /// The columns of its primary key, or of another unique constraint where it has none.
    key: Vec<String>,
    columns: Vec<String>,
    /// Values as PostgreSQL writes them, so that a text of JSON is this very text.
    rows: Vec<Row>,
}

/// Values by column.
type Row = BTreeMap<String, Option<String>>;

/// The values of the columns of a key.
type Key = Vec<Option<String>>;

/// A value that is not what it was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) table: String,
    /// The key of the row, as text.
    pub(crate) key: String,
    pub(crate) column: String,
    what: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, column {}: {}", self.table, self.key, self.column, self.what)
    }
}

const TABLES: &str = "
    select c.relname::text as name,
           array(select a.attname::text from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns,
           coalesce((select array(select a.attname::text from unnest(i.indkey::smallint[]) with ordinality k (n, place)
                                  join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by k.place)
                     from pg_index i
                     where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
                     order by i.indisprimary desc, i.indexrelid limit 1), '{}') as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'";

impl Tables {
    /// Reads all of it.
    ///
    /// # Errors
    /// When it cannot be read, or a table has no key.
    pub(crate) async fn read(conn: &mut PgConnection) -> Result<Self> {
        conn.execute("set timezone = 'UTC'").await?;
        let mut tables = BTreeMap::new();
        for table in conn.fetch_all(TABLES).await? {
            let (name, columns, key): (String, Vec<String>, Vec<String>) =
                (table.try_get("name")?, table.try_get("columns")?, table.try_get("key")?);
            ensure!(!key.is_empty(), "{name} has no key by which its rows could be found again");
            let texts: Vec<String> = columns.iter().map(|column| format!("\"{column}\"::text")).collect();
            let query = format!("select {} from public.\"{name}\"", texts.join(", "));
            let mut rows = Vec::new();
            for row in conn.fetch_all(AssertSqlSafe(query)).await? {
                let values = (0..columns.len()).map(|n| row.try_get(n)).collect::<Result<Vec<_>, _>>()?;
                rows.push(columns.iter().cloned().zip(values).collect());
            }
            tables.insert(name, Table { key, columns, rows });
        }
        Ok(Self(tables))
    }

    /// How many rows there are, by table.
    pub(crate) fn counts(&self) -> BTreeMap<&str, usize> {
        self.0.iter().map(|(name, table)| (name.as_str(), table.rows.len())).collect()
    }

    /// What of this is not in the same database later, where the changes meant do not say so; and which of them are stale.
    pub(crate) fn lost(&self, later: &Self, changed: &Changed) -> (Vec<Loss>, Vec<String>) {
        let mut losses = Vec::new();
        for (name, table) in &self.0 {
            for column in &table.columns {
                let change = changed.column(name, column);
                if change.is_none_or(|change| change.to().is_some()) {
                    losses.extend(table.lost(name, column, later, change));
                }
            }
        }
        let is_kept = |change: &&ColumnChange| {
            let table = self.0.get(&change.table).filter(|table| table.columns.contains(&change.column));
            table.is_none_or(|table| table.lost(&change.table, &change.column, later, None).is_empty())
        };
        let stale = changed.columns().iter().filter(is_kept);
        let stale = stale.map(|change| format!("stale: {}.{} is as it was, or never was", change.table, change.column));
        (losses, stale.collect())
    }
}

impl Table {
    /// What is not kept of a column.
    fn lost(&self, name: &str, column: &str, later: &Tables, change: Option<&ColumnChange>) -> Vec<Loss> {
        let (table, kept_in) = change.and_then(ColumnChange::to).unwrap_or((name, column));
        let by = change.and_then(|change| change.by.as_ref()).unwrap_or(&self.key);
        let loss = |row: &Row, what: String| {
            let key = key(row, &self.key).into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" ");
            Loss { table: name.to_owned(), key, column: column.to_owned(), what }
        };
        let there = later
            .0
            .get(table)
            .filter(|table| by.iter().chain([&kept_in.to_owned()]).all(|c| table.columns.contains(c)));
        let Some(there) = there else {
            return self
                .rows
                .first()
                .map(|row| loss(row, format!("there is no {table}.{kept_in} by {by:?}")))
                .into_iter()
                .collect();
        };
        let index: HashMap<Key, &Row> = there.rows.iter().map(|row| (key(row, by), row)).collect();
        let mut losses = Vec::new();
        for row in &self.rows {
            let old = &row[column];
            match index.get(&key(row, &self.key)) {
                None => losses.push(loss(row, "the row is gone".to_owned())),
                Some(new) if new[kept_in] != *old => {
                    losses.push(loss(row, format!("{} became {}", shown(old.as_ref()), shown(new[kept_in].as_ref()))));
                }
                Some(_) => {}
            }
        }
        losses
    }
}

fn key(row: &Row, columns: &[String]) -> Key {
    columns.iter().map(|column| row[column].clone()).collect()
}

fn shown(value: Option<&String>) -> String {
    match value {
        None => "null".to_owned(),
        Some(text) => format!("{:?}", text.chars().take(100).collect::<String>()),
    }
}

/// The tables of all losses.
pub(crate) fn tables(losses: &[Loss]) -> BTreeSet<&str> {
    losses.iter().map(|loss| loss.table.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(key: &[&str], columns: &[&str], rows: &[&[Option<&str>]]) -> Table {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let row = |values: &&[Option<&str>]| {
            names(columns).into_iter().zip(values.iter().map(|value| value.map(str::to_owned))).collect()
        };
        Table { key: names(key), columns: names(columns), rows: rows.iter().map(row).collect() }
    }

    fn tables(tables: Vec<(&str, Table)>) -> Tables {
        Tables(tables.into_iter().map(|(name, table)| (name.to_owned(), table)).collect())
    }

    fn edges(rows: &[&[Option<&str>]]) -> Tables {
        tables(vec![("edge", table(&["id"], &["id", "said"], rows))])
    }

    fn lost(before: &Tables, after: &Tables, changed: &str) -> Vec<String> {
        let (losses, stale) = before.lost(after, &Changed::read(changed).expect("a list"));
        losses.iter().map(ToString::to_string).chain(stale).collect()
    }

    #[test]
    fn what_is_lost_is_named() {
        let before = edges(&[&[Some("1"), Some("May")], &[Some("2"), None]]);
        let more = table(
            &["id"],
            &["id", "new", "said"],
            &[&[Some("2"), Some("x"), None], &[Some("1"), None, Some("May")], &[Some("3"), None, None]],
        );
        assert!(lost(&before, &tables(vec![("edge", more)]), "").is_empty(), "more is no loss");
        let after = edges(&[&[Some("1"), None], &[Some("2"), Some("June")]]);
        let expected = ["edge 1, column said: \"May\" became null", "edge 2, column said: null became \"June\""];
        assert_eq!(lost(&before, &after, ""), expected);
        let gone = edges(&[&[Some("1"), Some("May")]]);
        assert_eq!(
            lost(&before, &gone, ""),
            ["edge 2, column id: the row is gone", "edge 2, column said: the row is gone"]
        );
        let dropped = tables(vec![("edge", table(&["id"], &["id"], &[&[Some("1")], &[Some("2")]]))]);
        assert_eq!(lost(&before, &dropped, ""), ["edge 1, column said: there is no edge.said by [\"id\"]"]);
    }

    const MOVED: &str =
        "[[column]]\ntable = 'edge'\ncolumn = 'said'\nto = 'word.said'\nby = ['edge']\nreason = 'moved'";

    #[test]
    fn a_column_that_was_moved_is_looked_for_where_it_went() {
        let before = edges(&[&[Some("1"), Some("May")], &[Some("2"), None]]);
        let after = |word: Option<&str>| {
            let edge = table(&["id"], &["id"], &[&[Some("1")], &[Some("2")]]);
            let words =
                table(&["n"], &["n", "edge", "said"], &[&[Some("7"), Some("1"), word], &[Some("8"), Some("2"), None]]);
            tables(vec![("edge", edge), ("word", words)])
        };
        assert!(lost(&before, &after(Some("May")), MOVED).is_empty());
        assert_eq!(lost(&before, &after(None), MOVED), ["edge 1, column said: \"May\" became null"]);
        let dropped = "[[column]]\ntable = 'edge'\ncolumn = 'said'\nreason = 'nobody asked for it'";
        assert!(lost(&before, &after(None), dropped).is_empty());
    }

    #[test]
    fn a_change_that_did_not_happen_is_stale() {
        let edges = || edges(&[&[Some("1"), Some("May")]]);
        let stale = "stale: edge.said is as it was, or never was";
        let listed = "[[column]]\ntable = 'edge'\ncolumn = 'said'\nreason = 'nobody asked for it'";
        assert_eq!(lost(&edges(), &edges(), listed), [stale]);
        let never = "[[column]]\ntable = 'edge'\ncolumn = 'heard'\nreason = 'nobody asked for it'";
        assert_eq!(lost(&edges(), &edges(), never), [stale.replace("said", "heard")]);
    }
}
