//! All minimal sets that make a monotone function true, and all that make it false.

/// A set of variables, dense from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set, with room for `n` variables.
    pub(crate) fn empty(n: usize) -> Self {
        Self { words: vec![0; n.div_ceil(64)] }
    }

    pub(crate) fn insert(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
    }

    pub(crate) fn toggle(&mut self, at: usize) {
        self.words[at / 64] ^= 1 << (at % 64);
    }

    pub(crate) fn contains(&self, at: usize) -> bool {
        self.words[at / 64] >> (at % 64) & 1 == 1
    }

    /// The variables in the set, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(word, bits)| {
            let next = |bits: &u64| Some(bits & (bits - 1)).filter(|_| *bits != 0);
            std::iter::successors(Some(*bits).filter(|bits| *bits != 0), move |bits| {
                next(bits).filter(|bits| *bits != 0)
            })
            .map(move |bits| word * 64 + bits.trailing_zeros() as usize)
        })
    }

    fn of(n: usize, elements: impl IntoIterator<Item = u32>) -> Self {
        let mut bits = Self::empty(n);
        elements.into_iter().for_each(|at| bits.insert(at as usize));
        bits
    }
}

/// A function of boolean variables that never becomes false because one more of them is true.
pub(crate) trait Monotone {
    /// How many variables it has.
    fn inputs(&self) -> usize;
    /// Its value when exactly these variables are true.
    fn eval(&mut self, on: &Bits) -> bool;
    /// How many steps all evaluations took together.
    fn spent(&self) -> u64;
}

/// Minimal sets, each ascending; by size, then in lexicographic order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct MinimalSets {
    /// Minimal path sets: true when they are, whatever the others.
    pub(crate) unlocking: Vec<Vec<u32>>,
    /// Minimal cut sets: false when they are, whatever the others.
    pub(crate) blocking: Vec<Vec<u32>>,
    /// Whether the budget left sets out; those that are there are minimal all the same.
    pub(crate) truncated: bool,
    /// Steps taken: those of the function, and one for each element of a set that was compared.
    pub(crate) spent: u64,
}

/// Finds them all, at once, from each other: dualize and advance (Gunopulos, Khardon, Mannila & Toivonen, Data mining,
/// hypergraph transversals, and machine learning, PODS 1997).
///
/// The minimal transversals of the path sets known so far are candidates for cut sets. One whose complement makes the
/// function false is one; else the complement has a path set in it that was not known, and the transversals are multiplied
/// with it (Berge, Hypergraphs, 1989). It ends when every candidate is a cut set; then both lists are complete. One
/// evaluation a cut set, O(k log n) a path set of k elements, and the transversals in between, which can be many more than
/// either: hence the budget.
pub(crate) fn minimal_sets(f: &mut impl Monotone, budget: u64) -> MinimalSets {
    let n = f.inputs();
    let mut paths: Vec<Vec<u32>> = Vec::new();
    let mut cuts: Vec<Vec<u32>> = Vec::new();
    let mut pending: Vec<Vec<u32>> = vec![Vec::new()];
    let mut work = 0;
    let mut truncated = false;
    while let Some(candidate) = pending.pop() {
        if f.spent() + work > budget {
            truncated = true;
            break;
        }
        let mut rest = Bits::of(n, 0..u32::try_from(n).unwrap_or(u32::MAX));
        for at in &candidate {
            rest.toggle(*at as usize);
        }
        work += rest.words.len() as u64;
        if !f.eval(&rest) {
            cuts.push(candidate);
            continue;
        }
        let Some(path) = shrink(f, &rest, budget.saturating_sub(work)) else {
            truncated = true;
            break;
        };
        pending.push(candidate);
        let (hit, missed): (Vec<_>, Vec<_>) = pending.drain(..).partition(|set| meet(set, &path));
        pending = hit;
        let kept = pending.len();
        for (set, element) in missed.iter().flat_map(|set| path.iter().map(move |element| (set, *element))) {
            let mut longer = set.clone();
            let place = longer.partition_point(|other| *other < element);
            longer.insert(place, element);
            work += ((kept + cuts.len() + 1) * longer.len()) as u64;
            if !pending[..kept].iter().chain(&cuts).any(|other| is_within(other, &longer)) {
                pending.push(longer);
            }
            if f.spent() + work > budget {
                truncated = true;
                break;
            }
        }
        paths.push(path);
        if truncated {
            break;
        }
    }
    let in_order = |sets: &mut Vec<Vec<u32>>| sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    in_order(&mut paths);
    in_order(&mut cuts);
    MinimalSets { unlocking: paths, blocking: cuts, truncated, spent: f.spent() + work }
}

/// A minimal part of a set that makes the function true as the whole does; `None` when the budget is spent first.
///
/// Each element is found as the last one of the shortest prefix that suffices together with those found before it, by
/// halving: O(k log n) evaluations (Bradley & Manna, Checking safety by inductive generalization of counterexamples to
/// induction, FMCAD 2007).
fn shrink(f: &mut impl Monotone, set: &Bits, budget: u64) -> Option<Vec<u32>> {
    let n = f.inputs();
    let mut candidates: Vec<u32> = set.iter().filter_map(|at| u32::try_from(at).ok()).collect();
    let mut needed: Vec<u32> = Vec::new();
    while !f.eval(&Bits::of(n, needed.iter().copied())) {
        // The function is false for the first `low` candidates and true for the first `high`.
        let (mut low, mut high) = (0, candidates.len());
        while high - low > 1 {
            if f.spent() > budget {
                return None;
            }
            let middle = low.midpoint(high);
            if f.eval(&Bits::of(n, needed.iter().chain(&candidates[..middle]).copied())) {
                high = middle;
            } else {
                low = middle;
            }
        }
        needed.push(*candidates.get(low)?);
        candidates.truncate(low);
    }
    needed.sort_unstable();
    Some(needed)
}

/// Whether two ascending sets have an element in common.
fn meet(a: &[u32], b: &[u32]) -> bool {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().any(|element| many.binary_search(element).is_ok())
}

/// Whether an ascending set is a part of another.
fn is_within(part: &[u32], whole: &[u32]) -> bool {
    part.len() <= whole.len() && part.iter().all(|element| whole.binary_search(element).is_ok())
}
