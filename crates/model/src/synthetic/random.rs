//! Numbers, codes, dates and texts by chance, the same for the same seed.

use crate::{Code, Date, Edtf, Lang, Text};

/// `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// From 0 to `n` - 1, all alike.
    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or_default()
    }

    /// From 0 to `n` - 1, low numbers far more often: the cube of a uniform number.
    pub(super) fn skewed(&mut self, n: usize) -> usize {
        let unit = 1 << 20;
        let x = self.below(unit) as u128;
        let place = x * x * x * n as u128 / (unit as u128).pow(3);
        usize::try_from(place).unwrap_or_default()
    }

    pub(super) fn code<C: Code>(&mut self) -> C {
        C::ALL[self.below(C::ALL.len())]
    }

    pub(super) fn skewed_code<C: Code>(&mut self) -> C {
        C::ALL[self.skewed(C::ALL.len())]
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A day, month or year from 2022 to 2026.
pub(super) fn date(random: &mut Random) -> Date {
    date_of(random, 2022, 5)
}

/// A day, month or year of one of `years` years.
pub(super) fn date_of(random: &mut Random, first: usize, years: usize) -> Date {
    let (year, month, day) = (first + random.below(years), 1 + random.below(12), 1 + random.below(28));
    let text = match random.below(10) {
        0 => format!("{year}"),
        1..3 => format!("{year}-{month:02}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    };
    text.parse::<Edtf>().map(Date::from).unwrap_or_default()
}

/// One of a thousand short texts.
pub(super) fn text(random: &mut Random) -> Text {
    const WORDS: [&str; 10] =
        ["border", "guarantee", "stock", "talks", "summit", "pressure", "defence", "support", "winter", "mandate"];
    let words = [(); 3].map(|()| WORDS[random.below(WORDS.len())]);
    "en".parse::<Lang>().map(|lang| (lang, words.join(" "))).into_iter().collect()
}
