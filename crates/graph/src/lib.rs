//! The whole graph in memory: typed adjacency, indexes and questions. Synchronous, without IO, and total: it cannot
//! fail on data.
//!
//! A [`Graph`] is a value made of persistent structures. A clone shares everything; [`Graph::apply`] copies only the
//! chunks that a commit touches. So a published snapshot never changes and readers never wait.

mod adjacent;
mod apply;
mod banzhaf;
mod bridges;
mod builder;
mod circuit;
mod conflicts;
mod deadlocks;
mod dependence;
mod dependents;
mod edges;
mod entities;
mod fall_out;
mod filter;
mod force;
mod goal;
mod goal_sets;
mod graph;
mod identity;
mod implicants;
mod indexes;
mod matrix;
mod meeting;
mod names;
mod node;
mod outcomes;
mod paths;
mod position_changes;
mod positions;
mod postings;
mod projection;
mod provenance;
mod query;
mod reasons;
mod record;
mod said;
mod saying;
mod search;
mod select;
mod sets;
mod standings;
mod subgraph;
mod verify;
mod view;

pub use adjacent::{AdjacentGroup, Direction};
pub use bridges::{Bloc, Bridge, BridgeAnswer, BridgeQuery};
pub use builder::Builder;
pub use conflicts::{Conflict, ConflictAnswer, ConflictKind, ConflictQuery};
pub use deadlocks::{Activation, Deadlock, DeadlockAnswer};
pub use edges::EdgePage;
pub use entities::{EntityFilter, EntityPage};
pub use fall_out::{Dependent, FallOut, Step};
pub use filter::{Chosen, EdgeFilter, Page, Span, Total};
pub use force::{BudgetSpent, CommitmentForce, ConditionForce, Evaluation, Force, ForceQuery};
pub use goal::{ActorGoal, ConditionLiteral, Goal, GoalQuery};
pub use goal_sets::{GoalSets, Pivotality, Share};
pub use graph::Graph;
pub use matrix::{Axis, AxisKey, Matrix, MatrixCell, MatrixQuery};
pub use meeting::MeetingClaims;
pub use node::Node;
pub use paths::{Hop, PathAnswer, PathQuery};
pub use position_changes::{Change, PositionHistory, PositionHistoryAnswer, PositionStep};
pub use positions::{Position, PositionAnswer, PositionQuery};
pub use projection::{Follow, Projection};
pub use provenance::{Provenance, Witness};
pub use query::{QueryRow, QueryRows, Value};
pub use reasons::Reason;
pub use search::{MatchQuality, SearchHit};
pub use subgraph::{Subgraph, SubgraphQuery};
pub use verify::Violation;
pub use view::{EdgeView, EntityView, LinkView};
