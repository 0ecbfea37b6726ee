//! Commitments counted over two of their dimensions.

use std::collections::{BTreeMap, BTreeSet};

use pledgegraph_model::{Capability, Code, CodeEntry, Commitment, Explicitness, Mission, Stage, Stance};

use crate::Graph;
use crate::filter::{EdgeQuery, Page};
use crate::node::Node;
use crate::view::EdgeView;

/// A dimension of commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Who pledges.
    Actor,
    /// To whom.
    Beneficiary,
    /// The coalition within which it is pledged; commitments without one are not counted.
    Coalition,
    /// A condition of the tree; a commitment counts for each, and one without conditions for none.
    Condition,
    /// What is pledged, as stated.
    Capability,
    /// What for.
    Mission,
    /// How firm the words are.
    Stance,
    /// What has been done.
    Stage,
}

/// A place on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AxisKey {
    /// An entity, in the order of recording.
    Entity(Node),
    /// A code, by its place in the code list.
    Code(usize),
}

/// What is counted, and over what.
#[derive(Debug, Clone)]
pub struct MatrixQuery {
    /// The rows.
    pub rows: Axis,
    /// The columns.
    pub columns: Axis,
    /// Which commitments.
    pub commitments: EdgeQuery,
    /// Whether conditions that a source only implies count as conditions.
    pub include_implied: bool,
    /// At most so many commitments are considered.
    pub budget: usize,
}

/// What the commitments of one row and column come to.
#[derive(Debug)]
pub struct MatrixCell<'g> {
    /// The row.
    pub row: AxisKey,
    /// The column.
    pub column: AxisKey,
    /// The firmest stance; `not_stated` where no statement states one.
    pub strongest: Stance,
    /// The commitments, in the order of recording.
    pub commitments: Vec<EdgeView<'g>>,
}

/// Commitments over two dimensions.
#[derive(Debug)]
pub struct Matrix<'g> {
    /// The rows that have a cell, ascending.
    pub rows: Vec<AxisKey>,
    /// The columns that have a cell, ascending.
    pub columns: Vec<AxisKey>,
    /// The cells that are not empty, by row, then column.
    pub cells: Vec<MatrixCell<'g>>,
    /// Whether the budget left commitments out.
    pub truncated: bool,
}

impl Axis {
    /// All dimensions with their names on the wire.
    pub const ALL: [(&'static str, Self); 8] = [
        ("actor", Self::Actor),
        ("beneficiary", Self::Beneficiary),
        ("coalition", Self::Coalition),
        ("condition", Self::Condition),
        ("capability", Self::Capability),
        ("mission", Self::Mission),
        ("stance", Self::Stance),
        ("stage", Self::Stage),
    ];

    /// The codes of an axis of codes, in the order of their places; `None` for an axis of entities.
    pub fn codes(self) -> Option<Vec<&'static CodeEntry>> {
        fn all<C: Code>() -> Vec<&'static CodeEntry> {
            C::ALL.iter().map(|code| code.entry()).collect()
        }
        match self {
            Self::Capability => Some(all::<Capability>()),
            Self::Mission => Some(all::<Mission>()),
            Self::Stance => Some(all::<Stance>()),
            Self::Stage => Some(all::<Stage>()),
            Self::Actor | Self::Beneficiary | Self::Coalition | Self::Condition => None,
        }
    }

    fn keys(self, view: &EdgeView<'_>, commitment: &Commitment<Node>, include_implied: bool) -> Vec<AxisKey> {
        match self {
            Self::Actor => vec![AxisKey::Entity(view.record.subject)],
            Self::Beneficiary => vec![AxisKey::Entity(view.record.object)],
            Self::Coalition => commitment.coalition.map(AxisKey::Entity).into_iter().collect(),
            Self::Condition => {
                let leaves = commitment.conditions.as_deref().map(|c| c.root.leaves()).unwrap_or_default();
                let counted = leaves.iter().filter(|(_, how)| include_implied || *how != Explicitness::Implied);
                let nodes: BTreeSet<Node> = counted.map(|(node, _)| **node).collect();
                nodes.into_iter().map(AxisKey::Entity).collect()
            }
            Self::Capability => vec![AxisKey::Code(commitment.capability.index())],
            Self::Mission => vec![AxisKey::Code(commitment.mission.index())],
            Self::Stance => vec![AxisKey::Code(commitment.stance.index())],
            Self::Stage => vec![AxisKey::Code(commitment.stage.index())],
        }
    }
}

impl Graph {
    /// A pivot table of the commitments.
    ///
    /// O(commitments x log cells); one on `n` conditions counts `n` times where conditions are an axis.
    ///
    /// ```
    /// # let bundle = pledgegraph_bundle::bundled().expect("a test reads it");
    /// # let graph = pledgegraph_graph::Builder::one_commit(bundle.entities, bundle.edges);
    /// use pledgegraph_graph::{Axis, AxisKey, EdgeQuery, MatrixQuery};
    /// use pledgegraph_model::{Capability, EdgeKind, Stance, Where};
    ///
    /// let forces = Where { capability: vec![Capability::MilitaryForces], ..Where::all() };
    /// let query = MatrixQuery {
    ///     rows: Axis::Actor,
    ///     columns: Axis::Condition,
    ///     commitments: EdgeQuery::of(&[EdgeKind::Commitment], forces),
    ///     include_implied: true,
    ///     budget: 1_000,
    /// };
    /// let matrix = graph.matrix(&query);
    /// let of = |reference: &str| graph.find(&reference.parse().ok()?).map(|entity| AxisKey::Entity(entity.node()));
    /// let (row, column) = (of("country:FR"), of("condition:us-backing"));
    /// let cell = matrix.cells.iter().find(|cell| Some(cell.row) == row && Some(cell.column) == column);
    /// assert_eq!(cell.map(|cell| (cell.strongest, cell.commitments.len())), Some((Stance::Willing, 1)));
    /// ```
    pub fn matrix(&self, query: &MatrixQuery) -> Matrix<'_> {
        let found = self.edges(&query.commitments, Page::first(query.budget));
        let mut cells: BTreeMap<(AxisKey, AxisKey), Vec<EdgeView<'_>>> = BTreeMap::new();
        for view in found.items {
            let Some(commitment) = view.detail().commitment() else { continue };
            let columns = query.columns.keys(&view, commitment, query.include_implied);
            for row in query.rows.keys(&view, commitment, query.include_implied) {
                for column in &columns {
                    cells.entry((row, *column)).or_default().push(view);
                }
            }
        }
        let rows: BTreeSet<AxisKey> = cells.keys().map(|(row, _)| *row).collect();
        let columns: BTreeSet<AxisKey> = cells.keys().map(|(_, column)| *column).collect();
        let firmest = |edges: &[EdgeView<'_>]| {
            let stances = edges.iter().filter_map(|edge| Some(edge.detail().commitment()?.stance));
            stances.max_by_key(|stance| stance.rank()).unwrap_or(Stance::NotStated)
        };
        let cells = cells.into_iter().map(|((row, column), commitments)| MatrixCell {
            row,
            column,
            strongest: firmest(&commitments),
            commitments,
        });
        Matrix {
            rows: rows.into_iter().collect(),
            columns: columns.into_iter().collect(),
            cells: cells.collect(),
            truncated: found.more,
        }
    }
}
