//! The entities.

use super::Synthetic;
use super::random::{Random, date};
use crate::{
    Alias, AliasKind, Code, Condition, ConditionKind, ConditionTest, Country, Entity, EntityDetail, EntityKind,
    Iso3166, Lang, Organization, OrganizationClass, Person, Slug, Source, Stance, Text,
};

impl Synthetic {
    pub(super) fn entity(self, kind: EntityKind, n: usize) -> Option<Entity> {
        let mut random = Random(self.seed ^ 0xE17 ^ (n as u64) << 8 ^ kind.index() as u64);
        let name = |lang: &str, text: String| lang.parse::<Lang>().ok().map(|lang| (lang, text));
        let names: Text =
            [name("en", format!("Synthetic {kind} {n}")), name("ar", format!("{} اصطناعي {n}", kind.entry().label_ar))]
                .into_iter()
                .flatten()
                .collect();
        let alias = "en".parse().map(|lang| Alias { text: format!("{kind} no. {n}"), lang, kind: AliasKind::Short });
        let detail = match kind {
            EntityKind::Country => EntityDetail::Country(Country {
                iso3166: Iso3166 { alpha2: letters(n, 2), alpha3: letters(n, 3), numeric: format!("{n:03}") },
                regions: vec!["150".to_owned(), "001".to_owned()],
            }),
            EntityKind::Organization => {
                EntityDetail::Organization(Organization { class: random.code::<OrganizationClass>() })
            }
            EntityKind::Person => EntityDetail::Person(Person { anonymous: random.chance(5), anonymity_reason: None }),
            EntityKind::Condition => self.condition(n, &mut random),
            EntityKind::Source => EntityDetail::Source(Source {
                url: Some(format!("https://source.example/{n}")),
                title: None,
                publisher: Some(Self::id(EntityKind::Organization, n % self.count(EntityKind::Organization))),
                language: "en".parse().ok(),
                published: Some(date(&mut random)),
                sha256: None,
            }),
            bare => EntityDetail::bare(bare)?,
        };
        let slug = Self::slug(kind, n).parse::<Slug>().unwrap_or_else(|_| unreachable!("the slug is well-formed"));
        let aliases = alias.ok().filter(|_| random.chance(30)).into_iter().collect();
        Some(Entity { id: Self::id(kind, n), kind, slug, names, aliases, redirects: Vec::new(), detail })
    }

    /// One in four has a test, so that pledges hang on pledges.
    fn condition(self, n: usize, random: &mut Random) -> EntityDetail {
        if !Self::is_tested(n) {
            return EntityDetail::Condition(Condition { condition_kind: ConditionKind::Other, test: None });
        }
        let least = [Stance::Willing, Stance::Offered, Stance::Pledged];
        let test = ConditionTest {
            actor: Some(self.pick(random, EntityKind::Country)),
            capability: random.skewed_code(),
            min_stance: least[random.below(least.len())],
            n: None,
        };
        EntityDetail::Condition(Condition { condition_kind: ConditionKind::ThirdPartyBacking, test: Some(test) })
    }

    pub(super) fn is_tested(condition: usize) -> bool {
        condition % 4 == 2
    }
}

/// The number in capital letters, as the codes of countries are.
fn letters(n: usize, places: u32) -> String {
    let letter = |place| u8::try_from(n / 26_usize.pow(place) % 26).map_or('A', |at| char::from(b'A' + at));
    (0..places).rev().map(letter).collect()
}
