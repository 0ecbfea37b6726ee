//! What a process decides from the links of the chain alone when it follows the log and answers readers. The waiting is done
//! elsewhere; `tests/protocol` tries these decisions in every order of events.

use pledgegraph_graph::ChainLinks;

/// A commit: its `seq` and its link of the chain.
pub type Place = (i64, [u8; 16]);

/// Why commits could not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// The newest snapshot stands at 10, and they begin with 12; the follower will close the gap.
    NotNext,
    /// They belong to another history: they follow an 11 with another link than the 11 here; the follower will load anew.
    History,
    /// What is held afterwards is not what the database says: load anew.
    Digest,
}

/// Whether commits, in order, the first of which follows the point `before` of the log, continue a snapshot with these
/// links. It may hold some of them already.
///
/// # Errors
/// [`Gap::NotNext`] or [`Gap::History`].
pub fn continues(own: &ChainLinks, before: Place, commits: impl IntoIterator<Item = Place>) -> Result<(), Gap> {
    if own.last() < before.0 {
        return Err(Gap::NotNext);
    }
    let mut places = commits.into_iter().chain([before]);
    if places.any(|(seq, chain)| own.at(seq).is_some_and(|link| link != chain)) { Err(Gap::History) } else { Ok(()) }
}

/// Whether a version was in one of the histories that were `lost`, and is not in that of the newest snapshot.
pub fn was_lost<'l>(own: &ChainLinks, lost: impl IntoIterator<Item = &'l ChainLinks>, version: Place) -> bool {
    !own.holds(version) && lost.into_iter().any(|links| links.holds(version))
}

/// How a version that a reader asks for stands to a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The snapshot holds it.
    Held,
    /// The snapshot stands at 10, and 12 is asked for. It may come, or its history may be lost: the snapshot does not tell.
    Behind,
    /// A 10 with another link is asked for than the one here. One of the two histories is lost, the reader's or that of the
    /// snapshot: the database knows which.
    Unclear,
    /// Its history is lost.
    Diverged,
}

impl Reply {
    /// What it comes to when the database was looked at since the reader asked, and has the history of the snapshot: then it
    /// is the reader's that is lost.
    #[must_use]
    pub fn after_a_look(self) -> Self {
        if self == Self::Unclear { Self::Diverged } else { self }
    }
}

/// What a reader is told who asks for a version, which perhaps [`was_lost`].
pub fn reply(own: &ChainLinks, version: Place, was_lost: bool) -> Reply {
    match own.at(version.0) {
        Some(link) if link == version.1 => Reply::Held,
        _ if was_lost => Reply::Diverged,
        Some(_) => Reply::Unclear,
        None => Reply::Behind,
    }
}
