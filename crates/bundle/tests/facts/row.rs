//! What a row of the facts table states of one statement, and the comparison with a statement of the bundle.

use std::collections::{BTreeMap, BTreeSet};

use pledgegraph_model::{
    Attribution, ConditionNode, ConditionOp, Conditions, Date, Edge, EdgeDetail, EdgeId, EntityId, EntityRef, Text,
};
use serde_json::Value;

/// One expected statement. Everything that a statement holds is named here, or is what [`ROW`] says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The line of the article; 0 for a statement of another source.
    pub(crate) line: u32,
    /// The key of the record.
    pub(crate) key: &'static str,
    /// The fact, in our words.
    pub(crate) fact: &'static str,
    /// Subject, kind, object.
    pub(crate) says: &'static str,
    /// The kind's own codes, numbers and references; conditions, dates and texts apart.
    pub(crate) fields: &'static str,
    pub(crate) modality: &'static str,
    pub(crate) polarity: &'static str,
    pub(crate) source: &'static str,
    /// Whether the source states it.
    pub(crate) explicitness: &'static str,
    /// One chain for each piece of evidence: `agent role mode`, original speaker first.
    pub(crate) chains: &'static [&'static [&'static str]],
    /// The tree, each leaf with its explicitness.
    pub(crate) conditions: &'static str,
    pub(crate) dates: &'static [ExpectedDate],
    /// Field, and words that its English and its Arabic text hold.
    pub(crate) texts: &'static [(&'static str, &'static str, &'static str)],
    /// Type and key.
    pub(crate) links: &'static [&'static str],
}

/// Field, EDTF, the source's words, anchor; empty where there is none.
pub(crate) type ExpectedDate = (&'static str, &'static str, &'static str, &'static str);

/// What most statements share: the article says it, explicitly and in its own voice, of others.
pub(crate) const ROW: Row = Row {
    line: 0,
    key: "",
    fact: "",
    says: "",
    fields: "",
    modality: "reported_by_others",
    polarity: "asserted",
    source: "source:seed-article",
    explicitness: "explicit",
    chains: &[&[]],
    conditions: "",
    dates: &[],
    texts: &[],
    links: &[],
};

/// How identifiers read.
pub(crate) struct Names {
    pub(crate) entities: BTreeMap<EntityId, EntityRef>,
    pub(crate) edges: BTreeMap<EdgeId, &'static str>,
}

impl Row {
    /// Every difference between this row and a statement.
    pub(crate) fn differences(&self, edge: &Edge, names: &Names) -> Vec<String> {
        let edge = match named(edge.clone(), names) {
            Ok(edge) => edge,
            Err(problem) => return vec![format!("{}: {problem}", self.key)],
        };
        let mut found = Vec::new();
        let mut compare = |what: &str, wanted: String, is: String| {
            if wanted != is {
                found.push(format!(
                    "{} (line {}, {}): {what} is `{is}`, not `{wanted}`",
                    self.key, self.line, self.fact
                ));
            }
        };
        compare("the statement", self.says.to_owned(), format!("{} {} {}", edge.subject, edge.kind(), edge.object));
        compare("modality", self.modality.to_owned(), edge.modality.to_string());
        compare("polarity", self.polarity.to_owned(), edge.polarity.to_string());
        compare("rank", "normal".to_owned(), edge.rank.to_string());
        compare("fields", tokens(self.fields.split(' ').map(str::to_owned)), tokens(fields(&edge.detail)));
        compare(
            "conditions",
            self.conditions.to_owned(),
            edge.detail.commitment().and_then(|c| c.conditions.as_deref()).map(tree).unwrap_or_default(),
        );
        compare("evidence", self.evidence(), edge.evidence.iter().map(evidence).collect::<Vec<_>>().join("; "));
        compare("dates", tokens(self.dates.iter().map(date_words)), tokens(dates(&edge)));
        let links = edge.links.iter().map(|link| format!("{} {}", link.link_type, link.edge));
        compare("links", tokens(self.links.iter().map(|link| (*link).to_owned())), tokens(links));
        found.extend(self.text_differences(&edge.detail));
        found
    }

    fn evidence(&self) -> String {
        let line = if self.line == 0 { "-".to_owned() } else { self.line.to_string() };
        let chains = self.chains.iter().map(|chain| chain.join(" > "));
        let pieces = chains.map(|chain| format!("{} {line} {} [{chain}]", self.source, self.explicitness));
        pieces.collect::<Vec<_>>().join("; ")
    }

    fn text_differences(&self, detail: &EdgeDetail<EntityRef>) -> Vec<String> {
        let texts = texts(detail);
        let mut found = Vec::new();
        if texts.len() != self.texts.len() {
            found.push(format!("{}: {} texts, not {}", self.key, texts.len(), self.texts.len()));
        }
        for (field, english, arabic) in self.texts {
            for (lang, words) in [("en", english), ("ar", arabic)] {
                let text = texts.get(*field).and_then(|text| text.get(lang));
                if !text.is_some_and(|text| text.contains(words)) {
                    found.push(format!("{} ({}): `{field}` in `{lang}` does not say `{words}`", self.key, self.fact));
                }
            }
        }
        found
    }
}

fn named(edge: Edge, names: &Names) -> Result<Edge<EntityRef, String>, String> {
    edge.try_map(
        |id| names.entities.get(&id).cloned().ok_or_else(|| format!("{id} is no entity")),
        |id| names.edges.get(&id).map(|key| (*key).to_owned()).ok_or_else(|| format!("{id} is in no row")),
    )
}

/// In one order, whatever the order given.
fn tokens(items: impl IntoIterator<Item = String>) -> String {
    let items: BTreeSet<String> = items.into_iter().filter(|item| !item.is_empty()).collect();
    items.into_iter().collect::<Vec<_>>().join(" ")
}

/// The codes, numbers and references of a detail as `field=value`.
fn fields(detail: &EdgeDetail<EntityRef>) -> Vec<String> {
    let apart = ["kind", "conditions", "date", "since", "agenda", "text", "rationale", "title"];
    let value = serde_json::to_value(detail).expect("a detail serialises");
    let fields = value.as_object().into_iter().flatten().filter(|(field, _)| !apart.contains(&field.as_str()));
    fields.flat_map(|(field, value)| flat(field, value)).collect()
}

/// `field=value`, and `field.part=value` for what lies deeper; spaces as underscores.
pub(crate) fn flat(field: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(parts) => {
            parts.iter().flat_map(|(part, value)| flat(&format!("{field}.{part}"), value)).collect()
        }
        Value::String(text) => vec![format!("{field}={}", text.replace(' ', "_"))],
        other => vec![format!("{field}={other}")],
    }
}

fn tree(conditions: &Conditions<EntityRef>) -> String {
    format!("{} {}", conditions.relation, node(&conditions.root))
}

fn node(at: &ConditionNode<EntityRef>) -> String {
    if let (ConditionOp::Condition, Some(condition), Some(explicitness)) = (at.op, &at.condition, at.explicitness) {
        return format!("{condition} {explicitness}");
    }
    format!("{}({})", at.op, at.of.iter().map(node).collect::<Vec<_>>().join(", "))
}

fn evidence(piece: &pledgegraph_model::Evidence<EntityRef>) -> String {
    let line = piece.locator.line.map_or("-".to_owned(), |line| line.to_string());
    let chain = piece.attribution.iter().map(link).collect::<Vec<_>>().join(" > ");
    format!("{} {line} {} [{chain}]", piece.source, piece.explicitness)
}

fn link(link: &Attribution<EntityRef>) -> String {
    let agent = link.agent.as_ref().map(ToString::to_string).or_else(|| link.name.clone()).unwrap_or_default();
    format!("{agent} {} {}", link.role, link.mode.map(|mode| mode.to_string()).unwrap_or_default())
}

fn dates(edge: &Edge<EntityRef, String>) -> Vec<String> {
    let own = match &edge.detail {
        EdgeDetail::Convening(convening) => convening.date.as_ref(),
        EdgeDetail::Outcome(outcome) => outcome.since.as_ref(),
        _ => None,
    };
    let all = [
        ("said_at", Some(&edge.said_at)),
        ("valid_from", Some(&edge.valid_from)),
        ("valid_until", Some(&edge.valid_until)),
        ("date", own),
    ];
    let stated = all.into_iter().filter_map(|(field, date)| Some((field, date.filter(|date| !date.is_unknown())?)));
    stated.map(|(field, date)| one_date(field, date)).collect()
}

fn one_date(field: &'static str, date: &Date) -> String {
    let edtf = date.edtf.as_ref().map(ToString::to_string).unwrap_or_default();
    let anchor = date.anchor.map(|anchor| anchor.to_string()).unwrap_or_default();
    let verbatim = date.verbatim.as_deref().unwrap_or_default();
    format!("{field}:{edtf}|{verbatim}|{anchor}")
}

fn date_words((field, edtf, verbatim, anchor): &ExpectedDate) -> String {
    format!("{field}:{edtf}|{verbatim}|{anchor}")
}

fn texts(detail: &EdgeDetail<EntityRef>) -> BTreeMap<String, &Text> {
    let one = |field: &str, text| vec![(field.to_owned(), text)];
    let texts = match detail {
        EdgeDetail::Office(office) => one("title", &office.title),
        EdgeDetail::Commitment(commitment) => one("rationale", &commitment.rationale),
        EdgeDetail::Request(request) => one("text", &request.text),
        EdgeDetail::Action(action) => one("text", &action.text),
        EdgeDetail::Remark(remark) => one("text", &remark.text),
        EdgeDetail::Convening(convening) => {
            convening.agenda.iter().enumerate().map(|(i, text)| (format!("agenda {}", i + 1), text)).collect()
        }
        _ => Vec::new(),
    };
    texts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}
