//! The gate: every request passes here before any handler sees it.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::{Request, State as FromState};
use axum::http::HeaderValue;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pledgegraph_live::Scope;
use pledgegraph_wire::problem::Problem;

use super::authenticator::{Access, Refusal};
use super::credentials::{self, Credentials};
use super::effort::Effort;
use super::required::{Required, required};
use super::{ClientAddress, Principal};
use crate::endpoint::declared::Facts;
use crate::error::ApiError;
use crate::layers::request_id::RequestId;
use crate::state::State;

/// Lets a request in with its [`Principal`], or refuses it. What is refused is logged, without the credentials.
pub(crate) async fn layer(FromState(state): FromState<State>, mut request: Request, next: Next) -> Response {
    match admit(&state.access, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(refused) => {
            log(&request, &refused);
            refused.into_response()
        }
    }
}

/// Why a request is not let in.
struct Refused {
    error: ApiError,
    problem: Problem,
    /// `WWW-Authenticate`, as RFC 6750, section 3 has it.
    challenge: Option<HeaderValue>,
    retry_after: Option<Duration>,
    principal: Option<Principal>,
}

impl Refused {
    fn new(problem: Problem, error: ApiError) -> Self {
        Self { error, problem, challenge: None, retry_after: None, principal: None }
    }

    fn of(problem: Problem) -> Self {
        Self::new(problem, ApiError::of(problem))
    }

    fn challenged(self, challenge: &'static str) -> Self {
        Self { challenge: Some(HeaderValue::from_static(challenge)), ..self }
    }

    /// Nothing usable was given where something is needed.
    fn unauthenticated() -> Self {
        Self::of(Problem::Unauthenticated).challenged("Bearer realm=\"pledgegraph\"")
    }

    /// One answer for all tokens that are not good.
    fn invalid() -> Self {
        let challenge = "Bearer realm=\"pledgegraph\", error=\"invalid_token\"";
        Self::of(Problem::InvalidToken).challenged(challenge)
    }

    fn insufficient(principal: Principal, scope: Scope) -> Self {
        let detail = format!("this needs a token with the scope `{scope}`");
        let refused = Self::new(Problem::InsufficientScope, ApiError::new(Problem::InsufficientScope, detail));
        let refused = Self { principal: Some(principal), ..refused };
        refused.challenged(match scope {
            Scope::Read => "Bearer realm=\"pledgegraph\", error=\"insufficient_scope\", scope=\"read\"",
            Scope::Write => "Bearer realm=\"pledgegraph\", error=\"insufficient_scope\", scope=\"write\"",
            Scope::Admin => "Bearer realm=\"pledgegraph\", error=\"insufficient_scope\", scope=\"admin\"",
        })
    }

    fn limited(wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..Self::of(Problem::RateLimited) }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.error.into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        response
    }
}

async fn admit(access: &Access, request: &mut Request) -> Result<(), Refused> {
    let uri = request.uri().clone();
    let given = credentials::take(request.headers_mut(), &uri);
    let given = given.map_err(|error| Refused::new(error.problem(), error))?;
    let needs = request.extensions().get::<Facts>().map(|facts| facts.needs);
    let required = required(needs, uri.query(), access.closed_reads);
    if required == Required::Nothing {
        return Ok(());
    }
    let address = request.extensions().get::<ClientAddress>().map(|address| address.0);
    let principal = principal(access, given, address).await?;
    if let Required::Scope(scope) = required {
        match &principal {
            None => return Err(Refused::unauthenticated()),
            Some(principal) if !principal.may(scope) => return Err(Refused::insufficient(principal.clone(), scope)),
            Some(_) => {}
        }
    }
    if let Some(principal) = principal {
        request.extensions_mut().insert(principal);
    }
    Ok(())
}

/// Whose the credentials are, if there are any. Bad ones are refused even where none are needed: who sends them
/// believes to be known.
async fn principal(access: &Access, given: Credentials, address: Option<IpAddr>) -> Result<Option<Principal>, Refused> {
    if given == Credentials::None {
        return Ok(None);
    }
    let wait = access.failures.wait(address, Instant::now());
    let effort = if wait.is_some() { Effort::Memory } else { Effort::Full };
    let checked = match &given {
        Credentials::Bearer(token) => access.authenticate(token, effort).await,
        _ => Err(Refusal::Invalid),
    };
    match (checked, wait) {
        (Ok(principal), _) => Ok(Some(principal)),
        (Err(_), Some(wait)) => Err(Refused::limited(wait)),
        (Err(Refusal::Invalid), None) => {
            access.failures.note(address, Instant::now());
            let other = given == Credentials::OtherScheme;
            Err(if other { Refused::unauthenticated() } else { Refused::invalid() })
        }
        (Err(Refusal::Store(error)), None) => Err(unavailable(Problem::StoreUnavailable, error)),
        (Err(Refusal::Keys(error)), None) => Err(unavailable(Problem::AuthUnavailable, error)),
    }
}

/// The token cannot be checked now. Why is logged here, and nothing of it is shown.
fn unavailable(problem: Problem, cause: impl std::error::Error + Send + Sync + 'static) -> Refused {
    let detail = "tokens cannot be checked at the moment; nothing was done";
    let error = ApiError::new(problem, detail).caused_by(cause);
    Refused { retry_after: Some(Duration::from_secs(4)), ..Refused::new(problem, error) }
}

fn log(request: &Request, refused: &Refused) {
    let extensions = request.extensions();
    let request_id = extensions.get::<RequestId>().map(|id| id.0.as_str());
    let address = extensions.get::<ClientAddress>().map(|address| address.0.to_string());
    let path: String = request.uri().path().chars().take(256).collect();
    let token = refused.principal.as_ref().and_then(|principal| principal.token).map(|id| id.to_string());
    let principal = refused.principal.as_ref().map(|principal| principal.name.as_str());
    tracing::info!(
        target: "pledgegraph::access",
        request_id,
        address,
        principal,
        token,
        method = %request.method(),
        path,
        problem = refused.problem.slug(),
        "refused"
    );
}
