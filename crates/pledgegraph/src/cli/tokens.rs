use clap::{Args, Subcommand};
use pledgegraph_store::Scope;

use super::place::PlaceArgs;
use crate::token::{Expiry, Order};

/// The arguments of `token`.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    order: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, this once
    ///
    /// The token alone goes to standard output. Works beside a running service.
    Create(TokenCreateArgs),
    /// Show all tokens, without the secret part
    List(TokenListArgs),
    /// Revoke a token for good; a running service refuses it within five seconds
    Revoke(TokenRevokeArgs),
}

#[derive(Debug, Args)]
struct TokenCreateArgs {
    /// What it is called: letters, digits and `._@-`. It stands beside every change made with it
    #[arg(long, value_name = "NAME")]
    name: String,

    /// What it allows: read, write or admin, each with all before it
    #[arg(long, value_name = "SCOPE")]
    scope: Scope,

    /// When it ends by itself: 12h, 90d, 8w, 6m, 1y from now, or a day such as 2027-01-01 [default: never]
    #[arg(long, value_name = "WHEN")]
    expires: Option<Expiry>,

    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct TokenListArgs {
    /// As JSON, for programs
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct TokenRevokeArgs {
    /// Its name or identifier
    #[arg(value_name = "NAME|ID")]
    token: String,

    #[command(flatten)]
    place: PlaceArgs,
}

impl TokenArgs {
    /// What is to be done, and where.
    pub(super) fn order(&self) -> (Order, &PlaceArgs) {
        match &self.order {
            TokenCommand::Create(TokenCreateArgs { name, scope, expires, place }) => {
                (Order::Create { name: name.clone(), scope: *scope, expires: *expires }, place)
            }
            TokenCommand::List(TokenListArgs { json, place }) => (Order::List { json: *json }, place),
            TokenCommand::Revoke(TokenRevokeArgs { token, place }) => (Order::Revoke { token: token.clone() }, place),
        }
    }
}
