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
    let answers = batch(
        &mut conn,
        &[
            expecting(&[(edge_a, Expected::Present)], put_edge(&a)),
            expecting(&[(edge_a, Expected::Absent)], put_edge(&a)), // 2
            expecting(&[(edge_a, Expected::Absent)], put_edge(&a)),
            expecting(&[(edge_a, Expected::Version(1))], put_edge(&pledge("a", "offered"))),
            expecting(&[(edge_a, Expected::Version(2))], put_edge(&pledge("a", "offered"))), // 3
            expecting(&[(edge_a, Expected::Version(2))], put_edge(&pledge("a", "pledged"))),
            expecting(&[(edge_a, Expected::Version(3))], Mutation::RemoveEdge(a.id)), // 4
            expecting(&[(edge_a, Expected::Version(3))], Mutation::RemoveEdge(a.id)),
            // Of a row that the write itself leaves alone.
            expecting(&[(ukraine, Expected::Version(1)), (edge_b, Expected::Absent)], put_edge(&b)), // 5
            expecting(&[(ukraine, Expected::Version(2))], put_edge(&b)),
            expecting(
                &[],
                put_entity(&entity_with(
                    "country:UA",
                    &serde_json::json!({"names": {"en": "U"},
                "iso3166": {"alpha2": "UA", "alpha3": "UA", "numeric": "000"}}),
                )),
            ), // 6
            expecting(&[(ukraine, Expected::Version(1))], put_edge(&b)),
        ],
    )
    .await;
    assert_eq!(
        told(answers),
        [
            Err(None),
            Ok(2),
            Err(Some(2)),
            Err(Some(2)),
            Ok(3),
            Err(Some(3)),
            Ok(4),
            Err(None),
            Ok(5),
            Err(Some(1)),
            Ok(6),
            Err(Some(6)),
        ]
    );
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
