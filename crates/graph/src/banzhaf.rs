//! How often a function turns on each of its variables.

use crate::sets::Bits;

/// The most variables for which every case is counted: a table of so many bits.
const MOST_EXACT: usize = 22;

/// The most samples of an estimate.
const MOST_SAMPLES: u64 = 20_000;

/// How often a function turns on each variable.
#[derive(Debug)]
pub(crate) struct Banzhaf {
    /// For each variable the share of the cases of the others in which the function turns on it, from 0 to 1.
    pub(crate) shares: Vec<f64>,
    /// Whether every case was counted.
    pub(crate) exact: bool,
    /// How many cases were looked at, each with every variable turned over.
    pub(crate) samples: u64,
    /// Half the width of the interval that holds each share with 95 % probability; 0 when exact.
    pub(crate) half_width: f64,
    /// Steps taken by the function.
    pub(crate) spent: u64,
}

/// The absolute Banzhaf index of each of `n` variables. `eval` gives the value and how many steps it took.
///
/// Exact by the truth table, 2^n evaluations, for as long as they fit into half of the budget; else the mean of random cases
/// until the budget is spent, with the interval of Hoeffding's inequality (Bachrach et al., Approximating power indices:
/// theoretical and empirical analysis, Autonomous Agents and Multi-Agent Systems 20, 2010).
pub(crate) fn banzhaf(n: usize, eval: &mut impl FnMut(&Bits) -> (bool, u64), budget: u64, seed: u64) -> Banzhaf {
    let mut spent = 0;
    if n <= MOST_EXACT
        && let Some(shares) = exact(n, eval, budget / 2, &mut spent)
    {
        return Banzhaf { shares, exact: true, samples: 1 << n, half_width: 0.0, spent };
    }
    let mut swings = vec![0_u64; n];
    let mut samples = 0;
    let mut random = SplitMix(seed);
    let mut dearest = 0;
    while samples < MOST_SAMPLES && spent + dearest <= budget {
        let before = spent;
        let mut on = Bits::empty(n);
        for at in 0..n {
            if random.next() >> 63 == 1 {
                on.insert(at);
            }
        }
        let (value, steps) = eval(&on);
        spent += steps;
        let mut turned = Vec::new();
        for at in 0..n {
            if spent > budget {
                break;
            }
            on.toggle(at);
            let (other, steps) = eval(&on);
            on.toggle(at);
            spent += steps + 1;
            if other != value {
                turned.push(at);
            }
        }
        // A case that was not finished would favour the first variables.
        if spent > budget {
            break;
        }
        for at in turned {
            swings[at] += 1;
        }
        samples += 1;
        dearest = dearest.max(spent - before);
    }
    let of_all = float(samples.max(1));
    let shares = swings.into_iter().map(|count| float(count) / of_all).collect();
    let half_width = if samples == 0 { 1.0 } else { ((2.0_f64 / 0.05).ln() / (2.0 * of_all)).sqrt() };
    Banzhaf { shares, exact: false, samples, half_width, spent }
}

/// Every case counted; `None` when the budget is spent first.
fn exact(n: usize, eval: &mut impl FnMut(&Bits) -> (bool, u64), budget: u64, spent: &mut u64) -> Option<Vec<f64>> {
    let cases = 1_usize << n;
    let mut table = Bits::empty(cases);
    let mut on = Bits::empty(n.max(1));
    for step in 0..cases {
        // Gray's code: one variable turns from case to case.
        let case = step ^ (step >> 1);
        if step > 0 {
            on.toggle(step.trailing_zeros() as usize);
        }
        let (value, steps) = eval(&on);
        *spent += steps + 1;
        if *spent > budget {
            return None;
        }
        if value {
            table.insert(case);
        }
    }
    let share = |at: usize| {
        let bit = 1 << at;
        let without = (0..cases).filter(|case| case & bit == 0);
        let swings = without.filter(|case| table.contains(*case) != table.contains(case | bit)).count();
        float(swings as u64) / float(cases as u64 / 2)
    };
    Some((0..n).map(share).collect())
}

/// A count as a number with a fraction.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

/// A small generator of random numbers (Steele, Lea & Flood, Fast splittable pseudorandom number generators, OOPSLA 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
