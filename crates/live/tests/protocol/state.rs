//! What there is: a database, two processes, and what clients were told; and what happens to it, whatever the rules are.

use std::collections::BTreeSet;

use pledgegraph_graph::ChainLinks;
use pledgegraph_live::protocol::{self, Gap, Place};

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The log as the database has it.
    pub(crate) database: ChainLinks,
    /// All commits that were ever made, in whatever history; the link of the first is 1, and so on.
    pub(crate) made: Vec<Commit>,
    pub(crate) processes: [Process; 2],
    pub(crate) reader: Reader,
    pub(crate) told: Told,
    pub(crate) requests: u8,
    pub(crate) failovers: u8,
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Commit {
    /// Which write it is.
    pub(crate) write: u8,
    /// The log up to it.
    pub(crate) history: ChainLinks,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    /// The links of its newest snapshot.
    pub(crate) own: ChainLinks,
    /// How often it found that the history of its newest snapshot is lost, and that is not refuted.
    pub(crate) doubts: u8,
    /// Whether it found so, and it was.
    pub(crate) found_a_loss: bool,
    /// The histories that it knows to be lost.
    pub(crate) lost: Vec<ChainLinks>,
    pub(crate) follower: Follower,
    /// What its writer committed, and has not published yet.
    pub(crate) committed: Option<Committed>,
    /// What is acknowledged when the newest snapshot holds it.
    pub(crate) waiting: BTreeSet<Answer>,
    /// Whether a look ended without a loss though the database, as it was read, did not have the snapshot's history.
    pub(crate) overlooked: bool,
}

/// What a follower is at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Follower {
    Resting,
    /// It has read what comes after its snapshot; `None` where the database does not have the snapshot's history.
    Looked {
        from: Place,
        commits: Option<Vec<Place>>,
        is_ours: bool,
        doubts: u8,
    },
    /// It is to load the graph anew.
    Loading,
    /// It has read everything.
    Loaded(ChainLinks),
}

/// What a writer got from the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Committed {
    /// The head before it.
    pub(crate) before: Place,
    pub(crate) answer: Answer,
}

/// What a client is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Answer {
    pub(crate) place: Place,
    /// Whether it was committed before, under the same key.
    pub(crate) is_replay: bool,
}

/// A reader whose version is not in the snapshot, but another one in its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reader {
    NotYet,
    Waiting { process: usize, version: Place, looks: u8, has_waited: bool },
    Answered,
}

/// What clients were told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Told {
    pub(crate) acknowledged: BTreeSet<Acknowledged>,
    /// The version that the reader was told is of a lost history.
    pub(crate) refused: Option<Place>,
}

/// An acknowledgement, and how the process stood then.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Acknowledged {
    pub(crate) process: usize,
    pub(crate) answer: Answer,
    pub(crate) was_readable: bool,
    pub(crate) had_found_a_loss: bool,
}

const NOTHING: Place = (0, [0; 16]);

/// The last commit of a log.
pub(crate) fn head(links: &ChainLinks) -> Place {
    (links.last(), links.at(links.last()).expect("it has a last link"))
}

impl Process {
    /// Whether its follower does nothing at the moment.
    pub(crate) fn is_resting(&self) -> bool {
        self.follower == Follower::Resting
    }

    /// Whether it answers nothing for now.
    pub(crate) fn is_lost(&self) -> bool {
        self.doubts > 0
    }

    pub(crate) fn apply(&mut self, commits: &[Place]) {
        for (seq, chain) in commits {
            if *seq > self.own.last() {
                self.own.push(*seq, *chain);
            }
        }
    }
}

impl State {
    /// Nothing is written.
    pub(crate) fn first() -> Self {
        let empty = ChainLinks::of(NOTHING.0, NOTHING.1);
        let process = Process {
            own: empty.clone(),
            doubts: 0,
            found_a_loss: false,
            lost: Vec::new(),
            follower: Follower::Resting,
            committed: None,
            waiting: BTreeSet::new(),
            overlooked: false,
        };
        Self {
            database: empty,
            made: Vec::new(),
            processes: [process.clone(), process],
            reader: Reader::NotYet,
            told: Told::default(),
            requests: 0,
            failovers: 0,
        }
    }

    /// All versions that there ever were.
    pub(crate) fn versions(&self) -> impl Iterator<Item = Place> {
        self.made.iter().map(|commit| head(&commit.history))
    }

    /// The log up to a commit that was made, or to the beginning.
    pub(crate) fn up_to(&self, link: [u8; 16]) -> ChainLinks {
        let commit = usize::from(link[0]).checked_sub(1).map(|number| &self.made[number]);
        commit.map_or_else(|| ChainLinks::of(NOTHING.0, NOTHING.1), |commit| commit.history.clone())
    }

    /// The database loses all commits after this one.
    pub(crate) fn fail_over(&mut self, upto: i64) {
        self.failovers += 1;
        self.database = self.up_to(self.database.at(upto).expect("it is in the log"));
    }

    /// The database commits a write, or finds that it did; the writer of a process is told.
    pub(crate) fn write(&mut self, process: usize, write: u8) {
        self.requests += 1;
        let before = head(&self.database);
        let mut done = self.made.iter().filter(|commit| commit.write == write).map(|commit| head(&commit.history));
        let answer = if let Some(place) = done.find(|place| self.database.holds(*place)) {
            Answer { place, is_replay: true }
        } else {
            let mut link = [0; 16];
            link[0] = u8::try_from(self.made.len() + 1).expect("there are few");
            self.database.push(before.0 + 1, link);
            self.made.push(Commit { write, history: self.database.clone() });
            Answer { place: (before.0 + 1, link), is_replay: false }
        };
        self.processes[process].committed = Some(Committed { before, answer });
    }

    /// Publishes commits where they continue the newest snapshot.
    pub(crate) fn advance(&mut self, number: usize, before: Place, commits: &[Place]) {
        let process = &mut self.processes[number];
        match protocol::continues(&process.own, before, commits.iter().copied()) {
            Ok(()) => process.apply(commits),
            Err(Gap::History) => self.doubt(number),
            Err(Gap::NotNext | Gap::Digest) => {}
        }
    }

    /// A process finds that its history is lost.
    pub(crate) fn doubt(&mut self, number: usize) {
        let process = &mut self.processes[number];
        process.doubts += 1;
        process.found_a_loss |= !self.database.holds(head(&process.own));
        // Then a reader has nothing to wait for.
        self.looked(number, 0);
    }

    pub(crate) fn acknowledge(&mut self, number: usize, answer: Answer) {
        let process = &self.processes[number];
        let (was_readable, had_found_a_loss) = (process.own.holds(answer.place), process.found_a_loss);
        self.told.acknowledged.insert(Acknowledged { process: number, answer, was_readable, had_found_a_loss });
    }

    /// A process looked, which the reader waits for so many times.
    pub(crate) fn looked(&mut self, number: usize, times: u8) {
        if let Reader::Waiting { process, looks, has_waited: has_waited @ false, .. } = &mut self.reader
            && *process == number
        {
            *looks += 1;
            *has_waited = *looks >= times;
        }
    }
}
