//! What operations answer with, as the document says it.

/// The media type of JSON.
pub const JSON: &str = "application/json";
/// That of a merge patch (RFC 7396).
pub const MERGE_PATCH: &str = "application/merge-patch+json";
/// That of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";

/// What an operation answers with.
pub enum Answer {
    /// JSON of a named schema.
    Json(String),
    /// JSON of a named schema, without an entity tag.
    Untagged(String),
    /// JSON of a named schema, with 200 or 503.
    JsonOr503(String),
    /// JSON that other documents describe.
    Document,
    /// A whole list in a format.
    Whole(WholeList),
    /// Lines of JSON.
    Lines,
    /// Text, whatever media type is asked for.
    Text,
    /// Lines of JSON of the first schema, or JSON of the second for who asks for that.
    LinesOrJson(String, String),
    /// JSON of the second schema; or items of the first, one a line or as events, for who asks for that.
    Feed(String, String),
    /// Nothing but the status.
    Nothing,
}

/// A whole list in a format, as the document describes it.
pub struct WholeList {
    /// Its media type.
    pub media_type: &'static str,
    /// What it is.
    pub description: String,
    /// The schema of a line, where each is one of JSON.
    pub line: Option<String>,
}

impl Answer {
    /// The media type that it is made in; `None` where any is accepted, or the operation chooses by itself.
    pub fn made(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) | Self::Untagged(_) | Self::JsonOr503(_) | Self::Document | Self::Nothing => Some(JSON),
            Self::Whole(list) => Some(list.media_type),
            Self::Lines => Some(NDJSON),
            Self::Text | Self::LinesOrJson(..) | Self::Feed(..) => None,
        }
    }

    /// Whether it has an entity tag, by which clients ask whether it has changed.
    pub fn has_tag(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Document | Self::Whole(_))
    }
}
