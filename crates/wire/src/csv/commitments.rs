//! The first columns of commitments, as they are frozen; what else commitments have follows by itself.

use std::fmt::Write as _;

use pledgegraph_graph::{EdgeView, Force, Node};
use pledgegraph_model::{Code, Commitment, ConditionNode, ConditionOp, EntityDetail, Iso3166};

use super::columns::{Cell, put_ended, put_locators, put_recorded_at, put_sources, put_standing};
use super::fields::{EdgeColumn, made_columns};
use crate::answers::Wire;
use crate::answers::reference::RefText;

/// All columns.
pub(crate) const COLUMNS: &[EdgeColumn] = made_columns! {
    "id", |_, view, cell| cell.put(view.id());
    "pledger_ref", |_, view, cell| cell.put_ref(&view.subject());
    "pledger_iso2", |_, view, cell| cell.put_some(pledger_codes(view).map(|iso| &iso.alpha2));
    "pledger_iso3", |_, view, cell| cell.put_some(pledger_codes(view).map(|iso| &iso.alpha3));
    "pledger_en", |_, view, cell| cell.put_name(&view.subject(), "en");
    "pledger_ar", |_, view, cell| cell.put_name(&view.subject(), "ar");
    "beneficiary_ref", |_, view, cell| cell.put_ref(&view.object());
    "beneficiary_en", |_, view, cell| cell.put_name(&view.object(), "en");
    "beneficiary_ar", |_, view, cell| cell.put_name(&view.object(), "ar");
    "coalition_ref", |wire, view, cell| cell.put_some(coalition(wire, view));
    "capability", |_, view, cell| cell.put_some(own(view).map(|c| c.capability));
    "mission", |_, view, cell| cell.put_some(own(view).map(|c| c.mission));
    "specificity", |_, view, cell| cell.put_some(own(view).map(|c| c.specificity));
    "stance", |_, view, cell| cell.put_some(own(view).map(|c| c.stance));
    "stance_rank", |_, view, cell| cell.put_some(own(view).and_then(|c| c.stance.rank()));
    "stage", |_, view, cell| cell.put_some(own(view).map(|c| c.stage));
    "modality", |_, view, cell| cell.put(view.modality());
    "conditionality", |_, view, cell| cell.put_some(own(view).map(|c| c.conditionality));
    "conditions_text", |wire, view, cell| cell.put_some(root(view).map(|root| text(wire, root)));
    "condition_refs", put_condition_refs;
    "in_force", |wire, view, cell| {
        let force = wire.forces.and_then(|forces| forces.of(wire.graph, view.id()));
        cell.put_some(force.map(Force::truth));
    };
    "said_from", |_, view, cell| cell.put_some(view.said_at().earliest());
    "said_to", |_, view, cell| cell.put_some(view.said_at().latest());
    "said_precision", |_, view, cell| cell.put(view.said_at().precision());
    "said_text", |_, view, cell| cell.put_some(view.said_at().verbatim.as_deref());
    "source_refs", put_sources;
    "locators", |_, view, cell| put_locators(view, cell);
    "version", |_, view, cell| cell.put(view.version());
    "recorded_at", |_, view, cell| put_recorded_at(view, cell);
    "polarity", |_, view, cell| cell.put(view.polarity());
    "rank", |_, view, cell| cell.put(view.rank());
    "valid_from", |_, view, cell| cell.put_date(view.valid_from());
    "valid_until", |_, view, cell| cell.put_date(view.valid_until());
    "valid_until_ended", |_, view, cell| put_ended(view, cell);
    "standing", put_standing;
};

fn own<'g>(view: &EdgeView<'g>) -> Option<&'g Commitment<Node>> {
    view.detail().commitment()
}

fn root<'g>(view: &EdgeView<'g>) -> Option<&'g ConditionNode<Node>> {
    own(view)?.conditions.as_ref().map(|conditions| &conditions.root)
}

fn pledger_codes<'g>(view: &EdgeView<'g>) -> Option<&'g Iso3166> {
    match &view.subject().entity().detail {
        EntityDetail::Country(country) => Some(&country.iso3166),
        _ => None,
    }
}

fn coalition(wire: Wire<'_>, view: &EdgeView<'_>) -> Option<String> {
    let coalition = own(view)?.coalition?;
    Some(RefText(wire.graph.at(coalition).entity()).to_string())
}

fn put_condition_refs(wire: Wire<'_>, view: &EdgeView<'_>, cell: &mut Cell) {
    let leaves = root(view).map(ConditionNode::leaves).unwrap_or_default();
    cell.put_all(leaves.into_iter().map(|(node, _)| RefText(wire.graph.at(*node).entity())));
}

/// A condition tree in English words: `Ceasefire (implied) and US backing (implied)`.
fn text(wire: Wire<'_>, node: &ConditionNode<Node>) -> String {
    let inner = |joint: &str| {
        let parts: Vec<String> = node.of.iter().map(|child| nested(wire, child)).collect();
        parts.join(joint)
    };
    match node.op {
        ConditionOp::AllOf => inner(" and "),
        ConditionOp::AnyOf => inner(" or "),
        ConditionOp::AtLeast => format!("at least {} of ({})", node.k.unwrap_or_default(), inner(", ")),
        ConditionOp::Not => format!("not {}", inner("")),
        ConditionOp::Condition => leaf(wire, node),
    }
}

fn nested(wire: Wire<'_>, node: &ConditionNode<Node>) -> String {
    let inner = text(wire, node);
    let joins_several = matches!(node.op, ConditionOp::AllOf | ConditionOp::AnyOf) && node.of.len() > 1;
    if joins_several { format!("({inner})") } else { inner }
}

fn leaf(wire: Wire<'_>, node: &ConditionNode<Node>) -> String {
    let mut text = node.condition.map(|c| wire.graph.at(c).label("en").0.to_owned()).unwrap_or_default();
    if let Some(explicitness) = node.explicitness {
        // Writing to a String cannot fail.
        let _ = write!(text, " ({})", explicitness.as_str());
    }
    text
}
