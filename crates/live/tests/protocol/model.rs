//! What the processes do, by the rules that are not left out.

use std::ops::Range;

use pledgegraph_live::protocol::{self, Place, Reply};

use crate::rules::Rule;
use crate::state::{Answer, Committed, Follower, Process, Reader, State, head};

/// How far the model goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How many different writes clients ask for, each under a key of its own.
    pub(crate) writes: u8,
    /// How often they ask, repetitions included.
    pub(crate) requests: u8,
    /// How often the database loses commits.
    pub(crate) failovers: u8,
}

/// The protocol, whole or without one of its rules.
#[derive(Debug, Clone)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) without: Option<Rule>,
}

/// What happens next; each names the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// A client asks for a write, or again: the database commits it, or finds its key.
    Write(usize, u8),
    /// The answer of the database never comes: the client is not told whether the write was done.
    Freeze(usize),
    /// The writer publishes what it committed.
    Publish(usize),
    /// A client is told that its write was done.
    Acknowledge(usize, Answer),
    /// The follower reads what is new.
    Look(usize),
    /// It takes in what it read.
    Follow(usize),
    /// It reads everything.
    Load(usize),
    /// It publishes that.
    Replace(usize),
    /// A reader asks for a version.
    Ask(usize, Place),
    /// It is answered after it had to wait.
    Reply,
    /// The database loses all commits after this one.
    FailOver(i64),
}

impl Protocol {
    fn has(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// What clients may ask a process to write. The first they ask the first, and what is new comes in order: else there would
    /// be the same again with other names.
    pub(crate) fn writes(&self, state: &State, number: usize) -> Range<u8> {
        let is_free = state.processes[number].committed.is_none() && (state.requests > 0 || number == 0);
        if !is_free || state.requests == self.bounds.requests {
            return 0..0;
        }
        let next = state.made.iter().map(|commit| commit.write + 1).max().unwrap_or(0);
        0..(next + 1).min(self.bounds.writes)
    }

    /// What a process goes on to do by itself.
    pub(crate) fn steps(&self, state: &State, number: usize, actions: &mut Vec<Action>) {
        let process = &state.processes[number];
        if process.committed.is_some() {
            actions.push(Action::Publish(number));
        }
        let held = process.waiting.iter().filter(|answer| self.can_acknowledge(process, answer.place));
        actions.extend(held.map(|answer| Action::Acknowledge(number, *answer)));
        let is_asked = matches!(state.reader, Reader::Waiting { process, has_waited: false, .. } if process == number);
        match &process.follower {
            // It looks four times a second; here, where that leads to something.
            Follower::Resting
                if is_asked || self.refutes(process) > 0 || head(&process.own) != head(&state.database) =>
            {
                actions.push(Action::Look(number));
            }
            Follower::Resting => {}
            Follower::Looked { .. } => actions.push(Action::Follow(number)),
            Follower::Loading => actions.push(Action::Load(number)),
            Follower::Loaded(_) => actions.push(Action::Replace(number)),
        }
        if matches!(state.reader, Reader::Waiting { process, has_waited: true, .. } if process == number) {
            actions.push(Action::Reply);
        }
    }

    /// Whether nothing is left that a process does by itself.
    pub(crate) fn is_at_rest(&self, state: &State) -> bool {
        let mut steps = Vec::new();
        (0..state.processes.len()).for_each(|process| self.steps(state, process, &mut steps));
        steps.is_empty()
    }

    /// What a process answers at once who asks for a version; `None` when it answers nothing.
    pub(crate) fn reads(&self, state: &State, process: usize, version: Place) -> Option<Reply> {
        let process = &state.processes[process];
        if process.is_lost() && self.has(Rule::TheLostAnswerNothing) {
            return None;
        }
        if !self.has(Rule::VersionsAreOfTheSnapshot) && process.own.last() >= version.0 && state.database.holds(version)
        {
            return Some(Reply::Held);
        }
        let reply = protocol::reply(&process.own, version, protocol::was_lost(&process.own, &process.lost, version));
        Some(if self.has(Rule::TheDatabaseIsAsked) { reply } else { reply.after_a_look() })
    }

    /// Whether a process says that it is ready.
    pub(crate) fn is_ready(&self, process: &Process) -> bool {
        !process.is_lost() || !self.has(Rule::TheLostAreNotReady)
    }

    fn can_acknowledge(&self, process: &Process, place: Place) -> bool {
        (!process.is_lost() || !self.has(Rule::TheLostAcknowledgeNothing)) && process.own.holds(place)
    }

    pub(crate) fn publish(&self, state: &mut State, number: usize) {
        let Some(Committed { before, answer }) = state.processes[number].committed.take() else { return };
        let commits: &[Place] = if answer.is_replay { &[] } else { &[answer.place] };
        if self.has(Rule::TheWriterChecksWhatItFollows) {
            state.advance(number, before, commits);
        } else {
            state.processes[number].apply(commits);
        }
        let waits = if answer.is_replay { Rule::ReplaysWaitForTheSnapshot } else { Rule::WritesWaitForTheSnapshot };
        if self.can_acknowledge(&state.processes[number], answer.place) || !self.has(waits) {
            state.acknowledge(number, answer);
        } else {
            state.processes[number].waiting.insert(answer);
        }
    }

    pub(crate) fn look(&self, state: &mut State, number: usize) {
        let process = &mut state.processes[number];
        let own = head(&process.own);
        let is_ours = state.database.holds(own);
        let is_found = is_ours || !self.has(Rule::TheChainIsCheckedAtTheOwnSeq);
        let after = || (own.0 + 1..=state.database.last()).filter_map(|seq| Some((seq, state.database.at(seq)?)));
        let commits = is_found.then(|| after().collect());
        process.follower = Follower::Looked { from: own, commits, is_ours, doubts: self.refutes(process) };
    }

    /// How many doubts a look refutes that begins now, if it finds the snapshot in the history of the database.
    fn refutes(&self, process: &Process) -> u8 {
        if self.has(Rule::DoubtsAreRefuted) { process.doubts } else { 0 }
    }

    pub(crate) fn follow(&self, state: &mut State, number: usize) {
        let follower = std::mem::replace(&mut state.processes[number].follower, Follower::Resting);
        let Follower::Looked { from, commits, is_ours, doubts } = follower else { return };
        if let Some(commits) = commits {
            let process = &mut state.processes[number];
            process.doubts -= if self.has(Rule::NewDoubtsStay) { doubts } else { process.doubts };
            state.advance(number, from, &commits);
            state.looked(number, if self.has(Rule::OneLookIsNotEnough) { 2 } else { 1 });
        } else {
            state.doubt(number);
            state.processes[number].follower = Follower::Loading;
        }
        let process = &mut state.processes[number];
        process.overlooked |= !is_ours && !process.is_lost();
    }

    pub(crate) fn replace(&self, process: &mut Process) {
        let Follower::Loaded(links) = std::mem::replace(&mut process.follower, Follower::Resting) else { return };
        let before = std::mem::replace(&mut process.own, links);
        if self.has(Rule::LostHistoriesAreRemembered) {
            process.lost.push(before);
        }
        (process.doubts, process.found_a_loss) = (0, false);
    }

    pub(crate) fn answer(&self, state: &mut State) {
        let Reader::Waiting { process, version, .. } = std::mem::replace(&mut state.reader, Reader::Answered) else {
            return;
        };
        if self.reads(state, process, version).map(Reply::after_a_look) == Some(Reply::Diverged) {
            state.told.refused = Some(version);
        }
    }
}
