//! What the claims of a JWT with a good signature say.

use std::time::{SystemTime, UNIX_EPOCH};

use pledgegraph_live::Scope;
use serde_json::{Map, Value};

use super::super::Principal;

/// The longest subject, in bytes (`OpenID` Connect Core, 2: at most 255 ASCII characters).
const LONGEST_SUBJECT: usize = 255;
/// How our scopes are written among those of other services.
const PREFIX: &str = "pledgegraph:";

/// Whom the claims speak for, or what is wrong with them. `exp`, `nbf`, `iss` and `aud` are checked already, as far as
/// they have the right types.
pub(super) fn principal(
    claims: &Map<String, Value>,
    scope_claim: &str,
    leeway: u64,
) -> Result<Principal, &'static str> {
    let of_wrong_type = |name: &&str| claims.get(*name).is_some_and(|value| !value.is_number());
    if ["exp", "nbf", "iat"].iter().any(of_wrong_type) {
        return Err("a time is not a number");
    }
    if !claims.get("iss").is_some_and(Value::is_string) {
        return Err("iss is not a string");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "half a minute")]
    let latest = now + leeway as f64;
    if claims.get("iat").and_then(Value::as_f64).is_some_and(|issued| issued > latest) {
        return Err("iat is in the future");
    }
    let subject = claims.get("sub").and_then(Value::as_str).ok_or("sub is not a string")?;
    let usable = (1..=LONGEST_SUBJECT).contains(&subject.len()) && !subject.chars().any(char::is_control);
    if !usable {
        return Err("sub is empty, too long, or has control characters");
    }
    Ok(Principal { name: subject.to_owned(), token: None, scope: claims.get(scope_claim).and_then(scope) })
}

/// The greatest of our scopes in a claim: words in one string (RFC 8693, 4.2), or a list of strings.
fn scope(claim: &Value) -> Option<Scope> {
    let words: Vec<&str> = match claim {
        Value::String(words) => words.split(' ').collect(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    words.into_iter().filter_map(|word| word.strip_prefix(PREFIX)?.parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scopes_are_words_with_our_prefix() {
        for (claim, expected) in [
            (json!("openid pledgegraph:write email"), Some(Scope::Write)),
            (json!("pledgegraph:read pledgegraph:admin"), Some(Scope::Admin)),
            (json!(["pledgegraph:read", 1]), Some(Scope::Read)),
            (json!("write admin pledgegraph:Admin pledgegraph:"), None),
            (json!({"pledgegraph:admin": true}), None),
            (json!(null), None),
        ] {
            assert_eq!(scope(&claim), expected, "{claim}");
        }
    }

    #[test]
    fn claims_have_their_types() {
        let with = |name: &str, value: Value| {
            let mut claims = json!({"iss": "i", "sub": "s", "exp": 1, "scope": "pledgegraph:read"});
            claims[name] = value;
            principal(claims.as_object().expect("an object"), "scope", 30).map(|principal| principal.name)
        };
        assert_eq!(with("sub", json!("s")), Ok("s".to_owned()));
        for (name, value) in [
            ("exp", json!("1")),
            ("nbf", json!("1")),
            ("iat", json!("1")),
            ("iat", json!(32_503_680_000_u64)),
            ("iss", json!(["i"])),
            ("sub", json!("")),
            ("sub", json!(1)),
            ("sub", json!("a\nb")),
            ("sub", json!("s".repeat(256))),
        ] {
            assert!(with(name, value.clone()).is_err(), "{name} {value}");
        }
    }
}
