//! A database of an earlier version, served by this one: nothing is lost, and what was answered is answered.
//!
//! `make.py` makes a directory for a version of the program: a dump of a database, and what the program answered over
//! it. Such a directory is never made again: it is what users have. Whoever changes the schema or an answer says so in its
//! `changed.toml`, with the reason.

mod changed;
mod compare;
mod difference;
mod losing;
mod pattern;
mod recording;
mod replay;
mod restored;
mod rows;

use anyhow::{Context as _, Result, ensure};
use pledgegraph::verify::verify;
use pledgegraph_store::schema;
use serde_json::Value;

use crate::replay::Replay;
use crate::rows::Tables;

#[test]
fn what_is_recorded_is_enough() -> Result<()> {
    let recordings = recording::all()?;
    ensure!(!recordings.is_empty());
    for recording in recordings {
        let asks = |path: &str| recording.exchanges.iter().filter(|exchange| exchange.path.starts_with(path)).count();
        let known_at = recording.exchanges.iter().filter_map(|exchange| exchange.path.split("known_at=").nth(1));
        let moments: std::collections::BTreeSet<_> = known_at.map(|rest| rest.split('&').next()).collect();
        let counts = (recording.exchanges.len(), asks("/v1/changes"), moments.len());
        ensure!(counts.0 >= 60 && counts.1 >= 4 && counts.2 >= 10, "{}: {counts:?}", recording.version);
    }
    Ok(())
}

#[tokio::test]
async fn no_migration_loses_a_value() -> Result<()> {
    for recording in recording::all()? {
        let mut connection = restored::as_dumped(&recording).await?.connect().await?;
        let before = Tables::read(&mut connection).await?;
        schema::migrate(&mut connection).await?;
        let after = Tables::read(&mut connection).await?;
        let (losses, stale) = before.lost(&after, &recording.changed);
        let said: Vec<_> = losses.iter().map(ToString::to_string).chain(stale).collect();
        ensure!(said.is_empty(), "{}:\n{}", recording.version, said.join("\n"));
    }
    Ok(())
}

#[tokio::test]
async fn the_graph_is_sound_and_the_same() -> Result<()> {
    for recording in recording::all()? {
        let (graph, violations) = verify(&restored::migrated(&recording).await?.pool()).await?;
        ensure!(violations.is_empty(), "{}:\n{}", recording.version, violations.join("\n"));
        let chain = graph.chain().map(|byte| format!("{byte:02x}")).concat();
        ensure!(format!("{}.{chain}", graph.seq()) == recording.about.version, "{}", graph.seq());
        ensure!(format!("{:016x}", graph.digest()) == recording.about.digest, "{:016x}", graph.digest());
    }
    Ok(())
}

#[tokio::test]
async fn the_feed_goes_on_wherever_it_was_left() -> Result<()> {
    for recording in recording::all()? {
        let whole = recording.exchanges.iter().find(|exchange| exchange.path == "/v1/changes").context("the feed")?;
        let lines: Vec<Value> = whole.answer.body.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let positions: Vec<&Value> = lines.iter().map(|change| &change["position"]).collect();
        let replay = Replay::start(&recording, restored::migrated(&recording).await?).await?;
        for at in (0..positions.len()).step_by(positions.len() / 12) {
            let since = positions[at].as_str().context("a position")?;
            let rest = replay.feed(since).await.with_context(|| since.to_owned())?;
            let rest: Vec<&Value> = rest.iter().map(|change| &change["position"]).collect();
            ensure!(rest == positions[at + 1..], "{}: after {since}", recording.version);
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_was_answered_is_answered() -> Result<()> {
    for recording in recording::all()? {
        let replay = Replay::start(&recording, restored::migrated(&recording).await?).await?;
        let mut differences = replay.run().await.context(recording.version.clone())?;
        differences.extend(recording.changed.stale());
        ensure!(differences.is_empty(), "{}:\n{}", recording.version, differences.join("\n"));
    }
    Ok(())
}
