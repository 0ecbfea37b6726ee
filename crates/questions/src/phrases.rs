//! Statements and values in words.

use std::collections::{BTreeSet, HashSet};

use pledgegraph_graph::{EdgeView, Node, Value};
use pledgegraph_model::{
    Code, CodeEntry, ConditionNode, ConditionOp, Conditionality, Conditions, Count, CountOp, Date, EdgeKind,
    Explicitness, Polarity, Query, QueryAsk, QueryField, Relation, Standing, Text, Truth,
};

use crate::answer::Answer;
use crate::grade::{Grade, Relaxation};
use crate::say::{Digits, Speaker, filled, of};

/// Whether what an answer is of is narrower or wider than what was asked for.
fn is_of_another_capability(answer: &Answer<'_>) -> bool {
    answer.grade == Grade::ByHierarchy || answer.relaxations.contains(&Relaxation::Capability)
}

/// What an answer hangs on, where a query selects it.
pub(crate) fn conditions_of<'g>(query: &Query, answer: &Answer<'g>) -> Option<&'g Conditions<Node>> {
    let at = query.group_by.iter().chain(&query.select).position(|field| *field == QueryField::Conditions)?;
    match answer.values.get(at)?.first()? {
        Value::Conditions(tree) => Some(tree),
        _ => None,
    }
}

/// A text that is the same for trees that say the same: without an order, and without what has one part only.
pub(crate) fn canonical(conditions: &Conditions<Node>) -> String {
    format!("{} {}", conditions.relation, canonical_node(&conditions.root))
}

/// The depth of a tree is at most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
fn canonical_node(node: &ConditionNode<Node>) -> String {
    if let (ConditionOp::Condition, Some(condition)) = (node.op, node.condition) {
        return format!("{condition:?} {:?}", node.explicitness);
    }
    let n = node.of.len();
    let op = match (node.op, node.k.map_or(n, |k| k as usize)) {
        (ConditionOp::AtLeast, k) if k >= n => ConditionOp::AllOf,
        (ConditionOp::AtLeast, 1) => ConditionOp::AnyOf,
        (op, _) => op,
    };
    // Of what all or any of hold, parts of the same kind are parts of the whole.
    let is_flat = matches!(op, ConditionOp::AllOf | ConditionOp::AnyOf);
    let parts = node.of.iter().flat_map(|child| match child {
        child if is_flat && child.op == op => child.of.iter().map(canonical_node).collect(),
        child => vec![canonical_node(child)],
    });
    let parts: BTreeSet<String> = parts.collect();
    match parts.first() {
        Some(only) if parts.len() == 1 && op != ConditionOp::Not => only.clone(),
        _ => format!("{op} {} ({})", node.k.unwrap_or_default(), parts.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

impl Speaker<'_> {
    /// An answer in words: its values, or its statement.
    pub fn row(&self, query: &Query, answer: &Answer<'_>) -> String {
        if let Some(entity) = answer.entity {
            return entity.label(self.lang.as_str()).0.to_owned();
        }
        if let Some(set) = &answer.set {
            let members = set.iter().map(|(condition, holds)| {
                let name = condition.label(self.lang.as_str()).0;
                // Of a blocking set each fails, of an unlocking one each holds, unless a `not` stands over it.
                if *holds == (query.ask == QueryAsk::UnlockingSets) {
                    name.to_owned()
                } else {
                    self.word("not").to_owned() + name
                }
            });
            let members: Vec<String> = members.collect();
            return if members.is_empty() {
                self.word("nothing").to_owned()
            } else {
                self.list(&members, String::clone)
            };
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

    /// A statement in a few words: who, what, how firm.
    pub fn statement(&self, view: &EdgeView<'_>) -> String {
        self.about(view, Vec::new())
    }

    fn about(&self, view: &EdgeView<'_>, beside: Vec<String>) -> String {
        use QueryField::{Capability, Role, Stage, Stance, Text, Title};
        let who = view.subject().label(self.lang.as_str()).0.to_owned();
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

    /// A statement with whom it is about and when: enough to tell two that disagree apart.
    fn claim(&self, view: &EdgeView<'_>) -> String {
        let said = self.statement(view);
        let object = view.object().label(self.lang.as_str()).0.to_owned();
        let when = view.when().map(|date| self.date(date)).into_iter();
        let fields = [QueryField::Status, QueryField::Number, QueryField::Quantity];
        let values = fields.iter().flat_map(|field| view.values(*field)).map(|value| self.value(value));
        let about: Vec<String> = std::iter::once(object).chain(values).chain(when).collect();
        filled(self.word("aside"), &[&said, &about.join(self.word("comma"))])
    }

    /// A value in words.
    pub fn value(&self, value: Value<'_>) -> String {
        match value {
            Value::Entity(node) => self.graph.at(*node).label(self.lang.as_str()).0.to_owned(),
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

    pub(crate) fn code(&self, entry: &CodeEntry) -> String {
        // The code of what no source specifies, alone, would say nothing.
        if entry.code == "unspecified" {
            return self.word("unspecified").to_owned();
        }
        let label = self.lang.label(entry);
        // In a sentence a label begins like any word; Arabic has no capitals.
        let mut letters = label.chars();
        let acronym = label.chars().nth(1).is_some_and(char::is_uppercase);
        match letters.next() {
            Some(first) if !acronym => first.to_lowercase().chain(letters).collect(),
            _ => label.to_owned(),
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

    /// A number, from ten thousand on in groups of three digits.
    pub(crate) fn number(&self, number: u64) -> String {
        let plain = number.to_string();
        if number < 10_000 {
            return self.in_digits(&plain);
        }
        let mark = if self.digits == Digits::Arabic { '٬' } else { ',' };
        let mut grouped = String::new();
        for (at, digit) in plain.chars().enumerate() {
            if at > 0 && (plain.len() - at).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        self.in_digits(&grouped)
    }

    fn in_digits(&self, text: &str) -> String {
        let arabic = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(c);
        if self.digits == Digits::Arabic { text.chars().map(arabic).collect() } else { text.to_owned() }
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

    /// The depth of a tree is at most [`pledgegraph_model::MAX_CONDITION_DEPTH`].
    fn conditions(&self, conditions: &Conditions<Node>) -> String {
        let said = self.condition(&conditions.root);
        match conditions.relation {
            Relation::Necessary => said,
            Relation::Sufficient => filled(self.word("sufficient"), &[&said]),
        }
    }

    fn condition(&self, node: &ConditionNode<Node>) -> String {
        if let (ConditionOp::Condition, Some(condition)) = (node.op, node.condition) {
            let name = self.graph.at(condition).label(self.lang.as_str()).0;
            let implied = node.explicitness == Some(Explicitness::Implied);
            return if implied { filled(self.word("implied"), &[name]) } else { name.to_owned() };
        }
        let bracketed = |child: &ConditionNode<Node>| {
            let said = self.condition(child);
            if child.of.len() > 1 { format!("({said})") } else { said }
        };
        let children: Vec<String> = node.of.iter().map(bracketed).collect();
        match node.op {
            ConditionOp::AnyOf => children.join(self.word("or")),
            ConditionOp::Not => format!("{}{}", self.word("not"), children.concat()),
            ConditionOp::AtLeast => {
                let k = self.number(u64::from(node.k.unwrap_or_default()));
                format!("{} {}", filled(self.word("at_least"), &[&k]), children.join(self.word("comma")))
            }
            _ => children.join(self.word("and")),
        }
    }
}
