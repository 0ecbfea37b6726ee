//! Dates of every form, their spans, and what is none.

use super::*;
use crate::edtf::DateError;

#[test]
fn good_dates_and_their_spans() {
    for (text, earliest, latest, precision) in [
        ("2025-07-10", "2025-07-10", "2025-07-10", "day"),
        ("2025-07-10T12:00:00Z", "2025-07-10", "2025-07-10", "day"),
        ("2024-02", "2024-02-01", "2024-02-29", "month"),
        ("2025", "2025-01-01", "2025-12-31", "year"),
        ("2025~", "2025-01-01", "2025-12-31", "year"),
        ("2025-07?", "2025-07-01", "2025-07-31", "month"),
        ("2025-04-XX", "2025-04-01", "2025-04-30", "month"),
        ("2025-XX-XX", "2025-01-01", "2025-12-31", "year"),
        ("202X", "2020-01-01", "2029-12-31", "decade"),
        ("19XX", "1900-01-01", "1999-12-31", "century"),
        ("2025-21", "2025-03-01", "2025-05-31", "season"),
        ("2025-24", "2025-12-01", "2026-02-28", "season"),
        ("2025-03/2025-05", "2025-03-01", "2025-05-31", "interval"),
        ("../2025-05", "", "2025-05-31", "interval"),
        ("2025-03/", "2025-03-01", "", "interval"),
        ("XXXX-04", "", "", "month"),
    ] {
        let date: Edtf = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        let show = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
        assert_eq!((show(date.earliest()), show(date.latest())), (earliest.to_owned(), latest.to_owned()), "{text}");
        assert_eq!(date.precision().to_string(), precision, "{text}");
    }
}

#[test]
fn bad_dates() {
    for (text, error) in [
        ("", DateError::Form),
        ("2025-02-30", DateError::Calendar),
        ("0000", DateError::Calendar),
        ("10000", DateError::Form),
        ("2025-13", DateError::Calendar),
        ("2025-1-1", DateError::Form),
        ("next Thursday", DateError::Form),
        ("٢٠٢٥-٠٧-١٠", DateError::Form),
        ("2025-05/2025-03", DateError::Order),
        ("2016-12-31T23:59:60Z", DateError::Calendar),
        ("2025-07-10T12:00:00+99:99", DateError::Form),
        ("../..", DateError::Form),
        ("XXXX", DateError::Form),
    ] {
        assert_eq!(text.parse::<Edtf>(), Err(error), "{text}");
    }
}

#[test]
fn months_of_any_year() {
    let months = |text: &str| -> Vec<u32> {
        let edtf: Edtf = text.parse().expect("a date");
        (1..=12).filter(|month| edtf.possibly_in_month(*month)).collect()
    };
    assert_eq!(months("XXXX-04"), [4]);
    assert_eq!(months("2025-07-10"), [7]);
    assert_eq!(months("2024-12/2025-02"), [1, 2, 12]);
    assert_eq!(months("2025").len(), 12);
    assert_eq!(months("2025-11/..").len(), 12);
    assert!("XXXX-04".parse::<Edtf>().is_ok_and(|edtf| edtf.certainly_in_month(4)));
    assert!(!"2025".parse::<Edtf>().is_ok_and(|edtf| edtf.certainly_in_month(4)));
}

#[test]
fn possibly_and_certainly() {
    let at = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let july: Edtf = "2025-07".parse().expect("valid");
    assert!(july.possibly_in(at("2025-07-31"), at("2025-08-31")) && !july.certainly_in(at("2025-07-31"), None));
    assert!(july.certainly_in(at("2025-07-01"), at("2025-07-31")));
    assert!(!july.possibly_in(at("2025-08-01"), None));
    let april: Edtf = "XXXX-04".parse().expect("valid");
    assert!(april.possibly_in(at("2025-03-15"), at("2025-04-01")));
    assert!(!april.possibly_in(at("2025-05-01"), at("2026-03-31")));
    assert!(!april.certainly_in(at("2025-04-01"), at("2025-04-30")));
}

#[test]
fn derived_fields_are_checked_and_an_unresolved_date_has_no_day() {
    let read = |json: &str| serde_json::from_str::<Date>(json);
    let thursday = read(r#"{"verbatim":"next Thursday","anchor":"unresolved"}"#).expect("valid");
    let json = r#"{"verbatim":"next Thursday","precision":"unknown","anchor":"unresolved"}"#;
    assert_eq!(serde_json::to_string(&thursday).expect("serialises"), json);
    let ended = r#"{"verbatim":"no longer","precision":"unknown","anchor":"unresolved","ended":true}"#;
    assert_eq!(serde_json::to_string(&read(ended).expect("valid")).expect("serialises"), ended);
    assert!(!read(r#"{"ended":false}"#).expect("valid").ended);
    assert!(read(r#"{"edtf":"2025-07-10","anchor":"unresolved"}"#).is_err());
    assert!(read(r#"{"edtf":"2025-07","precision":"day"}"#).is_err());
    assert!(read(r#"{"edtf":"2025-07","earliest":"2025-07-02"}"#).is_err());
}
