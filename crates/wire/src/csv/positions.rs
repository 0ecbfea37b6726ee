//! Columns of positions. Their names are frozen: new columns go to the end of the list.

use pledgegraph_graph::{EdgeView, Node};
use pledgegraph_model::Commitment;

use super::columns::{Cell, Column, columns, put_locators, put_sources, put_standing};
use crate::answers::Wire;

/// A statement that stands.
pub struct Standing<'g> {
    /// The statement.
    pub view: EdgeView<'g>,
    /// How many statements on the same matter do not.
    pub passed_over: usize,
}

/// A column over statements that stand.
pub(crate) type PositionColumn = Column<fn(Wire<'_>, &Standing<'_>, &mut Cell)>;

/// All columns.
pub const COLUMNS: &[PositionColumn] = columns! {
    "actor_ref", |_, row, cell| cell.put_ref(&row.view.subject());
    "actor_en", |_, row, cell| cell.put_name(&row.view.subject(), "en");
    "actor_ar", |_, row, cell| cell.put_name(&row.view.subject(), "ar");
    "capability", |_, row, cell| cell.put_some(own(row).map(|c| c.capability));
    "mission", |_, row, cell| cell.put_some(own(row).map(|c| c.mission));
    "stance", |_, row, cell| cell.put_some(own(row).map(|c| c.stance));
    "stage", |_, row, cell| cell.put_some(own(row).map(|c| c.stage));
    "specificity", |_, row, cell| cell.put_some(own(row).map(|c| c.specificity));
    "conditionality", |_, row, cell| cell.put_some(own(row).map(|c| c.conditionality));
    "statement_id", |_, row, cell| cell.put(row.view.id());
    "said_from", |_, row, cell| cell.put_some(row.view.said_at().earliest());
    "said_to", |_, row, cell| cell.put_some(row.view.said_at().latest());
    "locators", |_, row, cell| put_locators(&row.view, cell);
    "source_refs", |wire, row, cell| put_sources(wire, &row.view, cell);
    "passed_over", |_, row, cell| cell.put(row.passed_over);
    "beneficiary_ref", |_, row, cell| cell.put_ref(&row.view.object());
    "beneficiary_en", |_, row, cell| cell.put_name(&row.view.object(), "en");
    "beneficiary_ar", |_, row, cell| cell.put_name(&row.view.object(), "ar");
    "standing", |wire, row, cell| put_standing(wire, &row.view, cell);
};

fn own<'g>(row: &Standing<'g>) -> Option<&'g Commitment<Node>> {
    row.view.detail().commitment()
}
