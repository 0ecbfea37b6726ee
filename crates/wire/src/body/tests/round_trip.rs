use pledgegraph_graph::Builder;
use pledgegraph_model::{Edge, EdgeKind, Entity, Synthetic};
use serde_json::{Value, json};

use crate::body::{Except, Form, Naming, read_edge, read_entity, write_edge, write_entity};

/// Every record of a graph as a request and as a line, and back.
fn check(entities: &[Entity], edges: &[Edge]) {
    let graph = Builder::one_commit(entities.to_vec(), edges.to_vec());
    for entity in entities {
        let draft = write_entity(entity, &graph);
        let except = Except { within: &&graph, own: entity.id };
        let read = read_entity(&draft, entity.kind, Form::Request, &except).unwrap_or_else(|e| panic!("{draft} {e:?}"));
        assert_eq!(Entity { id: entity.id, redirects: entity.redirects.clone(), ..read.value }, *entity, "{draft}");
        let mut line = draft;
        line["id"] = json!(entity.id);
        line["redirects"] = json!(entity.redirects);
        let read = read_entity(&line, entity.kind, Form::Line, &except).unwrap_or_else(|e| panic!("{line} {e:?}"));
        assert_eq!(read.value, *entity, "{line}");
    }
    for edge in edges {
        let draft = write_edge(edge, &graph, Naming::Typed);
        let read = |draft: &Value, kinds: &[EdgeKind], form| {
            read_edge(draft, kinds, form, &&graph).unwrap_or_else(|e| panic!("{draft} {e:?}")).value
        };
        assert_eq!(Edge { id: edge.id, ..read(&draft, &[edge.kind()], Form::Request) }, *edge, "{draft}");
        let mut line = write_edge(edge, &graph, Naming::General);
        line["id"] = json!(edge.id);
        assert_eq!(read(&line, pledgegraph_model::Code::ALL, Form::Line), *edge, "{line}");
    }
}

#[test]
fn synthetic_records_survive() {
    for seed in 0..4 {
        let synthetic = Synthetic::new(1_000, seed);
        let entities: Vec<_> = synthetic.entities().collect();
        let edges: Vec<_> = synthetic.edges().collect();
        check(&entities, &edges);
    }
}
