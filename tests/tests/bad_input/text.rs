//! Section 4: text and names.

use anyhow::ensure;
use serde_json::json;

use crate::case::{Case, Row, WRITES, body, get, post, post_text, request, row, run};
use crate::client::Client;
use crate::drafts::{named, place, remark, with};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(4, "U+0000 anywhere: 422 forbidden-character", nul()),
        row(4, "C0/C1 controls except tab, LF (LF only in long text): 422 forbidden-character", controls()),
        row(4, "bidi controls: 422 in names; in long text only balanced within a paragraph", bidi()),
        row(4, "U+200E, U+200F, U+061C: dropped in names, kept in text", marks()),
        row(4, "ZWNJ/ZWJ: between joining Arabic letters, else 422; ignored in the search key", joiners()),
        row(4, "noncharacters, private use, unassigned, tags, > 8 marks in a row: 422 forbidden-character", never()),
        row(4, "NFD of an existing NFC name: the same name, 409 duplicate where unique", forms()),
        row(
            4,
            "mixed scripts in one word: 422 mixed-script; same skeleton: warning, 409 confusable for slugs",
            scripts(),
        ),
        row(
            4,
            "only spaces or invisible characters: 422 empty-name",
            vec![
                name(" ").is(422, "empty-name").error("/names/en", "empty-name"),
                name("").is(422, "empty-name"),
                name("\u{3000}\u{a0}").is(422, "empty-name"),
                name("\u{200e}\u{200f}").is(422, "empty-name"),
                name("\u{3164}").is(422, "empty-name"),
            ],
        ),
    ]
}

fn name(name: &str) -> Case {
    post("/v1/places", &named(name)).named(&format!("the name {name:?}"))
}

fn text(text: &str) -> Case {
    post("/v1/remarks", &remark(text)).named(&format!("the text {text:?}"))
}

fn bad_name(text: &str) -> Case {
    name(text).is(422, "forbidden-character").error("/names/en", "forbidden-character")
}

fn bad_text(content: &str) -> Case {
    text(content).is(422, "forbidden-character").error("/text/en", "forbidden-character")
}

fn nul() -> Vec<Case> {
    vec![
        bad_name("a\0b"),
        bad_text("a\0b"),
        post_text("/v1/places", r#"{"slug":"a","names":{"en":"a\u0000b"}}"#).is(422, "forbidden-character"),
        post_text("/v1/places", r#"{"slug":"a","names":{"en\u0000":"a"}}"#).is(422, "forbidden-character"),
        post_text("/v1/places", r#"{"slug":"a","names":{"en":"a"},"x\u0000":1}"#).is(422, "forbidden-character"),
        post_text("/v1/places", r#"{"slug":"a\u0000","names":{"en":"a"}}"#).is(422, "forbidden-character"),
        get("/v1/places?q=a%00b").is(422, "forbidden-character"),
        get("/v1/commitments?stance=willing%00").is(422, "forbidden-character"),
        // In a header it is no HTTP: section 1.
        request("GET", "/v1/places", &["X: a\0b"]).status(400).closes(),
    ]
}

fn controls() -> Vec<Case> {
    let mut cases: Vec<Case> =
        ["a\u{1}b", "a\tb", "a\nb", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b", "a\u{9f}b"].map(bad_name).into();
    cases.extend(["a\u{1}b", "a\rb", "a\u{1b}b", "a\u{85}b"].map(bad_text));
    cases.push(text("a\n\tb").status(201));
    cases
}

fn bidi() -> Vec<Case> {
    let mut cases: Vec<Case> =
        ["a\u{202a}b\u{202c}", "a\u{202e}b", "a\u{2066}b\u{2069}", "\u{2067}a"].map(bad_name).into();
    cases.extend(
        ["a\u{202e}b", "\u{2067}a\n\u{2069}b", "a\u{202c}b", "\u{2066}\u{202b}a\u{2069}\u{202c}"].map(bad_text),
    );
    cases.push(text("a \u{2067}שלום\u{2069} b").status(201));
    cases.push(text("\u{202b}a\u{202c}\n\u{2066}b\u{2069}").status(201));
    cases
}

/// What a record that was created from a draft shows at a pointer.
fn kept(
    label: &str,
    collection: &'static str,
    draft: serde_json::Value,
    pointer: &'static str,
    expected: &'static str,
) -> Case {
    run(label, move |servers| async move {
        let client = Client::new(&servers);
        let (path, _) = client.create(collection, &draft).await?;
        let body = client.get(&path).await?.json()?;
        ensure!(body.pointer(pointer) == Some(&json!(expected)), "{body}");
        Ok(())
    })
}

fn marks() -> Vec<Case> {
    vec![
        kept("in a name", "/v1/places", named("\u{200f}مصر\u{200e}\u{61c} آباد"), "/names/en", "مصر آباد"),
        kept("in a text", "/v1/remarks", remark("a\u{200f}b\u{61c}c"), "/text/en", "a\u{200f}b\u{61c}c"),
    ]
}

fn joiners() -> Vec<Case> {
    vec![
        bad_name("a\u{200c}b"),
        bad_name("a\u{200d}b"),
        bad_name("می\u{200c}"),
        bad_text("a\u{200c}b"),
        kept("between Persian letters", "/v1/places", named("نیم\u{200c}روز"), "/names/en", "نیم\u{200c}روز"),
        run("is found without it", |servers| async move {
            let client = Client::new(&servers);
            client.create("/v1/places", &named("کوه\u{200c}دامنه")).await?;
            let found = client.get("/v1/places?q=%DA%A9%D9%88%D9%87%D8%AF%D8%A7%D9%85%D9%86%D9%87").await?.json()?;
            ensure!(found["items"].as_array().is_some_and(|items| items.len() == 1), "{found}");
            Ok(())
        }),
    ]
}

fn never() -> Vec<Case> {
    let piled = format!("e{}", "\u{301}".repeat(9));
    let mut cases: Vec<Case> =
        ["a\u{fdd0}", "a\u{ffff}", "a\u{1fffe}", "a\u{e000}", "a\u{f0000}", "a\u{378}", "a\u{e0041}", "a\u{e007f}"]
            .map(bad_name)
            .into();
    cases.extend(["a\u{ffff}", "a\u{e000}", "a\u{e0041}"].map(bad_text));
    cases.push(bad_name(&piled));
    cases.push(bad_text(&piled));
    cases
}

fn forms() -> Vec<Case> {
    vec![
        kept("is stored in NFC", "/v1/places", named("Co\u{302}te"), "/names/en", "C\u{f4}te"),
        run("is found by the other form", |servers| async move {
            let client = Client::new(&servers);
            client.create("/v1/places", &named("Zu\u{308}richtal")).await?;
            for q in ["Z%C3%BCrichtal", "Zu%CC%88richtal"] {
                let found = client.get(&format!("/v1/places?q={q}")).await?.json()?;
                ensure!(found["items"].as_array().is_some_and(|items| items.len() == 1), "{q}: {found}");
            }
            Ok(())
        }),
        run("what is unique is so in either form", |servers| async move {
            let client = Client::new(&servers);
            let draft = place();
            client.create("/v1/places", &draft).await?;
            client.post("/v1/places", &draft).await?.must(409, "duplicate").map(drop)
        }),
    ]
}

fn scripts() -> Vec<Case> {
    vec![
        name("p\u{430}ypal").is(422, "mixed-script").error("/names/en", "mixed-script"),
        name("\u{391}thens").is(422, "mixed-script"),
        name("London \u{41b}\u{43e}\u{43d}\u{434}\u{43e}\u{43d}").status(201),
        run("a name that looks like another is taken, with a warning", |servers| async move {
            let client = Client::new(&servers);
            client.create("/v1/places", &named("Pacec")).await?;
            // All Cyrillic.
            let reply = client.post("/v1/places", &named("\u{420}\u{430}\u{441}\u{435}\u{441}")).await?;
            reply.ok(201)?;
            ensure!(reply.text().contains("confusable-name"), "{}", reply.text());
            Ok(())
        }),
        run("a slug that looks like another is refused", |servers| async move {
            let client = Client::new(&servers);
            let slug = crate::drafts::slug();
            client.create("/v1/places", &with(place(), "slug", format!("{slug}-ll"))).await?;
            client
                .post("/v1/places", &with(place(), "slug", format!("{slug}-11")))
                .await?
                .must(409, "confusable")
                .map(drop)
        }),
        body("POST", "/v1/places", &WRITES, with(place(), "slug", "\u{430}bc").to_string()).is(422, "validation"),
    ]
}
