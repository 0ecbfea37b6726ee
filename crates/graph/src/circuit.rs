//! Monotone circuits with cycles: what all questions about conditions come down to.
//!
//! A gate is true when at least `threshold` of its inputs are: 1 of n is "or", n of n is "and", 0 is true, [`NEVER`] is
//! false. Gates may depend on each other in cycles; then there is a least solution (only what follows from gates with
//! threshold 0) and a greatest one (all that does not contradict itself).

use crate::work;

/// The threshold of a gate that is false whatever its inputs.
pub(crate) const NEVER: u32 = u32::MAX;

/// A gate: dense, from 0.
pub(crate) type Gate = u32;

/// A value of Kleene's logic in the circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Var(u32);

impl Var {
    /// The gate that is true when the value is true.
    pub(crate) fn certain(self) -> Gate {
        self.0 * 2
    }

    /// The gate that is true unless the value is false.
    pub(crate) fn possible(self) -> Gate {
        self.0 * 2 + 1
    }

    /// The value of a gate's variable.
    pub(crate) fn of(gate: Gate) -> Self {
        Self(gate / 2)
    }
}

/// A circuit, with the wires grouped by where they come from.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    thresholds: Vec<u32>,
    /// How many inputs each gate has.
    inputs: Vec<u32>,
    /// Where the users of a gate begin in `users`; one more than there are gates.
    starts: Vec<u32>,
    users: Vec<Gate>,
}

/// Collects gates and wires.
#[derive(Debug, Default)]
pub(crate) struct CircuitBuilder {
    thresholds: Vec<u32>,
    wires: Vec<(Gate, Gate)>,
}

impl CircuitBuilder {
    /// A gate that is true when at least `threshold` of its inputs are.
    pub(crate) fn gate(&mut self, threshold: u32) -> Gate {
        self.thresholds.push(threshold);
        number(self.thresholds.len() - 1)
    }

    /// Changes the threshold of a gate.
    pub(crate) fn set_threshold(&mut self, gate: Gate, threshold: u32) {
        self.thresholds[gate as usize] = threshold;
    }

    /// Makes one gate an input of another; a wire that is given twice counts twice.
    pub(crate) fn wire(&mut self, from: Gate, to: Gate) {
        self.wires.push((from, to));
    }

    /// How many gates and wires there are: the size of the circuit.
    pub(crate) fn size(&self) -> usize {
        self.thresholds.len() + self.wires.len()
    }

    /// O(gates + wires), by counting.
    pub(crate) fn finish(self) -> Circuit {
        work::over_wires(self.size());
        let gates = self.thresholds.len();
        let mut inputs = vec![0; gates];
        let mut starts = vec![0; gates + 1];
        for (from, to) in &self.wires {
            inputs[*to as usize] += 1;
            starts[*from as usize + 1] += 1;
        }
        for at in 0..gates {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut users = vec![0; self.wires.len()];
        for (from, to) in &self.wires {
            let place = &mut next[*from as usize];
            users[*place as usize] = *to;
            *place += 1;
        }
        Circuit { thresholds: self.thresholds, inputs, starts, users }
    }
}

impl Circuit {
    /// How many gates there are.
    pub(crate) fn gates(&self) -> usize {
        self.thresholds.len()
    }

    /// The gates that a gate is an input of, once for each wire.
    pub(crate) fn users(&self, gate: Gate) -> &[Gate] {
        let at = gate as usize;
        &self.users[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The least solution, and in which round each gate becomes true (`u32::MAX`: never): 0 needs no other gate, n + 1
    /// needs one of round n. The gates of `pinned` have the value given, whatever their inputs.
    ///
    /// O(gates + wires): each wire is followed once, when its input becomes true (unit propagation of Horn clauses by
    /// counters: Dowling & Gallier, Journal of Logic Programming 1(3), 1984; thresholds as in Gallo et al., Directed
    /// hypergraphs, Discrete Applied Mathematics 42, 1993).
    pub(crate) fn least(&self, pinned: &[(Gate, bool)]) -> Vec<u32> {
        let mut run = Run::new(self, pinned);
        run.close(self);
        run.rounds
    }

    /// The greatest solution: which gates are true when all that support each other are.
    ///
    /// O(gates + wires): the dual of [`Circuit::least`], false spreads where more inputs fail than a gate can spare.
    pub(crate) fn greatest(&self, pinned: &[(Gate, bool)]) -> Vec<bool> {
        // How many inputs more may become false: of a gate "2 of 3" one, and then none; -1: the gate is false.
        let spare = |gate: usize| i64::from(self.inputs[gate]) - i64::from(self.thresholds[gate]);
        let mut spare: Vec<i64> = (0..self.gates()).map(spare).collect();
        for (gate, value) in pinned {
            spare[*gate as usize] = if *value { i64::MAX } else { -1 };
        }
        let mut values: Vec<bool> = spare.iter().map(|spare| *spare >= 0).collect();
        work::over_wires(self.gates());
        let mut queue: Vec<Gate> = (0..number(self.gates())).filter(|gate| !values[*gate as usize]).collect();
        while let Some(gate) = queue.pop() {
            work::over_wires(self.users(gate).len());
            for user in self.users(gate) {
                let at = *user as usize;
                if values[at] {
                    spare[at] -= 1;
                    if spare[at] < 0 {
                        values[at] = false;
                        queue.push(*user);
                    }
                }
            }
        }
        values
    }
}

/// The least solution in the making: gates can be made true one after the other, and that taken back.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// How many inputs more each gate needs; negative: it has more than enough. From [`NEVER`] no count leads to 0.
    missing: Vec<i64>,
    rounds: Vec<u32>,
    /// True gates in the order in which they became true; those before `done` have been followed.
    trail: Vec<Gate>,
    done: usize,
}

/// Where a run stood, to come back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

impl Run {
    /// A run of nothing but the gates with threshold 0, those pinned true, and without those pinned false. Not closed.
    pub(crate) fn new(circuit: &Circuit, pinned: &[(Gate, bool)]) -> Self {
        let mut missing: Vec<i64> = circuit.thresholds.iter().map(|threshold| i64::from(*threshold)).collect();
        for (gate, value) in pinned {
            missing[*gate as usize] = if *value { 0 } else { i64::from(NEVER) };
        }
        let trail: Vec<Gate> = (0..number(missing.len())).filter(|gate| missing[*gate as usize] == 0).collect();
        let mut rounds = vec![NEVER; missing.len()];
        for gate in &trail {
            rounds[*gate as usize] = 0;
        }
        Self { missing, rounds, trail, done: 0 }
    }

    /// Follows all that is true to its end; how many steps that took. O(wires of the gates that became true).
    pub(crate) fn close(&mut self, circuit: &Circuit) -> u64 {
        let mut steps = 0;
        while let Some(gate) = self.trail.get(self.done).copied() {
            self.done += 1;
            let round = self.rounds[gate as usize] + 1;
            let users = circuit.users(gate);
            steps += users.len() as u64 + 1;
            work::over_wires(users.len());
            for user in users {
                let at = *user as usize;
                // A gate that is true already counts on, so that going back is the same way.
                self.missing[at] -= 1;
                if self.missing[at] == 0 && self.rounds[at] == NEVER {
                    self.rounds[at] = round;
                    self.trail.push(*user);
                }
            }
        }
        steps
    }

    /// Whether a gate is true so far.
    pub(crate) fn holds(&self, gate: Gate) -> bool {
        self.rounds[gate as usize] != NEVER
    }

    /// Where the run stands now.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.trail.len())
    }

    /// Makes a gate true, whatever its inputs; [`Run::close`] follows it.
    pub(crate) fn raise(&mut self, gate: Gate) {
        if !self.holds(gate) {
            self.rounds[gate as usize] = 0;
            self.trail.push(gate);
        }
    }

    /// Takes everything back that became true since the mark; the run must be closed. How many steps that took.
    pub(crate) fn back(&mut self, circuit: &Circuit, mark: Mark) -> u64 {
        let mut steps = 0;
        for gate in self.trail.split_off(mark.0) {
            self.rounds[gate as usize] = NEVER;
            let users = circuit.users(gate);
            steps += users.len() as u64 + 1;
            for user in users {
                self.missing[*user as usize] += 1;
            }
        }
        self.done = self.trail.len();
        steps
    }
}

/// A count as the number of a gate. Circuits of more than 4 billion gates do not fit into memory.
fn number(count: usize) -> Gate {
    Gate::try_from(count).unwrap_or(NEVER)
}
