use serde::Deserialize;

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// A JSON pointer into the body, `status`, or `header NAME`.
    pub(crate) at: String,
    pub(crate) kind: Kind,
    pub(crate) old: String,
    pub(crate) new: String,
}

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// It was not there.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            Kind::Added => write!(f, "{} is new: {}", self.at, self.new),
            Kind::Removed => write!(f, "{} is gone: {}", self.at, self.old),
            Kind::Changed => write!(f, "{} was {} and is {}", self.at, self.old, self.new),
        }
    }
}
