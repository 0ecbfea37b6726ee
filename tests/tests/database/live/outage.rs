//! A database that is out of reach for a while.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_live::{Live, LiveOptions, StoreError, TokenText, WriteError, pool_options};
use pledgegraph_model::Removed;
use pledgegraph_store::tokens::{self, NewToken};
use pledgegraph_store::{Scope, head};
use pledgegraph_tests::database::TestDb;

use super::frozen::Way;
use super::{eventually, until};
use crate::fixture::{pledge, put_edge, write, write_world};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an answer may take while the outage is known.
const AT_ONCE: Duration = Duration::from_millis(200);

#[tokio::test]
async fn while_the_database_is_known_to_be_away_nobody_waits_for_it_and_tokens_stay_good() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write_world(&mut conn).await;
    let text = TokenText::random()?;
    let new = NewToken { name: "before", text: &text, scope: Scope::Write, expires_at: None };
    tokens::insert(&mut conn, &new).await?;
    let mut way = Way::to(&db).await?;
    let pool = pool_options().max_connections(8).acquire_timeout(Duration::from_secs(10));
    let live = Live::start(pool.connect_lazy_with(way.options()), LiveOptions::default()).await?;
    let before = pledge("before", "willing");
    let row = Removed::Edge(before.id);
    live.write(write([put_edge(&before)])).await?;
    let is_known = || live.token_in_memory(&text.hash()).is_some();
    until(PATIENCE, is_known).await.context("the token is read")?;

    way.cut().await;
    let began = Instant::now();
    let mut refused = live.history(row).await;
    while !matches!(refused, Err(StoreError::Away)) && began.elapsed() < PATIENCE {
        ensure!(refused.is_err(), "the database is read though it is away");
        refused = live.history(row).await;
    }
    for number in 0..5 {
        let began = Instant::now();
        let refused = live.write(write([put_edge(&pledge(&format!("{number}"), "willing"))])).await;
        ensure!(matches!(refused, Err(WriteError::Unavailable(_))), "{refused:?}");
        ensure!(matches!(live.history(row).await, Err(StoreError::Away)));
        ensure!(live.token(&text.hash()).await?.is_some(), "a token that was good");
        ensure!(live.token(&TokenText::random()?.hash()).await.is_err(), "a token that nobody knows");
        ensure!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    }
    ensure!(!live.status().is_ready());

    way.mend().await?;
    until(PATIENCE, || live.status().is_ready()).await.context("the database is back")?;
    live.write(write([put_edge(&pledge("after", "willing"))])).await?;
    ensure!(!live.history(row).await?.is_empty());
    let head = head::read(&mut conn).await?;
    ensure!(eventually(&live, |graph| graph.seq() == head.seq).await.chain() == head.chain);
    tokens::revoke(&mut conn, "before").await?;
    until(PATIENCE, || live.token_in_memory(&text.hash()).is_none()).await.context("the revocation is read")
}
