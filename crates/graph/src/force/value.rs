use pledgegraph_model::Truth;

/// A truth at both fixpoints. Where pledges wait for each other they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Force {
    /// Least fixpoint: only what follows from facts.
    pub cautious: Truth,
    /// Greatest fixpoint: everyone moves if everyone moves.
    pub coordinated: Truth,
}

impl Force {
    /// False, whoever moves.
    pub(crate) const FALSE: Self = Self { cautious: Truth::False, coordinated: Truth::False };

    /// The truth where both agree; else it is unknown.
    pub fn truth(self) -> Truth {
        if self.cautious == self.coordinated { self.cautious } else { Truth::Unknown }
    }

    /// Whether the fixpoints differ: it waits for something that waits for it. France sends forces if Britain does, Britain
    /// if France does: cautiously neither is in force, coordinated both are.
    pub fn is_gap(self) -> bool {
        self.cautious != self.coordinated
    }
}
