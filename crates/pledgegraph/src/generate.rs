//! A synthetic graph as lines of JSON.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use pledgegraph_graph::Graph;
use pledgegraph_model::Synthetic;
use pledgegraph_wire::body::line::{edge_line, entity_line};
use serde::Serialize;

/// Writes the graph of `edges` edges made from `seed` to `output`, else to standard output: first the entities, then
/// the edges, one JSON object a line, in the form that an import reads.
///
/// # Errors
/// When the output does not take it.
pub(crate) fn generate(edges: usize, seed: u64, output: Option<&Path>) -> Result<()> {
    let graph = Synthetic::new(edges, seed);
    match output {
        None => write(&graph, io::stdout().lock()).context("cannot write to standard output"),
        Some(path) => {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            write(&graph, file).with_context(|| format!("cannot write {}", path.display()))
        }
    }
}

fn write(graph: &Synthetic, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, out);
    // References are identifiers: no graph is made only to name them.
    let nothing = Graph::empty();
    graph.entities().try_for_each(|entity| line(&mut out, &entity_line(&entity, &nothing)))?;
    graph.edges().try_for_each(|edge| line(&mut out, &edge_line(&edge, &nothing)))?;
    out.flush()
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
