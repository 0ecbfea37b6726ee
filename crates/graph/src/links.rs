//! The links of the chain of commits, by which one history is told from another.
//!
//! A failover may lose the last commits. Then commit 12 is written a second time, with other content: both histories have a
//! commit 12, and only its link, which covers all that came before, tells which of them a graph holds.

use imbl::Vector;

/// The links of the commits that a graph holds: 16 bytes a commit, shared by its versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChainLinks {
    /// `seq` of the first link that is known; those before it were not read.
    first: i64,
    links: Vector<[u8; 16]>,
}

impl ChainLinks {
    /// Of one commit alone.
    pub fn of(seq: i64, chain: [u8; 16]) -> Self {
        Self { first: seq, links: Vector::unit(chain) }
    }

    /// Of all commits from the first on, if the last of them is the one given.
    pub(crate) fn whole(links: Vec<[u8; 16]>, seq: i64, chain: [u8; 16]) -> Option<Self> {
        let is_whole = i64::try_from(links.len()) == Ok(seq) && links.last().is_none_or(|last| *last == chain);
        is_whole.then(|| Self { first: 0, links: std::iter::once([0; 16]).chain(links).collect() })
    }

    /// Takes in the link of the next commit. After a gap only what comes then is known.
    pub fn push(&mut self, seq: i64, chain: [u8; 16]) {
        if usize::try_from(seq - self.first) == Ok(self.links.len()) {
            self.links.push_back(chain);
        } else {
            *self = Self::of(seq, chain);
        }
    }

    /// `seq` of the last commit.
    pub fn last(&self) -> i64 {
        self.first + i64::try_from(self.links.len()).unwrap_or(i64::MAX) - 1
    }

    /// Whether a commit is one of these: its `seq` has this link.
    pub fn holds(&self, (seq, chain): (i64, [u8; 16])) -> bool {
        self.at(seq) == Some(chain)
    }

    /// The link of a commit; `None` where it is not held, or not known.
    pub fn at(&self, seq: i64) -> Option<[u8; 16]> {
        self.links.get(usize::try_from(seq.checked_sub(self.first)?).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_those_of_the_commits_held() {
        let mut some = ChainLinks::of(7, [7; 16]);
        some.push(8, [8; 16]);
        assert_eq!([6, 7, 8, 9].map(|seq| some.at(seq)), [None, Some([7; 16]), Some([8; 16]), None]);
        assert!(some.last() == 8 && some.holds((8, [8; 16])) && !some.holds((8, [7; 16])) && !some.holds((9, [9; 16])));
        some.push(10, [10; 16]);
        assert_eq!([7, 9, 10].map(|seq| some.at(seq)), [None, None, Some([10; 16])], "after a gap");
        let all = ChainLinks::whole(vec![[1; 16], [2; 16]], 2, [2; 16]).expect("they are all there");
        assert_eq!([-1, 0, 2, 3].map(|seq| all.at(seq)), [None, Some([0; 16]), Some([2; 16]), None]);
        assert!(ChainLinks::whole(vec![[1; 16]], 2, [2; 16]).is_none(), "one is missing");
        assert!(ChainLinks::whole(vec![[1; 16], [3; 16]], 2, [2; 16]).is_none(), "the last is another");
    }
}
