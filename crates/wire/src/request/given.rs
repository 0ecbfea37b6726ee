//! The query string, taken apart: every parameter known, readable, and given once or a list.

use std::borrow::Cow;

use chrono::NaiveDate;
use xxhash_rust::xxh3::Xxh3;

use crate::refusal::{FieldError, echo, nearest};
use crate::request::parameter::Parameter;

/// Parameters that say how to show a list, not what is in it. A cursor does not pin them.
const FORM: [&str; 6] = ["cursor", "limit", "lang", "fields", "include", "bom"];

/// The parameters of a request.
#[derive(Debug, Default)]
pub struct Given {
    /// The day of the request: that of `known_at`, else today (UTC).
    pub day: NaiveDate,
    pairs: Vec<(String, String)>,
    /// What is wrong with them.
    pub errors: Vec<FieldError>,
}

impl Given {
    /// Reads a query string against the parameters that an operation has.
    pub fn parse(query: Option<&str>, known: &[&Parameter]) -> Self {
        let mut given = Self::default();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            given.take(name, value, known);
        }
        given
    }

    fn take(&mut self, name: &str, value: &str, known: &[&Parameter]) {
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            return self.fail(&echo(name), "bad-parameter", "the parameter is not UTF-8, percent-encoded".to_owned());
        };
        let Some(parameter) = known.iter().find(|p| p.name == name) else {
            let error = FieldError {
                parameter: Some(echo(&name)),
                code: "unknown-parameter",
                detail: format!("there is no parameter `{}` here", echo(&name)),
                did_you_mean: nearest(&name, known.iter().map(|p| p.name)).map(str::to_owned),
                allowed: known.iter().map(|p| p.name).collect(),
                ..FieldError::default()
            };
            return self.errors.push(error);
        };
        if value.chars().any(char::is_control) {
            return self.fail(&name, "forbidden-character", format!("`{name}` holds a control character"));
        }
        if value.is_empty() {
            return self.fail(&name, "bad-parameter", format!("`{name}` is empty; leave it out instead"));
        }
        match self.pairs.iter_mut().find(|(n, _)| *n == name) {
            None => self.pairs.push((name.into_owned(), value.into_owned())),
            // Several values are the same whether separated by commas or each given by itself.
            Some((_, earlier)) if parameter.accepts.is_list() => {
                earlier.push(',');
                earlier.push_str(&value);
            }
            Some(_) => {
                let detail = format!("`{name}` takes one value and is given twice");
                self.fail(&name, "duplicate-parameter", detail);
            }
        }
    }

    fn fail(&mut self, name: &str, code: &'static str, detail: String) {
        self.errors.push(FieldError { parameter: Some(name.to_owned()), code, detail, ..FieldError::default() });
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The same with another value of one parameter.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let others = self.pairs.iter().filter(|(n, _)| n != name).cloned();
        let pairs = others.chain([(name.to_owned(), value.to_owned())]).collect();
        Self { day: self.day, pairs, errors: Vec::new() }
    }

    /// Hash of the question: the path and what narrows the list, in any order of parameters.
    pub fn question(&self, path: &str) -> u64 {
        self.hash(path, |name| !FORM.contains(&name))
    }

    /// Hash of the question and of the form of the answer.
    pub fn question_and_form(&self, path: &str) -> u64 {
        self.hash(path, |_| true)
    }

    fn hash(&self, path: &str, counts: impl Fn(&str) -> bool) -> u64 {
        let mut pairs: Vec<_> = self.pairs.iter().filter(|(name, _)| counts(name)).collect();
        pairs.sort_unstable();
        let mut hash = Xxh3::new();
        hash.update(path.as_bytes());
        for (name, value) in pairs {
            hash.update(b"\0");
            hash.update(name.as_bytes());
            hash.update(b"\0");
            hash.update(value.as_bytes());
        }
        hash.digest()
    }

    /// The query string again, with another cursor.
    pub fn with_cursor(&self, cursor: &str) -> String {
        self.again_with("cursor", cursor)
    }

    /// The query string again, from its first page, with another value of one parameter, which needs no encoding.
    pub fn again_with(&self, other: &str, text: &str) -> String {
        let mut query = String::new();
        for (name, value) in self.pairs.iter().filter(|(name, _)| name != "cursor" && name != other) {
            query.push_str(name);
            query.push('=');
            encode(value, &mut query);
            query.push('&');
        }
        query.push_str(other);
        query.push('=');
        query.push_str(text);
        query
    }
}

/// The value of the first parameter of this name, before everything is read.
pub fn find<'q>(query: Option<&'q str>, name: &str) -> Option<Cow<'q, str>> {
    let mut pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(n, _)| decode(n).is_some_and(|n| n == name)).and_then(|(_, value)| decode(value))
}

/// The names of all parameters, before everything is read, as they are written.
pub fn names(query: Option<&str>) -> impl Iterator<Item = &str> {
    query.unwrap_or_default().split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
}

/// Percent-decodes a form value (`+` is a space); `None` when the result is not UTF-8 or an escape is cut off.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Percent-encodes a value; commas and colons stay readable.
fn encode(value: &str, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' => {
                into.push(char::from(byte));
            }
            other => {
                into.push('%');
                into.push(char::from(DIGITS[usize::from(other >> 4)]));
                into.push(char::from(DIGITS[usize::from(other & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::parameter::Accepts;

    const STANCE: Parameter = Parameter { name: "stance", accepts: Accepts::Text, description: "", example: "" };
    const Q: Parameter = Parameter { name: "q", accepts: Accepts::Text, description: "", example: "" };
    const STAGE: Parameter = Parameter { name: "stage", accepts: Accepts::Names, description: "", example: "" };
    const LIMIT: Parameter = Parameter { name: "limit", accepts: Accepts::Text, description: "", example: "" };

    fn codes(query: &str) -> Vec<&'static str> {
        Given::parse(Some(query), &[&STANCE, &Q, &LIMIT]).errors.into_iter().map(|e| e.code).collect()
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for (query, expected) in [
            ("", vec![]),
            ("&&", vec![]),
            ("q=a%20b+c", vec![]),
            ("stanse=x", vec!["unknown-parameter"]),
            ("q=a&q=b", vec!["duplicate-parameter"]),
            ("q=", vec!["bad-parameter"]),
            ("q", vec!["bad-parameter"]),
            ("q=%", vec!["bad-parameter"]),
            ("q=%e9", vec!["bad-parameter"]),
            ("q=%00", vec!["forbidden-character"]),
            ("a=1&q=a&q=b&stance=", vec!["unknown-parameter", "duplicate-parameter", "bad-parameter"]),
        ] {
            assert_eq!(codes(query), expected, "{query}");
        }
    }

    #[test]
    fn a_list_is_the_same_in_one_parameter_and_in_several() {
        let given = |query| Given::parse(Some(query), &[&STAGE, &Q]);
        let repeated = given("stage=a&q=x&stage=b,c&stage=d");
        assert_eq!((repeated.get("stage"), repeated.errors.len()), (Some("a,b,c,d"), 0));
        assert_eq!(repeated.question("/v1/x"), given("q=x&stage=a,b,c,d").question("/v1/x"));
        assert_eq!(repeated.with_cursor("c"), "stage=a,b,c,d&q=x&cursor=c");
    }

    #[test]
    fn a_question_is_the_same_in_any_order_and_form() {
        let hash = |query| Given::parse(Some(query), &[&STANCE, &Q, &LIMIT]).question("/v1/x");
        assert_eq!(hash("q=a&stance=b"), hash("stance=b&q=a&limit=3"));
        assert_ne!(hash("q=a&stance=b"), hash("q=b&stance=a"));
    }

    #[test]
    fn writes_itself_again() {
        let given = Given::parse(Some("q=%D9%82+x&stance=a,b"), &[&STANCE, &Q, &LIMIT]);
        assert_eq!(given.with_cursor("c"), "q=%D9%82%20x&stance=a,b&cursor=c");
    }
}
