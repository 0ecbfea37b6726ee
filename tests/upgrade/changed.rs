//! `changed.toml`: what later versions changed on purpose. Anything else that differs is a fault, and so is an entry for
//! something that does not differ any more.

use std::cell::Cell;

use anyhow::{Result, ensure};
use serde::Deserialize;

use crate::difference::{Difference, Kind};
use crate::pattern::matches;

/// What was changed on purpose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changed {
    #[serde(default, rename = "answer")]
    answers: Vec<AnswerChange>,
    #[serde(default, rename = "column")]
    columns: Vec<ColumnChange>,
}

/// A change of answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerChange {
    /// The path of the request, without what follows `?`: a segment `*` is any one, `**` any number of them.
    path: String,
    /// What follows `?`, word for word; any, where it is left out.
    query: Option<String>,
    /// A JSON pointer with the same signs, `status`, or `header NAME`.
    at: String,
    change: Kind,
    reason: String,
    #[serde(skip)]
    used: Cell<bool>,
}

/// A change of a column.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnChange {
    pub(crate) table: String,
    pub(crate) column: String,
    /// Where its values are now, as `table.column`; without it they are nowhere, or others.
    to: Option<String>,
    /// The columns there that hold what was the key here, in its order; unless given, they have the names that they had.
    pub(crate) by: Option<Vec<String>>,
    reason: String,
}

impl Changed {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is none, or an entry has no reason.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let changed: Self = toml::from_str(text)?;
        let reasons = changed.answers.iter().map(|change| &change.reason);
        let mut reasons = reasons.chain(changed.columns.iter().map(|change| &change.reason));
        ensure!(reasons.all(|reason| !reason.trim().is_empty()), "a change without a reason");
        for column in &changed.columns {
            ensure!(column.to.as_ref().is_none_or(|to| to.split('.').count() == 2), "`to` is table.column");
            ensure!(column.by.is_none() || column.to.is_some(), "`by` is of the table in `to`");
        }
        Ok(changed)
    }

    /// Whether a difference of the answer to this path is meant.
    pub(crate) fn allows(&self, path: &str, difference: &Difference) -> bool {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut allowed = false;
        for change in &self.answers {
            let asked = change.query.as_deref().is_none_or(|of| of == query);
            if asked
                && change.change == difference.kind
                && matches(&change.path, path)
                && matches(&change.at, &difference.at)
            {
                change.used.set(true);
                allowed = true;
            }
        }
        allowed
    }

    /// The entries for answers that allowed nothing.
    pub(crate) fn stale(&self) -> Vec<String> {
        let unused = self.answers.iter().filter(|change| !change.used.get());
        unused.map(|change| format!("stale: {} {} does not differ any more", change.path, change.at)).collect()
    }

    /// The entry of a column, if it has one.
    pub(crate) fn column(&self, table: &str, column: &str) -> Option<&ColumnChange> {
        self.columns.iter().find(|change| change.table == table && change.column == column)
    }

    /// The entries of columns.
    pub(crate) fn columns(&self) -> &[ColumnChange] {
        &self.columns
    }
}

impl ColumnChange {
    /// The table and the column where the values are now.
    pub(crate) fn to(&self) -> Option<(&str, &str)> {
        self.to.as_deref()?.split_once('.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDING: &str = "[[answer]]
        path = '/v1/*'
        at = '/items/*/standing'
        change = 'added'
        reason = 'a statement says how it stands'";

    fn added(at: &str) -> Difference {
        Difference { at: at.to_owned(), kind: Kind::Added, old: String::new(), new: "1".to_owned() }
    }

    #[test]
    fn what_is_listed_passes_and_nothing_else() {
        let changed = Changed::read(STANDING).expect("a list");
        assert!(changed.allows("/v1/commitments?limit=2", &added("/items/7/standing")));
        assert!(!changed.allows("/v1/commitments", &added("/items/7/stance")), "another member");
        assert!(!changed.allows("/v1/commitments/1", &added("/items/7/standing")), "another path");
        let lost = Difference { kind: Kind::Removed, ..added("/items/7/standing") };
        assert!(!changed.allows("/v1/commitments", &lost), "another change");
        assert!(!Changed::read("").expect("a list").allows("/v1/commitments", &added("/items/7/standing")));
    }

    #[test]
    fn what_does_not_differ_any_more_is_stale() {
        let changed = Changed::read(STANDING).expect("a list");
        assert_eq!(changed.stale(), ["stale: /v1/* /items/*/standing does not differ any more"]);
        changed.allows("/v1/commitments", &added("/items/7/standing"));
        assert!(changed.stale().is_empty());
    }

    #[test]
    fn a_change_has_a_reason() {
        for wrong in [
            STANDING.replace("a statement says how it stands", " "),
            STANDING.replace("reason", "because"),
            "[[column]]\ntable = 'edge'\ncolumn = 'said_at'\nto = 'said'\nreason = 'moved'".to_owned(),
            "[[column]]\ntable = 'edge'\ncolumn = 'said_at'\nby = ['id']\nreason = 'moved'".to_owned(),
        ] {
            assert!(Changed::read(&wrong).is_err(), "{wrong}");
        }
    }
}
