//! Where in a body (RFC 6901).

use crate::refusal::echo;

/// A JSON pointer that grows and shrinks with the walk through a value. A key over 64 characters is cut off.
#[derive(Debug, Default)]
pub(crate) struct Pointer(String);

/// The length to go back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

impl Pointer {
    /// The pointer.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Goes down to a member.
    pub(crate) fn push(&mut self, key: &str) -> Mark {
        let mark = Mark(self.0.len());
        self.0.push('/');
        for c in echo(key).chars() {
            match c {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                c => self.0.push(c),
            }
        }
        mark
    }

    /// Comes back up.
    pub(crate) fn pop(&mut self, mark: Mark) {
        self.0.truncate(mark.0);
    }
}
