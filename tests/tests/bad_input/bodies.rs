//! Section 3: bodies.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::case::{Case, Row, WRITES, body, post, post_text, row, run};
use crate::client::Client;
use crate::drafts::{commitment, place, with};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(3, "> 1 MiB (import: 1 MiB a line): 413 content-too-large", large()),
        row(
            3,
            "not JSON, truncated, trailing bytes, BOM, invalid UTF-8, lone surrogate, NaN: 400 malformed-json",
            malformed(),
        ),
        row(3, "nesting > 32: 400 json-too-deep", deep()),
        row(3, "duplicate key: 400 duplicate-key", duplicate_keys()),
        row(3, "unknown field, read-only field: 422 unknown-field / read-only-field", fields()),
        row(3, "wrong type, missing field, enum, range, length, > 10,000 items: 422 validation, all at once", values()),
        row(3, "integer > 2^53-1: 422", large_numbers()),
        row(
            3,
            "dates: 2025-02-30, year 0 or 10000, end before start, leap second, offset, Hijri digits: 422 bad-date",
            dates(),
        ),
        row(3, "bulk with one bad item: 422, nothing written, index in pointer", bulk()),
    ]
}

fn large() -> Vec<Case> {
    let long = format!("{{\"slug\":\"a\",\"names\":{{\"en\":\"{}\"}}}}", "x".repeat(1 << 20));
    let spaces = format!("{}{}", place(), " ".repeat(1 << 20));
    let line = format!("{{\"kind\":\"place\",\"slug\":\"a\",\"names\":{{\"en\":\"{}\"}}}}\n", "x".repeat(1 << 20));
    let import = ["Content-Type: application/x-ndjson", "Authorization: Bearer writes"];
    vec![
        post_text("/v1/places", long).is(413, "content-too-large"),
        post_text("/v1/places", spaces).is(413, "content-too-large"),
        run("said to be large, and never sent", |servers| async move {
            use tokio::io::AsyncWriteExt as _;
            let mut socket = tokio::net::TcpStream::connect(servers.address(crate::servers::Kind::Plain)).await?;
            let head = "POST /v1/places HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer writes\r\nContent-Length: 99999999999\r\n\r\n{";
            socket.write_all(head.as_bytes()).await?;
            let reply = crate::raw::first(&crate::raw::until_closed(&mut socket).await?)?;
            anyhow::Context::context(reply, "closed without an answer")?.must(413, "content-too-large").map(drop)
        }),
        body("POST", "/v1/import", &import, line).is(413, "content-too-large"),
    ]
}

fn malformed() -> Vec<Case> {
    let bad = |text: &[u8]| post_text("/v1/places", text).is(400, "malformed-json");
    let whole = place().to_string();
    vec![
        bad(b""),
        bad(b"no JSON"),
        bad(b"{"),
        bad(&whole.as_bytes()[..whole.len() - 1]),
        bad(format!("{whole} x").as_bytes()),
        bad(format!("{whole}{whole}").as_bytes()),
        bad(format!("\u{feff}{whole}").as_bytes()),
        bad(b"{\"slug\":\"a\xff\"}"),
        bad(b"{\"slug\":\"\xed\xa0\x80\"}"),
        bad(br#"{"slug":"\ud800"}"#),
        bad(br#"{"slug":"\udc00\ud800"}"#),
        bad(br#"{"slug":NaN}"#),
        bad(br#"{"slug":Infinity}"#),
        bad(br#"{"slug":01}"#),
        bad(b"{'slug':'a'}"),
        bad(br#"{"slug":"a",}"#),
        bad(b"{\"slug\":\"a\nb\"}"),
        bad(b"{\"slug\":\"a\" /* b */}"),
        bad(b"{\"slug\":\"\\x41\"}"),
    ]
}

fn deep() -> Vec<Case> {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let within = |depth: usize| format!("{{\"x\":{}}}", nested(depth));
    vec![
        post_text("/v1/places", nested(33)).is(400, "json-too-deep"),
        post_text("/v1/places", within(32)).named("33 deep in an unknown field").is(400, "json-too-deep"),
        post_text("/v1/places", nested(200_000)).is(400, "json-too-deep"),
        post_text("/v1/places", r#"{"a":"#.repeat(100_000)).is(400, "json-too-deep"),
        post_text("/v1/places", within(31)).named("32 deep").is(422, "validation"),
    ]
}

fn fields() -> Vec<Case> {
    let mut cases = vec![
        post("/v1/places", &with(place(), "nmaes", json!({})))
            .is(422, "unknown-field")
            .error("/nmaes", "unknown-field"),
        post("/v1/places", &with(place(), "kind_of", "x")).is(422, "unknown-field"),
        post("/v1/commitments", &with(commitment(), "role", "member")).is(422, "unknown-field"),
        post("/v1/commitments", &with(commitment(), "evidence", json!([{"source": "source:seed-article", "x": 1}])))
            .is(422, "unknown-field")
            .error("/evidence/0/x", "unknown-field"),
    ];
    for field in ["id", "version", "ver", "created_by", "recorded_at"] {
        let name: &'static str = match field {
            "id" => "/id",
            "version" => "/version",
            "ver" => "/ver",
            "created_by" => "/created_by",
            _ => "/recorded_at",
        };
        cases.push(
            post("/v1/places", &with(place(), field, "x")).is(422, "read-only-field").error(name, "read-only-field"),
        );
        cases.push(post("/v1/commitments", &with(commitment(), field, 1)).is(422, "read-only-field"));
    }
    cases
}

fn values() -> Vec<Case> {
    let pledge = |field: &str, value: Value| post("/v1/commitments", &with(commitment(), field, value));
    let many = |count: usize| json!(vec![json!({"source": "source:seed-article"}); count]);
    let missing = |field: &str| {
        let mut draft = commitment();
        draft.as_object_mut().expect("an object").remove(field);
        post("/v1/commitments", &draft).is(422, "validation")
    };
    vec![
        post("/v1/places", &json!([])).is(422, "validation"),
        post("/v1/places", &json!("text")).is(422, "validation"),
        post("/v1/places", &Value::Null).is(422, "validation"),
        post("/v1/places", &json!({})).is(422, "validation").error("/slug", "missing-field").error("/names", "missing-field"),
        post("/v1/places", &with(place(), "slug", 7)).is(422, "validation").error("/slug", "validation"),
        post("/v1/places", &with(place(), "slug", "with space")).is(422, "validation"),
        post("/v1/places", &with(place(), "slug", "x".repeat(2_000))).is(422, "validation"),
        post("/v1/places", &with(place(), "names", json!({"en": null}))).is(422, "validation"),
        post("/v1/places", &with(place(), "names", json!({}))).is(422, "validation"),
        post("/v1/places", &with(place(), "names", json!({"not a tag": "x"}))).is(422, "validation"),
        post("/v1/places", &with(place(), "names", json!({"en": "x".repeat(513)}))).is(422, "validation").error("/names/en", "validation"),
        missing("pledger").error("/pledger", "missing-field"),
        missing("evidence").error("/evidence", "missing-field"),
        pledge("stance", json!("eager")).is(422, "validation").error("/stance", "validation"),
        pledge("stance", json!(3)).is(422, "validation"),
        pledge("stance", json!(null)).is(422, "validation"),
        pledge("capability", json!("military")).is(422, "validation"),
        pledge("evidence", json!([])).is(422, "validation").error("/evidence", "validation"),
        pledge("evidence", many(10_001)).is(422, "validation").error("/evidence", "validation"),
        pledge("rationale", json!({"en": "x".repeat(65_537)})).is(422, "validation"),
        pledge("conditions", json!({"op": "all_of"})).is(422, "validation"),
        pledge("conditions", json!({"op": "at_least", "k": 0, "of": [{"op": "condition", "condition": "us-backing", "explicitness": "explicit"}]}))
            .is(422, "validation"),
        all_at_once(),
    ]
}

fn all_at_once() -> Case {
    post("/v1/commitments", &json!({"pledger": 1, "stance": "eager", "capability": "x", "polarity": "maybe"}))
        .is(422, "validation")
        .error("/pledger", "validation")
        .error("/beneficiary", "missing-field")
        .error("/stance", "validation")
        .error("/capability", "validation")
        .error("/polarity", "validation")
        .error("/evidence", "missing-field")
}

fn dates() -> Vec<Case> {
    let said = |edtf: &str| {
        post("/v1/commitments", &with(commitment(), "said_at", json!({"edtf": edtf})))
            .is(422, "bad-date")
            .error("/said_at/edtf", "bad-date")
    };
    vec![
        said("2025-02-30"),
        said("2025-02-29"),
        said("0000-01-01"),
        said("10000-01-01"),
        said("2025-13"),
        said("2025-01-01/2024-01-01"),
        said("2025-06-30T23:59:60Z"),
        said("2025-06-30T12:00:00+99:99"),
        said("2025-06-30T25:00:00Z"),
        said("١٤٤٦-٠١-٠١"),
        said("٢٠٢٥-٠١-٠١"),
        said("yesterday"),
        said(""),
        said("2025-1-1"),
        said("20250101"),
        post(
            "/v1/commitments",
            &with(
                with(commitment(), "valid_from", json!({"edtf": "2025-05"})),
                "valid_until",
                json!({"edtf": "2025-04"}),
            ),
        )
        .named("valid_until before valid_from")
        .is(422, "bad-date"),
    ]
}

fn bulk() -> Vec<Case> {
    vec![run("an import with one bad line of three", |servers| async move {
        let client = Client::new(&servers);
        let slugs: Vec<String> = (0..3).map(|_| crate::drafts::slug()).collect();
        let mut lines: Vec<Value> =
            slugs.iter().map(|slug| json!({"kind": "place", "slug": slug, "names": {"en": "A place"}})).collect();
        lines[1]["names"] = json!({});
        let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let headers = ["Content-Type: application/x-ndjson", WRITES[1]];
        let bytes = crate::case::written("POST", "/v1/import", &headers, Some(text.as_bytes()));
        let reply = crate::raw::exchange(servers.address(crate::servers::Kind::Plain), &bytes).await?;
        let reply = anyhow::Context::context(reply, "closed without an answer")?;
        ensure!(reply.status == 422, "{}\n{}", reply.head, reply.text());
        // Lines are counted from 1, as editors do.
        ensure!(reply.text().contains("\"pointer\":\"/lines/2/names\""), "{}", reply.text());
        for slug in slugs {
            client.get(&format!("/v1/places/{slug}")).await?.must(404, "not-found")?;
        }
        Ok(())
    })]
}

fn duplicate_keys() -> Vec<Case> {
    vec![
        post_text("/v1/places", r#"{"slug":"a","slug":"b","names":{"en":"A"}}"#).is(400, "duplicate-key"),
        post_text("/v1/places", r#"{"slug":"a","names":{"en":"A","en":"B"}}"#).is(400, "duplicate-key"),
        post_text("/v1/places", r#"{"slug":"a","names":{"en":"A","\u0065n":"B"}}"#).is(400, "duplicate-key"),
        post_text("/v1/places", r#"{"x":[{"y":1,"y":1}],"slug":"a","names":{"en":"A"}}"#).is(400, "duplicate-key"),
    ]
}

fn large_numbers() -> Vec<Case> {
    vec![
        post("/v1/commitments", &with(commitment(), "count", json!({"op": "eq", "value": 9_007_199_254_740_992_u64})))
            .is(422, "validation"),
        post_text(
            "/v1/commitments",
            commitment().to_string().replacen('{', r#"{"count":{"op":"eq","value":99999999999999999999999},"#, 1),
        )
        .is(422, "validation"),
        post("/v1/commitments", &with(commitment(), "count", json!({"op": "eq", "value": 1.5}))).is(422, "validation"),
        post("/v1/commitments", &with(commitment(), "count", json!({"op": "eq", "value": -1}))).is(422, "validation"),
    ]
}
