//! The rules of the protocol, each of which can be left out.

use crate::promises as promise;

/// A rule without which a promise is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A version that a reader asks for is looked up in the snapshot's own history, not in the database's.
    VersionsAreOfTheSnapshot,
    /// Whether the database has another history is asked for before a version is said to be of a lost one.
    TheDatabaseIsAsked,
    /// A look that had perhaps begun before it was asked for does not count.
    OneLookIsNotEnough,
    /// What a process that loads anew held before is remembered.
    LostHistoriesAreRemembered,
    /// The follower compares the chain at the snapshot's own `seq`.
    TheChainIsCheckedAtTheOwnSeq,
    /// The writer compares what its commits follow with the snapshot.
    TheWriterChecksWhatItFollows,
    /// A write is acknowledged when the snapshot holds it, not when it is committed.
    WritesWaitForTheSnapshot,
    /// So is what was written before under the same key, perhaps by another process.
    ReplaysWaitForTheSnapshot,
    /// A process whose history is lost answers nothing.
    TheLostAnswerNothing,
    /// It acknowledges nothing.
    TheLostAcknowledgeNothing,
    /// It does not say that it is ready.
    TheLostAreNotReady,
    /// A look that finds the snapshot in the history of the database refutes what was doubted before it began.
    DoubtsAreRefuted,
    /// And only that.
    NewDoubtsStay,
}

impl Rule {
    pub(crate) const ALL: [Self; 13] = [
        Self::VersionsAreOfTheSnapshot,
        Self::TheDatabaseIsAsked,
        Self::OneLookIsNotEnough,
        Self::LostHistoriesAreRemembered,
        Self::TheChainIsCheckedAtTheOwnSeq,
        Self::TheWriterChecksWhatItFollows,
        Self::WritesWaitForTheSnapshot,
        Self::ReplaysWaitForTheSnapshot,
        Self::TheLostAnswerNothing,
        Self::TheLostAcknowledgeNothing,
        Self::TheLostAreNotReady,
        Self::DoubtsAreRefuted,
        Self::NewDoubtsStay,
    ];

    /// The promise that it is there for.
    pub(crate) fn keeps(self) -> &'static str {
        match self {
            Self::VersionsAreOfTheSnapshot => promise::READS_SEE_THE_VERSION,
            Self::TheDatabaseIsAsked | Self::OneLookIsNotEnough => promise::NO_FALSE_REFUSAL,
            Self::LostHistoriesAreRemembered => promise::LOST_VERSIONS_ARE_REFUSED,
            Self::TheChainIsCheckedAtTheOwnSeq => promise::LOOKS_NOTICE,
            Self::TheWriterChecksWhatItFollows => promise::SNAPSHOTS_ARE_WHOLE,
            Self::WritesWaitForTheSnapshot => promise::WRITES_ARE_READABLE,
            Self::ReplaysWaitForTheSnapshot => promise::REPLAYS_ARE_READABLE,
            Self::TheLostAnswerNothing | Self::NewDoubtsStay => promise::THE_LOST_ARE_SILENT,
            Self::TheLostAcknowledgeNothing => promise::THE_LOST_DO_NOT_ACKNOWLEDGE,
            Self::TheLostAreNotReady => promise::THE_LOST_ARE_NOT_READY,
            Self::DoubtsAreRefuted => promise::ALL_COME_TO_FOLLOW,
        }
    }
}
