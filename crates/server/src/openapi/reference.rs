//! References to components.

use serde::Serialize;

/// A reference to a component.
#[derive(Serialize)]
pub(super) struct Reference {
    #[serde(rename = "$ref")]
    to: String,
}

impl Reference {
    pub(super) fn new(section: &str, name: &str) -> Self {
        Self { to: format!("#/components/{section}/{name}") }
    }
}
