//! Bodies that are right, to be spoilt.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A slug that nobody else has.
pub(crate) fn slug() -> String {
    format!("bad-input-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A place.
pub(crate) fn place() -> Value {
    json!({"slug": slug(), "names": {"en": "Somewhere"}})
}

/// A place of this name.
pub(crate) fn named(name: &str) -> Value {
    json!({"slug": slug(), "names": {"en": name}})
}

/// A commitment.
pub(crate) fn commitment() -> Value {
    json!({
        "pledger": "country:GB", "beneficiary": "country:UA", "capability": "military.forces", "stance": "willing",
        "evidence": [{"source": "source:seed-article"}],
    })
}

/// A draft with a field set.
pub(crate) fn with(mut draft: Value, field: &str, value: impl Into<Value>) -> Value {
    draft[field] = value.into();
    draft
}

/// A remark with this text.
pub(crate) fn remark(text: &str) -> Value {
    json!({
        "subject": "country:GB", "object": "country:UA", "type": "hope", "text": {"en": text},
        "evidence": [{"source": "source:seed-article"}],
    })
}

/// A relation.
pub(crate) fn relation(kind: &str, subject: &str, object: &str) -> Value {
    json!({"kind": kind, "subject": subject, "object": object, "evidence": [{"source": "source:seed-article"}]})
}
