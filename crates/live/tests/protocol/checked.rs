//! The protocol as the checker takes it: where it begins, what may come next, and what is promised.

use pledgegraph_live::protocol::Reply;
use stateright::{Model, Property};

use crate::model::{Action, Protocol};
use crate::properties;
use crate::state::{Follower, Reader, State};

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::first()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for process in 0..state.processes.len() {
            self.steps(state, process, actions);
            actions.extend(self.writes(state, process).map(|write| Action::Write(process, write)));
            if state.processes[process].committed.is_some() {
                actions.push(Action::Freeze(process));
            }
            if state.reader == Reader::NotYet {
                let versions =
                    state.versions().filter(|version| self.reads(state, process, *version) == Some(Reply::Unclear));
                actions.extend(versions.map(|version| Action::Ask(process, version)));
            }
        }
        if state.failovers < self.bounds.failovers {
            actions.extend((0..state.database.last()).map(Action::FailOver));
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Write(process, write) => state.write(process, write),
            Action::Freeze(process) => state.processes[process].committed = None,
            Action::Publish(process) => self.publish(&mut state, process),
            Action::Acknowledge(process, answer) => {
                state.processes[process].waiting.remove(&answer);
                state.acknowledge(process, answer);
            }
            Action::Look(process) => self.look(&mut state, process),
            Action::Follow(process) => self.follow(&mut state, process),
            Action::Load(process) => state.processes[process].follower = Follower::Loaded(state.database.clone()),
            Action::Replace(process) => self.replace(&mut state.processes[process]),
            Action::Ask(process, version) => {
                state.reader = Reader::Waiting { process, version, looks: 0, has_waited: false };
            }
            Action::Reply => self.answer(&mut state),
            Action::FailOver(upto) => state.fail_over(upto),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
