//! What a commit makes forgotten of what is in force: whatever it may change.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use pledgegraph_model::{ConditionTest, EntityId};

use super::ForceQuery;
use super::kept::KeptForce;
use super::reverse::Reached;
use crate::Graph;
use crate::dependence::DependenceBuilder;
use crate::dependence::position::{Matters, matter_of};
use crate::node::Node;
use crate::record::EdgeRecord;
use crate::standing::kept::Touched;

/// From so many commitments on it costs less to find out anew what is asked for than to follow what hangs together.
const MOST_FORGOTTEN: usize = 20_000;

impl Graph {
    /// Forgets what is in force where a commit may have changed it: `looked_at` are the statements whose standing was found
    /// again, `conditions` those whose test changed.
    ///
    /// It goes no further than a test that held before and holds now by pledges which hang on nothing and were not touched:
    /// such a test is true whatever the rest comes to.
    pub(crate) fn forget_force(&mut self, touched: &[Touched], looked_at: BTreeSet<u32>, conditions: &[Node]) {
        let mut reached = Reached::default();
        for node in conditions {
            reached.condition(*node);
        }
        let before = touched.iter().filter_map(|touched| touched.before.as_ref());
        let now = looked_at.iter().filter_map(|slot| self.edge_record(*slot));
        let changed: Vec<&EdgeRecord> = before.chain(now).collect();
        let matters: Matters = changed.iter().filter_map(|record| matter_of(record)).collect();
        let query = ForceQuery::all(self.day(), usize::MAX);
        let builder = DependenceBuilder::new(self, query.suppose(self), query.budget);
        // Conditions with the same test share what becomes of it.
        let known: RefCell<HashMap<&ConditionTest<EntityId>, bool>> = RefCell::default();
        let settled = |node: Node| {
            let Some(test) = self.test_of(node) else { return false };
            *known.borrow_mut().entry(test).or_insert_with(|| builder.holds_anyway(test, &matters))
        };
        for record in changed {
            self.reach_from(record, &mut reached, &settled);
        }
        reached.commitments.extend(looked_at);
        let counts = |slot, record: &EdgeRecord| query.counted.takes(self, slot, record);
        let is_all = self.reach_on(&mut reached, MOST_FORGOTTEN, &counts, &settled);
        drop(builder);
        if is_all {
            self.force.forget(reached.commitments, self.edges.len());
        } else {
            self.force = KeptForce::with_room(self.edges.len());
        }
    }
}
