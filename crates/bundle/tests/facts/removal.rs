//! The comparison notices every record, and every field of every statement.

use pledgegraph_bundle::{self as bundle, COALITION, COUNTRIES, DataFile};
use toml::{Table, Value};

use crate::check;

/// The data file, and of the countries only those that it names: a comparison is made some thousand times here.
struct Data {
    countries: String,
    coalition: Table,
}

impl Data {
    fn read() -> Self {
        let mut countries: Table = toml::from_str(COUNTRIES.text).expect("the countries are TOML");
        let named = |record: &Value| COALITION.text.contains(&format!("\"country:{}\"", text(record, "slug")));
        records(&mut countries, "country").retain(named);
        let countries = toml::to_string(&countries).expect("TOML can be written");
        Self { countries, coalition: toml::from_str(COALITION.text).expect("the data file is TOML") }
    }

    /// Whether the data, changed, still reads and still agrees with the facts.
    fn passes(&self, change: impl FnOnce(&mut Table)) -> bool {
        let mut changed = self.coalition.clone();
        change(&mut changed);
        let text = toml::to_string(&changed).expect("TOML can be written");
        let countries = DataFile { name: COUNTRIES.name, text: &self.countries };
        let bundle = bundle::parse(&[countries, DataFile { name: COALITION.name, text: &text }]);
        bundle.is_ok_and(|bundle| check(&bundle).is_ok())
    }

    fn count(&self, table: &str) -> usize {
        self.coalition[table].as_array().map_or(0, Vec::len)
    }
}

fn records<'a>(tables: &'a mut Table, table: &str) -> &'a mut Vec<Value> {
    tables.get_mut(table).and_then(Value::as_array_mut).expect("a list of records")
}

fn text<'a>(record: &'a Value, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn the_data_without_any_one_record_does_not_pass() {
    let data = Data::read();
    assert!(data.passes(|_| {}), "the data unchanged passes");
    for table in ["entity", "edge"] {
        for i in 0..data.count(table) {
            let mut name = String::new();
            let passes = data.passes(|tables| {
                let gone = records(tables, table).remove(i);
                name = format!("{} {} {}", text(&gone, "key"), text(&gone, "kind"), text(&gone, "slug"));
            });
            assert!(!passes, "without {name} the data still passes");
        }
    }
}

#[test]
fn the_data_without_any_one_field_of_a_statement_does_not_pass() {
    let data = Data::read();
    for i in 0..data.count("edge") {
        let fields: Vec<String> = data.coalition["edge"][i].as_table().expect("a record").keys().cloned().collect();
        for field in fields {
            let passes = data.passes(|tables| {
                records(tables, "edge")[i].as_table_mut().expect("a record").remove(&field);
            });
            assert!(!passes, "without `{field}` of {} the data still passes", data.coalition["edge"][i]["key"]);
        }
    }
}

#[test]
fn a_statement_that_no_row_states_does_not_pass() {
    let data = Data::read();
    let passes = data.passes(|tables| {
        let mut copy = records(tables, "edge")[0].clone();
        copy.as_table_mut().expect("a record").insert("key".to_owned(), "one-more".into());
        records(tables, "edge").push(copy);
    });
    assert!(!passes);
}
