//! The table: medians of rounds, and what they are to each other.

use serde_json::{Value, json};

use crate::load::Cell;
use crate::starting::Import;
use crate::writes::Written;

/// What one question came to, by round.
pub(crate) struct Measured {
    pub(crate) question: &'static str,
    pub(crate) parameters: &'static str,
    pub(crate) connections: usize,
    /// Lines of an answer, as they were compared.
    pub(crate) lines: f64,
    /// The product, and the other build of it.
    pub(crate) products: Vec<Vec<Cell>>,
    pub(crate) sql: Vec<Cell>,
    /// The server that says hello, with as many connections.
    pub(crate) hello: Vec<Cell>,
}

/// Text in columns: the first two to the left, numbers to the right.
#[derive(Default)]
pub(crate) struct Table(Vec<Vec<String>>);

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A figure of all rounds.
fn of(cells: &[Cell], figure: fn(&Cell) -> f64) -> String {
    median(cells.iter().map(figure)).map_or_else(String::new, number)
}

/// Figures of all rounds.
fn figures<const N: usize>(cells: &[Cell], figures: [fn(&Cell) -> f64; N]) -> [String; N] {
    figures.map(|figure| of(cells, figure))
}

/// The ratio of a figure, round by round: its median, and between what it lies.
pub(crate) fn ratio(ours: &[Cell], theirs: &[Cell], figure: fn(&Cell) -> f64) -> (String, String) {
    let both = ours.iter().zip(theirs).filter(|(_, theirs)| figure(theirs) > 0.0);
    let ratios: Vec<f64> = both.map(|(ours, theirs)| figure(ours) / figure(theirs)).collect();
    let (least, most) = (ratios.iter().copied().reduce(f64::min), ratios.iter().copied().reduce(f64::max));
    let between = least.zip(most).map(|(least, most)| format!("{}..{}", number(least), number(most)));
    (median(ratios).map_or_else(String::new, number), between.unwrap_or_default())
}

/// Three digits that count.
pub(crate) fn number(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

impl Table {
    pub(crate) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.push(cells.into_iter().map(Into::into).collect());
    }

    pub(crate) fn text(&self) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or_default();
        let wide = |at: usize| self.0.iter().filter_map(|row| Some(row.get(at)?.chars().count())).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(wide).collect();
        let line = |row: &Vec<String>| {
            let cells =
                row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                    if at < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        self.0.iter().map(line).collect()
    }
}

const QUESTIONS: [&str; 18] = [
    "question",
    "parameters",
    "conns",
    "lines",
    "p50",
    "p99",
    "qps",
    "CPU",
    "MB/s",
    "SQL p50",
    "p99",
    "qps",
    "CPU",
    "hello p50",
    "CPU",
    "CPU:SQL",
    "p50:SQL",
    "CPU:hello",
];

/// The questions: times in microseconds.
pub(crate) fn questions(rows: &[Measured], versus: bool) -> String {
    let mut table = Table::default();
    let mut head = QUESTIONS.to_vec();
    if versus {
        head.extend(["old p50", "CPU", "CPU new:old", "between", "p50 new:old", "between"]);
    }
    table.row(head);
    for row in rows {
        let Some(own) = row.products.first() else { continue };
        let mut cells = vec![row.question.to_owned(), row.parameters.to_owned(), row.connections.to_string()];
        cells.push(number(row.lines));
        cells.extend(figures(own, [|cell| cell.p50, |cell| cell.p99, |cell| cell.rate, |cell| cell.cpu]));
        cells.push(of(own, |cell| cell.throughput));
        let sql = &row.sql;
        cells.extend(figures(sql, [|cell| cell.p50, |cell| cell.p99, |cell| cell.rate, |cell| cell.cpu]));
        cells.extend(figures(&row.hello, [|cell| cell.p50, |cell| cell.cpu]));
        cells.push(ratio(own, sql, |cell| cell.cpu).0);
        cells.push(ratio(own, sql, |cell| cell.p50).0);
        cells.push(ratio(own, &row.hello, |cell| cell.cpu).0);
        if let Some(old) = row.products.get(1) {
            cells.extend(figures(old, [|cell| cell.p50, |cell| cell.cpu]));
            for (median, between) in [ratio(own, old, |cell| cell.cpu), ratio(own, old, |cell| cell.p50)] {
                cells.extend([median, between]);
            }
        }
        table.row(cells);
    }
    table.text()
}

const WRITES: [&str; 14] = [
    "writers",
    "",
    "p50",
    "p99",
    "writes/s",
    "CPU",
    "PostgreSQL",
    "SQL p50",
    "p99",
    "writes/s",
    "PostgreSQL",
    "pgbench/s",
    "writes:SQL",
    "writes:pgbench",
];

/// Writing: times in microseconds.
pub(crate) fn writes(rows: &[(usize, Written)], versus: bool) -> String {
    let mut table = Table::default();
    let mut head = WRITES.to_vec();
    if versus {
        head.extend(["old writes/s", "CPU", "writes new:old", "between", "CPU new:old", "between"]);
    }
    table.row(head);
    for (writers, row) in rows {
        let Some(own) = row.products.first() else { continue };
        let mut cells = vec![writers.to_string(), String::new()];
        cells.extend(figures(own, [|cell| cell.p50, |cell| cell.p99, |cell| cell.rate]));
        cells.extend(figures(own, [|cell| cell.cpu, |cell| cell.beside]));
        let sql = &row.sql;
        cells.extend(figures(sql, [|cell| cell.p50, |cell| cell.p99, |cell| cell.rate, |cell| cell.cpu]));
        let rates = own.iter().zip(&row.pgbench).map(|(cell, rate)| cell.rate / rate);
        let by_pgbench = median(rates).map_or("not installed".to_owned(), number);
        cells.push(median(row.pgbench.iter().copied()).map_or_else(String::new, number));
        cells.extend([ratio(own, sql, |cell| cell.rate).0, by_pgbench]);
        if let Some(old) = row.products.get(1) {
            cells.extend(figures(old, [|cell| cell.rate, |cell| cell.cpu]));
            for (median, between) in [ratio(own, old, |cell| cell.rate), ratio(own, old, |cell| cell.cpu)] {
                cells.extend([median, between]);
            }
        }
        table.row(cells);
    }
    table.text()
}

/// An import in words.
pub(crate) fn import(what: &str, import: &Import) -> String {
    let Import { took, cpu, postgres } = import;
    format!("{what}: {:.2} s, CPU {cpu:.1} s and {postgres:.1} s of PostgreSQL", took.as_secs_f64())
}

/// The questions for programs.
pub(crate) fn as_json(rows: &[Measured]) -> Value {
    let figures = |cells: &[Cell]| {
        let figure = |of: fn(&Cell) -> f64| median(cells.iter().map(of));
        json!({"p50": figure(|cell| cell.p50), "p99": figure(|cell| cell.p99), "qps": figure(|cell| cell.rate),
            "cpu": figure(|cell| cell.cpu), "throughput": figure(|cell| cell.throughput)})
    };
    let row = |row: &Measured| {
        let products: Vec<Value> = row.products.iter().map(|cells| figures(cells)).collect();
        json!({"question": row.question, "parameters": row.parameters, "connections": row.connections, "lines": row.lines,
            "products": products, "sql": figures(&row.sql), "hello": figures(&row.hello)})
    };
    rows.iter().map(row).collect()
}
