//! What a write expects of rows is decided under the lock, in the order of the writes.

use anyhow::Result;
use pledgegraph_model::Removed;
use pledgegraph_store::{Expected, Mutation, Write, WriteError};
use pledgegraph_tests::database::TestDb;

use crate::fixture::{batch, entity_with, everything, id, one, pledge, put_edge, put_entity, write, write_world};

fn expecting(expected: &[(Removed, Expected)], mutation: Mutation) -> Write {
    Write { expected: expected.to_vec(), ..write([mutation]) }
}

/// The commit of each write, or the version that was found in place of the one expected.
fn told(answers: Vec<Result<i64, WriteError>>) -> Vec<Result<i64, Option<i64>>> {
    let told = |answer| match answer {
        Err(WriteError::Stale { current, .. }) => Err(current),
        Ok(seq) => Ok(seq),
        Err(other) => panic!("{other:?}"),
    };
    answers.into_iter().map(told).collect()
}

#[tokio::test]
async fn a_write_is_done_only_if_the_rows_are_as_it_expects() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let (a, b) = (pledge("a", "willing"), pledge("b", "willing"));
    let (edge_a, edge_b) = (Removed::Edge(a.id), Removed::Edge(b.id));
    let ukraine = Removed::Entity(id("country:UA"));
    let (put_a, put_b) = (|| put_edge(&a), || put_edge(&b));
    let offer = || put_edge(&pledge("a", "offered"));
    let iso = serde_json::json!({"alpha2": "UA", "alpha3": "UA", "numeric": "000"});
    let renamed = entity_with("country:UA", &serde_json::json!({"names": {"en": "U"}, "iso3166": iso}));
    let (writes, expected): (Vec<Write>, Vec<Result<i64, Option<i64>>>) = [
        (expecting(&[(edge_a, Expected::Present)], put_a()), Err(None)),
        (expecting(&[(edge_a, Expected::Absent)], put_a()), Ok(2)),
        (expecting(&[(edge_a, Expected::Absent)], put_a()), Err(Some(2))),
        (expecting(&[(edge_a, Expected::Version(1))], offer()), Err(Some(2))),
        (expecting(&[(edge_a, Expected::Version(2))], offer()), Ok(3)),
        (expecting(&[(edge_a, Expected::Version(2))], put_edge(&pledge("a", "pledged"))), Err(Some(3))),
        (expecting(&[(edge_a, Expected::Version(3))], Mutation::RemoveEdge(a.id)), Ok(4)),
        (expecting(&[(edge_a, Expected::Version(3))], Mutation::RemoveEdge(a.id)), Err(None)),
        // Of a row that the write itself leaves alone.
        (expecting(&[(ukraine, Expected::Version(1)), (edge_b, Expected::Absent)], put_b()), Ok(5)),
        (expecting(&[(ukraine, Expected::Version(2))], put_b()), Err(Some(1))),
        (expecting(&[], put_entity(&renamed)), Ok(6)),
        (expecting(&[(ukraine, Expected::Version(1))], put_b()), Err(Some(6))),
    ]
    .into_iter()
    .unzip();
    assert_eq!(told(batch(&mut conn, &writes).await), expected);
    Ok(())
}

#[tokio::test]
async fn of_many_who_expect_the_same_version_one_writes() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let seq = one(&mut conn, [put_edge(&pledge("counter", "willing"))]).await?;
    let row = Removed::Edge(pledge("counter", "willing").id);
    let attempt = || expecting(&[(row, Expected::Version(seq))], put_edge(&pledge("counter", "pledged")));
    let bystander = write([put_edge(&pledge("bystander", "willing"))]);
    let mut writes: Vec<Write> = std::iter::repeat_with(attempt).take(64).collect();
    writes.push(bystander);
    let answers = batch(&mut conn, &writes).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert!(answers[0].is_ok() && answers[64].is_ok());
    assert_eq!(everything(&db.pool()).await.0.seq, 4);
    Ok(())
}
