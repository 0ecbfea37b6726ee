//! Paths and places, and patterns of them.

/// A path without what follows `?`.
pub(crate) fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}

/// Whether a text with segments fits a pattern: a segment `*` is any one, `**` any number of them.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), text.split('/').collect());
    fits(&pattern, &text)
}

fn fits(pattern: &[&str], text: &[&str]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=text.len()).any(|some| fits(rest, &text[some..])),
        (Some((segment, pattern)), Some((first, text))) => (*segment == "*" || segment == first) && fits(pattern, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("/v1/commitments", "/v1/commitments", true),
            ("/v1/*", "/v1/commitments", true),
            ("/v1/*", "/v1/commitments/1", false),
            ("/v1/**", "/v1/commitments/1", true),
            ("/items/**/standing", "/items/standing", true),
            ("/items/**/standing", "/items/0/edge/standing", true),
            ("/items/**/standing", "/items/0/edge/standings", false),
            ("header link", "header link", true),
            ("", "", true),
            ("", "/a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
