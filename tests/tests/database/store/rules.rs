//! Rules that hold across rows.

use anyhow::Result;
use pledgegraph_model::{Edge, EdgeId};
use pledgegraph_store::{Mutation, WriteError};
use pledgegraph_tests::database::TestDb;
use serde_json::json;

use crate::fixture::{
    batch, edge, entity, everything, id, one, one_of_each_kind, pledge, put_edge, put_entity, write, write_world,
};

fn part_of(part: &str, whole: &str) -> Edge {
    edge(&format!("{part} in {whole}"), &json!({"kind": "part_of", "subject": part, "object": whole}))
}

fn rule(answer: Result<i64, WriteError>) -> String {
    match answer {
        Ok(seq) => seq.to_string(),
        Err(WriteError::Constraint { rule, .. }) => rule.to_owned(),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_is_part_of_itself() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    for kind in ["part_of", "membership", "request", "commitment", "remark"] {
        let fields = match kind {
            "membership" => json!({"role": "member"}),
            "request" | "remark" => json!({"text": {"en": "text"}, "type": "hope"}),
            "commitment" => json!({"stance": "willing", "capability": "unspecified"}),
            _ => json!({}),
        };
        let mut fields = fields.as_object().expect("an object").clone();
        if kind == "request" {
            fields.remove("type");
        }
        fields.insert("kind".to_owned(), json!(kind));
        fields.insert("subject".to_owned(), json!("coalition:willing"));
        fields.insert("object".to_owned(), json!("coalition:willing"));
        let answer = one(&mut conn, [put_edge(&edge(kind, &fields.into()))]).await;
        let allowed = matches!(kind, "commitment" | "remark");
        assert_eq!(answer.is_ok(), allowed, "{kind}");
        if !allowed {
            assert_eq!(rule(answer), "self-loop");
        }
    }
    Ok(())
}

#[tokio::test]
async fn part_of_has_no_cycle() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let groups = ["group:a", "group:b", "group:c", "group:d"];
    one(&mut conn, groups.map(|group| put_entity(&entity(group)))).await?; // 2
    let [a, b, c, d] = groups;
    let mut denied = part_of(d, a);
    denied.polarity = pledgegraph_model::Polarity::Denied;
    denied.id = EdgeId::of_key("denied");
    let mut deprecated = part_of(d, a);
    deprecated.rank = pledgegraph_model::Rank::Deprecated;
    let writes = [
        vec![part_of(a, b)],                // 3
        vec![part_of(b, c), part_of(c, d)], // 4
        vec![part_of(c, a)],                // a, b, c
        vec![part_of(b, a)],                // a, b
        vec![part_of(a, d)],                // 5: another way up
        vec![part_of(d, a)],                // all
        vec![denied],                       // 6
        vec![deprecated],                   // 7
        vec![part_of(d, a)],                // the same, and counts again
        vec![part_of("country:GB", a), part_of("group:larger", "country:GB"), part_of(d, "group:larger")],
        vec![part_of("country:GB", a), part_of("group:larger", "country:GB")], // 8
    ];
    let writes = writes.map(|edges| write(edges.iter().map(put_edge)));
    let told: Vec<_> = batch(&mut conn, &writes).await.into_iter().map(rule).collect();
    let cycle = "part-of-cycle";
    assert_eq!(told, ["3", "4", cycle, cycle, "5", cycle, "6", "7", cycle, cycle, "8"]);
    // Turned around in one write.
    let around =
        [Mutation::RemoveEdge(part_of(a, b).id), put_edge(&part_of(b, a)), Mutation::RemoveEdge(part_of(c, d).id)];
    assert_eq!(rule(one(&mut conn, around.clone()).await), "9");
    everything(&db.pool()).await;
    Ok(())
}

#[tokio::test]
async fn what_is_in_use_is_counted() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, one_of_each_kind().iter().map(put_edge).chain([put_edge(&pledge("a", "willing"))])).await?;
    let mut counts = async |mutation| match one(&mut conn, [mutation]).await {
        Err(WriteError::InUse { counts }) => {
            counts.iter().map(|(what, n)| format!("{what} {n}")).collect::<Vec<_>>().join(", ")
        }
        other => panic!("{other:?}"),
    };
    for (row, expected) in [
        ("country:GB", "commitment 2, convening 1, office 1, part_of 1"),
        ("country:US", "action 1, condition_test 1, outcome 1, remark 1"),
        ("organization:paper", "attribution 12, publisher 1, request 1"),
        ("condition:ceasefire", "commitment 1"),
        ("source:a", "evidence 13"),
    ] {
        assert_eq!(counts(Mutation::RemoveEntity(id(row))).await, expected, "{row}");
    }
    assert_eq!(counts(Mutation::RemoveEdge(EdgeId::of_key("commitment"))).await, "link 1");
    Ok(())
}
