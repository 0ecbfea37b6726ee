//! The questions: answers compared, then asked in rounds.

use std::sync::Arc;

use anyhow::{Result, ensure};
use sqlx::postgres::PgConnection;

use crate::answers::{Compared, compare, compare_builds, copy, parameters};
use crate::client::Client;
use crate::load::{Request, Side};
use crate::plan::Plan;
use crate::questions::{QUESTIONS, Question, Sql};
use crate::servers::DATABASE;
use crate::servers::{Postgres, Server};
use crate::table::{self, Measured};

/// How many ask at once where many do.
const MANY: usize = 8;

/// A question with its parameters, made ready for both.
struct Ready {
    question: &'static Question,
    name: &'static str,
    lines: f64,
    gets: Arc<[Request]>,
    calls: Arc<[Request]>,
}

/// Those who are asked.
struct Sides {
    products: Vec<Side>,
    sql: Side,
    hello: Side,
}

/// Compares the answers to the questions of the plan, asks them and prints what they come to.
pub(crate) async fn questions(
    plan: &Plan,
    servers: &[Server],
    postgres: &Postgres,
    connection: &mut PgConnection,
) -> Result<()> {
    let mut ready = Vec::new();
    let mut compared = Compared::default();
    for question in QUESTIONS.iter().filter(|question| plan.has(question.name)) {
        for (name, statement) in [("popular", question.popular), ("uniform", question.uniform)] {
            let with = parameters(connection, statement).await?;
            ensure!(!with.is_empty(), "there are no parameters for {}", question.name);
            let mut clients = Vec::new();
            for server in servers {
                clients.push(Client::connect(server.port).await?);
            }
            let Some((product, others)) = clients.split_first_mut() else { continue };
            let found = compare(question, &with, product, connection).await?;
            for other in others {
                let (count, first) = compare_builds(question, &with, (product, other)).await?;
                if let Some(first) = first {
                    println!(
                        "{}, {name}: {count} of {} answers of the builds differ: {first}",
                        question.name,
                        with.len()
                    );
                }
            }
            if !matches!(question.sql, Sql::None | Sql::NoneOfCsv) {
                compared.answers += found.answers;
                compared.lines += found.lines;
                compared.open += found.open;
            }
            ready.push(Ready {
                question,
                name,
                lines: found.lines as f64 / found.answers as f64,
                gets: with.iter().map(|with| Request::Get((question.path)(with))).collect(),
                calls: calls(question, &with),
            });
        }
    }
    if ready.is_empty() {
        return Ok(());
    }
    println!(
        "compared first: {} answers of {} lines; of {} lines PostgreSQL leaves open whether it is in force",
        compared.answers, compared.lines, compared.open
    );
    let hello = Server::hello(postgres).await?;
    let mut sides =
        Sides { products: Vec::new(), sql: postgres.side(DATABASE, MANY).await?, hello: hello.side(MANY).await? };
    for server in servers {
        sides.products.push(server.side(MANY).await?);
    }
    let rows = sides.rounds(plan, &ready).await?;
    println!(
        "\nQUESTIONS, times and CPU a request in microseconds\n{}{LEGEND}",
        table::questions(&rows, servers.len() > 1)
    );
    if let Some(file) = &plan.json {
        std::fs::write(file, serde_json::to_string_pretty(&table::as_json(&rows))?)?;
    }
    Ok(())
}

/// What the table does not say of itself.
const LEGEND: &str = "\
popular: parameters as often as statements have them; uniform: each that exists alike. lines: of an answer, as compared.
The product answers with JSON (or CSV), PostgreSQL with rows of the same columns: references with labels, conditions,
evidence. PostgreSQL does not say of a commitment that hangs on a condition with a test if it is in force; of fall-out not what
is decisive and by which chain; of a card not what each step changed; a path is compared by its length. What has no SQL
(one of page, in force, whole CSV files, questions in words) is compared with nothing. `fields=` leaves `in_force` out of the
answer; /v1/edges does not have it.
";

fn calls(question: &Question, with: &[Vec<String>]) -> Arc<[Request]> {
    let call = |with: &Vec<String>| match question.sql {
        Sql::Call(statement, _) => Some(Request::Call(statement, with.clone())),
        Sql::Copy(function) => Some(Request::Copy(copy(function, with))),
        Sql::None | Sql::NoneOfCsv => None,
    };
    with.iter().filter_map(call).collect()
}

impl Sides {
    async fn rounds(&mut self, plan: &Plan, ready: &[Ready]) -> Result<Vec<Measured>> {
        let mut rows: Vec<(&Ready, Measured)> = Vec::new();
        for ready in ready {
            for connections in if ready.question.crowded { &[1, MANY][..] } else { &[1] } {
                let measured = Measured {
                    question: ready.question.name,
                    parameters: ready.name,
                    connections: *connections,
                    lines: ready.lines,
                    products: vec![Vec::new(); self.products.len()],
                    sql: Vec::new(),
                    hello: Vec::new(),
                };
                rows.push((ready, measured));
            }
        }
        let greeting: Arc<[Request]> = Arc::from([Request::Get("/readyz".to_owned())]);
        for round in 0..plan.rounds {
            let one = self.hello.measure(&greeting, 1, plan.seconds, None).await?;
            let many = self.hello.measure(&greeting, MANY, plan.seconds, None).await?;
            for (ready, row) in &mut rows {
                row.hello.push(if row.connections == 1 { one } else { many });
                // Whoever comes second does not always come second.
                let count = self.products.len();
                for at in (0..count).map(|at| (at + round) % count) {
                    let cell = self.products[at].measure(&ready.gets, row.connections, plan.seconds, None).await?;
                    row.products[at].push(cell);
                }
                if !ready.calls.is_empty() {
                    row.sql.push(self.sql.measure(&ready.calls, row.connections, plan.seconds, None).await?);
                }
            }
        }
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}
