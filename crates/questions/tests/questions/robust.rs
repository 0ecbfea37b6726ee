//! What a question must never be: misread without saying so, slow, or a reason to stop.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use pledgegraph_graph::EntityView;
use pledgegraph_model::{EntityKind, code_lists, search_key, words};
use pledgegraph_questions::{Extent, Questions};
use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::set::{Case, cases};
use crate::{TODAY, bundled, shown, tries};

/// The questions that are understood.
fn understood() -> Result<Vec<Case>> {
    let mut cases = cases("bundled.ndjson")?;
    cases.retain(|case| ["answered", "no_match"].contains(&case.status.as_str()));
    Ok(cases)
}

/// A question with a word put between two of its words, at each place.
fn with_word<'a>(question: &'a str, word: &'a str) -> impl Iterator<Item = String> + 'a {
    let parts: Vec<&str> = question.split(' ').collect();
    (0..parts.len()).map(move |at| {
        let (before, after) = parts.split_at(at);
        [before, &[word], after].concat().join(" ")
    })
}

#[test]
fn a_word_without_a_place_is_never_passed_over_in_silence() -> Result<()> {
    let (graph, questions) = (bundled()?, Questions::new()?);
    let en = ["purple", "secretly", "landlocked", "reluctantly", "only", "twice", "quickly", "zzyx", "again"];
    let ar = ["بنفسجية", "سرا", "الحبيسة", "مكرها", "فقط", "مرتين", "بسرعة", "غضظ", "مجددا"];
    for case in understood()? {
        for word in if case.lang == "en" { en } else { ar } {
            for question in with_word(&case.question, word) {
                let understood = questions.read(&graph, &question, TODAY);
                ensure!(
                    matches!(understood.extent, Extent::Partly | Extent::NotAtAll),
                    "{question}: {:?}",
                    understood.extent
                );
            }
        }
    }
    Ok(())
}

#[test]
fn a_negation_changes_the_query_or_leaves_it_unanswered() -> Result<()> {
    let (graph, questions) = (bundled()?, Questions::new()?);
    for case in understood()? {
        let before = questions.read(&graph, &case.question, TODAY);
        let before = before.readings.first().map(|reading| shown(&graph, &reading.query)).transpose()?;
        let en = ["not", "never", "no", "without", "except", "didnt", "refusing"];
        let ar = ["لا", "لم", "ليس", "بدون", "باستثناء", "ولم", "رفضوا"];
        for word in if case.lang == "en" { en } else { ar } {
            for question in with_word(&case.question, word) {
                let understood = questions.read(&graph, &question, TODAY);
                let read = understood.readings.first().map(|reading| shown(&graph, &reading.query)).transpose()?;
                let is_silent = understood.extent == Extent::Wholly && read == before;
                // `not` may stand twice in what is said once; where it has no place there is no answer.
                let unplaced =
                    understood.readings.first().map(|reading| reading.unplaced.as_slice()).unwrap_or_default();
                let is_left_out = unplaced.iter().any(|(start, end)| question.get(*start..*end) == Some(word));
                ensure!(!is_silent && (!is_left_out || understood.is_turned), "{question}: {read:?}");
            }
        }
    }
    Ok(())
}

/// In Arabic the feminine of `financial` is also what is of Mali.
const HOMONYMS: [&str; 1] = ["ماليه"];

#[test]
fn the_lexicons_name_nobody() -> Result<()> {
    let (graph, questions) = (bundled()?, Questions::new()?);
    // Words of the vocabulary are not names, though a condition may be called by one.
    let labels = code_lists().into_iter().flat_map(|list| list.codes);
    let vocabulary: HashSet<String> = labels
        .flat_map(|(entry, _)| [search_key(entry.label_en), search_key(entry.label_ar)])
        .flat_map(|label| words(&label).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    // Shorter words are those of every sentence.
    for word in questions.words().into_iter().filter(|word| word.chars().count() > 3) {
        let named = graph.named(word);
        // What a pledge can hang on is called by a common noun: a truce.
        let is_name = |view: &&EntityView<'_>| {
            view.kind() != EntityKind::Condition && !view.entity().slug.as_str().eq_ignore_ascii_case(word)
        };
        let entities: Vec<_> = named.iter().filter(is_name).collect();
        ensure!(
            entities.is_empty() || vocabulary.contains(word) || HOMONYMS.contains(&word),
            "`{word}` is a name of {}",
            entities[0].reference()
        );
    }
    Ok(())
}

const NAMES: [&str; 14] = [
    "United Kingdom",
    "Coalition of the Willing",
    "US",
    "الولايات المتحدة",
    "و",
    "ل",
    "ولل",
    "Congo",
    "\u{202e}",
    "🕊",
    "\u{0}",
    "ﷺ",
    "''",
    "?",
];

/// Words of the lexicons, words and parts of what is asked in the sets, and names.
fn words_of_questions(questions: &Questions) -> Result<Vec<String>> {
    let mut words: Vec<String> = questions.words().into_iter().map(str::to_owned).collect();
    words.extend(
        cases("bundled.ndjson")?
            .iter()
            .flat_map(|case| case.question.split(' ').map(str::to_owned).collect::<Vec<_>>()),
    );
    // Parts of what can be said, too: what is nearly a question takes longer than what is none.
    for question in cases("bundled.ndjson")?.into_iter().chain(cases("strangers.ndjson")?) {
        let parts: Vec<&str> = question.question.split(' ').collect();
        words.extend(parts.windows(4).map(|part| part.join(" ")));
    }
    words.extend(NAMES.map(str::to_owned));
    Ok(words)
}

/// Words one after the other, some without a space between them, cut anywhere.
fn random_question(random: &mut TestRng, words: &[String]) -> String {
    let mut question = String::new();
    // Some say the same again and again.
    let variety = if random.random_range(0..10) == 0 { 1 } else { words.len() };
    let first = random.random_range(0..words.len());
    for _ in 0..random.random_range(1..40) {
        question.push_str(&words[(first + random.random_range(0..variety)) % words.len()]);
        if random.random_range(0..10) > 0 {
            question.push(' ');
        }
    }
    let cut = question.char_indices().map(|(at, _)| at).nth(random.random_range(1..400)).unwrap_or(question.len());
    question.truncate(cut);
    question
}

/// Random questions: words of the lexicons and of the graph, letters of several scripts, cut anywhere.
#[test]
fn random_questions_are_answered_quickly() -> Result<()> {
    let (graph, questions) = (bundled()?, Questions::new()?);
    let words = words_of_questions(&questions)?;
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let count = tries(2_000, 100_000);
    let mut slowest = (Duration::ZERO, String::new());
    for _ in 0..count {
        let question = random_question(&mut random, &words);
        let began = Instant::now();
        let understood = questions.read(&graph, &question, TODAY);
        let took = began.elapsed();
        ensure!(understood.extent != Extent::Wholly || understood.readings.len() == 1, "one reading");
        slowest = slowest.max((took, question));
    }
    println!("{count} questions; the slowest took {:?}: {}", slowest.0, slowest.1);
    Ok(())
}
