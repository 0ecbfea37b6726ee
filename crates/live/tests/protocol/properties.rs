//! What is promised.

use pledgegraph_graph::ChainLinks;
use pledgegraph_live::protocol::{Place, Reply};
use stateright::Property;

use crate::model::Protocol;
use crate::state::{Acknowledged, Process, State};

pub(crate) const READS_SEE_THE_VERSION: &str = "a read with a version sees it and all before it";
pub(crate) const NO_FALSE_REFUSAL: &str = "no version that the database has is refused as one of a lost history";
pub(crate) const LOST_VERSIONS_ARE_REFUSED: &str = "a version of a lost history is refused as such in the end";
pub(crate) const LOOKS_NOTICE: &str = "a loss is noticed by the first look after it";
pub(crate) const SNAPSHOTS_ARE_WHOLE: &str = "a snapshot is one history from its beginning";
pub(crate) const WRITES_ARE_READABLE: &str = "a write is acknowledged when it can be read there";
pub(crate) const REPLAYS_ARE_READABLE: &str = "a repeated write is acknowledged when it can be read there";
pub(crate) const STAYS_READABLE: &str = "what was acknowledged and no failover lost can always be read there";
pub(crate) const THE_LOST_ARE_SILENT: &str = "nothing is answered from a history that is known to be lost";
pub(crate) const THE_LOST_DO_NOT_ACKNOWLEDGE: &str = "nothing is acknowledged over a history that is known to be lost";
pub(crate) const THE_LOST_ARE_NOT_READY: &str = "no process is ready over a history that is known to be lost";
pub(crate) const ALL_COME_TO_FOLLOW: &str = "in the end all processes have the history of the database, and are ready";
pub(crate) const ALL_IS_READABLE: &str = "in the end what was acknowledged and no failover lost can be read everywhere";

/// The promises, and what must be possible for them to say something.
pub(crate) fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::<Protocol>::always(READS_SEE_THE_VERSION, reads_see_the_version),
        Property::<Protocol>::always(NO_FALSE_REFUSAL, no_false_refusal),
        Property::<Protocol>::always(LOST_VERSIONS_ARE_REFUSED, lost_versions_are_refused),
        Property::<Protocol>::always(LOOKS_NOTICE, |_, state| {
            !state.processes.iter().any(|process| process.overlooked)
        }),
        Property::<Protocol>::always(SNAPSHOTS_ARE_WHOLE, snapshots_are_whole),
        Property::<Protocol>::always(WRITES_ARE_READABLE, |_, state| {
            state.told.acknowledged.iter().all(|told| told.answer.is_replay || told.was_readable)
        }),
        Property::<Protocol>::always(REPLAYS_ARE_READABLE, |_, state| {
            state.told.acknowledged.iter().all(|told| !told.answer.is_replay || told.was_readable)
        }),
        Property::<Protocol>::always(STAYS_READABLE, stays_readable),
        Property::<Protocol>::always(THE_LOST_ARE_SILENT, the_lost_are_silent),
        Property::<Protocol>::always(THE_LOST_DO_NOT_ACKNOWLEDGE, |_, state| {
            !state.told.acknowledged.iter().any(|told| told.had_found_a_loss)
        }),
        Property::<Protocol>::always(THE_LOST_ARE_NOT_READY, |model, state| {
            !state.processes.iter().any(|process| process.found_a_loss && model.is_ready(process))
        }),
        Property::<Protocol>::always(ALL_COME_TO_FOLLOW, all_come_to_follow),
        Property::<Protocol>::always(ALL_IS_READABLE, all_is_readable),
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
