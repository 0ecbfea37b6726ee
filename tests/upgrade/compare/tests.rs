use axum::http::{HeaderMap, HeaderValue, StatusCode};

use super::*;

const JSON: &str = "application/json";
const CSV: &str = "text/csv; charset=utf-8; header=present";

fn recorded(media_type: &str, headers: &[(&str, &str)], body: &str) -> RecordedAnswer {
    let headers = [&[("content-type", media_type)], headers].concat();
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    RecordedAnswer { status: 200, headers, body: body.to_owned() }
}

fn now(media_type: &'static str, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
    let mut map = HeaderMap::new();
    for (name, value) in [&[("content-type", media_type)], headers].concat() {
        map.insert(name, HeaderValue::from_static(value));
    }
    Answer { status: StatusCode::OK, headers: map, body: body.as_bytes().to_vec() }
}

fn found(old: &RecordedAnswer, new: &Answer) -> Vec<String> {
    answers("/v1/a", old, new).expect("bodies").iter().map(ToString::to_string).collect()
}

fn of_bodies(media_type: &'static str, old: &str, new: &str) -> Vec<String> {
    found(&recorded(media_type, &[], old), &now(media_type, &[], new))
}

#[test]
fn json() {
    let old = r#"{"items": [{"id": 1, "a/b": null}], "total": 1}"#;
    assert!(of_bodies(JSON, old, r#"{"total":1,"items":[{"a/b":null,"id":1}]}"#).is_empty(), "order and space");
    for (new, expected) in [
        (r#"{"items": [{"id": 1, "a/b": null, "n": 2}], "total": 1}"#, "/items/0/n is new: 2"),
        (r#"{"items": [{"id": 1}], "total": 1}"#, "/items/0/a~1b is gone: null"),
        (r#"{"items": [{"id": 1, "a/b": null}], "total": "1"}"#, "/total was 1 and is \"1\""),
        (r#"{"items": [{"id": 1, "a/b": null}, 5], "total": 1}"#, "/items/1 is new: 5"),
        (r#"{"items": [], "total": 1}"#, "/items/0 is gone: {\"a/b\":null,\"id\":1}"),
        (r#"{"items": {}, "total": 1}"#, "/items was [{\"a/b\":null,\"id\":1}] and is {}"),
    ] {
        assert_eq!(of_bodies(JSON, old, new), [expected]);
    }
}

#[test]
fn lines() {
    let found = of_bodies("application/x-ndjson", "{\"a\":1}\n{\"b\":2}\n", "{\"a\":1}\n{\"b\":3}\n{\"c\":4}\n");
    assert_eq!(found, ["/1/b was 2 and is 3", "/2 is new: {\"c\":4}"]);
}

#[test]
fn rows_of_csv() {
    let old = "id,stance\n1,\"will,ing\"\n2,offered\n";
    assert!(of_bodies(CSV, old, "id,stance\n1,\"will,ing\"\n2,\"offered\"\n").is_empty(), "quotes");
    assert_eq!(
        of_bodies(CSV, old, "id,stance\n1,\"will,ing\"\n2,pledged\n"),
        ["/1/stance was \"offered\" and is \"pledged\""]
    );
    assert_eq!(
        of_bodies(CSV, "id,stance\n1,willing\n", "id,standing,stance\n1,stands,willing\n"),
        ["/header/standing is new: standing", "/0/standing is new: \"stands\""]
    );
    assert_eq!(of_bodies(CSV, "a,b\n", "b,a\n"), [" was [\"a\", \"b\"] and is [\"b\", \"a\"]"]);
    assert_eq!(of_bodies(CSV, "a,b\n", "a\n"), ["/header/b is gone: b"]);
}

#[test]
fn headers_and_status() {
    let old = recorded(JSON, &[("location", "/v1/a"), ("etag", "\"3.00\"")], "1");
    let same = now(JSON, &[("location", "/v1/a"), ("etag", "\"3.ff\""), ("date", "today")], "1");
    assert!(found(&old, &same).is_empty());
    assert_eq!(found(&old, &Answer { status: StatusCode::NOT_FOUND, ..same }), ["status was 200 and is 404: 1"]);
    let moved = now(JSON, &[("etag", "\"4.00\""), ("link", "<b>")], "1");
    let expected = ["header etag was \"3 and is \"4", "header link is new: <b>", "header location is gone: /v1/a"];
    assert_eq!(found(&old, &moved), expected);
}

#[test]
fn a_cursor_is_of_its_day_but_must_be_there() {
    let page = |cursor: &str| format!("{{\"page\":{{\"limit\":2{cursor}}}}}");
    let [old, new] = [page(r#","next_cursor":"a""#), page(r#","next_cursor":"b""#)];
    let old = recorded(JSON, &[("link", "</v1/a?cursor=x&limit=2>; rel=\"next\"")], &old);
    assert!(found(&old, &now(JSON, &[("link", "</v1/a?cursor=y&limit=2>; rel=\"next\"")], &new)).is_empty());
    let other = now(JSON, &[("link", "</v1/a?cursor=y&limit=3>; rel=\"next\"")], &page(""));
    assert_eq!(found(&old, &other)[1..], ["/page/next_cursor is gone: \"of the moment\""]);
    assert!(found(&old, &other)[0].starts_with("header link was </v1/a?cursor=&limit=2>"));
}

#[test]
fn nothing_else_is_of_the_moment() {
    let day = |path: &str, day: &str| {
        let mut body =
            serde_json::json!({"as_of": {"valid_at": day, "version": 1}, "a": [{"page": {"next_cursor": day}}]});
        leave_out_the_moment(path, "", &mut body);
        body.to_string()
    };
    let left = r#"{"a":[{"page":{"next_cursor":"of the moment"}}],"as_of":{"valid_at":"of the moment","version":1}}"#;
    assert_eq!(day("/v1/query", "today"), left);
    assert_eq!(
        day("/v1/entities?q=1", "today"),
        left.replacen(r#""valid_at":"of the moment""#, r#""valid_at":"today""#, 1)
    );
}

#[test]
fn a_repetition_is_the_same_bytes() {
    let key = [("idempotency-replayed", "true")];
    let old = recorded(JSON, &key, r#"{"a":1}"#);
    assert!(found(&old, &now(JSON, &key, r#"{"a":1}"#)).is_empty());
    assert_eq!(found(&old, &now(JSON, &key, r#"{"a": 1}"#)), [r#" was {"a":1} and is {"a": 1}"#]);
}
