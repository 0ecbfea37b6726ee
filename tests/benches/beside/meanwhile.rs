//! Reading while somebody else writes: what a commit empties has to be found again by those who read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use sqlx::postgres::PgConnection;
use tokio::time::MissedTickBehavior;

use crate::answers::parameters;
use crate::client::Client;
use crate::load::{Cell, Connection, Request};
use crate::plan::Plan;
use crate::questions::QUESTIONS;
use crate::servers::Server;
use crate::table::{Table, median, number, ratio};
use crate::writes;

/// Writes a second, one after the other.
pub(crate) const RATE: u32 = 100;
/// What is asked meanwhile.
const ASKED: [&str; 3] = ["page of edges", "page", "in force"];

/// Asks each question in turn with nobody writing and with [`RATE`] writes a second, and gives the table.
pub(crate) async fn measure(
    plan: &Plan,
    (server, token): (&Server, &str),
    connection: &mut PgConnection,
) -> Result<String> {
    let (_, bodies) = writes::ready(connection).await?;
    let posts: Arc<[Request]> = bodies.iter().map(|body| writes::post(body, token)).collect();
    let mut side = server.side(1).await?;
    let mut table = Table::default();
    table.row(["question", "", "idle p50", "p50", "ratio", "between", "writes/s"]);
    for question in QUESTIONS.iter().filter(|question| ASKED.contains(&question.name)) {
        let with = parameters(connection, question.popular).await?;
        let gets: Arc<[Request]> = with.iter().map(|with| Request::Get((question.path)(with))).collect();
        let (mut idle, mut busy, mut rates) = (Vec::new(), Vec::<Cell>::new(), Vec::new());
        for _ in 0..plan.rounds {
            // What the writes of the round before emptied is found again first.
            for get in gets.iter() {
                side.connections[0].ask(get).await?;
            }
            idle.push(side.measure(&gets, 1, plan.seconds, None).await?);
            let stop = Arc::new(AtomicBool::new(false));
            let began = tokio::time::Instant::now();
            let writer = tokio::spawn(write(server.port, Arc::clone(&posts), Arc::clone(&stop)));
            busy.push(side.measure(&gets, 1, plan.seconds, None).await?);
            stop.store(true, Ordering::Relaxed);
            rates.push(writer.await?? as f64 / began.elapsed().as_secs_f64());
        }
        let p50 = |cells: &[Cell]| median(cells.iter().map(|cell| cell.p50)).map_or_else(String::new, number);
        let (during, between) = ratio(&busy, &idle, |cell| cell.p50);
        let rate = number(median(rates).context("a round")?);
        table.row([question.name.to_owned(), String::new(), p50(&idle), p50(&busy), during, between, rate]);
    }
    Ok(table.text())
}

/// Writes at a steady rate until it is to stop, and gives how many writes were acknowledged.
async fn write(port: u16, posts: Arc<[Request]>, stop: Arc<AtomicBool>) -> Result<usize> {
    let mut connection = Connection::Http(Client::connect(port).await?);
    let mut tick = tokio::time::interval(Duration::from_secs(1) / RATE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut written = 0;
    for post in posts.iter().cycle() {
        tick.tick().await;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        connection.ask(post).await?;
        written += 1;
    }
    Ok(written)
}
