//! What each path answers: decode, ask, encode. One file a resource.

pub(crate) mod actor_positions;
pub(crate) mod adjacent;
pub(crate) mod audit;
pub(crate) mod bridges;
pub(crate) mod changes;
pub(crate) mod conflicts;
pub(crate) mod deadlocks;
pub(crate) mod docs;
pub(crate) mod edge_collection;
pub(crate) mod entities;
pub(crate) mod entity_collection;
pub(crate) mod export;
pub(crate) mod fall_out;
pub(crate) mod goals;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod matrix;
pub(crate) mod metrics;
pub(crate) mod named;
pub(crate) mod paths;
pub(crate) mod positions;
pub(crate) mod problems;
pub(crate) mod provenance;
pub(crate) mod query;
pub(crate) mod questions;
pub(crate) mod scenario_evaluations;
pub(crate) mod service;
pub(crate) mod subgraph;
pub(crate) mod vocabulary;
pub(crate) mod write;

use crate::collections::{ENTITIES, STATEMENTS};
use crate::endpoint::Route;
use crate::list;

/// Every operation. A collection has one for each format, such as `list_commitments` at `/v1/commitments` and
/// `export_commitments` at `/v1/commitments.csv`, and `get_commitment` at `/v1/commitments/{id}`.
pub(crate) fn all() -> Vec<Route> {
    let collections = STATEMENTS.iter().flat_map(edge_collection::routes);
    let collections = collections.chain(ENTITIES.iter().flat_map(entity_collection::routes));
    let collections = collections.chain(entities::list_entities());
    let collections = collections.chain(list::routes(&positions::Positions, Vec::new()));
    let others = vec![
        entities::get_entity(),
        adjacent::list_adjacent(),
        subgraph::get_subgraph(),
        paths::list_paths(),
        bridges::list_bridges(),
        actor_positions::list_actor_positions(),
        conflicts::list_conflicts(),
        provenance::get_provenance(),
        matrix::get_matrix(),
        matrix::export_matrix(),
        query::run_query(),
        questions::answer_question(),
        scenario_evaluations::evaluate_scenario(),
        goals::find_unlocking_sets(),
        goals::find_blocking_sets(),
        goals::measure_pivotality(),
        deadlocks::list_deadlocks(),
        fall_out::list_fall_out(),
        vocabulary::list_vocabulary(),
        vocabulary::get_code_list(),
        audit::list_audit(),
        changes::list_changes(),
        service::get_service(),
        docs::get_openapi(),
        problems::list_problem_types(),
        problems::get_problem_type(),
        import::import_records(),
        export::export_records(),
        health::get_health(),
        health::get_readiness(),
        metrics::get_metrics(),
    ];
    collections.chain(others).collect()
}
