//! What is said back reads as the same query.

use std::sync::LazyLock;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use pledgegraph_graph::{EntityFilter, EntityView, Graph, Page};
use pledgegraph_model::{
    Assumed, Capability, Code, EntityId, EntityKind, MAX_QUERY_DEPTH, Mission, Query, QueryAsk, QueryField,
    QueryTarget, Related, Rows, Stance, Truth, Where,
};
use pledgegraph_questions::{Extent, Lang, Questions};
use proptest::prelude::*;

use crate::set::cases;
use crate::{TODAY, bundled, tries};

static WORLD: LazyLock<(Graph, Questions, Vec<EntityId>)> = LazyLock::new(|| {
    let graph = bundled().expect("the bundled data");
    let entities =
        graph.entities(&EntityFilter::default(), Page::first(usize::MAX)).items.iter().map(EntityView::id).collect();
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

    fn codes<C: Code>(&mut self) -> Vec<C> {
        (0..self.roll(3)).map(|_| C::ALL[self.roll(C::ALL.len())]).collect()
    }

    fn entities(&mut self) -> Vec<EntityId> {
        let all = &WORLD.2;
        (0..self.roll(3)).map(|_| all[self.roll(all.len())]).collect()
    }

    fn day(&mut self) -> Option<NaiveDate> {
        let day = NaiveDate::from_ymd_opt(2025, 1, 1)?.checked_add_days(chrono::Days::new(self.roll(700) as u64));
        day.filter(|_| self.roll(4) == 0)
    }

    fn text(&mut self) -> Option<String> {
        const TEXTS: [&str; 6] = ["x", "a “quoted” word", "«قول»", "?", " and ", "the stance is ( )"];
        Some(TEXTS[self.roll(TEXTS.len())].to_owned()).filter(|_| self.roll(4) == 0)
    }

    fn which(&mut self, statements: bool, deep: usize) -> Where {
        let mut which = Where::all();
        if statements {
            which.subject = self.entities();
            which.object = self.entities();
            which.condition = self.entities();
            which.capability = self.codes::<Capability>();
            which.mission = self.codes::<Mission>();
            which.stance = self.codes::<Stance>();
            which.stance_min = self.codes::<Stance>().first().copied();
            which.in_force = self.codes::<Truth>();
            which.said_from = self.day();
            which.valid_at = self.day();
            which.recorded_from = self.day();
        } else {
            which.is = self.entities();
            which.kind = self.codes::<EntityKind>();
            which.region = if self.coin() { vec!["150".to_owned(), "002".to_owned()] } else { Vec::new() };
        }
        which.q = self.text();
        if deep > 1 {
            let parts = |dice: &mut Self| (0..dice.roll(3)).map(|_| dice.which(statements, deep - 1)).collect();
            which.all_of = parts(self);
            which.any_of = parts(self);
            which.none_of = parts(self);
            if statements && self.coin() {
                which.subject_is = Some(Box::new(self.which(false, deep - 1)));
            }
            if !statements && self.coin() {
                let related = Related { find: QueryTarget::Attendances, which: self.which(true, deep - 1) };
                which.object_of = Some(Box::new(related));
            }
        }
        which
    }

    fn query(&mut self) -> Query {
        let find = QueryTarget::ALL[self.roll(QueryTarget::ALL.len())];
        let statements = matches!(find.rows(), Rows::Statements(_));
        let deep = 1 + self.roll(3.min(MAX_QUERY_DEPTH));
        let mut query = Query::of(find);
        query.which = self.which(statements, deep);
        query.ask = QueryAsk::ALL[self.roll(QueryAsk::ALL.len())];
        query.select = self.codes::<QueryField>();
        query.group_by = self.codes::<QueryField>().first().copied();
        query.by_stance = self.coin();
        query.withdraw = self.entities();
        query.at_least = Some(self.roll(5)).filter(|n| *n > 0);
        let truth = Truth::ALL[self.roll(3)];
        query.assume = self.entities().into_iter().map(|condition| Assumed { condition, truth }).collect();
        query
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
