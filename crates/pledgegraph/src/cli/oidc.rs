use clap::Args;

/// Whose JWTs are accepted.
#[derive(Debug, Args)]
#[command(next_help_heading = "JWTs of an OpenID Connect provider, beside tokens")]
#[expect(clippy::struct_field_names, reason = "each is the name of a setting")]
pub(super) struct OidcArgs {
    /// The issuer whose JWTs are accepted: `iss`, exactly
    #[arg(long, value_name = "URL", env = "PLEDGEGRAPH_OIDC_ISSUER")]
    oidc_issuer: Option<String>,

    /// What must be in `aud`; needed with an issuer
    #[arg(long, value_name = "AUDIENCE", env = "PLEDGEGRAPH_OIDC_AUDIENCE")]
    oidc_audience: Option<String>,

    /// Where the issuer's keys are (JWKS) [default: as the issuer's discovery document says]
    #[arg(long, value_name = "URL", env = "PLEDGEGRAPH_OIDC_JWKS_URL")]
    oidc_jwks_url: Option<String>,

    /// The claim with pledgegraph:read, pledgegraph:write or pledgegraph:admin [default: scope]
    #[arg(long, value_name = "NAME", env = "PLEDGEGRAPH_OIDC_SCOPE_CLAIM")]
    oidc_scope_claim: Option<String>,

    /// How the issuer signs: RS256, ES256, `EdDSA`, with commas between them [default: RS256]
    #[arg(long, value_name = "LIST", env = "PLEDGEGRAPH_OIDC_ALGORITHMS")]
    oidc_algorithms: Option<String>,
}
