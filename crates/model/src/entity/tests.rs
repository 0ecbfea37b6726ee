//! Entities as lines, read and written.

use super::*;

#[test]
fn fields_of_another_kind_are_refused_and_the_id_follows_the_reference() {
    let read = |json: &str| serde_json::from_str::<Entity<EntityRef>>(json).map_err(|e| e.to_string());
    let person = read(r#"{"kind":"person","slug":"starmer","names":{"en":"Keir Starmer"}}"#).expect("valid");
    assert_eq!(person.id, EntityId::of_key("person:starmer"));
    assert_eq!(serde_json::to_string(&person.detail).expect("serialises"), "{}");
    let wrong = read(r#"{"kind":"person","slug":"x","names":{"en":"X"},"class":"media"}"#);
    assert!(wrong.is_err_and(|e| e.starts_with("a person: unknown field `class`")));
    let untested = read(r#"{"kind":"condition","slug":"x","names":{"en":"X"},"condition_kind":"third_party_backing"}"#);
    assert!(untested.is_err());
}
