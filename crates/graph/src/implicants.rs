//! Prime implicants, where a condition may help by holding and by not holding.

/// A variable that holds or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Literal {
    pub(crate) variable: u32,
    pub(crate) positive: bool,
}

type Term = Vec<Literal>;

/// All prime implicants of the function that a list of terms covers, by size and then in order; and whether the budget ended
/// the search, so that some may be missing and others may not be prime.
///
/// Iterated consensus, one variable at a time, with absorption (Quine, A way to simplify truth functions, American
/// Mathematical Monthly 62, 1955; Tison, Generalization of consensus theory, IEEE Transactions on Electronic Computers 16,
/// 1967). Exponential in the worst case; the budget counts literals compared.
pub(crate) fn prime_implicants(cover: Vec<Term>, budget: u64) -> (Vec<Term>, bool) {
    let mut terms: Vec<Term> = Vec::new();
    let mut spent = 0;
    for mut term in cover {
        term.sort_unstable();
        term.dedup();
        if is_consistent(&term) {
            add(&mut terms, term, &mut spent);
        }
    }
    let mut variables: Vec<u32> = terms.iter().flatten().map(|literal| literal.variable).collect();
    variables.sort_unstable();
    variables.dedup();
    let mut truncated = false;
    'variables: for variable in variables {
        let with = |positive: bool| {
            let literal = Literal { variable, positive };
            terms.iter().filter(|term| term.binary_search(&literal).is_ok()).cloned().collect::<Vec<Term>>()
        };
        let (holds, fails) = (with(true), with(false));
        for (one, other) in holds.iter().flat_map(|one| fails.iter().map(move |other| (one, other))) {
            if spent > budget {
                truncated = true;
                break 'variables;
            }
            let mut joined: Term = one.iter().chain(other).copied().filter(|l| l.variable != variable).collect();
            joined.sort_unstable();
            joined.dedup();
            spent += joined.len() as u64 + 1;
            if is_consistent(&joined) {
                add(&mut terms, joined, &mut spent);
            }
        }
    }
    terms.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    (terms, truncated)
}

/// Adds a term unless a shorter one says it already, and drops those that it says.
fn add(terms: &mut Vec<Term>, term: Term, spent: &mut u64) {
    *spent += (terms.len() * term.len()) as u64;
    if !terms.iter().any(|known| is_within(known, &term)) {
        terms.retain(|known| !is_within(&term, known));
        terms.push(term);
    }
}

/// Whether no variable both holds and does not; the term is sorted.
fn is_consistent(term: &[Literal]) -> bool {
    term.windows(2).all(|pair| pair[0].variable != pair[1].variable)
}

/// Whether a sorted term is a part of another.
fn is_within(part: &[Literal], whole: &[Literal]) -> bool {
    part.len() <= whole.len() && part.iter().all(|literal| whole.binary_search(literal).is_ok())
}
