//! Writing: what is written is what is read, and each write stands or falls by itself.

use anyhow::Result;
use pledgegraph_model::{Edge, EdgeDetail, EdgeId, Entity, EntityKind, Link, LinkType, Removed, encode};
use pledgegraph_store::snapshot::Row;
use pledgegraph_store::{Mutation, Write, WriteError, history};
use pledgegraph_tests::database::TestDb;
use serde_json::json;

use crate::fixture::{
    batch, edge, entity, entity_with, everything, id, one, one_of_each_kind, pledge, put_edge, put_entity, world,
    write, write_world,
};

#[tokio::test]
async fn every_kind_survives_the_round_trip_with_all_its_fields() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, one_of_each_kind().iter().map(put_edge)).await?;
    let (head, rows) = everything(&db.pool()).await;
    assert_eq!(head.seq, 2);
    let mut entities = world();
    let mut edges = one_of_each_kind();
    for (row, stamp) in rows {
        assert_eq!(stamp.stamp.version, stamp.created_seq);
        let hash = match row {
            Row::Entity(read) => {
                let at = entities.iter().position(|entity| entity.id == read.id).expect("it was written");
                assert_eq!(entities.remove(at), read);
                encode(&read).1
            }
            Row::Edge(read) => {
                let at = edges.iter().position(|edge| edge.id == read.id).expect("it was written");
                assert_eq!(edges.remove(at), read);
                encode(&read).1
            }
        };
        assert_eq!(hash, stamp.hash);
    }
    assert!(entities.is_empty() && edges.is_empty());
    let (whole, _) = &history::whole_edges(&mut conn, &[EdgeId::of_key("commitment")]).await?[0];
    assert_eq!(whole.evidence[0].quotation.as_deref().map(|quoted| &*quoted.text), Some("سترسل قوات"));
    Ok(())
}

#[tokio::test]
async fn putting_again_replaces_and_removing_removes() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let (start, _) = everything(&db.pool()).await;
    one(&mut conn, one_of_each_kind().iter().map(put_edge)).await?;
    let renamed = entity_with("source:b", &json!({"names": {"en": "Another name"}}));
    let smaller = edge(
        "remark",
        &json!({"kind": "remark", "subject": "country:US", "object": "country:UA",
        "type": "hope", "text": {"en": "fewer parts"}}),
    );
    assert_eq!(one(&mut conn, [put_entity(&renamed), put_edge(&smaller)]).await?, 3);
    let (_, rows) = everything(&db.pool()).await;
    let mut found = 0;
    for (row, stamp) in rows {
        if row == Row::Entity(renamed.clone()) || row == Row::Edge(smaller.clone()) {
            found += 1;
            assert_eq!(stamp.stamp.version, 3);
            assert!(stamp.created_seq < 3);
        }
    }
    assert_eq!(found, 2);
    let gone = one_of_each_kind().into_iter().map(|edge| Mutation::RemoveEdge(edge.id));
    let back = put_entity(&entity("source:b"));
    one(&mut conn, gone.chain([back])).await?;
    let (end, _) = everything(&db.pool()).await;
    assert_eq!(end.digest, start.digest, "the same rows have the same digest");
    Ok(())
}

/// What became of a write, in short.
fn told(answer: &Result<i64, WriteError>) -> String {
    match answer {
        Ok(seq) => format!("{seq}"),
        Err(WriteError::DanglingReference { pointer, .. }) => format!("dangling {pointer}"),
        Err(WriteError::EdgeEnds { subject, .. }) => format!("ends {subject}"),
        Err(WriteError::WrongKind { pointer, found, .. }) => format!("wrong {pointer} {found}"),
        Err(WriteError::Invalid { problems, .. }) => format!("invalid {}", problems[0].0),
        Err(WriteError::DuplicateReference(reference)) => format!("taken {reference}"),
        Err(WriteError::KindChanged(_)) => "kind".to_owned(),
        Err(WriteError::InUse { counts }) => format!("in use {counts:?}"),
        Err(WriteError::NotFound(Removed::Edge(_))) => "not found".to_owned(),
        Err(other) => format!("{other}"),
    }
}

fn to_nobody() -> Edge {
    Edge { object: id("country:XX"), ..pledge("nobody", "willing") }
}

fn of_a_source() -> Edge {
    Edge { subject: id("source:a"), ..pledge("source", "willing") }
}

/// A commitment whose meeting is a place.
fn at_a_place() -> Edge {
    let mut edge = Edge { id: EdgeId::of_key("meeting"), ..one_of_each_kind().remove(7) };
    let EdgeDetail::Commitment(commitment) = &mut edge.detail else { panic!("a commitment") };
    commitment.meeting = Some(id("place:london"));
    edge
}

/// An office that somebody unknown tells of.
fn by_nobody() -> Edge {
    let mut edge = one_of_each_kind().remove(1);
    let mut chain = edge.evidence[0].attribution.to_vec();
    chain[0].agent = Some(id("person:nobody"));
    edge.evidence[0].attribution = chain.into();
    edge
}

fn linked_to_nothing() -> Edge {
    let link = Link { link_type: LinkType::About, edge: EdgeId::of_key("no such edge") };
    Edge { links: vec![link], ..pledge("linked", "willing") }
}

#[tokio::test]
async fn a_bad_write_fails_alone_and_by_name() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let (writes, expected): (Vec<Write>, Vec<&str>) = [
        (write([put_edge(&pledge("first", "willing"))]), "2"),
        (write([put_edge(&to_nobody())]), "dangling /object"),
        (write([put_edge(&of_a_source())]), "ends source"),
        (write([put_edge(&at_a_place())]), "wrong /meeting place"),
        (write([put_edge(&by_nobody())]), "dangling /evidence/0/attribution/0/agent"),
        (write([put_edge(&Edge { evidence: Vec::new(), ..pledge("unproved", "willing") })]), "invalid /evidence"),
        (write([put_entity(&Entity { id: id("country:twin"), ..entity("country:GB") })]), "taken country:GB"),
        (write([put_entity(&Entity { id: id("country:UA"), ..entity("person:pm") })]), "kind"),
        (write([put_edge(&linked_to_nothing())]), "dangling /links/0/edge"),
        (write([Mutation::RemoveEntity(id("country:GB"))]), r#"in use {"commitment": 1}"#),
        (write([Mutation::RemoveEntity(id("organization:paper"))]), r#"in use {"publisher": 1}"#),
        (write([Mutation::RemoveEdge(EdgeId::of_key("no such edge"))]), "not found"),
        (write([]), "invalid "),
        (write([put_edge(&pledge("half", "willing")), put_edge(&to_nobody())]), "dangling /object"),
        (write([put_edge(&pledge("last", "willing"))]), "3"),
    ]
    .into_iter()
    .unzip();
    let told: Vec<String> = batch(&mut conn, &writes).await.iter().map(told).collect();
    assert_eq!(told, expected);
    let (head, rows) = everything(&db.pool()).await;
    assert_eq!((head.seq, rows.len()), (3, world().len() + 2));
    Ok(())
}

#[tokio::test]
async fn an_entity_that_speaks_in_an_attribution_stays() -> Result<()> {
    let mut conn = TestDb::new().await?.connect().await?;
    write_world(&mut conn).await;
    let mut quoted = pledge("quoted", "willing");
    quoted.evidence = one_of_each_kind().remove(0).evidence;
    one(&mut conn, [put_edge(&quoted)]).await?;
    let removed = one(&mut conn, [Mutation::RemoveEntity(id("person:pm"))]).await;
    let Err(WriteError::InUse { counts }) = removed else { panic!("{removed:?}") };
    assert_eq!(counts, [("attribution".to_owned(), 1)].into());
    let both = [Mutation::RemoveEntity(id("person:pm")), Mutation::RemoveEdge(quoted.id)];
    one(&mut conn, both).await?;
    Ok(())
}

/// Writes of one batch behave as if they came one after the other.
#[tokio::test]
async fn writes_of_a_batch_see_those_before_them_and_not_those_after() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let france = entity("country:FR");
    let mut french = pledge("french", "willing");
    french.subject = france.id;
    let mut heir = entity("country:FR");
    heir.id = id("country:heir");
    let answers = batch(
        &mut conn,
        &[
            write([put_edge(&french)]),   // too early
            write([put_entity(&france)]), // 2
            write([put_edge(&french)]),   // 3
            write([put_edge(&{
                let mut later = pledge("french", "pledged");
                later.subject = france.id;
                later
            })]), // 4
            write([put_entity(&heir)]),   // the reference is taken
            write([Mutation::RemoveEntity(france.id)]), // still named
            write([Mutation::RemoveEdge(french.id)]), // 5
            write([Mutation::RemoveEntity(france.id)]), // 6
            write([put_entity(&heir)]),   // 7
            write([Mutation::RemoveEntity(heir.id), put_entity(&france)]), // 8: one write may hand a reference on
        ],
    )
    .await;
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().copied()).collect();
    assert_eq!(told, [None, Some(2), Some(3), Some(4), None, None, Some(5), Some(6), Some(7), Some(8)]);
    let (_, rows) = everything(&db.pool()).await;
    assert_eq!(
        rows.iter().filter(|(row, _)| matches!(row, Row::Entity(e) if e.kind == EntityKind::Country)).count(),
        4
    );
    Ok(())
}
