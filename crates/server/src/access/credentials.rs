//! The credentials of a request: a bearer token in the `Authorization` header (RFC 6750), and nowhere else.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Uri};
use pledgegraph_wire::problem::Problem;

use super::required::parameters;
use crate::error::ApiError;

/// The longest credentials that are looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// Parameters in which other services take tokens.
const IN_ADDRESS: [&str; 4] = ["access_token", "api_key", "apikey", "token"];

/// What a request brings.
#[derive(PartialEq, Eq)]
pub(super) enum Credentials {
    /// Nothing.
    None,
    /// A bearer token of whatever kind.
    Bearer(String),
    /// Another scheme than `Bearer`.
    OtherScheme,
    /// `Bearer` with something that no token can be.
    Malformed,
}

/// Takes the credentials out of a request, so that nothing further in can let them out.
///
/// # Errors
/// A token in the address; several `Authorization` headers.
pub(super) fn take(headers: &mut HeaderMap, uri: &Uri) -> Result<Credentials, ApiError> {
    if parameters(uri.query()).any(|(name, _)| IN_ADDRESS.contains(&name.to_ascii_lowercase().as_str())) {
        return Err(ApiError::of(Problem::TokenInUrl));
    }
    if headers.get_all(AUTHORIZATION).iter().nth(1).is_some() {
        return Err(ApiError::of(Problem::AmbiguousCredentials));
    }
    Ok(headers.remove(AUTHORIZATION).as_ref().map_or(Credentials::None, read))
}

fn read(header: &HeaderValue) -> Credentials {
    let Ok(text) = header.to_str() else { return Credentials::Malformed };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Credentials::OtherScheme;
    }
    let token = token.trim_matches(' ');
    // RFC 6750, 2.1: b64token.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if (1..=LONGEST).contains(&token.len()) && token.bytes().all(allowed) {
        Credentials::Bearer(token.to_owned())
    } else {
        Credentials::Malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str], address: &str) -> Option<Credentials> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).expect("a value"));
        }
        let taken = take(&mut headers, &address.parse().expect("an address")).ok();
        assert!(taken.is_none() || headers.is_empty());
        taken
    }

    #[test]
    fn credentials_are_bearer_tokens_in_the_header() {
        let bearer = |token: &str| Some(Credentials::Bearer(token.to_owned()));
        for (value, expected) in [
            ("Bearer abc", bearer("abc")),
            ("bearer abc.def-_~+/=", bearer("abc.def-_~+/=")),
            ("BEARER  abc ", bearer("abc")),
            ("Bearer", Some(Credentials::Malformed)),
            ("Bearer ", Some(Credentials::Malformed)),
            ("Bearer a b", Some(Credentials::Malformed)),
            ("Bearer a,b", Some(Credentials::Malformed)),
            ("Basic dTpw", Some(Credentials::OtherScheme)),
            ("abc", Some(Credentials::OtherScheme)),
        ] {
            assert!(of(&[value], "/x") == expected, "{value}");
        }
        assert!(of(&[], "/x?q=token") == Some(Credentials::None));
        assert!(of(&[&format!("Bearer {}", "a".repeat(LONGEST + 1))], "/x") == Some(Credentials::Malformed));
    }

    #[test]
    fn not_twice_and_not_in_the_address() {
        assert!(of(&["Bearer a", "Bearer a"], "/x").is_none());
        for address in ["/x?access_token=a", "/x?a=b&token=a", "/x?api_key", "/x?%61pi_key=a", "/x?Token=a"] {
            assert!(of(&[], address).is_none(), "{address}");
        }
    }
}
