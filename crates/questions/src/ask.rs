//! Asks a question: reads it, answers it, and says the answer in words.

use chrono::NaiveDate;
use pledgegraph_graph::{BudgetSpent, EdgeView, EntityView, Graph};
use pledgegraph_model::Query;

use crate::answer::{Answer, Answers};
use crate::answering::{Budget, answer};
use crate::lang::Lang;
use crate::outcome::{
    AnswerInWords, Assumption, Cut, Interpretation, Outcome, Paraphrase, Part, StatementInWords, Status, Suggestion,
    Told,
};
use crate::read::{Extent, Questions, Understanding};
use crate::readings::Reading;
use crate::speaker::{Digits, Speaker};

/// How much may be spent on a question, and how much of what is found is told.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How much may be spent on each query.
    pub budget: Budget,
    /// How many answers are told.
    pub answers: usize,
    /// How many statements of each answer.
    pub statements: usize,
    /// How many statements of each kind that is told beside the answers.
    pub beside: usize,
    /// How many other ways to read the question.
    pub readings: usize,
    /// The digits of numbers in words.
    pub digits: Digits,
}

impl Questions {
    /// Reads a question and answers it; `today` is what `yesterday` and such go from.
    ///
    /// # Errors
    /// As [`Graph::query`].
    pub fn ask<'a>(
        &self,
        graph: &'a Graph,
        text: &'a str,
        today: NaiveDate,
        limits: Limits,
    ) -> Result<Outcome<'a>, BudgetSpent> {
        self.answer(graph, &self.read(graph, text, today), limits)
    }

    /// Answers a question that was read.
    ///
    /// # Errors
    /// As [`Graph::query`].
    pub fn answer<'a>(
        &self,
        graph: &'a Graph,
        question: &Understanding<'a>,
        limits: Limits,
    ) -> Result<Outcome<'a>, BudgetSpent> {
        let speaker = self.speaker(graph, question.lang, limits.digits, question.today);
        Asked { questions: self, graph, question, speaker, limits }.outcome()
    }
}

/// A question that was read, and all that it takes to answer it.
#[derive(Clone, Copy)]
struct Asked<'q, 'a> {
    questions: &'q Questions,
    graph: &'a Graph,
    question: &'q Understanding<'a>,
    speaker: Speaker<'q>,
    limits: Limits,
}

impl<'a> Asked<'_, 'a> {
    fn outcome(self) -> Result<Outcome<'a>, BudgetSpent> {
        let (question, speaker) = (self.question, self.speaker);
        let mut outcome = Outcome::not_understood(question.lang, String::new());
        let Some((first, others)) = question.readings.split_first() else {
            return Ok(Outcome { text: speaker.not_understood(), ..outcome });
        };
        let found = self.find(&first.query)?;
        outcome.interpretation = Some(self.interpretation(first, found.answers.len())?);
        outcome.unplaced = first.unplaced.iter().map(|place| self.part(*place, None)).collect();
        let unplaced: Vec<&str> = outcome.unplaced.iter().map(|part| part.text).collect();
        let is_partly = question.extent == Extent::Partly;
        let partly = if is_partly { speaker.partly(&unplaced) } else { String::new() };
        if !others.is_empty() {
            outcome.status = Status::Ambiguous;
            outcome.alternatives = self.alternatives(others)?;
            let ways: Vec<String> = question.readings.iter().map(|reading| self.difference(reading)).collect();
            outcome.text = partly + &speaker.ambiguous(&ways);
        } else if question.is_turned {
            outcome.text = speaker.turned(&unplaced);
        } else {
            outcome = Outcome { text: partly, ..outcome };
            self.tell(&mut outcome, &first.query, found)?;
        }
        if is_partly {
            outcome.status = Status::PartlyUnderstood;
        }
        Ok(outcome)
    }

    fn find(self, query: &Query) -> Result<Answers<'a>, BudgetSpent> {
        answer(self.graph, query, self.question.today, self.limits.budget)
    }

    /// Tells the answers to a query, and what is beside them.
    fn tell(self, outcome: &mut Outcome<'a>, query: &Query, found: Answers<'a>) -> Result<(), BudgetSpent> {
        let limits = self.limits;
        outcome.status = if found.is_silent() { Status::NoMatch } else { Status::Answered };
        outcome.text += &self.speaker.answers(query, &found);
        outcome.fields = query.group_by.iter().chain(&query.select).copied().collect();
        outcome.cuts = cuts(&found, limits.answers);
        if found.answers.is_empty() {
            outcome.suggestions = self.suggestions(query)?;
        }
        outcome.answers = Told::first(found.answers, limits.answers, |answer| self.row(query, answer));
        outcome.counter = self.beside(found.counter);
        outcome.instead = self.beside(found.instead);
        outcome.aside = self.beside(found.aside);
        Ok(())
    }

    fn row(self, query: &Query, answer: Answer<'a>) -> AnswerInWords<'a> {
        let statements = answer.statements.iter().take(self.limits.statements);
        let statements = statements.map(|view| self.statement(*view)).collect();
        AnswerInWords { text: self.speaker.row(query, &answer), statements, answer }
    }

    fn beside(self, views: Vec<EdgeView<'a>>) -> Told<StatementInWords<'a>> {
        Told::first(views, self.limits.beside, |view| self.statement(view))
    }

    fn statement(self, view: EdgeView<'a>) -> StatementInWords<'a> {
        StatementInWords { text: self.speaker.statement(&view), view }
    }

    fn paraphrase(self, query: &Query) -> Paraphrase {
        let said = |lang| self.questions.paraphrase(self.graph, query, lang);
        Paraphrase { en: said(Lang::En), ar: said(Lang::Ar) }
    }

    fn alternatives(self, others: &[Reading]) -> Result<Vec<Interpretation<'a>>, BudgetSpent> {
        let counted = others.iter().take(self.limits.readings).map(|reading| {
            let answers = self.find(&reading.query)?.answers.len();
            self.interpretation(reading, answers)
        });
        counted.collect()
    }

    fn interpretation(self, reading: &Reading, answers: usize) -> Result<Interpretation<'a>, BudgetSpent> {
        let entity = |id| self.graph.entity(id);
        let spans = reading.spans.iter();
        Ok(Interpretation {
            paraphrase: self.paraphrase(&reading.query),
            query: reading.query.clone(),
            assumptions: self.assumptions(reading)?,
            spans: spans.map(|span| self.part((span.start, span.end), span.entity.and_then(entity))).collect(),
            answers,
        })
    }

    /// Descriptions that fit one entity, and words that could mean something else too.
    fn assumptions(self, reading: &Reading) -> Result<Vec<Assumption<'a>>, BudgetSpent> {
        let described = reading.spans.iter().filter(|span| span.described);
        let mut assumed: Vec<Assumption<'a>> = described
            .filter_map(|span| {
                let text = self.question.text.get(span.start..span.end)?;
                Some(Assumption::Entity { text, assumed: self.graph.entity(span.entity?)? })
            })
            .collect();
        if !reading.others.is_empty() {
            let others = reading.others.iter().map(|query| {
                let answers = self.find(query)?.answers.len();
                Ok(Suggestion { paraphrase: self.paraphrase(query), answers })
            });
            assumed.push(Assumption::Meaning(others.collect::<Result<_, _>>()?));
        }
        Ok(assumed)
    }

    /// A part of the question from a byte to another.
    fn part(self, (start, end): (usize, usize), entity: Option<EntityView<'a>>) -> Part<'a> {
        let text = self.question.text;
        let characters = |byte: usize| text.get(..byte).map_or(0, |before| before.chars().count());
        Part { text: text.get(start..end).unwrap_or_default(), start: characters(start), end: characters(end), entity }
    }

    /// What sets a reading apart from the others: the names that it takes.
    fn difference(self, reading: &Reading) -> String {
        let names = reading.spans.iter().filter_map(|span| self.graph.entity(span.entity?));
        names.map(|view| self.speaker.name(&view)).collect::<Vec<_>>().join(", ")
    }

    /// The same query without one of its members, where that has answers.
    fn suggestions(self, query: &Query) -> Result<Vec<Suggestion>, BudgetSpent> {
        let mut found = Vec::new();
        let which = serde_json::to_value(&query.which).unwrap_or_default();
        for member in which.as_object().into_iter().flat_map(|members| members.keys()) {
            let mut narrower = which.clone();
            narrower.as_object_mut().map(|members| members.remove(member));
            let Ok(which) = serde_json::from_value(narrower) else { continue };
            let wider = Query { which, ..query.clone() };
            let answers = self.find(&wider)?.firm();
            if answers > 0 {
                found.push(Suggestion { paraphrase: self.paraphrase(&wider), answers });
            }
        }
        Ok(found)
    }
}

/// What is not told of what was found.
fn cuts(found: &Answers<'_>, most: usize) -> Vec<Cut> {
    let total = found.answers.len();
    let answers = (total > most).then_some(Cut::Answers { told: most, total });
    answers.into_iter().chain(found.is_cut.then_some(Cut::Record)).collect()
}
