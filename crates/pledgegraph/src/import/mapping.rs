//! What the columns of a CSV file mean.
//!
//! ```toml
//! delimiter = ";"                     # a comma unless said
//!
//! [constants]                         # fields that all lines have
//! kind = "membership"
//! "object" = "coalition:of-the-willing"
//! "evidence.0.source" = "source:list"
//!
//! [columns]                           # column = field, dots and numbers lead into objects and lists
//! "Country" = { field = "subject", prefix = "country:" }
//! "Role" = { field = "role", codes = { "Lead" = "leader", "Full" = "member" } }
//! "Line" = { field = "evidence.0.locator.line", type = "integer" }
//! "Key" = "key"
//! ```

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest list that a mapping makes.
const LONGEST_LIST: usize = 100;

/// A mapping file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    #[serde(default = "comma")]
    delimiter: char,
    #[serde(default)]
    constants: BTreeMap<String, Value>,
    columns: BTreeMap<String, Column>,
}

/// What one column means.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Column {
    /// Its cells are the texts of a field.
    Field(String),
    /// More than that.
    Rule(Rule),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    field: String,
    /// What a cell is.
    #[serde(default, rename = "type")]
    cell: Cell,
    /// What stands before every text.
    #[serde(default)]
    prefix: String,
    /// What stands for what; a cell that is not here stands as it is.
    #[serde(default)]
    codes: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cell {
    #[default]
    Text,
    Integer,
    Boolean,
}

fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// When it is not there, or is none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let mapping: Self = toml::from_str(text)?;
        if !mapping.delimiter.is_ascii() {
            bail!("`delimiter` is one ASCII character");
        }
        let mut trial = Value::Object(Map::new());
        let fields = mapping.columns.values().map(|column| column.rule().field);
        for field in mapping.constants.keys().cloned().chain(fields) {
            put(&mut trial, &field, Value::Bool(true))?;
        }
        Ok(mapping)
    }

    /// Gives each record as a line of JSON until `each` wants no more.
    ///
    /// # Errors
    /// When the file is no CSV in UTF-8, or lacks a column.
    pub(crate) fn each_line(&self, source: impl Read, mut each: impl FnMut(Vec<u8>) -> bool) -> Result<()> {
        let delimiter = u8::try_from(self.delimiter).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(source);
        let header = reader.headers()?.clone();
        let header: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let mut columns = Vec::with_capacity(self.columns.len());
        for (name, column) in &self.columns {
            let at = header.iter().position(|given| given == name);
            columns.push((at.with_context(|| format!("there is no column `{name}`"))?, column.rule()));
        }
        for unused in header.iter().filter(|name| !self.columns.contains_key(**name)) {
            tracing::warn!("the column `{unused}` is in no mapping and is left out");
        }
        for record in reader.records() {
            let record = record?;
            let mut line = Value::Object(Map::new());
            for (field, value) in &self.constants {
                put(&mut line, field, value.clone())?;
            }
            for (at, rule) in &columns {
                let cell = record.get(*at).unwrap_or_default().trim();
                if !cell.is_empty() {
                    put(&mut line, &rule.field, rule.value(cell))?;
                }
            }
            let mut text = serde_json::to_vec(&line)?;
            text.push(b'\n');
            if !each(text) {
                break;
            }
        }
        Ok(())
    }
}

impl Column {
    fn rule(&self) -> Rule {
        match self {
            Self::Rule(rule) => rule.clone(),
            Self::Field(field) => {
                Rule { field: field.clone(), cell: Cell::Text, prefix: String::new(), codes: BTreeMap::new() }
            }
        }
    }
}

impl Rule {
    /// What a cell says; one that is not of its type stays a text, which the field then refuses.
    fn value(&self, cell: &str) -> Value {
        if let Some(code) = self.codes.get(cell) {
            return code.clone();
        }
        let read = match self.cell {
            Cell::Text => None,
            Cell::Integer => cell.parse::<i64>().ok().map(Value::from),
            Cell::Boolean => cell.parse::<bool>().ok().map(Value::from),
        };
        read.unwrap_or_else(|| Value::from(format!("{}{cell}", self.prefix)))
    }
}

/// Puts a value where a path leads.
fn put(root: &mut Value, path: &str, value: Value) -> Result<()> {
    let mut place = root;
    for step in path.split('.') {
        let number = step.parse::<usize>().ok();
        if place.is_null() {
            *place = if number.is_some() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
        }
        place = match (place, number) {
            (Value::Array(list), Some(at)) if at < LONGEST_LIST => {
                if list.len() <= at {
                    list.resize(at + 1, Value::Null);
                }
                &mut list[at]
            }
            (Value::Object(fields), _) if !step.is_empty() => fields.entry(step.to_owned()).or_insert(Value::Null),
            _ => bail!("the field `{path}` leads nowhere"),
        };
    }
    *place = value;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = r#"
        delimiter = ";"
        [constants]
        kind = "membership"
        "evidence.0.source" = "source:list"
        [columns]
        "Country" = { field = "subject", prefix = "country:" }
        "Role" = { field = "role", codes = { "Lead" = "leader" } }
        "Line" = { field = "evidence.0.locator.line", type = "integer" }
        "Key" = "key"
    "#;

    fn lines(mapping: &str, csv: &str) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        Mapping::parse(mapping)?.each_line(csv.as_bytes(), |line| {
            lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
            true
        })?;
        Ok(lines)
    }

    #[test]
    fn cells_go_into_their_fields() {
        let csv = "\u{feff}Key;Country;Role;Line;Note\na;GB;Lead;3;x\n b ;FR;observer;;\n\"c;\";DE;\"two\nlines\";x;";
        assert_eq!(
            lines(MAPPING, csv).expect("readable"),
            [
                r#"{"evidence":[{"locator":{"line":3},"source":"source:list"}],"key":"a","kind":"membership","role":"leader","subject":"country:GB"}"#,
                r#"{"evidence":[{"source":"source:list"}],"key":"b","kind":"membership","role":"observer","subject":"country:FR"}"#,
                r#"{"evidence":[{"locator":{"line":"x"},"source":"source:list"}],"key":"c;","kind":"membership","role":"two\nlines","subject":"country:DE"}"#,
            ]
        );
    }

    #[test]
    fn what_cannot_be_is_said() {
        let missing = lines(MAPPING, "Country;Role;Key\n").expect_err("no column `Line`");
        assert_eq!(missing.to_string(), "there is no column `Line`");
        for (from, to) in
            [("delimiter = \";\"", "colour = 1"), ("\"key\"", "\"kind.x\""), ("\"key\"", "\"evidence.x\"")]
        {
            assert!(Mapping::parse(&MAPPING.replace(from, to)).is_err(), "{to}");
        }
    }
}
