//! Reads strings and numbers: codes, references, dates, names, addresses.

use pledgegraph_model::{
    Codes, DateError, Edtf, EntityId, EntityKind, Lang, MAX_INTEGER, Pattern, Slug, TextError, clean_name, clean_text,
    has_latin, mixes_scripts, skeleton,
};
use serde_json::{Number, Value};
use url::Url;
use uuid::Uuid;

use super::reader::BodyReader;
use crate::refusal::{FieldError, echo, nearest};
use crate::request::references::Miss;

/// The most references that may lead to nothing before the rest are not looked up.
const MOST_MISSES: usize = 20;
/// The longest address, in characters.
const LONGEST_URL: usize = 2_048;
/// The longest reference: a kind, a colon and a slug.
const LONGEST_REFERENCE: usize = 128;

impl BodyReader<'_> {
    /// A string without NUL and other controls, wherever it stands; line feeds and tabs are left to the rules of texts.
    fn string<'v>(&mut self, value: &'v Value, wanted: &str) -> Option<&'v str> {
        let Some(text) = value.as_str() else {
            self.wrong_type(value, wanted);
            return None;
        };
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.fail("forbidden-character", TextError::ForbiddenCharacter.to_string());
            return None;
        }
        Some(text)
    }

    pub(super) fn code(&mut self, names: Codes, value: &Value) -> Option<Value> {
        let text = self.string(value, "a code")?;
        let allowed = (names.all)();
        if allowed.contains(&text) {
            return Some(Value::from(text));
        }
        self.fault(FieldError {
            code: "validation",
            detail: format!("`{}` is not one of the codes", echo(text)),
            did_you_mean: nearest(text, allowed.iter().copied()).map(str::to_owned),
            allowed,
            ..FieldError::default()
        });
        None
    }

    pub(super) fn reference(&mut self, kinds: &'static [EntityKind], value: &Value) -> Option<Value> {
        if let Some(inner) = value.get("ref").and_then(Value::as_str) {
            self.fault(FieldError {
                code: "validation",
                detail: "this is an object; a body names entities by their reference alone".to_owned(),
                did_you_mean: Some(echo(inner)),
                ..FieldError::default()
            });
            return None;
        }
        let text = self.string(value, "a reference, such as `country:GB`")?;
        if self.misses >= MOST_MISSES {
            return None;
        }
        let found = if text.len() > LONGEST_REFERENCE {
            Err(Miss::Unknown { nearest: None })
        } else {
            self.resolve.entity(text, kinds)
        };
        let miss = match found {
            // A resolver may leave the kinds to us.
            Ok((_, kind)) if !kinds.is_empty() && !kinds.contains(&kind) => Miss::WrongKind(kind),
            Ok((id, _)) => return Some(Value::from(id.to_string())),
            Err(miss) => miss,
        };
        self.misses += 1;
        let mut error =
            FieldError { code: "dangling-reference", detail: miss.detail(text, kinds), ..FieldError::default() };
        match miss {
            Miss::WrongKind(_) => error.code = "validation",
            Miss::Unknown { nearest: Some((reference, label)) } => {
                error.hint = Some(format!("{reference} is {label}; /v1/entities?q= finds entities by any name"));
                error.did_you_mean = Some(reference);
            }
            Miss::Unknown { nearest: None } => {
                error.hint = Some("create it first; /v1/entities?q= finds entities by any name".to_owned());
            }
        }
        self.fault(error);
        None
    }

    pub(super) fn statement(&mut self, value: &Value) -> Option<Value> {
        let text = self.string(value, "the identifier of a statement")?;
        let found = self.resolve.edge(text);
        if found.is_none() {
            self.fail("dangling-reference", format!("there is no statement `{}`", echo(text)));
        }
        found.map(|id| Value::from(id.to_string()))
    }

    pub(super) fn id(&mut self, value: &Value) -> Option<Value> {
        let text = self.string(value, "an identifier")?;
        let id = Uuid::parse_str(text).ok().filter(|id| !id.is_nil());
        if id.is_none() {
            self.fail("validation", format!("`{}` is no identifier (UUID)", echo(text)));
        }
        id.map(|id| Value::from(EntityId(id).to_string()))
    }

    pub(super) fn slug(&mut self, value: &Value) -> Option<Value> {
        let text = self.string(value, "a slug")?;
        text.parse::<Slug>().map_err(|error| self.fail("validation", error.to_string())).ok()?;
        Some(Value::from(text))
    }

    pub(super) fn lang(&mut self, value: &Value) -> Option<Value> {
        let text = self.string(value, "a language tag")?;
        text.parse::<Lang>().map_err(|error| self.fail("validation", error.to_string())).ok()?;
        Some(Value::from(text))
    }

    pub(super) fn name(&mut self, value: &Value) -> Option<String> {
        let text = self.string(value, "a string")?;
        clean_name(text).map_err(|error| self.text_fault(error)).ok()
    }

    pub(super) fn words(&mut self, most: usize, value: &Value) -> Option<String> {
        let text = self.string(value, "a string")?;
        let clean = clean_text(text).map_err(|error| self.text_fault(error)).ok()?;
        if clean.chars().count() > most {
            self.fail("validation", format!("the text has more than {most} characters"));
            return None;
        }
        Some(clean)
    }

    fn text_fault(&mut self, error: TextError) {
        let code = match error {
            TextError::Empty => "empty-name",
            TextError::ForbiddenCharacter => "forbidden-character",
            TextError::MixedScript => "mixed-script",
            TextError::Lang | TextError::TooLong | TextError::NotNormal => "validation",
        };
        self.fail(code, error.to_string());
    }

    pub(super) fn edtf(&mut self, value: &Value) -> Option<Value> {
        let text = self.string(value, "a date in EDTF")?;
        let Err(error) = text.parse::<Edtf>() else { return Some(Value::from(text)) };
        let hint = (error == DateError::Form).then(|| {
            "words go into `verbatim`; a date that hangs on an unknown day has `anchor` and no `edtf`".to_owned()
        });
        let detail = format!("`{}`: {error}", echo(text));
        self.fault(FieldError { code: "bad-date", detail, hint, ..FieldError::default() });
        None
    }

    pub(super) fn integer(&mut self, min: u64, max: u64, value: &Value) -> Option<Value> {
        let Some(number) = value.as_number() else {
            self.wrong_type(value, "a whole number");
            return None;
        };
        let whole = whole(number);
        if whole.is_none_or(|n| !(min..=max).contains(&n)) {
            self.fail("validation", format!("the number is not a whole number from {min} to {max}"));
            return None;
        }
        whole.map(Value::from)
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern, value: &Value) -> Option<Value> {
        let text = self.string(value, "a string")?;
        if !(pattern.matches)(text) {
            self.fail("validation", format!("`{}` is not {}", echo(text), pattern.says));
            return None;
        }
        Some(Value::from(text))
    }

    pub(super) fn url(&mut self, value: &Value) -> Option<Value> {
        // NUL is refused everywhere in the same way; other controls are no part of any address.
        let text = match value.as_str() {
            Some(text) if !text.contains('\0') => text,
            _ => self.string(value, "an address")?,
        };
        match check_url(text) {
            Ok(()) => Some(Value::from(text)),
            Err(detail) => {
                self.fail("bad-url", detail);
                None
            }
        }
    }
}

/// A number without a fraction, up to 2^53 - 1; `2.0` is one.
fn whole(number: &Number) -> Option<u64> {
    let whole = match (number.as_u64(), number.as_f64()) {
        (Some(whole), _) => whole,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and within the bounds of u64"
        )]
        (None, Some(real)) if real.fract() == 0.0 && (0.0..1e15).contains(&real) => real as u64,
        _ => return None,
    };
    (whole <= MAX_INTEGER).then_some(whole)
}

/// Whether an address may be stored: the service never fetches it, and readers of it click it.
fn check_url(text: &str) -> Result<(), &'static str> {
    if text.chars().count() > LONGEST_URL {
        return Err("the address has more than 2048 characters");
    }
    let invisible = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if text.chars().any(invisible) || clean_text(text).as_deref() != Ok(text) || text.contains(is_direction) {
        return Err("the address holds a space, a backslash, a control or an invisible character");
    }
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return Err("the address does not begin with http:// or https://");
    }
    let url = Url::parse(text).or(Err("the address is not valid: its host or port cannot be"))?;
    let authority = text.split("//").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
        return Err("the address holds a user or a password");
    }
    let host = url.host_str().unwrap_or_default();
    let labels_ok = host.starts_with('[') || host.trim_end_matches('.').split('.').all(|l| (1..=63).contains(&l.len()));
    if authority.is_empty() || host.len() > 253 || !labels_ok {
        return Err("the address has no valid host");
    }
    if is_look_alike(host) {
        Err("the host passes for another: its letters are of several scripts, or look like Latin")
    } else {
        Ok(())
    }
}

/// Whether a label of the host mixes scripts, or is drawn like one in Latin letters below a domain that is Latin (as browsers
/// see it; UTS 39). Below one of its own script it is at home.
fn is_look_alike(host: &str) -> bool {
    let (host, _) = idna::domain_to_unicode(host.trim_end_matches('.'));
    let below_latin = host.rsplit('.').next().is_some_and(str::is_ascii);
    let poses = |label: &str| below_latin && !label.is_ascii() && !has_latin(label) && skeleton(label).is_ascii();
    host.split('.').any(|label| mixes_scripts(label) || poses(label))
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in [
            "https://example.org/a?b=c#d",
            "http://example.org:8080/",
            "HTTPS://EXAMPLE.ORG",
            "https://مثال.إختبار/خبر",
            "https://bücher.example/",
            "https://правительство.рф/",
            "https://сое.рф/",
            "https://сое.рф./",
            "https://næstved.example/",
            "https://kızılay.example/",
            "https://þing.example/",
            "https://ελλάδα.example/",
            "https://xn--fiqs8s.example/",
            "https://الله.example/",
            "http://[2001:db8::1]/x",
            "http://127.0.0.1/",
            "https://example.org/@user",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        let long = format!("https://example.org/{}", "x".repeat(2_048));
        for bad in [
            "",
            "https://p\u{430}ypal.example/",
            "https://xn--pypal-4ve.example/",
            "https://\u{441}\u{43e}\u{440}\u{435}.example/",
            "https://www.\u{455}\u{441}\u{43e}\u{440}\u{435}.example/",
            "example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.org/",
            "https://user@example.org/",
            "https://user:secret@example.org/",
            "https://:@example.org/",
            "https://@example.org/",
            "https:///path",
            "http://",
            "https://exa mple.org/",
            "https://example.org/\u{7}",
            "https://example.org/a\nb",
            " https://example.org/",
            "https:\\\\example.org",
            "https://xn--a/",
            "https://a..b/",
            "https://\u{202E}gro.elpmaxe/",
            "https://example.org:99999/",
            "http://1.2.3.999/",
            &long,
        ] {
            assert!(check_url(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn whole_numbers() {
        let read = |text: &str| serde_json::from_str::<Number>(text).ok().as_ref().and_then(whole);
        for (text, expected) in [
            ("0", Some(0)),
            ("30", Some(30)),
            ("2.0", Some(2)),
            ("1e3", Some(1000)),
            ("9007199254740991", Some(MAX_INTEGER)),
            ("9007199254740992", None),
            ("18446744073709551616", None),
            ("-1", None),
            ("1.5", None),
            ("-0.5", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
