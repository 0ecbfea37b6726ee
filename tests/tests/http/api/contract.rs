//! Answers against the OpenAPI document: every field described, every required field there, nothing null.

use anyhow::{Context as _, Result};
use pledgegraph_server::document;
use pledgegraph_tests::app::{Answer, TestApp};
use serde_json::Value;

/// What is wrong with a value against a schema of the document.
pub(crate) fn violations(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        let target = document.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null);
        return violations(document, target, value, at, found);
    }
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(map)) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !map.contains_key(name) {
                    found.push(format!("{at}/{name} is missing"));
                }
            }
            for (name, value) in map {
                match (&schema["properties"][name], &schema["additionalProperties"]) {
                    // An object without properties may have any.
                    (Value::Null, Value::Null) if schema["properties"].is_null() => {}
                    (Value::Null, Value::Null) => found.push(format!("{at}/{name} is not described")),
                    (Value::Null, more) => violations(document, more, value, &format!("{at}/{name}"), found),
                    (property, _) => violations(document, property, value, &format!("{at}/{name}"), found),
                }
            }
        }
        (Some("array"), Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                violations(document, &schema["items"], item, &format!("{at}/{i}"), found);
            }
        }
        (Some("string"), Value::String(_)) | (Some("boolean"), Value::Bool(_)) | (Some("number"), Value::Number(_)) => {
        }
        (Some("integer"), Value::Number(number)) if number.is_i64() => {}
        (kind, value) => found.push(format!("{at} is {value}, not {kind:?}")),
    }
}

/// What a reference refers to.
fn followed<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value["$ref"].as_str().and_then(|target| document.pointer(target.strip_prefix('#')?));
    target.unwrap_or(value)
}

/// The parameters of an operation.
pub(crate) fn parameters<'d>(document: &'d Value, operation: &'d Value) -> impl Iterator<Item = &'d Value> {
    let listed = operation["parameters"].as_array().into_iter().flatten();
    listed.map(|parameter| followed(document, parameter))
}

/// The schema of the 200 answer of an operation.
pub(crate) fn answer_schema<'d>(document: &'d Value, path: &str) -> &'d Value {
    &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
}

/// An address at which an operation answers over the bundled data, with all that it can include.
pub(crate) fn address(document: &Value, path: &str) -> Result<String> {
    let mut address = path.to_owned();
    let mut query = Vec::new();
    for parameter in parameters(document, &document["paths"][path]["get"]) {
        let name = parameter["name"].as_str().context("a name")?;
        match (parameter["in"].as_str(), parameter["example"].as_str()) {
            (Some("path"), Some(example)) => address = address.replace(&format!("{{{name}}}"), example),
            _ if name == "actor" && path.ends_with("/fall-out") => query.push("actor=US".to_owned()),
            _ if name == "edges" && path == "/v1/provenance" => {
                query.push(format!("edges={}", pledgegraph_model::EdgeId::of_key("l21-gb-forces")));
            }
            _ if name == "q" && path == "/v1/questions" => {
                query.push("q=Who%20pledged%20ground%20forces%20conditional%20on%20US%20backing%3F".to_owned());
            }
            _ if path.ends_with("/paths") && name == "from" => query.push("from=GB".to_owned()),
            _ if path.ends_with("/paths") && name == "to" => query.push("to=person:zelensky".to_owned()),
            _ if name == "roots" => query.push("roots=condition:us-backing,country:GB&depth=2".to_owned()),
            _ if name == "include" => {
                // Names in a list, or one code.
                let (list, code) = (&parameter["schema"]["items"], &parameter["schema"]);
                let set = followed(document, if list.is_null() { code } else { list });
                let names = set["enum"].as_array().context("names")?;
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                query.push(format!("include={}", names.join(",")));
            }
            _ => {}
        }
    }
    Ok(format!("{address}?{}", query.join("&")))
}

/// The paths that answer with JSON, each with the schema of its answer. The bundled article says of no condition that it
/// holds or not.
pub(crate) fn answers(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let paths =
        document["paths"].as_object().into_iter().flatten().map(|(path, _)| (&**path, answer_schema(document, path)));
    paths.filter(|(path, schema)| schema["$ref"].is_string() && !path.starts_with("/v1/outcomes/{id}"))
}

/// Which headers an answer has that are not described, or the other way round. The last page leads to none.
fn other_headers(described: &Value, answer: &Answer) -> Vec<String> {
    let is_last = answer.json().is_ok_and(|body| body["page"]["next_cursor"].is_null());
    let names = ["ETag", "Link", "Pledgegraph-Version"].into_iter().filter(|name| *name != "Link" || !is_last);
    let given = |name: &str| !answer.header(name).is_empty();
    names
        .filter(|name| given(name) == described[name].is_null())
        .map(|name| format!("{name}: {}", given(name)))
        .collect()
}

#[tokio::test]
async fn every_json_answer_is_as_the_document_says() -> Result<()> {
    let app = TestApp::new().await?;
    let document = document();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (path, schema) in answers(&document) {
        let operation = &document["paths"][path]["get"];
        let paged = parameters(&document, operation).any(|parameter| parameter["name"] == "cursor");
        let address = format!("{}{}", address(&document, path)?, if paged { "&limit=1" } else { "" });
        let answer = app.get_as_admin(&address).await?;
        let mut found = other_headers(&operation["responses"]["200"]["headers"], &answer);
        violations(&document, schema, &answer.json()?, "", &mut found);
        wrong.extend(found.into_iter().map(|found| format!("{address}: {found}")));
        checked += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked >= 50, "only {checked} were checked");
    Ok(())
}

#[tokio::test]
async fn every_example_of_a_filter_is_accepted() -> Result<()> {
    let app = TestApp::new().await?;
    let document = document();
    for (path, item) in document["paths"].as_object().context("paths")? {
        for parameter in parameters(&document, &item["get"]) {
            let example = &parameter["schema"]["examples"][0];
            if parameter["in"] != "query" || example.is_null() || path.contains('{') {
                continue;
            }
            let name = parameter["name"].as_str().context("a name")?;
            let value = example[0].as_str().or(example.as_str()).context("an example")?.replace(' ', "%20");
            let statement = format!("&edges={}", pledgegraph_model::EdgeId::of_key("l21-gb-forces"));
            let needed = match path.as_str() {
                "/v1/provenance" => &statement,
                "/v1/questions" if name != "q" => "&q=who",
                "/v1/graph/subgraph" if name != "roots" => "&roots=country:GB",
                "/v1/graph/paths" if name == "from" => "&to=person:zelensky",
                "/v1/graph/paths" if name == "to" => "&from=GB",
                "/v1/graph/paths" => "&from=GB&to=person:zelensky",
                "/v1/analyses/fall-out" if name != "actor" => "&actor=US",
                _ => "",
            };
            let answer = app.get_as_admin(&format!("{path}?{name}={value}{needed}")).await?;
            assert_eq!(answer.status, 200, "{path}?{name}={value}: {}", answer.text());
        }
    }
    Ok(())
}

#[tokio::test]
async fn problems_are_as_the_document_says() -> Result<()> {
    let app = TestApp::new().await?;
    let document = document();
    for path in ["/v1/commitments?stance=x&limit=0&y=1", "/v1/countries/XX", "/nowhere", "/v1/commitments?cursor=x"] {
        let mut found = Vec::new();
        let answer = app.get(path).await?.json()?;
        violations(&document, &document["components"]["schemas"]["Problem"], &answer, "", &mut found);
        assert!(found.is_empty(), "{path}: {found:#?}");
    }
    Ok(())
}
