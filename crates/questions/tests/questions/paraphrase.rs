//! What is said back reads as the same query.

use std::sync::LazyLock;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use pledgegraph_graph::{EntityQuery, EntityView, Graph, Page};
use pledgegraph_model::{
    Assumed, Code, EntityId, EntityKind, FILTERS, FilterValues, MAX_QUERY_DEPTH, Pattern, Query, QueryAsk, QueryTarget,
    Related, Rows, Stance, Truth, Where,
};
use pledgegraph_questions::{Extent, Lang, Questions};
use proptest::prelude::*;

use crate::set::cases;
use crate::{TODAY, bundled, tries};

static WORLD: LazyLock<(Graph, Questions, Vec<EntityId>)> = LazyLock::new(|| {
    let graph = bundled().expect("the bundled data");
    let entities =
        graph.entities(&EntityQuery::all(), Page::first(usize::MAX)).items.iter().map(EntityView::id).collect();
    (graph, Questions::new().expect("lexicons"), entities)
});

#[test]
fn every_question_of_the_set_is_said_back_in_both_languages() -> Result<()> {
    let (graph, questions, _) = &*WORLD;
    for case in cases("bundled.ndjson")? {
        let outcome = questions.read(graph, &case.question, TODAY);
        for reading in &outcome.readings {
            for lang in [Lang::En, Lang::Ar] {
                let said = questions.paraphrase(graph, &reading.query, lang);
                let again = questions.read(graph, &said, TODAY);
                let query = &again.readings.first().with_context(|| said.clone())?.query;
                ensure!(again.extent == Extent::Wholly && *query == reading.query, "{said}");
                ensure!(again.lang == lang, "{said}: {:?}", again.lang);
            }
        }
    }
    Ok(())
}

/// Makes queries from random numbers.
struct Dice(std::vec::IntoIter<u32>);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0.next().unwrap_or_default() as usize % sides
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..=self.roll(2)).map(|_| one(self)).collect()
    }

    fn one<C: Code>(&mut self) -> C {
        C::ALL[self.roll(C::ALL.len())]
    }

    fn entity(&mut self) -> EntityId {
        let all = &WORLD.2;
        all[self.roll(all.len())]
    }

    fn some_day(&mut self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2025, 1, 1)?.checked_add_days(chrono::Days::new(self.roll(700) as u64))
    }

    fn which(&mut self, rows: Rows, deep: usize) -> Where {
        let mut which = Where::all();
        for filter in FILTERS.iter().filter(|filter| filter.parameter(rows).is_some()) {
            if self.roll(6) == 0 {
                which.read(filter.field.name, self);
            }
        }
        if deep > 1 {
            let parts = |dice: &mut Self| (0..dice.roll(3)).map(|_| dice.which(rows, deep - 1)).collect();
            which.all_of = parts(self);
            which.any_of = parts(self);
            which.none_of = parts(self);
            let statements = matches!(rows, Rows::Statements(_));
            if statements && self.coin() {
                which.subject_is = Some(Box::new(self.which(Rows::Entities(&[]), deep - 1)));
            }
            if !statements && self.coin() {
                let find = QueryTarget::Attendances;
                which.object_of = Some(Box::new(Related { find, which: self.which(find.rows(), deep - 1) }));
            }
        }
        which
    }

    fn query(&mut self) -> Query {
        let find = QueryTarget::ALL[self.roll(QueryTarget::ALL.len())];
        let deep = 1 + self.roll(3.min(MAX_QUERY_DEPTH));
        let mut query = Query::of(find);
        query.which = self.which(find.rows(), deep);
        query.ask = QueryAsk::ALL[self.roll(QueryAsk::ALL.len())];
        query.select = if self.coin() { Vec::new() } else { self.list(Self::one) };
        query.group_by = self.coin().then(|| self.one());
        query.by_stance = self.coin();
        query.withdraw = if self.coin() { Vec::new() } else { self.list(Self::entity) };
        query.at_least = Some(self.roll(5)).filter(|n| *n > 0);
        let truth = Truth::ALL[self.roll(3)];
        query.assume = self.list(|dice| Assumed { condition: dice.entity(), truth });
        query
    }
}

/// Every filter, drawn.
impl FilterValues<EntityId> for Dice {
    fn entities(&mut self, _: &'static [EntityKind]) -> Option<Vec<EntityId>> {
        Some(self.list(Self::entity))
    }

    fn codes<C: Code>(&mut self) -> Option<Vec<C>> {
        Some(self.list(Self::one))
    }

    fn code<C: Code>(&mut self) -> Option<C> {
        Some(self.one())
    }

    fn stances(&mut self) -> Option<Vec<Stance>> {
        self.codes()
    }

    fn ranked(&mut self) -> Option<Stance> {
        Some(self.one()).filter(|stance: &Stance| stance.rank().is_some())
    }

    fn from(&mut self) -> Option<NaiveDate> {
        self.some_day()
    }

    fn until(&mut self) -> Option<NaiveDate> {
        self.some_day()
    }

    fn day(&mut self) -> Option<NaiveDate> {
        self.some_day()
    }

    fn words(&mut self) -> Option<String> {
        const TEXTS: [&str; 6] = ["x", "a “quoted” word", "«قول»", "?", " and ", "the stance is ( )"];
        Some(TEXTS[self.roll(TEXTS.len())].to_owned())
    }

    fn texts(&mut self, pattern: &'static Pattern) -> Option<Vec<String>> {
        let texts = ["150", "002", "XXXX-04", "XXXX-12"].into_iter().filter(|text| (pattern.matches)(text));
        Some(texts.map(str::to_owned).collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(1_000, 20_000)))]

    #[test]
    fn a_paraphrase_reads_as_its_query(numbers in prop::collection::vec(any::<u32>(), 200)) {
        let (graph, questions, _) = &*WORLD;
        let query = Dice(numbers.into_iter()).query();
        for lang in [Lang::En, Lang::Ar] {
            let said = questions.paraphrase(graph, &query, lang);
            let again = questions.read(graph, &said, TODAY);
            prop_assert_eq!(again.readings.first().map(|reading| &reading.query), Some(&query), "{}", said);
        }
    }
}
