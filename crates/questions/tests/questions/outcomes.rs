//! What is told of questions on the bundled data, whole: each is a snapshot, which `UPDATE_EXPECT=1` writes anew.

#![expect(clippy::needless_raw_string_hashes, reason = "snapshots are written so")]

use std::fmt::{Result as Written, Write as _};

use anyhow::Result;
use expect_test::{Expect, expect};
use pledgegraph_questions::{
    AnswerInWords, Assumption, Grade, Interpretation, Lang, Limits, Outcome, Paraphrase, Questions, StatementInWords,
    Suggestion, Told,
};

use crate::{LIMITS, TODAY, bundled};

/// An outcome, a line for each thing that is told.
struct Shown<'o> {
    outcome: &'o Outcome<'o>,
    text: String,
}

impl Shown<'_> {
    fn of(outcome: &Outcome<'_>) -> Result<String, std::fmt::Error> {
        let mut shown = Shown { outcome, text: String::new() };
        shown.whole()?;
        Ok(shown.text)
    }

    fn whole(&mut self) -> Written {
        let outcome = self.outcome;
        writeln!(self.text, "{}: {}", outcome.status.as_str(), outcome.text)?;
        outcome.interpretation.iter().try_for_each(|read| self.reading("read as", read))?;
        for part in &outcome.unplaced {
            writeln!(self.text, "without a place: {} ({} to {})", part.text, part.start, part.end)?;
        }
        outcome.alternatives.iter().try_for_each(|read| self.reading("or as", read))?;
        outcome.answers.items.iter().try_for_each(|told| self.answer(told))?;
        self.beside("against", &outcome.counter)?;
        self.beside("instead", &outcome.instead)?;
        self.beside("aside", &outcome.aside)?;
        outcome.suggestions.iter().try_for_each(|suggestion| self.suggestion("has answers", suggestion))?;
        outcome.cuts.iter().try_for_each(|cut| writeln!(self.text, "cut: {cut:?}"))
    }

    fn said<'p>(&self, paraphrase: &'p Paraphrase) -> &'p str {
        match self.outcome.lang {
            Lang::En => &paraphrase.en,
            Lang::Ar => &paraphrase.ar,
        }
    }

    fn reading(&mut self, how: &str, read: &Interpretation<'_>) -> Written {
        writeln!(self.text, "{how} {} [{}]", self.said(&read.paraphrase), read.answers)?;
        for assumption in &read.assumptions {
            match assumption {
                Assumption::Entity { text, assumed } => writeln!(self.text, "  {text} = {}", assumed.reference())?,
                Assumption::Meaning(others) => {
                    others.iter().try_for_each(|other| self.suggestion("  could mean", other))?;
                }
            }
        }
        Ok(())
    }

    fn suggestion(&mut self, how: &str, suggestion: &Suggestion) -> Written {
        writeln!(self.text, "{how}: {} [{}]", self.said(&suggestion.paraphrase), suggestion.answers)
    }

    fn answer(&mut self, told: &AnswerInWords<'_>) -> Written {
        let answer = &told.answer;
        let up: Vec<&str> = answer.relaxations.iter().map(|relaxation| relaxation.as_str()).collect();
        let exactly = if answer.grade == Grade::Exact { "" } else { answer.grade.as_str() };
        let about = [exactly, &up.join(" ")].join(" ");
        writeln!(self.text, "answer: {} [{}] {}", told.text, answer.statements.len(), about.trim())
    }

    fn beside(&mut self, how: &str, told: &Told<StatementInWords<'_>>) -> Written {
        let more = told.total - told.items.len();
        told.items.iter().try_for_each(|statement| writeln!(self.text, "{how}: {}", statement.text))?;
        if more > 0 { writeln!(self.text, "{how}: {more} more") } else { Ok(()) }
    }
}

/// Asks questions on the bundled data.
fn check(cases: &[(&str, Expect)]) -> Result<()> {
    let (graph, questions) = (bundled()?, Questions::new()?);
    let limits = Limits { answers: 5, beside: 3, ..LIMITS };
    for (question, expected) in cases {
        let outcome = questions.ask(&graph, question, TODAY, limits)?;
        // A line ends where its words end.
        let lines: Vec<String> = Shown::of(&outcome)?.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        expected.assert_eq(&lines.concat());
    }
    Ok(())
}

#[test]
fn each_status_says_what_it_knows() -> Result<()> {
    check(&[
        (
            "Who pledged ground forces conditional on US backing?",
            expect![[r#"
            answered: No source in the record says exactly this. The closest: Australia (forces), France (forces) and United Kingdom (forces) (less firm than asked, of a wider capability, on a condition that is implied, not stated). Against it: Countries not ready to deploy ground forces (ground forces, declined, said April of a year that is not stated, conceded by others).
            read as Which “Who”, in “Commitments” where the capability is “Ground forces” and the stance is at least “Pledged” and a condition is “US backing”? [3]
            answer: Australia [1] relaxed stance capability explicitness
            answer: France [1] relaxed stance capability explicitness
            answer: United Kingdom [1] relaxed stance capability explicitness
            against: Countries not ready to deploy ground forces (ground forces, declined, conceded by others)
        "#]],
        ),
        (
            "من تعهد بإرسال قوات برية بشرط الدعم الأمريكي؟",
            expect![[r#"
            answered: لا يقول أي مصدر في السجل ذلك بالضبط. الأقرب: أستراليا (قوات)، فرنسا (قوات) والمملكة المتحدة (قوات) (أقل حزما مما سُئل عنه، بقدرة أعم، بشرط ضمني غير مصرح به). في المقابل: دول لا تقبل إرسال جنود على الأرض (قوات برية، امتنع، بتاريخ أبريل/نيسان من سنة غير مذكورة، أقرّ به آخرون).
            read as أي منها «من»، في «التزامات» حيث القدرة هي «قوات برية» والموقف على الأقل «تعهد» ومن الشروط «المساندة الأمريكية»؟ [3]
            answer: أستراليا [1] relaxed stance capability explicitness
            answer: فرنسا [1] relaxed stance capability explicitness
            answer: المملكة المتحدة [1] relaxed stance capability explicitness
            against: دول لا تقبل إرسال جنود على الأرض (قوات برية، امتنع، أقرّ به آخرون)
        "#]],
        ),
        (
            "Who hosts the Conference in support of Ukraine in Rome?",
            expect![[r#"
            no_match: No source in the record says so.
            read as Which “Who”, in “Attendances” where the object is “Conference in support of Ukraine in Rome” and it attends as “Host”? [0]
            has answers: Which “Who”, in “Attendances” where the object is “Conference in support of Ukraine in Rome”? [1]
            has answers: Which “Who”, in “Attendances” where it attends as “Host”? [1]
        "#]],
        ),
        (
            "Who attended the meeting?",
            expect![[r#"
            ambiguous: The question can be read in several ways: April meeting of the Coalition of the Willing, Summit of the Coalition of the Willing beside the Franco-British summit, March meeting of the Coalition of the Willing, Franco-British summit and Conference in support of Ukraine in Rome.
            read as Which “Who”, in “Attendances” where the object is “April meeting of the Coalition of the Willing” and it attends as “Participant” or “Host” or “Chair”? [6]
              meeting = meeting:coalition-april
            or as Which “Who”, in “Attendances” where the object is “Summit of the Coalition of the Willing beside the Franco-British summit” and it attends as “Participant” or “Host” or “Chair”? [5]
              meeting = meeting:coalition-summit
            or as Which “Who”, in “Attendances” where the object is “March meeting of the Coalition of the Willing” and it attends as “Participant” or “Host” or “Chair”? [0]
              meeting = meeting:coalition-march
            or as Which “Who”, in “Attendances” where the object is “Franco-British summit” and it attends as “Participant” or “Host” or “Chair”? [0]
              meeting = meeting:franco-british-summit
            or as Which “Who”, in “Attendances” where the object is “Conference in support of Ukraine in Rome” and it attends as “Participant” or “Host” or “Chair”? [1]
              meeting = meeting:support-conference-rome
        "#]],
        ),
        (
            "Who secretly pledged ground forces?",
            expect![[r#"
            partly_understood: Not understood and left out: “secretly”. For the rest: No source in the record says exactly this. The closest: A considerable number of countries ready to send peacekeepers (forces), Australia (forces), France (forces), United Kingdom (forces), Denmark (forces) and Sweden (forces) (less firm than asked, of a wider capability). Against it: Countries not ready to deploy ground forces (ground forces, declined, said April of a year that is not stated, conceded by others).
            read as Which “Who”, in “Commitments” where the capability is “Ground forces” and the stance is at least “Pledged”? [6]
            without a place: secretly (4 to 12)
            answer: A considerable number of countries ready to send peacekeepers [1] relaxed stance capability
            answer: Australia [1] relaxed stance capability
            answer: France [1] relaxed stance capability
            answer: United Kingdom [1] relaxed stance capability
            answer: Denmark [1] relaxed stance capability
            against: Countries not ready to deploy ground forces (ground forces, declined, conceded by others)
            cut: Answers { told: 5, total: 6 }
        "#]],
        ),
        // Without its `never` it would be another question: it is said how it could be read, and not answered.
        (
            "Who never pledged forces?",
            expect![[r#"
            partly_understood: Not understood: “never”. Without it this would be another question, so it is not answered.
            read as Which “Who”, in “Commitments” where the capability is “Forces” and the stance is at least “Pledged”? [6]
            without a place: never (4 to 9)
        "#]],
        ),
        (
            "What is the capital of Australia?",
            expect![[r#"
            not_understood: The question was not understood.
        "#]],
        ),
        (
            "Has Poland pledged forces?",
            expect![[r#"
            answered: No source in the record says so. On record instead: Poland (forces, in discussion, peacekeeping).
            read as Is there any, in “Commitments” where the subject is “Poland” and the capability is “Forces” and the stance is at least “Pledged”? [0]
            instead: Poland (forces, in discussion)
            has answers: Is there any, in “Commitments” where the subject is “Poland” and the capability is “Forces”? [1]
        "#]],
        ),
    ])
}

#[test]
fn what_is_taken_for_granted_is_told() -> Result<()> {
    check(&[
        (
            "Who leads the coalition?",
            expect![[r#"
            answered: The record says: France and United Kingdom.
            read as Which “Who”, in “Memberships” where the object is “Coalition of the Willing” and it belongs as “Leader” and it holds on “2025-07-10”? [2]
              coalition = coalition:of-the-willing
            answer: France [1]
            answer: United Kingdom [1]
        "#]],
        ),
        (
            "Who leads the Coalition of the Willing?",
            expect![[r#"
            answered: The record says: France and United Kingdom.
            read as Which “Who”, in “Memberships” where the object is “Coalition of the Willing” and it belongs as “Leader” and it holds on “2025-07-10”? [2]
            answer: France [1]
            answer: United Kingdom [1]
        "#]],
        ),
        (
            "Who offered border monitoring?",
            expect![[r#"
            no_match: No source in the record says so.
            read as Which “Who”, in “Commitments” where the capability is “Border monitoring” and the stance is at least “Offered”? [0]
              could mean: Which “Who”, in “Commitments” where the mission is “Border monitoring” and the stance is at least “Offered”? [0]
            has answers: Which “Who”, in “Commitments” where the stance is at least “Offered”? [2]
        "#]],
        ),
        // Who pledges nothing is looked for among those on record; all countries are the other way to take it.
        (
            "Which countries have not pledged forces?",
            expect![[r#"
            answered: The record says: Australia, Belgium, Denmark, Finland, France, United Kingdom, Ireland, Luxembourg, Poland and Sweden. Left out, since they do not count on this day, statements that are: not counted (1).
            read as Which, in “Actors” where its kind is “Country” and it is the subject of “Commitments” (the capability is “Forces” and the polarity is “Asserted”) and none of (it is the subject of “Commitments” (the capability is “Forces” and the stance is at least “Pledged” and the polarity is “Asserted”))? [10]
              could mean: Which, in “Actors” where its kind is “Country” and none of (it is the subject of “Commitments” (the capability is “Forces” and the stance is at least “Pledged” and the polarity is “Asserted”))? [249]
            answer: Australia [1]
            answer: Belgium [1]
            answer: Denmark [1]
            answer: Finland [1]
            answer: France [1]
            cut: Answers { told: 5, total: 10 }
        "#]],
        ),
    ])
}

#[test]
fn what_is_beside_an_answer_is_told() -> Result<()> {
    check(&[
        // A second thing that is asked for and that nobody says.
        (
            "Who refused to back the plan, and why?",
            expect![[r#"
            answered: The record says: United States. No source says this: Reason.
            read as Which “Who” and “Reason”, in “Commitments” where the capability is “Backstop” and the stance is “Refused”? [1]
            answer: United States [1]
        "#]],
        ),
        // What is only planned has not taken place.
        (
            "Who hosted the Coalition of the Willing summit?",
            expect![[r#"
            answered: The record says: United Kingdom. Summit of the Coalition of the Willing beside the Franco-British summit is on record as planned.
            read as Which “Who”, in “Attendances” where the object is “Summit of the Coalition of the Willing beside the Franco-British summit” and it attends as “Host”? [1]
            answer: United Kingdom [1]
        "#]],
        ),
        // Absence where attendance was asked for.
        (
            "Did Japan attend the April meeting?",
            expect![[r#"
            answered: No source in the record says so. On record instead: Japan (absent).
            read as Is there any, in “Attendances” where the subject is “Japan” and the object is “April meeting of the Coalition of the Willing” and it attends as “Participant” or “Host” or “Chair”? [0]
              April meeting = meeting:coalition-april
            instead: Japan (absent)
            has answers: Is there any, in “Attendances” where the subject is “Japan” and the object is “April meeting of the Coalition of the Willing”? [1]
            has answers: Is there any, in “Attendances” where the object is “April meeting of the Coalition of the Willing” and it attends as “Participant” or “Host” or “Chair”? [6]
        "#]],
        ),
        // Sets of conditions are for all of several pledges at once.
        (
            "What blocks the deployment?",
            expect![[r#"
            answered: Each of these is enough to prevent it, if it fails: Agreed peacekeeping force; or Ceasefire; or Peace agreement; or US backing (for all of these at once: A considerable number of countries ready to send peacekeepers (forces, willing, peacekeeping, on condition: Peace agreement, said April of a year that is not stated), Australia (forces, willing, ceasefire monitoring, on condition: Ceasefire (implied) and US backing (implied)), France (forces, willing, ceasefire monitoring, on condition: Ceasefire (implied) and US backing (implied)), United Kingdom (forces, willing, ceasefire monitoring, on condition: Ceasefire (implied) and US backing (implied)), Denmark (forces, willing, peacekeeping, on condition: Agreed peacekeeping force (implied)) and Sweden (forces, willing, peacekeeping, on condition: Agreed peacekeeping force (implied))). Against it: Countries not ready to deploy ground forces (ground forces, declined, said April of a year that is not stated, conceded by others).
            read as What blocks them, in “Commitments” where the capability is “Forces” and the stance is at least “Willing”? [4]
            answer: Agreed peacekeeping force [0]
            answer: Ceasefire [0]
            answer: Peace agreement [0]
            answer: US backing [0]
            against: Countries not ready to deploy ground forces (ground forces, declined, conceded by others)
            instead: A considerable number of countries ready to send peacekeepers (forces, willing)
            instead: Australia (forces, willing)
            instead: France (forces, willing)
            instead: 3 more
        "#]],
        ),
        (
            "How many countries are in the Coalition of the Willing?",
            expect![[r#"
            answered: The record says: more than 30. Set aside, since it does not count on this day: The countries that the British government expected in a coalition for a lasting peace in Ukraine (member, said April of a year that is not stated, expected by others).
            read as Which “Number”, in “Memberships” where the object is “Coalition of the Willing” and it belongs as “Member” or “Leader” and it holds on “2025-07-10”? [1]
            answer: more than 30 [1]
            aside: The countries that the British government expected in a coalition for a lasting peace in Ukraine (member, expected by others)
        "#]],
        ),
    ])
}
