//! An issuer of JWTs on a free port, with keys made here.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A key that signs.
pub(crate) enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    /// The attack: the public key as a shared secret.
    Secret(Vec<u8>),
}

impl Key {
    pub(crate) fn rsa() -> Result<Self> {
        Ok(Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?))
    }

    pub(crate) fn ec() -> Result<Self> {
        Ok(Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?))
    }

    pub(crate) fn ed() -> Result<Self> {
        Ok(Self::Ed(Ed25519KeyPair::generate()?))
    }

    /// Its public part, as a server that confuses algorithms would use it for HS256.
    pub(crate) fn confused(&self) -> Result<Self> {
        let Self::Rsa(key) = self else { return Err(anyhow!("an RSA key")) };
        Ok(Self::Secret(key.public_key().as_der()?.as_ref().to_vec()))
    }

    /// As the issuer publishes it.
    pub(crate) fn published(&self, kid: &str) -> Value {
        match self {
            Self::Rsa(key) => {
                let modulus = key.public_key().modulus();
                let (n, e) = (modulus.big_endian_without_leading_zero(), key.public_key().exponent());
                let e = encode(e.big_endian_without_leading_zero());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": encode(n), "e": e})
            }
            Self::Ec(key) => {
                let point = key.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": encode(&point[1..33]), "y": encode(&point[33..])})
            }
            Self::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode(key.public_key().as_ref())})
            }
            Self::Secret(_) => Value::Null,
        }
    }

    /// A JWT with this header and these claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> Result<String> {
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let (message, random) = (signed.as_bytes(), SystemRandom::new());
        let signature = match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                signature
            }
            Self::Ec(key) => key.sign(&random, message)?.as_ref().to_vec(),
            Self::Ed(key) => key.sign(message).as_ref().to_vec(),
            Self::Secret(key) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec(),
        };
        Ok(format!("{signed}.{}", encode(&signature)))
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the issuer answers with now.
#[derive(Default)]
struct Published {
    keys: Vec<Value>,
    down: bool,
    asked: u32,
}

/// The issuer.
#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) url: String,
    published: Arc<Mutex<Published>>,
}

impl Issuer {
    pub(crate) async fn start(keys: Vec<Value>) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port")?;
        let url = format!("http://{}", listener.local_addr()?);
        let published = Arc::new(Mutex::new(Published { keys, ..Published::default() }));
        let issuer = Self { url, published };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys_of))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(issuer)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Published) -> T) -> T {
        act(&mut self.published.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn publish(&self, keys: Vec<Value>) {
        self.with(|published| published.keys = keys);
    }

    pub(crate) fn go_down(&self) {
        self.with(|published| published.down = true);
    }

    /// How often the keys were fetched.
    pub(crate) fn asked(&self) -> u32 {
        self.with(|published| published.asked)
    }
}

async fn describe(State(issuer): State<Issuer>) -> String {
    json!({"issuer": issuer.url, "jwks_uri": format!("{}/keys", issuer.url)}).to_string()
}

async fn keys_of(State(issuer): State<Issuer>) -> Response {
    issuer.with(|published| {
        published.asked += 1;
        if published.down {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        json!({"keys": published.keys}).to_string().into_response()
    })
}
