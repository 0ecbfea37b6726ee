//! The answer to a write: made when its commit is known, of what is kept with its idempotency key, so that a repetition is
//! answered as the first time wherever it is asked, whatever became of the record and of the labels in it.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LANGUAGE, ETAG, LOCATION};
use axum::response::Response;
use chrono::{DateTime, Utc};
use pledgegraph_wire::answers::member::Members;
use pledgegraph_wire::answers::warning::WarningBody;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::reply::{bytes, json_bytes, record_tag, set};

/// What is kept of a write: all that its answer tells, but for what the commit adds.
#[derive(Serialize)]
pub(crate) struct ToKeep<'a, R> {
    pub(crate) status: u16,
    pub(crate) lang: &'a str,
    /// The path of the record; empty where the answer has none.
    pub(crate) location: String,
    /// Nothing: processes of earlier versions need it to answer a repetition, which they do without a body.
    pub(crate) body: &'static str,
    /// The record without its stamp; `None` where the answer has no body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<R>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) warnings: &'a [WarningBody],
}

/// A write that was done, as it was kept.
#[derive(Deserialize)]
pub(crate) struct Acknowledgement {
    status: u16,
    lang: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    record: Option<Unstamped>,
    #[serde(default)]
    warnings: Option<Box<RawValue>>,
    /// The whole body with a stamp in place of the one to come: what earlier versions kept.
    #[serde(default)]
    body: String,
}

impl Acknowledgement {
    /// Reads what was kept, by this version or by an earlier one.
    pub(crate) fn read(kept: &str) -> Result<Self, ApiError> {
        let kept: Self = serde_json::from_str(kept).map_err(ApiError::internal)?;
        if kept.body.is_empty() { Ok(kept) } else { kept.of_earlier().map_err(ApiError::internal) }
    }

    /// Takes the body of an earlier version apart.
    fn of_earlier(self) -> serde_json::Result<Self> {
        let Unstamped(mut members) = serde_json::from_str(&self.body)?;
        members.retain(|(name, _)| !["version", "recorded_at"].contains(&name.as_str()));
        let warnings = members.pop_if(|(name, _)| name == "warnings").map(|(_, warnings)| warnings);
        Ok(Self { record: Some(Unstamped(members)), warnings, ..self })
    }

    /// The answer, with the record as a commit wrote it.
    pub(crate) fn answer(&self, version: i64, recorded_at: DateTime<Utc>) -> Result<Response, ApiError> {
        let mut response = match &self.record {
            None => Response::new(Body::empty()),
            Some(record) => {
                let bytes = bytes(&Stamped { record, version, recorded_at, warnings: self.warnings.as_deref() })?;
                let etag = record_tag(version, &bytes);
                let mut response = json_bytes(bytes);
                set(&mut response, ETAG, &etag);
                set(&mut response, CONTENT_LANGUAGE, &self.lang);
                response
            }
        };
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        if response.status() == StatusCode::CREATED {
            set(&mut response, LOCATION, &self.location);
        }
        Ok(response)
    }

    /// The answer of a write that was rehearsed: a record that no commit wrote, and no name of it.
    pub(crate) fn rehearsed(&self) -> Result<Response, ApiError> {
        let mut response = self.answer(0, Utc::now())?;
        response.headers_mut().remove(ETAG);
        response.headers_mut().remove(LOCATION);
        Ok(response)
    }
}

/// The members of a record up to its stamp, in their order and as they were written.
struct Unstamped(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Unstamped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Unstamped;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unstamped, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Unstamped(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A record with the stamp of its commit.
struct Stamped<'a> {
    record: &'a Unstamped,
    version: i64,
    recorded_at: DateTime<Utc>,
    warnings: Option<&'a RawValue>,
}

impl Serialize for Stamped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.record.0 {
            map.serialize_entry(name, value)?;
        }
        let mut members = Members::new(map, None);
        members.put_stamp(self.version, self.recorded_at)?;
        members.put_some("warnings", self.warnings)?;
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::json;

    use super::*;

    const MOMENT: &str = "2026-11-23T10:00:00.123456Z";
    const RECORD: &str = r#""id":"1","b":1.50,"a":{"version":0},"text":"\u0642""#;
    const WARNINGS: &str = r#","warnings":[{"type":"duplicate-name","detail":"a \"Kyiv\" is known"}]"#;

    /// The body of an answer that was kept.
    async fn told(kept: &str) -> String {
        let answer = Acknowledgement::read(kept).and_then(|kept| kept.answer(17, MOMENT.parse().expect("a moment")));
        let body = to_bytes(answer.expect("an answer").into_body(), usize::MAX).await.expect("a body");
        String::from_utf8(body.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn what_this_and_earlier_versions_kept_is_told_alike() {
        let warning = [WarningBody::new("duplicate-name", "a \"Kyiv\" is known")];
        for (warnings, warned) in [(&warning[..], WARNINGS), (&[], "")] {
            let expected = format!(r#"{{{RECORD},"version":17,"recorded_at":"{MOMENT}"{warned}}}"#);
            let record = RawValue::from_string(format!("{{{RECORD}}}")).ok();
            let now =
                ToKeep { status: 201, lang: "en", location: "/v1/places/kyiv".to_owned(), body: "", record, warnings };
            assert_eq!(told(&serde_json::to_string(&now).expect("JSON")).await, expected);
            for moment in ["1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00Z"] {
                let body = format!(r#"{{{RECORD},"version":0,"recorded_at":"{moment}"{warned}}}"#);
                let early = json!({"status": 201, "lang": "en", "location": "/v1/places/kyiv", "body": body});
                assert_eq!(told(&early.to_string()).await, expected);
            }
        }
        for nothing in [r#"{"status":204,"lang":"en"}"#, r#"{"status":204,"lang":"en","location":"","body":""}"#] {
            assert_eq!(told(nothing).await, "");
        }
    }
}
