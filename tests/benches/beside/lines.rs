//! Answers as lines that can be compared: those of the product and those of PostgreSQL come to the same.

use serde_json::Value;

fn items(answer: &Value) -> impl Iterator<Item = &Value> {
    answer.as_array().or_else(|| answer["items"].as_array()).into_iter().flatten()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// A statement: who, to whom, what, on which conditions, by which sources.
fn statement(item: &Value) -> String {
    let row = item.get("shown").unwrap_or(item);
    let end = |names: [&str; 3]| {
        let found = names.iter().map(|name| &row[*name]).find(|value| !value.is_null()).unwrap_or(&Value::Null);
        word(found.get("ref").unwrap_or(found)).to_owned()
    };
    let conditions = match &row["conditions"] {
        Value::Array(refs) => refs.iter().map(word).collect(),
        tree => leaves(tree),
    };
    let sources: Vec<&str> = match (&row["sources"], &row["evidence"]) {
        (Value::Array(refs), _) => refs.iter().map(word).collect(),
        (_, evidence) => items(evidence).map(|piece| word(&piece["source"]["ref"])).collect(),
    };
    let codes = ["id", "capability", "mission", "stance", "stage"].map(|name| word(&row[name])).join(" ");
    let (from, to) = (end(["pledger", "subject", "subject"]), end(["beneficiary", "object", "object"]));
    format!("{codes} {from} {to} {} {}", conditions.join(","), sources.join(","))
}

/// The conditions of a tree, left to right.
fn leaves(tree: &Value) -> Vec<&str> {
    let (mut found, mut stack) = (Vec::new(), vec![tree]);
    while let Some(node) = stack.pop() {
        found.extend(node["condition"]["ref"].as_str());
        stack.extend(node["of"].as_array().into_iter().flatten().rev());
    }
    found
}

/// Whether a commitment is in force.
fn in_force(item: &Value) -> &str {
    item["in_force"].as_str().unwrap_or("?")
}

fn in_all(answer: &Value) -> Option<String> {
    let total = answer["total"]["value"].as_u64().or_else(|| answer[0]["total"].as_u64());
    total.filter(|total| *total > 0).map(|total| format!("{total} in all"))
}

/// A list of commitments with how many there are in all.
pub(crate) fn page(answer: &Value) -> Vec<String> {
    items(answer).map(|item| format!("{} {}", statement(item), in_force(item))).chain(in_all(answer)).collect()
}

/// The same without whether they are in force.
pub(crate) fn plain_page(answer: &Value) -> Vec<String> {
    items(answer).map(statement).chain(in_all(answer)).collect()
}

/// One commitment.
pub(crate) fn record(answer: &Value) -> Vec<String> {
    vec![format!("{} {}", statement(answer), in_force(answer))]
}

/// What an actor said, matter by matter, and what of it stands.
pub(crate) fn histories(answer: &Value) -> Vec<String> {
    let line = |step: &Value, item: &Value| format!("{} {}", statement(item), step["current"]);
    if let Some(matters) = answer["items"].as_array() {
        let steps = matters.iter().flat_map(|matter| items(&matter["steps"]));
        return steps.map(|step| line(step, &step["commitment"])).collect();
    }
    items(answer).map(|row| line(row, row)).collect()
}

/// What depends on an actor, without the order and the distance: chains of the same steps may have more or fewer gates.
pub(crate) fn reached(answer: &Value) -> Vec<String> {
    let total = answer["total"]["value"].as_u64().or_else(|| answer[0]["total"].as_u64()).unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    // More than fit are compared by their number.
    if total <= 1_000 {
        lines = items(answer).map(|item| item.get("commitment").unwrap_or(item)).map(statement).collect();
        lines.sort_unstable();
    }
    lines.push(format!("{total} in all"));
    lines
}

/// How long the path is; which of several it is, is left to each.
pub(crate) fn path_lengths(answer: &Value) -> Vec<String> {
    let length = match &answer["paths"] {
        Value::Array(paths) => paths.first().map_or(0, |path| path["length"].as_u64().unwrap_or_default()),
        _ => items(answer).filter_map(|row| row["hop"].as_u64()).max().unwrap_or_default(),
    };
    vec![format!("{length} hops")]
}

/// The entities, nearest first, and the statements among them.
pub(crate) fn entities(answer: &Value) -> Vec<String> {
    if let (Some(nodes), Some(edges)) = (answer["nodes"].as_array(), answer["edges"].as_array()) {
        let nodes = nodes.iter().map(|node| word(&node["ref"]).to_owned());
        return nodes.chain(edges.iter().map(|edge| word(&edge["id"]).to_owned())).collect();
    }
    items(answer).map(|row| row["ref"].as_str().unwrap_or_else(|| word(&row["shown"]["id"])).to_owned()).collect()
}

/// The cells of a matrix: how many commitments, the strongest, the first of them.
pub(crate) fn matrix_cells(answer: &Value) -> Vec<String> {
    let cells = answer["cells"].as_array().or_else(|| answer.as_array()).into_iter().flatten();
    let line = |cell: &Value| {
        let of = |names: [&str; 2]| cell.get(names[0]).or_else(|| cell.get(names[1])).map_or("-", word).to_owned();
        let (row, column, strongest) =
            (of(["row", "pledger"]), of(["column", "capability"]), of(["strongest_stance", "strongest"]));
        format!("{row} {column} {strongest} {} {}", cell["count"], cell["commitments"])
    };
    cells.map(line).collect()
}
