//! What is promised.

use pledgegraph_graph::ChainLinks;
use pledgegraph_live::protocol::{Place, Reply};
use stateright::Property;

use crate::model::Protocol;
use crate::promises as promise;
use crate::state::{Acknowledged, Process, State};

/// The promises, and what must be possible for them to say something.
pub(crate) fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::<Protocol>::always(promise::READS_SEE_THE_VERSION, reads_see_the_version),
        Property::<Protocol>::always(promise::NO_FALSE_REFUSAL, no_false_refusal),
        Property::<Protocol>::always(promise::LOST_VERSIONS_ARE_REFUSED, lost_versions_are_refused),
        Property::<Protocol>::always(promise::LOOKS_NOTICE, |_, state| {
            !state.processes.iter().any(|process| process.overlooked)
        }),
        Property::<Protocol>::always(promise::SNAPSHOTS_ARE_WHOLE, snapshots_are_whole),
        Property::<Protocol>::always(promise::WRITES_ARE_READABLE, |_, state| {
            state.told.acknowledged.iter().all(|told| told.answer.is_replay || told.was_readable)
        }),
        Property::<Protocol>::always(promise::REPLAYS_ARE_READABLE, |_, state| {
            state.told.acknowledged.iter().all(|told| !told.answer.is_replay || told.was_readable)
        }),
        Property::<Protocol>::always(promise::STAYS_READABLE, stays_readable),
        Property::<Protocol>::always(promise::THE_LOST_ARE_SILENT, the_lost_are_silent),
        Property::<Protocol>::always(promise::THE_LOST_DO_NOT_ACKNOWLEDGE, |_, state| {
            !state.told.acknowledged.iter().any(|told| told.had_found_a_loss)
        }),
        Property::<Protocol>::always(promise::THE_LOST_ARE_NOT_READY, |model, state| {
            !state.processes.iter().any(|process| process.found_a_loss && model.is_ready(process))
        }),
        Property::<Protocol>::always(promise::ALL_COME_TO_FOLLOW, all_come_to_follow),
        Property::<Protocol>::always(promise::ALL_IS_READABLE, all_is_readable),
        Property::<Protocol>::sometimes("a failover loses what was acknowledged", |_, state| {
            state.told.acknowledged.iter().any(|told| !state.database.holds(told.answer.place))
        }),
        Property::<Protocol>::sometimes(
            "a version of a lost history is refused by who remembers it",
            |model, state| {
                everywhere(state)
                    .any(|(process, version)| model.reads(state, process, version) == Some(Reply::Diverged))
            },
        ),
        Property::<Protocol>::sometimes("and by who asked the database", |_, state| state.told.refused.is_some()),
        Property::<Protocol>::sometimes("a repeated write is acknowledged where it was not made", |_, state| {
            let told = &state.told.acknowledged;
            let is_first = |other: &Acknowledged| !other.answer.is_replay;
            told.iter().any(|replay| {
                replay.answer.is_replay && !told.iter().any(|other| is_first(other) && other.process == replay.process)
            })
        }),
        Property::<Protocol>::sometimes(
            "the writer finds that the history is lost before the follower does",
            |_, state| state.processes.iter().any(|process| process.found_a_loss && process.is_resting()),
        ),
        Property::<Protocol>::sometimes("a process doubts its history without reason", |_, state| {
            state.processes.iter().any(|process| process.is_lost() && !process.found_a_loss)
        }),
        Property::<Protocol>::sometimes("all is followed after a loss", |model, state| {
            state.failovers == model.bounds.failovers && !state.told.acknowledged.is_empty() && model.is_at_rest(state)
        }),
    ]
}

/// Every process with every version that there ever was.
fn everywhere(state: &State) -> impl Iterator<Item = (usize, Place)> {
    (0..state.processes.len()).flat_map(|process| state.versions().map(move |version| (process, version)))
}

/// Whether these links have a commit and all that came before it.
fn sees(own: &ChainLinks, state: &State, version: Place) -> bool {
    let history = state.up_to(version.1);
    (0..=version.0).all(|seq| own.at(seq) == history.at(seq))
}

fn reads_see_the_version(model: &Protocol, state: &State) -> bool {
    everywhere(state).all(|(process, version)| {
        model.reads(state, process, version) != Some(Reply::Held) || sees(&state.processes[process].own, state, version)
    })
}

fn no_false_refusal(model: &Protocol, state: &State) -> bool {
    let refused = |version| {
        (0..state.processes.len()).any(|process| model.reads(state, process, version) == Some(Reply::Diverged))
            || state.told.refused == Some(version)
    };
    !state.versions().any(|version| state.database.holds(version) && refused(version))
}

fn lost_versions_are_refused(model: &Protocol, state: &State) -> bool {
    let acknowledged_it = |process, version| {
        state.told.acknowledged.iter().any(|told| (told.process, told.answer.place) == (process, version))
    };
    !model.is_at_rest(state)
        || everywhere(state).filter(|(_, version)| !state.database.holds(*version)).all(|(process, version)| {
            let reply = model.reads(state, process, version).map(Reply::after_a_look);
            let is_told = version.0 <= state.database.last() || acknowledged_it(process, version);
            reply == Some(Reply::Diverged) || (!is_told && reply == Some(Reply::Behind))
        })
}

fn snapshots_are_whole(_: &Protocol, state: &State) -> bool {
    state.processes.iter().all(|Process { own, .. }| *own == state.up_to(own.at(own.last()).unwrap_or_default()))
}

fn stays_readable(model: &Protocol, state: &State) -> bool {
    state.told.acknowledged.iter().filter(|told| state.database.holds(told.answer.place)).all(|told| {
        let reply = model.reads(state, told.process, told.answer.place);
        reply.is_none_or(|reply| reply == Reply::Held)
    })
}

fn the_lost_are_silent(model: &Protocol, state: &State) -> bool {
    everywhere(state).all(|(process, version)| {
        !state.processes[process].found_a_loss || model.reads(state, process, version).is_none()
    })
}

fn all_come_to_follow(model: &Protocol, state: &State) -> bool {
    !model.is_at_rest(state)
        || state.processes.iter().all(|process| process.own == state.database && model.is_ready(process))
}

fn all_is_readable(model: &Protocol, state: &State) -> bool {
    let kept = state.told.acknowledged.iter().filter(|told| state.database.holds(told.answer.place));
    !model.is_at_rest(state)
        || kept.map(|told| told.answer.place).all(|place| {
            (0..state.processes.len()).all(|process| model.reads(state, process, place) == Some(Reply::Held))
        })
}
