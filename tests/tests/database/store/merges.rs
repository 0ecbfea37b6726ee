//! One entity becomes part of another, and the reference that it had leads there for ever.

use anyhow::Result;
use pledgegraph_model::{Change, Entity, EntityId, Redirect, Removed};
use pledgegraph_store::commits::write_batch;
use pledgegraph_store::snapshot::Row;
use pledgegraph_store::{Mutation, WriteError, log};
use pledgegraph_tests::database::TestDb;
use sqlx::{Executor, PgConnection, Row as _};

use crate::fixture::{entity, everything, id, one, pledge, put_edge, put_entity, write, write_world};

fn with_redirects(mut entity: Entity, from: &[(EntityId, &str)]) -> Entity {
    let redirect = |(id, slug): &(EntityId, &str)| Redirect { id: *id, slug: slug.parse().expect("a slug") };
    entity.redirects = from.iter().map(redirect).collect();
    entity
}

/// Merges France into the United Kingdom, with the one pledge that names France.
async fn merge(conn: &mut PgConnection) -> Result<i64> {
    let (france, kingdom) = (entity("country:FR"), entity("country:GB"));
    let mut french = pledge("french", "willing");
    french.subject = france.id;
    one(conn, [put_entity(&france), put_edge(&french)]).await?;
    french.subject = kingdom.id;
    let kingdom = with_redirects(kingdom, &[(france.id, "FR")]);
    let from = france.id;
    Ok(one(conn, [put_entity(&kingdom), Mutation::MergeEntity { from, into: kingdom.id }, put_edge(&french)]).await?)
}

#[tokio::test]
async fn a_merge_is_logged_as_one_and_read_back() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let seq = merge(&mut conn).await?;
    let (_, rows) = everything(&db.pool()).await;
    let kingdom = with_redirects(entity("country:GB"), &[(id("country:FR"), "FR")]);
    assert!(rows.iter().any(|(row, _)| *row == Row::Entity(kingdom.clone())));
    assert!(rows.iter().all(|(row, _)| !matches!(row, Row::Entity(e) if e.id == id("country:FR"))));
    let logged = conn.fetch_one("select op, image::text from change where op <> 'put'").await?;
    let (op, image): (String, String) = (logged.get(0), logged.get(1));
    let (from, into) = (id("country:FR"), id("country:GB"));
    let expected = format!(r#"{{"removed":"entity","id":"{from}","ref":"country:FR","into":"{into}"}}"#);
    assert_eq!((op.as_str(), image), ("merge", expected));
    let log::Tail::Commits(_, commits) = log::since(&mut conn, 0, [0; 16]).await? else { panic!("in the log") };
    let removed = Change::Remove(Removed::Entity(from));
    assert!(commits.iter().any(|commit| commit.seq == seq && commit.changes.contains(&removed)));
    assert_eq!(log::verify(&mut conn).await?, seq);
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_never_given_to_another() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    merge(&mut conn).await?;
    let (france, ukraine) = (id("country:FR"), entity("country:UA"));
    let mut other = entity("country:FR");
    other.id = id("country:other");
    let mut same = entity("country:XX");
    same.id = france;
    let refused = [
        put_entity(&other),
        put_entity(&entity("country:FR")),
        put_entity(&same),
        put_entity(&with_redirects(ukraine.clone(), &[(france, "FR")])),
        put_entity(&with_redirects(ukraine.clone(), &[(france, "FR-2")])),
        put_entity(&with_redirects(ukraine.clone(), &[(id("country:new"), "US")])),
        put_entity(&with_redirects(ukraine, &[(id("country:US"), "new")])),
    ];
    for mutation in refused {
        let answer = one(&mut conn, [mutation.clone()]).await;
        assert!(matches!(answer, Err(WriteError::DuplicateReference(_))), "{answer:?} for {mutation:?}");
    }
    Ok(())
}

#[tokio::test]
async fn of_two_writes_that_want_the_same_reference_the_first_has_it() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let first = with_redirects(entity("country:UA"), &[(id("country:UA"), "UKR")]);
    let writes = [write([put_entity(&first)]), write([put_entity(&entity("country:UKR"))])];
    let answers = write_batch(&mut conn, &writes).await?.answers;
    assert!(answers[0].is_ok());
    assert!(matches!(answers[1], Err(WriteError::DuplicateReference(_))), "{:?}", answers[1]);
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_passed_on_in_one_write() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    merge(&mut conn).await?;
    let gone = entity("country:GB");
    let heir = with_redirects(entity("country:US"), &[(gone.id, "GB"), (id("country:FR"), "FR")]);
    let mut edge = pledge("french", "willing");
    edge.subject = heir.id;
    let merge = Mutation::MergeEntity { from: gone.id, into: heir.id };
    one(&mut conn, [merge, put_entity(&heir), put_edge(&edge)]).await?;
    everything(&db.pool()).await;
    Ok(())
}

#[tokio::test]
async fn a_merge_that_does_not_add_up_is_refused() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    one(&mut conn, [put_edge(&pledge("a", "willing"))]).await?;
    let (from, into) = (id("country:GB"), id("country:US"));
    let merge = Mutation::MergeEntity { from, into };
    let kept = put_entity(&with_redirects(entity("country:US"), &[(from, "GB")]));
    let answer = one(&mut conn, [merge.clone()]).await;
    assert!(matches!(answer, Err(WriteError::Invalid { .. })), "{answer:?}");
    let answer = one(&mut conn, [merge.clone(), put_entity(&entity("country:US"))]).await;
    assert!(matches!(answer, Err(WriteError::Invalid { .. })), "{answer:?}");
    let renamed = put_entity(&with_redirects(entity("country:US"), &[(from, "UK")]));
    let answer = one(&mut conn, [merge.clone(), renamed]).await;
    assert!(matches!(answer, Err(WriteError::Stale { current: Some(1), .. })), "{answer:?}");
    let Err(WriteError::InUse { counts }) = one(&mut conn, [merge.clone(), kept.clone()]).await else {
        panic!("a pledge names it")
    };
    assert_eq!(counts, [("commitment".to_owned(), 1)].into());
    let place = with_redirects(entity("place:london"), &[(from, "GB")]);
    let answer = one(&mut conn, [Mutation::MergeEntity { from, into: place.id }, put_entity(&place)]).await;
    assert!(matches!(answer, Err(WriteError::WrongKind { .. })), "{answer:?}");
    one(&mut conn, [merge.clone(), kept.clone(), Mutation::RemoveEdge(pledge("a", "willing").id)]).await?;
    let again = one(&mut conn, [merge, kept]).await;
    assert!(matches!(again, Err(WriteError::NotFound(_))), "{again:?}");
    Ok(())
}
