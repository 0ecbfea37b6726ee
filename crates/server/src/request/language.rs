//! The language of labels.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// The languages that `Accept-Language` can choose, the default first. `lang=` takes any.
const OFFERED: [&str; 4] = ["en", "ar", "fr", "uk"];

/// The language that the client prefers among those offered; English in its absence.
pub(crate) fn preferred(headers: &HeaderMap) -> &'static str {
    let wishes = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let mut best = (0, OFFERED[0]);
    for range in wishes.flat_map(|value| value.split(',')) {
        let (tag, quality) = weighted(range);
        let primary = tag.split('-').next().unwrap_or_default();
        let offered = OFFERED.iter().find(|lang| primary.eq_ignore_ascii_case(lang) || primary == "*");
        if let Some(lang) = offered.filter(|_| quality > best.0) {
            best = (quality, *lang);
        }
    }
    best.1
}

/// A range of an `Accept...` header and its weight in thousandths.
pub(crate) fn weighted(range: &str) -> (&str, u32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    (name, weight.map_or(1000, thousandths))
}

/// `0.8` as 800; what is no weight counts as 0.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.bytes().chain(*b"000").take(3);
    match whole {
        "1" => 1000,
        "0" => digits.fold(0, |sum, digit| sum * 10 + u32::from(digit.saturating_sub(b'0').min(9))),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_best_that_is_offered() {
        for (header, expected) in [
            ("ar", "ar"),
            ("ar-EG, en;q=0.8", "ar"),
            ("de, uk;q=0.5, fr;q=0.7", "fr"),
            ("de", "en"),
            ("*", "en"),
            ("en;q=0.1, AR;q=0.2", "ar"),
            ("ar;q=0", "en"),
            ("", "en"),
            (";;;", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, header.parse().expect("a header"));
            assert_eq!(preferred(&headers), expected, "{header}");
        }
    }
}
