//! Statements and values in words.

use std::collections::HashSet;

use pledgegraph_graph::{EdgeView, EntityView, Value};
use pledgegraph_model::{
    Code, Conditionality, Count, CountOp, Date, EdgeKind, Polarity, Query, QueryAsk, QueryField, Standing, Text, Truth,
};

use crate::answer::Answer;
use crate::conditions::conditions_of;
use crate::grade::{Grade, Relaxation};
use crate::speaker::{Speaker, filled, of};

/// Whether what an answer is of is narrower or wider than what was asked for.
fn is_of_another_capability(answer: &Answer<'_>) -> bool {
    answer.grade == Grade::ByHierarchy || answer.relaxations.contains(&Relaxation::Capability)
}

impl Speaker<'_> {
    /// An answer in words: its values, or its statement.
    pub(crate) fn row(&self, query: &Query, answer: &Answer<'_>) -> String {
        if let Some(entity) = answer.entity {
            return self.name(&entity).to_owned();
        }
        if let Some(set) = &answer.set {
            return self.set(query, set);
        }
        if !answer.against.is_empty() {
            let side = |views: &[EdgeView<'_>]| self.list(views, |view| self.claim(view));
            return filled(self.word("versus"), &[&side(&answer.statements), &side(&answer.against)]);
        }
        if query.group_by.is_some() && answer.values.first().is_some_and(Vec::is_empty) {
            return self.word("nothing").to_owned();
        }
        let fields = query.group_by.iter().chain(&query.select);
        let said: Vec<String> = fields
            .zip(&answer.values)
            .filter(|(_, values)| !values.is_empty())
            .map(|(_, values)| self.list(values, |value| self.value(*value)))
            .collect();
        let marks = match answer.statements.first() {
            Some(view) if self.only_may_stand(answer) && !said.is_empty() => self.mark(view),
            _ => Vec::new(),
        };
        match [said, marks].concat().as_slice() {
            [] => answer.statements.first().map(|view| self.statement(view)).unwrap_or_default(),
            [only] => only.clone(),
            [first, rest @ ..] => filled(self.word("aside"), &[first, &rest.join(self.word("comma"))]),
        }
    }

    /// A set of conditions: of a blocking set each fails, of an unlocking one each holds, unless a `not` stands over it.
    fn set(&self, query: &Query, set: &[(EntityView<'_>, bool)]) -> String {
        let is_plain = query.ask == QueryAsk::UnlockingSets;
        let not = |holds: bool| if holds == is_plain { "" } else { self.word("not") };
        match set {
            [] => self.word("nothing").to_owned(),
            set => self.list(set, |(condition, holds)| not(*holds).to_owned() + self.name(condition)),
        }
    }

    /// A statement in a few words: who, what, how firm.
    pub(crate) fn statement(&self, view: &EdgeView<'_>) -> String {
        self.about(view, Vec::new())
    }

    fn about(&self, view: &EdgeView<'_>, beside: Vec<String>) -> String {
        use QueryField::{Capability, Role, Stage, Stance, Text, Title};
        let who = self.name(&view.subject()).to_owned();
        let fields = match view.kind() {
            EdgeKind::Commitment => [Capability, Stance, Stage].as_slice(),
            EdgeKind::Request => [Capability, Text].as_slice(),
            _ => [Role, Title, Text].as_slice(),
        };
        let values = fields.iter().flat_map(|field| view.values(*field)).map(|value| self.value(value));
        // What is denied or not known is never shown as if it were said.
        let open = Some(view.polarity()).filter(|polarity| *polarity != Polarity::Asserted);
        let open = open.map(|polarity| self.code(polarity.entry()));
        let about: Vec<String> = values.chain(open).chain(beside).chain(self.mark(view)).collect();
        if about.is_empty() { who } else { filled(self.word("aside"), &[&who, &about.join(self.word("comma"))]) }
    }

    /// What is to be known of a statement that does not simply stand: its standing and what bounds it, words quoted.
    fn mark(&self, view: &EdgeView<'_>) -> Vec<String> {
        let standing = view.standing(self.day);
        // What is denied or not known is told as such.
        if matches!(standing, Standing::Stands | Standing::Denied | Standing::Unverified) {
            return Vec::new();
        }
        // What does not count since others say so of an actor is told as such.
        let mark = if standing == Standing::NotCounted { view.modality().entry() } else { standing.entry() };
        let mut marks = vec![self.code(mark)];
        let (from, until) = (view.valid_from(), view.valid_until());
        if standing == Standing::NotYet && !from.is_unknown() {
            marks.push(filled(self.word("begins"), &[&self.date(from)]));
        }
        if matches!(standing, Standing::Over | Standing::MayStand) {
            let is_dated = until.edtf.is_some() || until.verbatim.is_some();
            marks.extend(is_dated.then(|| filled(self.word("ends"), &[&self.date(until)])));
            marks.extend((!is_dated && until.ended).then(|| self.word("ended").to_owned()));
        }
        marks
    }

    /// Whether all statements of an answer may stand, and none does.
    pub(crate) fn only_may_stand(&self, answer: &Answer<'_>) -> bool {
        let mut standings = answer.statements.iter().map(|view| view.standing(self.day)).peekable();
        standings.peek().is_some() && standings.all(|standing| standing == Standing::MayStand)
    }

    /// A commitment with what tells it apart from others of the same actor: its conditions, and when it was said.
    pub(crate) fn told(&self, view: &EdgeView<'_>) -> String {
        let own = view.detail().commitment();
        let mission = view.values(QueryField::Mission).into_iter().map(|mission| self.value(mission));
        let tree = own.and_then(|own| own.conditions.as_deref());
        let conditions = tree.map(|tree| filled(self.word("on_condition"), &[&self.conditions(tree)]));
        let free = own.map(|own| own.conditionality).filter(|own| *own == Conditionality::Unconditional);
        let free = free.map(|free| self.code(free.entry()));
        self.about(view, mission.chain(conditions).chain(free).chain(self.said(view)).collect())
    }

    fn said(&self, view: &EdgeView<'_>) -> Option<String> {
        let date = Some(view.said_at()).filter(|date| !date.is_unknown())?;
        Some(filled(self.word("said"), &[&self.date(date)]))
    }

    /// An answer with what tells its statement apart, where it is one; with its capability, where that is not what was asked.
    pub(crate) fn told_row(&self, query: &Query, answer: &Answer<'_>) -> String {
        let is_told = query.select.contains(&QueryField::Capability) || query.group_by == Some(QueryField::Capability);
        match answer.statements.as_slice() {
            [view] if answer.values.is_empty() && answer.entity.is_none() && answer.against.is_empty() => {
                return self.told(view);
            }
            [_, ..] if !answer.values.is_empty() && is_of_another_capability(answer) && !is_told => {}
            _ => return self.row(query, answer),
        }
        let mut capabilities: Vec<String> = Vec::new();
        for view in &answer.statements {
            let own = view.values(QueryField::Capability).into_iter().map(|capability| self.value(capability));
            capabilities.extend(own.filter(|own| !capabilities.contains(own)).collect::<Vec<_>>());
        }
        filled(self.word("aside"), &[&self.row(query, answer), &self.list(&capabilities, String::clone)])
    }

    /// What statements hang on that hang on the same, and which these are.
    pub(crate) fn conditioned(&self, query: &Query, answers: &[&Answer<'_>]) -> String {
        let told = |view: &&EdgeView<'_>| {
            let source = view.values(QueryField::Source);
            let source = (!source.is_empty())
                .then(|| filled(self.word("source"), &[&self.list(&source, |source| self.value(*source))]));
            self.about(view, self.said(view).into_iter().chain(source).collect())
        };
        let mut known = HashSet::new();
        let views: Vec<&EdgeView<'_>> = answers.iter().flat_map(|answer| &answer.statements).collect();
        let views: Vec<&EdgeView<'_>> = views.into_iter().filter(|view| known.insert(view.id())).collect();
        let which = self.list(&views, told);
        match answers.first().and_then(|answer| conditions_of(query, answer)) {
            Some(tree) => format!("{}{}{which}", self.conditions(tree), self.word("of")),
            None => which,
        }
    }

    /// What some answers give up.
    pub(crate) fn relaxations(&self, answers: &[&Answer<'_>]) -> String {
        let mut up: Vec<_> = answers.iter().flat_map(|answer| answer.relaxations.iter().copied()).collect();
        up.sort_unstable();
        up.dedup();
        let up: Vec<&str> = up.iter().map(|r| of(&self.sentences.relaxations, r.as_str(), self.lang)).collect();
        up.join(self.word("comma"))
    }

    /// A statement with whom it is about and when: enough to tell two that disagree apart.
    fn claim(&self, view: &EdgeView<'_>) -> String {
        let said = self.statement(view);
        let object = self.name(&view.object()).to_owned();
        let when = view.when().map(|date| self.date(date)).into_iter();
        let fields = [QueryField::Status, QueryField::Number, QueryField::Quantity];
        let values = fields.iter().flat_map(|field| view.values(*field)).map(|value| self.value(value));
        let about: Vec<String> = std::iter::once(object).chain(values).chain(when).collect();
        filled(self.word("aside"), &[&said, &about.join(self.word("comma"))])
    }

    /// A value in words.
    pub(crate) fn value(&self, value: Value<'_>) -> String {
        match value {
            Value::Entity(node) => self.name(&self.graph.at(*node)).to_owned(),
            Value::Code(entry) => self.code(entry),
            Value::Text(text) => self.text(text),
            Value::Texts(texts) => {
                texts.iter().map(|text| self.text(text)).collect::<Vec<_>>().join(self.word("comma"))
            }
            Value::Flag(flag) => self.code(if flag { Truth::True } else { Truth::False }.entry()),
            Value::Name(name) => name.trim_end_matches('.').to_owned(),
            Value::Date(date) => self.date(date),
            Value::Count(count) => self.count(count),
            Value::Quantity(quantity) => format!("{} {}", self.number(quantity.value), quantity.unit),
            Value::Conditions(conditions) => self.conditions(conditions),
            Value::Strings(strings) => strings.join(self.word("comma")),
            // Statements have none of these.
            Value::Iso3166(_) | Value::Test(_) => String::new(),
        }
    }

    fn text(&self, text: &Text) -> String {
        let own = text.get(self.lang.as_str()).or_else(|| text.iter().next().map(|(_, text)| text)).unwrap_or_default();
        own.trim_end_matches('.').to_owned()
    }

    fn count(&self, count: Count) -> String {
        let number = self.number(u64::from(count.value));
        match count.op {
            CountOp::Eq => number,
            op => format!("{} {number}", self.code(op.entry())),
        }
    }

    /// A date with the precision that it has.
    fn date(&self, date: &Date) -> String {
        if let Some(edtf) = &date.edtf {
            return self.in_digits(&self.edtf(edtf.as_str()));
        }
        let verbatim = filled(self.word("quoted"), &[date.verbatim.as_deref().unwrap_or_default()]);
        if date.anchor.is_some() { filled(self.word("unresolved"), &[&verbatim]) } else { verbatim }
    }

    /// Days, months and years in words; anything else as it stands.
    fn edtf(&self, edtf: &str) -> String {
        let parts: Vec<&str> = edtf.split('-').collect();
        let month = |part: &str| {
            let number: u32 = part.parse().ok()?;
            Some(of(&self.sentences.months, &number.to_string(), self.lang).to_owned()).filter(|name| !name.is_empty())
        };
        let day = |part: &str| part.parse::<u32>().ok().map(|day| day.to_string());
        let known = |year: &str| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        let said = match parts.as_slice() {
            [year, m] => month(m).map(|month| (*year, month)),
            [year, m, d] => month(m).zip(day(d)).map(|(month, day)| (*year, format!("{day} {month}"))),
            _ => None,
        };
        match said {
            Some((year, rest)) if known(year) => format!("{rest} {year}"),
            Some(("XXXX", rest)) => filled(self.word("no_year"), &[&rest]),
            _ => edtf.to_owned(),
        }
    }
}
