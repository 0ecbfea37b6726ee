//! Rules on the members of a part together: what a table cannot say.

use pledgegraph_model::{Anchor, Code, Table};
use serde_json::{Map, Value};

use super::reader::BodyReader;
use pledgegraph_model::tables::{ATTRIBUTION, CONDITION_NODE, DATE, END, EVIDENCE, QUOTE};

impl BodyReader<'_> {
    /// Checks the members of a part against one another, and fills in what may be left out.
    pub(super) fn rules(&mut self, table: &'static Table, given: &Value, read: &mut Map<String, Value>) {
        if std::ptr::eq(table, &raw const DATE) || std::ptr::eq(table, &raw const END) {
            self.date_rules(given);
        } else if std::ptr::eq(table, &raw const EVIDENCE) {
            fill_in_explicitness(given, read);
        } else if std::ptr::eq(table, &raw const ATTRIBUTION) {
            if given.get("agent").is_some() == given.get("name").is_some() {
                self.fail("validation", "give either `agent` or `name`");
            }
        } else if std::ptr::eq(table, &raw const QUOTE) {
            let number = |name: &str| read.get(name).and_then(Value::as_u64);
            if matches!((number("start"), number("end")), (Some(start), Some(end)) if end < start) {
                self.fail_at("end", "validation", "`end` lies before `start`");
            }
        } else if std::ptr::eq(table, &raw const CONDITION_NODE)
            && read.get("op").and_then(Value::as_str) == Some("condition")
        {
            fill_in_explicitness(given, read);
        }
    }

    fn date_rules(&mut self, given: &Value) {
        if given.get("edtf").is_some() && given.get("anchor").is_some() {
            let detail = format!("a date whose anchor is `{}` has no `edtf`", Anchor::Unresolved.as_str());
            self.fail_at("anchor", "bad-date", detail);
        }
    }
}

fn fill_in_explicitness(given: &Value, read: &mut Map<String, Value>) {
    if given.get("explicitness").is_none() {
        read.insert("explicitness".to_owned(), Value::from("explicit"));
    }
}
