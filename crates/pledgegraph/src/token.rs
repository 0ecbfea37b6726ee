//! Tokens from the command line: made, listed, revoked. Also while the service runs.

mod expiry;
mod table;

use std::io::{self, Write as _};

use anyhow::{Context as _, Result, anyhow, bail};
use chrono::Utc;
use pledgegraph_store::tokens::{self, NewToken, NewTokenError, Token};
use pledgegraph_store::{Scope, TokenText};
use sqlx::{Acquire as _, PgPool};

pub(crate) use self::expiry::Expiry;
use crate::config::Settings;
use crate::database::{Choice, Database};

/// The name of the token that the first start makes.
const FIRST: &str = "first-admin";

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Make a token.
    Create {
        /// What it is called.
        name: String,
        /// What it allows.
        scope: Scope,
        /// When it ends by itself.
        expires: Option<Expiry>,
    },
    /// Show all tokens.
    List {
        /// As JSON.
        json: bool,
    },
    /// Revoke a token.
    Revoke {
        /// Its name or identifier.
        token: String,
    },
}

/// Does what is ordered, in the database of the service.
///
/// # Errors
/// One line that says what was not done, and why.
pub(crate) async fn run(order: &Order, choice: Choice<'_>, settings: &Settings) -> Result<()> {
    let database = Database::attach_or_open(choice, settings).await?;
    let done = match database.fit().await {
        Ok(()) => obey(order, &database.pool).await,
        Err(error) => Err(error),
    };
    database.close().await;
    done
}

async fn obey(order: &Order, pool: &PgPool) -> Result<()> {
    match order {
        Order::Create { name, scope, expires } => create(pool, name, *scope, *expires).await,
        Order::List { json } => list(pool, *json).await,
        Order::Revoke { token } => revoke(pool, token).await,
    }
}

/// The token goes to standard output, alone, so that a script can take it; the rest goes to standard error.
async fn create(pool: &PgPool, name: &str, scope: Scope, expires: Option<Expiry>) -> Result<()> {
    let text = TokenText::random().map_err(|error| anyhow!("the system has no randomness: {error}"))?;
    let expires_at = expires.map(|expiry| expiry.after(Utc::now()));
    let new = NewToken { name, text: &text, scope, expires_at };
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let mut transaction = connection.begin().await.context("cannot write to the database")?;
    let token = tokens::insert(&mut transaction, &new).await.map_err(|error| match error {
        NewTokenError::NameTaken => {
            anyhow!("there is a token `{name}` already: revoke it first, or choose another name")
        }
        other => anyhow::Error::from(other).context(format!("the token `{name}` is not made")),
    })?;
    transaction.commit().await.context("it is not known whether the token was made")?;
    let end = token.expires_at.map_or("does not expire".to_owned(), |end| format!("expires {}", table::minute(end)));
    let shown = writeln!(io::stdout().lock(), "{}", text.reveal());
    shown.context("the token is made and could not be shown: revoke it")?;
    let _ = writeln!(
        io::stderr(),
        "The token `{}` allows to {} and {end}. It is shown only now; keep it where secrets are kept.",
        token.name,
        match token.scope {
            Scope::Read => "read",
            Scope::Write => "read and write",
            Scope::Admin => "read, write and administer",
        }
    );
    Ok(())
}

async fn list(pool: &PgPool, json: bool) -> Result<()> {
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let tokens = tokens::list(&mut connection).await.context("cannot read the tokens")?;
    let mut out = io::stdout().lock();
    let written = if json { table::json(&mut out, &tokens) } else { table::text(&mut out, &tokens) };
    written.context("cannot write to standard output")
}

async fn revoke(pool: &PgPool, name_or_id: &str) -> Result<()> {
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let revoked = tokens::revoke(&mut connection, name_or_id).await.context("cannot write to the database")?;
    let Some(Token { name, shown, .. }) = revoked else {
        bail!("there is no token `{name_or_id}` that could be revoked: `pledgegraph token list` shows all");
    };
    let text = format!("The token `{name}` ({shown}…) is revoked; a running service refuses it within five seconds.\n");
    io::stdout().lock().write_all(text.as_bytes()).context("cannot write to standard output")
}

/// Makes the first token of a database, with the scope `admin`; `None` when there was ever one.
///
/// # Errors
/// When the database cannot be written.
pub(crate) async fn first(pool: &PgPool) -> Result<Option<TokenText>> {
    let text = TokenText::random().map_err(|error| anyhow!("the system has no randomness: {error}"))?;
    let new = NewToken { name: FIRST, text: &text, scope: Scope::Admin, expires_at: None };
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let made = tokens::insert_first(&mut connection, &new).await.context("the first token is not made")?;
    Ok(made.map(|_| text))
}
