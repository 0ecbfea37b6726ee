//! `If-Match`: on which version of a record a change of it rests (RFC 9110 13.1.1).

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;

/// What a record must be for a change of it to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// `*`: it exists.
    Exists,
    /// The commit that wrote it last is one of these.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// Reads the header, which may be given in several lines; `None` where it is absent, an error where it cannot be read.
    ///
    /// A tag is that of an answer, or the version of the record in quotation marks: `"17.0011223344556677"`, `"17"`. Weak
    /// forms are taken like strong ones (`W/"17.0011223344556677"`): intermediaries that compress make them of ours, and what
    /// is compared is the version before the dot.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Result<Self, ()>> {
        let lines: Vec<_> = headers.get_all(IF_MATCH).iter().map(axum::http::HeaderValue::to_str).collect();
        match &lines[..] {
            [] => None,
            [Ok(only)] if only.trim() == "*" => Some(Ok(Self::Exists)),
            _ => {
                let tags = lines.iter().flat_map(|line| line.as_deref().unwrap_or_default().split(','));
                let versions: Option<Vec<i64>> = tags.map(|tag| version(tag.trim())).collect();
                Some(versions.map(Self::Versions).ok_or(()))
            }
        }
    }
}

/// The version that an entity tag of a record names.
fn version(tag: &str) -> Option<i64> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let (version, hash) = opaque.split_once('.').map_or((opaque, None), |(version, hash)| (version, Some(hash)));
    let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let digits = Some(version).filter(|version| version.bytes().all(|b| b.is_ascii_digit()));
    digits.filter(|_| hash.is_none_or(is_hash))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Option<Result<IfMatch, ()>> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, axum::http::HeaderValue::from_static(line));
        }
        IfMatch::of(&headers)
    }

    #[test]
    fn reads_tags_versions_and_lists_of_them() {
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[" * "]), Some(Ok(IfMatch::Exists)));
        for (lines, versions) in [
            (vec!["\"17.0011223344556677\""], vec![17]),
            (vec!["\"17\""], vec![17]),
            (vec!["W/\"17.0011223344556677\""], vec![17]),
            (vec!["W/\"17\""], vec![17]),
            (vec!["\"17\", W/\"18\""], vec![17, 18]),
            (vec!["\"17\"", "\"18\",\"19\""], vec![17, 18, 19]),
        ] {
            assert_eq!(read(&lines), Some(Ok(IfMatch::Versions(versions))), "{lines:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_tag_of_a_record() {
        for wrong in [
            "",
            "17",
            "\"\"",
            "\"x\"",
            "\"-1\"",
            "\"+1\"",
            "w/\"17\"",
            "W/ \"17\"",
            "\"17.\"",
            "\"17.anything\"",
            "\"17.001122334455667G\"",
            "\"17\",",
            "*, \"17\"",
            "\"99999999999999999999\"",
        ] {
            assert_eq!(read(&[wrong]), Some(Err(())), "{wrong}");
        }
        assert_eq!(read(&["*", "*"]), Some(Err(())));
    }
}
