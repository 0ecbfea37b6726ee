//! Names that look alike.

use std::sync::LazyLock;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// The skeletons of the ASCII characters: every slug and most names consist of these.
static ASCII: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..128_u8).map(|b| whole(&char::from(b).to_string())).collect());

/// The skeleton of a name (UTS 39): two names that are drawn alike have the same. What has no form of its own is left out.
///
/// ```
/// use pledgegraph_model::skeleton;
///
/// // The second one begins with a Cyrillic letter.
/// assert_eq!(skeleton("Coalition"), skeleton("\u{421}oalition"));
/// assert_ne!(skeleton("Coalition"), skeleton("Collation"));
/// ```
pub fn skeleton(name: &str) -> String {
    if name.is_ascii() { name.bytes().map(|b| ASCII[usize::from(b)].as_str()).collect() } else { whole(name) }
}

fn whole(name: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let seen: String = name.chars().filter(|c| !ignorable.contains(*c)).collect();
    unicode_security::skeleton(&seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_has_the_same_skeleton() {
        for (a, b) in [
            ("paypal", "p\u{430}yp\u{430}l"),
            ("modern", "modem"),
            ("Côte", "Co\u{302}te"),
            ("l0ndon", "1Ondon"),
            ("a\u{200D}b", "ab"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        for (a, b) in [("Iran", "Iraq"), ("Niger", "Nigeria"), ("GB", "gb")] {
            assert_ne!(skeleton(a), skeleton(b), "{a} {b}");
        }
    }

    #[test]
    fn the_short_way_leads_to_the_same() {
        let all: String = (0..128_u8).map(char::from).collect();
        assert_eq!(skeleton(&all), whole(&all));
    }
}
