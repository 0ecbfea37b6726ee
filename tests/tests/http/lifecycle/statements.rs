//! Statements with all that belongs to them, in one request.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::lifecycle::answers::Answers as _;
use crate::lifecycle::client::Client;

/// A commitment with a tree of conditions, two pieces of evidence and chains of attribution.
fn commitment() -> Value {
    json!({
        "pledger": "country:ES",
        "beneficiary": "country:UA",
        "coalition": "coalition:of-the-willing",
        "capability": "military.forces.ground",
        "mission": "reassurance",
        "specificity": "some_form",
        "stance": "offered",
        "stage": "planned",
        "modality": "own_statement",
        "said_at": {"edtf": "2025-07-10", "verbatim": "on Thursday"},
        "quantity": {"value": 3000, "unit": "soldiers"},
        "place": "country:UA",
        "area": "inside",
        "meeting": "meeting:coalition-summit",
        "acting_through": "person:starmer",
        "rationale": {"en": "To deter.", "ar": "للردع."},
        "relation": "sufficient",
        "conditions": {"op": "all_of", "of": [
            {"op": "condition", "condition": "condition:us-backing"},
            {"op": "any_of", "of": [
                {"op": "condition", "condition": "condition:ceasefire", "explicitness": "implied"},
                {"op": "not", "of": [{"op": "condition", "condition": "condition:rules-of-engagement"}]},
            ]},
            {"op": "at_least", "k": 1, "of": [
                {"op": "condition", "condition": "condition:legal-basis"},
                {"op": "condition", "condition": "condition:peace-agreement"},
            ]},
        ]},
        "evidence": [
            {
                "source": "source:seed-article",
                "locator": {"line": 7, "quote": {"exact": "some words", "prefix": "before ", "start": 3, "end": 13}},
                "quotation": {"text": "some words", "lang": "en"},
                "attribution": [
                    {"agent": "person:starmer", "role": "speaker", "mode": "direct_quote"},
                    {"name": "a paper", "role": "outlet", "mode": "report"},
                    {"agent": "organization:politico", "role": "republisher"},
                ],
            },
            {"source": "source:politico-europe-2025-07-04", "explicitness": "implied",
                "quotation": {"text": "كلمات أخرى", "lang": "ar"}},
        ],
    })
}

/// What a body shows of a draft: references without their labels, dates without what follows from them.
fn plain(shown: &Value) -> Value {
    match shown {
        Value::Object(fields) if fields.contains_key("ref") => fields["ref"].clone(),
        Value::Object(fields) => {
            let derived = ["earliest", "latest", "precision"];
            let own = fields.iter().filter(|(name, _)| !derived.contains(&name.as_str()));
            Value::Object(own.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

/// Every field of the draft stands in what is shown; more may.
fn holds(shown: &Value, draft: &Value, place: &str) -> Result<()> {
    match (shown, draft) {
        (Value::Object(shown), Value::Object(draft)) => draft.iter().try_for_each(|(name, value)| {
            holds(shown.get(name).unwrap_or(&Value::Null), value, &format!("{place}/{name}"))
        }),
        (Value::Array(shown), Value::Array(draft)) if shown.len() == draft.len() => {
            let mut pairs = shown.iter().zip(draft).enumerate();
            pairs.try_for_each(|(at, (shown, draft))| holds(shown, draft, &format!("{place}/{at}")))
        }
        _ => {
            ensure!(shown == draft, "{place}: {shown} is not {draft}");
            Ok(())
        }
    }
}

#[tokio::test]
async fn a_commitment_with_its_conditions_and_evidence_is_one_request() -> Result<()> {
    let client = Client::new().await?;
    let before = client.app.live.snapshot().seq();
    let record = client.create("commitments", &commitment()).await?;
    ensure!(client.app.live.snapshot().seq() == before + 1, "one commit");
    let read = client.app.json(&format!("{}?include=quotations", record.path)).await?;
    holds(&plain(&read), &commitment(), "")?;
    ensure!(read["conditionality"] == "conditional" && read["polarity"] == "asserted", "{read}");

    for filter in [
        "conditional_on=us-backing",
        "conditional_on=peace-agreement",
        "speaker=person:starmer",
        "source=politico-europe-2025-07-04",
        "capability=military.forces",
        "coalition=of-the-willing",
        "said_from=2025-07-10&said_to=2025-07-10",
        "stance_min=offered",
    ] {
        let ids = client.ids(&format!("/v1/commitments?pledger=ES&{filter}")).await?;
        ensure!(ids == [record.id.clone()], "{filter}: {ids:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_patch_keeps_what_it_does_not_name() -> Result<()> {
    let client = Client::new().await?;
    let record = client.create("commitments", &commitment()).await?;
    let patch = json!({
        "stance": "pledged", "quantity": {"value": 4000}, "rationale": {"en": null}, "area": null, "mission": null,
        "conditions": {"op": "condition", "of": null, "condition": "condition:us-backing", "explicitness": "implied"},
    });
    client.patch(&record.path, &record.etag, &patch).await?.must(200)?;
    let read = client.app.json(&format!("{}?include=quotations", record.path)).await?;
    let mut expected = commitment();
    expected["stance"] = json!("pledged");
    expected["quantity"]["value"] = json!(4000);
    expected["rationale"] = json!({"ar": "للردع."});
    expected["mission"] = json!("unspecified");
    expected["conditions"] = json!({"op": "condition", "condition": "condition:us-backing", "explicitness": "implied"});
    expected.as_object_mut().map(|fields| fields.remove("area"));
    holds(&plain(&read), &expected, "")?;
    ensure!(read.get("area").is_none() && read["rationale"].get("en").is_none(), "{read}");
    ensure!(read["conditions"].get("of").is_none(), "{read}");

    let unconditional = json!({"conditions": null, "relation": null, "conditionality": "unconditional"});
    let answer = client.patch(&record.path, "*", &unconditional).await?.must(200)?.json()?;
    ensure!(answer.get("conditions").is_none() && answer["conditionality"] == "unconditional", "{answer}");
    ensure!(answer["evidence"][0]["quotation"]["text"] == "some words", "{answer}");
    Ok(())
}

#[tokio::test]
async fn not_stands_over_no_condition_with_a_test() -> Result<()> {
    let client = Client::new().await?;
    let mut draft = commitment();
    draft["conditions"] = json!({"op": "not", "of": [{"op": "condition", "condition": "condition:us-backing"}]});
    let problem = client.post("/v1/commitments", &draft).await?.problem(422, "validation")?;
    ensure!(problem["errors"][0]["pointer"] == "/conditions/of/0/condition", "{problem}");
    Ok(())
}

#[tokio::test]
async fn statements_are_linked_and_about_each_other() -> Result<()> {
    let client = Client::new().await?;
    let pledge = client.create("commitments", &commitment()).await?;
    let mut weaker = commitment();
    weaker["stance"] = json!("not_ruled_out");
    weaker["links"] = json!([{"type": "contradicts", "edge": pledge.id}]);
    let weaker = client.create("commitments", &weaker).await?;
    let remark = json!({
        "subject": "country:FR", "object": "country:ES", "type": "explanation", "text": {"en": "Explains it."},
        "evidence": [{"source": "source:seed-article"}],
        "links": [{"type": "about", "edge": pledge.id}, {"type": "supports", "edge": weaker.id}],
    });
    let remark = client.create("remarks", &remark).await?;
    let links = async |path: &str| anyhow::Ok(client.app.json(path).await?["links"].clone());
    let mut incoming = vec![("about", &remark.id), ("contradicts", &weaker.id)];
    incoming.sort_by_key(|(_, id)| (*id).clone());
    let shown = links(&pledge.path).await?;
    for (kind, id) in incoming {
        let link = json!({"direction": "incoming", "edge": id, "type": kind});
        ensure!(shown.as_array().is_some_and(|links| links.len() == 2 && links.contains(&link)), "{shown}");
    }
    ensure!(links(&remark.path).await?.as_array().map(Vec::len) == Some(2));

    // A correction of the one that is named leaves the links of the others alone.
    let patch = json!({"stance": "pledged"});
    client.patch(&pledge.path, &pledge.etag, &patch).await?.must(200)?;
    ensure!(links(&pledge.path).await? == shown);
    client.patch(&remark.path, &remark.etag, &json!({"links": null})).await?.must(200)?;
    ensure!(links(&pledge.path).await?.as_array().map(Vec::len) == Some(1));
    Ok(())
}

#[tokio::test]
async fn what_was_read_can_be_put_back_through_a_patch() -> Result<()> {
    // Links that others hold to a statement are not part of its own draft.
    let client = Client::new().await?;
    let pledge = client.create("commitments", &commitment()).await?;
    let mut other = commitment();
    other["links"] = json!([{"type": "supersedes", "edge": pledge.id}]);
    client.create("commitments", &other).await?;
    let before = client.app.json(&format!("{}?include=quotations", pledge.path)).await?;
    client.patch(&pledge.path, &pledge.etag, &json!({})).await?.must(200)?;
    let after = client.app.json(&format!("{}?include=quotations", pledge.path)).await?;
    ensure!(
        crate::lifecycle::answers::content(&before) == crate::lifecycle::answers::content(&after),
        "{after}\nwas\n{before}"
    );

    // The matter of the pledge, in the order in which the statements hold.
    let valid = client.app.json(&format!("{}/history?axis=valid", pledge.path)).await?;
    ensure!(valid["items"].as_array().map(Vec::len) == Some(2), "{valid}");
    Ok(())
}
