//! Fetching what the issuer publishes: its description, and its keys.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::Value;

use super::options::{OidcOptions, OidcSetupError};

/// How long a fetch may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The longest document, in bytes.
const LONGEST: usize = 256 * 1024;

/// Why the keys could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// No connection, no answer, or not in time.
    #[error("the issuer does not answer")]
    Http(#[from] reqwest::Error),
    /// Another status than 200; redirects are not followed.
    #[error("the issuer answers with status {0}")]
    Status(u16),
    /// More than is read.
    #[error("the issuer's answer is too long")]
    TooLong,
    /// Not JSON.
    #[error("the issuer's answer is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// The description is of another issuer, or its address of keys cannot be used.
    #[error("the issuer's description {0}")]
    Description(&'static str),
    /// There is no key that could be used.
    #[error("the issuer publishes no key that can be used")]
    NoKey,
}

/// Where the keys are, and how to get there.
#[derive(Debug)]
pub(super) struct Fetcher {
    client: Client,
    issuer: String,
    jwks: Option<Url>,
    description: Url,
}

impl Fetcher {
    pub(super) fn new(options: &OidcOptions) -> Result<Self, OidcSetupError> {
        let jwks = options.jwks_url.as_deref().map(address).transpose()?;
        address(&options.issuer)?;
        // OpenID Connect Discovery 1.0, section 4.
        let description =
            address(&format!("{}/.well-known/openid-configuration", options.issuer.trim_end_matches('/')))?;
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(LIMIT)
            .user_agent(concat!("pledgegraph/", env!("CARGO_PKG_VERSION")));
        let client = if is_here(jwks.as_ref().unwrap_or(&description)) { client.no_proxy() } else { client };
        let client = client.build().map_err(OidcSetupError::Client)?;
        Ok(Self { client, issuer: options.issuer.clone(), jwks, description })
    }

    /// The keys, as published.
    pub(super) async fn keys(&self) -> Result<Vec<Value>, FetchError> {
        let mut set = match &self.jwks {
            Some(url) => self.get(url.clone()).await?,
            None => self.get(self.discover().await?).await?,
        };
        match set.get_mut("keys").map(Value::take) {
            Some(Value::Array(keys)) => Ok(keys),
            _ => Err(FetchError::NoKey),
        }
    }

    async fn discover(&self) -> Result<Url, FetchError> {
        let described = self.get(self.description.clone()).await?;
        if described.get("issuer").and_then(Value::as_str) != Some(self.issuer.as_str()) {
            return Err(FetchError::Description("names another issuer"));
        }
        let jwks = described.get("jwks_uri").and_then(Value::as_str).and_then(|text| address(text).ok());
        jwks.ok_or(FetchError::Description("has no usable jwks_uri"))
    }

    async fn get(&self, url: Url) -> Result<Value, FetchError> {
        let mut response = self.client.get(url).header("accept", "application/json").send().await?;
        if response.status().as_u16() != 200 {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(FetchError::NotJson)
    }
}

/// An address that keys may come from: HTTPS, or this machine.
fn address(text: &str) -> Result<Url, OidcSetupError> {
    let url = Url::parse(text).ok().filter(|url| url.username().is_empty() && url.password().is_none());
    let url = url.filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_here(url)));
    url.ok_or_else(|| OidcSetupError::Address(text.to_owned()))
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for good in ["https://a.example/x", "http://127.0.0.1:1/", "http://localhost:8080/x", "http://[::1]/"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/x",
            "ftp://localhost/",
            "file:///etc/passwd",
            "https://u:p@a.example/",
            "http://127.0.0.1.example/",
            "http://192.168.0.1/",
            "x",
            "",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
