//! JSON, strictly (RFC 8259, with the restrictions of I-JSON, RFC 7493): one value, no byte order mark, no key twice, at
//! most 32 deep.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, de};
use serde_json::{Map, Number, Value};

use super::pointer::Pointer;
use crate::problem::Problem;
use crate::refusal::{FieldError, Refusal, echo};

/// The deepest nesting of arrays and objects.
const DEEPEST: usize = 32;

/// Why bytes are not a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// `malformed-json`, `json-too-deep` or `duplicate-key`.
    pub(crate) problem: Problem,
    /// Where, for faults that have a place in the value.
    pub(crate) pointer: Option<String>,
    /// What is wrong, with line and column; repeats at most 64 characters.
    pub(crate) detail: String,
}

impl Fault {
    /// The fault as one of the errors of an answer.
    pub(crate) fn into_field(self) -> FieldError {
        FieldError {
            pointer: Some(self.pointer.unwrap_or_default()),
            code: self.problem.slug(),
            detail: self.detail,
            ..FieldError::default()
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault.pointer {
            Some(_) => Self::fields(vec![fault.into_field()]),
            None => Self::new(fault.problem, fault.detail),
        }
    }
}

/// Reads a value.
///
/// # Errors
/// `malformed-json`, `json-too-deep` or `duplicate-key`.
pub fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    Ok(read(bytes)?)
}

/// Reads a value.
///
/// # Errors
/// The first [`Fault`].
pub(crate) fn read(bytes: &[u8]) -> Result<Value, Fault> {
    let malformed = |detail: String| Fault { problem: Problem::MalformedJson, pointer: None, detail };
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(malformed("the body begins with a byte order mark; leave it out".to_owned()));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(malformed("the body is empty; it takes one JSON value".to_owned()));
    }
    let place = Place::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node { place: &place, depth: 0 }.deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| match place.fault.get() {
        // What serde_json says of the syntax never repeats the input.
        None => malformed(format!("the body is not JSON: {error}")),
        Some(problem) => {
            Fault { problem, pointer: Some(place.pointer.borrow().as_str().to_owned()), detail: error.to_string() }
        }
    })
}

/// Where the reader stands, and which rule of ours was broken there.
#[derive(Default)]
struct Place {
    pointer: RefCell<Pointer>,
    fault: Cell<Option<Problem>>,
}

/// A value at some depth.
#[derive(Clone, Copy)]
struct Node<'p> {
    place: &'p Place,
    depth: usize,
}

impl Node<'_> {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        if self.depth < DEEPEST {
            return Ok(Self { depth: self.depth + 1, ..self });
        }
        self.place.fault.set(Some(Problem::JsonTooDeep));
        Err(E::custom(format_args!("the body is nested deeper than {DEEPEST}")))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("the number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        loop {
            let mark = self.place.pointer.borrow_mut().push(&items.len().to_string());
            let Some(item) = list.next_element_seed(inner)? else {
                self.place.pointer.borrow_mut().pop(mark);
                return Ok(Value::Array(items));
            };
            self.place.pointer.borrow_mut().pop(mark);
            items.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut fields = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let mark = self.place.pointer.borrow_mut().push(&key);
            if fields.contains_key(&key) {
                self.place.fault.set(Some(Problem::DuplicateKey));
                return Err(A::Error::custom(format_args!("the key `{}` is given twice", echo(&key))));
            }
            let value = object.next_value_seed(inner)?;
            self.place.pointer.borrow_mut().pop(mark);
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> (&'static str, Option<String>) {
        let fault = read(bytes).expect_err("refused");
        assert!(fault.detail.chars().count() < 200, "{}", fault.detail);
        (fault.problem.slug(), fault.pointer)
    }

    #[test]
    fn reads_what_is_json() {
        let text = r#" {"a":[1,-2,2.5,"\u0645\ud83d\ude42",null,true,{}],"":"","b":{"a":1e3}} "#;
        assert_eq!(read(text.as_bytes()), Ok(serde_json::from_str(text).expect("JSON")));
        let deep = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        assert!(read(deep.as_bytes()).is_ok());
    }

    #[test]
    fn refuses_what_is_not() {
        for bytes in [
            &b""[..],
            b" \n ",
            b"x",
            b"{",
            b"[1,]",
            b"{\"a\":1,}",
            b"{\"a\"}",
            b"{a:1}",
            b"1 2",
            b"{} x",
            b"\xEF\xBB\xBF{}",
            b"\"\xff\"",
            b"\"\xed\xa0\x80\"",
            b"\"\\ud800\"",
            b"\"\\ud800\\u0041\"",
            b"NaN",
            b"[Infinity]",
            b"-",
            b"01",
            b"1e999",
            b"\"a\nb\"",
            b"'a'",
            b"// x\n1",
        ] {
            assert_eq!(fault(bytes), ("malformed-json", None), "{:?}", String::from_utf8_lossy(bytes));
        }
        let line = read(b"{\n  \"a\": nope}").expect_err("refused").detail;
        assert!(line.contains("line 2 column 9"), "{line}");
    }

    #[test]
    fn refuses_what_is_too_deep_or_twice_wherever_it_stands() {
        let deep = format!("{{\"unknown\":{}1{}}}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        assert_eq!(fault(deep.as_bytes()).0, "json-too-deep");
        assert_eq!(fault("[".repeat(100_000).as_bytes()).0, "json-too-deep");
        for (text, pointer) in [
            (r#"{"a":1,"a":1}"#, "/a"),
            (r#"{"x":[{"a/b":1,"\u0061/b":2}]}"#, "/x/0/a~1b"),
            (r#"[1,{"":1,"":1}]"#, "/1/"),
        ] {
            assert_eq!(fault(text.as_bytes()), ("duplicate-key", Some(pointer.to_owned())), "{text}");
        }
        let long = format!(r#"{{"{0}":1,"{0}":1}}"#, "k".repeat(1000));
        assert!(fault(long.as_bytes()).1.is_some_and(|p| p.len() < 100));
    }
}
