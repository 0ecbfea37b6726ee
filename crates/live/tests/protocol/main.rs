//! The protocol by which processes follow the log, acknowledge writes and answer readers, tried in every order of events.
//!
//! `state.rs` is one database that fails over and two processes with a follower and a writer each, `model.rs` what these do;
//! what they decide, the service's own code decides (`src/protocol.rs`, the links of `graph`). `promises.rs` names what is
//! promised, `properties.rs` checks it. `rules.rs` leaves out one rule of the protocol at a time and names the promise that is
//! then broken.

mod checked;
mod model;
mod promises;
mod properties;
mod rules;
mod state;

use std::collections::BTreeSet;
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use crate::model::{Bounds, Protocol};
use crate::rules::Rule;

/// Enough for each rule to be missed.
const FEW: Bounds = Bounds { writes: 2, requests: 2, failovers: 1 };
/// Seconds of work in a release: there are three commits, of up to three histories.
const MANY: [Bounds; 2] = [Bounds { requests: 3, ..FEW }, Bounds { failovers: 2, ..FEW }];
/// As long without optimisation.
const BOUNDS: &[Bounds] = if cfg!(debug_assertions) { &[FEW] } else { &MANY };

#[test]
fn every_promise_is_kept() {
    for &bounds in BOUNDS {
        let began = Instant::now();
        let checker = Protocol { bounds, without: None }.checker().threads(2).spawn_bfs().join();
        println!("{bounds:?}: {} states in {:?}", checker.unique_state_count(), began.elapsed());
        checker.assert_properties();
    }
}

#[test]
fn without_any_rule_a_promise_is_broken() {
    for rule in Rule::ALL {
        let (promise, began) = (rule.keeps(), Instant::now());
        let until = HasDiscoveries::AnyOf(BTreeSet::from([promise]));
        let checker = Protocol { bounds: FEW, without: Some(rule) }.checker().finish_when(until).spawn_bfs().join();
        let path =
            checker.discovery(promise).unwrap_or_else(|| panic!("without {rule:?} it still holds that {promise}"));
        println!("without {rule:?} not always: {promise} ({:?})\n    {:?}", began.elapsed(), path.into_actions());
    }
}
