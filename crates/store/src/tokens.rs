//! Tokens: who may ask. The text of a token is never stored; see `migrations/0007_access.sql`.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::refusal::refusal;
use crate::token_text::TokenText;
use crate::{Scope, StoreError};

/// A token, as far as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Identifier; it stands in the log of what was done with it.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Its first characters.
    pub shown: String,
    /// What it allows.
    pub scope: Scope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The last day (UTC) on which it was used.
    pub last_used: Option<NaiveDate>,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// What people call it: 1 to 64 letters, digits and `._@-`, beginning with a letter or digit.
    pub name: &'a str,
    /// Its text; only the hash is stored.
    pub text: &'a TokenText,
    /// What it allows.
    pub scope: Scope,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why a token is not made.
#[derive(Debug, thiserror::Error)]
pub enum NewTokenError {
    /// A token that is not revoked has the name.
    #[error("there is a token of this name already")]
    NameTaken,
    /// The name has other characters than are allowed, or too many.
    #[error("a name is 1 to 64 letters, digits and `._@-`, and begins with a letter or digit")]
    BadName,
    /// It would end before it begins.
    #[error("the token would be expired already")]
    Expired,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Token {
    /// Whether it is good at this time.
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A row of `api_token`, as the database has it.
struct TokenRow {
    id: Uuid,
    name: String,
    shown: String,
    scope: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used: Option<NaiveDate>,
}

impl TryFrom<TokenRow> for Token {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        let scope = row.scope.parse().map_err(|error| StoreError::broken_row("api_token", row.id, &error))?;
        let TokenRow { id, name, shown, created_at, expires_at, revoked_at, last_used, .. } = row;
        Ok(Self { id, name, shown, scope, created_at, expires_at, revoked_at, last_used })
    }
}

fn of_database(error: sqlx::Error) -> NewTokenError {
    match refusal(&error).and_then(sqlx::postgres::PgDatabaseError::constraint) {
        Some("api_token_name") => NewTokenError::NameTaken,
        Some("api_token_name_check") => NewTokenError::BadName,
        Some("api_token_expiry") => NewTokenError::Expired,
        _ => NewTokenError::Store(error.into()),
    }
}

/// Makes a token. An expired one of the same name makes room: it counts as revoked from now on.
///
/// # Errors
/// [`NewTokenError`] says why not.
pub async fn insert(conn: &mut PgConnection, new: &NewToken<'_>) -> Result<Token, NewTokenError> {
    sqlx::query!(
        "update api_token set revoked_at = now() where name = $1 and revoked_at is null and expires_at <= now()",
        new.name
    )
    .execute(&mut *conn)
    .await
    .map_err(of_database)?;
    let row = sqlx::query_as!(
        TokenRow,
        "insert into api_token (id, name, shown, hash, scope, expires_at) values ($1, $2, $3, $4, $5, $6)
         returning id, name, shown, scope, created_at, expires_at, revoked_at, last_used",
        Uuid::now_v7(),
        new.name,
        new.text.shown(),
        &new.text.hash()[..],
        new.scope.as_str(),
        new.expires_at
    )
    .fetch_one(conn)
    .await
    .map_err(of_database)?;
    Ok(row.try_into()?)
}

/// Makes the first token of a database: `None` when there was ever one.
///
/// # Errors
/// When the database cannot be written.
pub async fn insert_first(conn: &mut PgConnection, new: &NewToken<'_>) -> Result<Option<Token>, NewTokenError> {
    let any = sqlx::query_scalar!(r#"select exists (select from api_token) as "any!""#)
        .fetch_one(&mut *conn)
        .await
        .map_err(of_database)?;
    if any { Ok(None) } else { insert(conn, new).await.map(Some) }
}

/// The token with this hash, good or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(conn: &mut PgConnection, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
    let row = sqlx::query_as!(
        TokenRow,
        "select id, name, shown, scope, created_at, expires_at, revoked_at, last_used from api_token where hash = $1",
        &hash[..]
    )
    .fetch_optional(conn)
    .await?;
    row.map(Token::try_from).transpose()
}

/// All tokens that are good now, by the hash of their texts.
///
/// # Errors
/// When the database cannot be read.
pub async fn good(conn: &mut PgConnection) -> Result<HashMap<[u8; 32], Token>, StoreError> {
    let rows = sqlx::query!(
        "select hash, id, name, shown, scope, created_at, expires_at, revoked_at, last_used from api_token
         where revoked_at is null and (expires_at is null or expires_at > now())"
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let Ok(hash) = row.hash.try_into() else {
            return Err(StoreError::broken_row("api_token", row.id, &"its hash has not 32 bytes"));
        };
        let (id, name, shown, scope, created_at) = (row.id, row.name, row.shown, row.scope, row.created_at);
        let (expires_at, revoked_at, last_used) = (row.expires_at, row.revoked_at, row.last_used);
        let row = TokenRow { id, name, shown, scope, created_at, expires_at, revoked_at, last_used };
        Ok((hash, row.try_into()?))
    });
    rows.collect()
}

/// All tokens, revoked ones included, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Token>, StoreError> {
    let rows = sqlx::query_as!(
        TokenRow,
        "select id, name, shown, scope, created_at, expires_at, revoked_at, last_used from api_token
         order by created_at, id"
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Token::try_from).collect()
}

/// Revokes the token with this name or identifier, and gives it as it is then; `None` when no unrevoked one has it.
///
/// # Errors
/// When the database cannot be written.
pub async fn revoke(conn: &mut PgConnection, name_or_id: &str) -> Result<Option<Token>, StoreError> {
    let row = sqlx::query_as!(
        TokenRow,
        "update api_token set revoked_at = now() where (name = $1 or id = $2) and revoked_at is null
         returning id, name, shown, scope, created_at, expires_at, revoked_at, last_used",
        name_or_id,
        Uuid::try_parse(name_or_id).ok()
    )
    .fetch_optional(conn)
    .await?;
    row.map(Token::try_from).transpose()
}

/// Notes that a token was used on a day, unless a later or the same day stands there.
///
/// # Errors
/// When the database cannot be written.
pub async fn note_use(conn: &mut PgConnection, id: Uuid, day: NaiveDate) -> Result<(), StoreError> {
    sqlx::query!(
        "update api_token set last_used = $2 where id = $1 and (last_used is null or last_used < $2)",
        id,
        day
    )
    .execute(conn)
    .await?;
    Ok(())
}
