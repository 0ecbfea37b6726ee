//! Section 5: the graph.

use anyhow::ensure;
use serde_json::json;

use crate::case::{Case, Row, get, post, row, run};
use crate::client::Client;
use crate::drafts::{commitment, place, relation, with};
use crate::servers::Kind;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(5, "edge to a missing node: 422 dangling-reference", dangling()),
        row(5, "self-loop, duplicate edge, cycle in a tree relation: 409 constraint naming the rule", constraints())
            .except("no rule of the graph says that an office has one holder at a time"),
        row(5, "delete of a node in use: 409 in-use with counts, or cascade for the admin scope", in_use()),
        row(
            5,
            "depth > 6, > 10,000 visited nodes, > 1 s CPU: 422 query-too-expensive",
            vec![
                post("/v1/analyses/unlocking-sets", &goal()).on(Kind::Short).is(422, "query-too-expensive"),
                post("/v1/analyses/blocking-sets", &goal()).on(Kind::Short).is(422, "query-too-expensive"),
                post("/v1/analyses/pivotality", &goal()).on(Kind::Short).is(422, "query-too-expensive"),
                get("/v1/graph/subgraph?start=country:GB&depth=7").is(400, "bad-parameter"),
                get("/v1/graph/subgraph?start=country:GB&depth=-1").is(400, "bad-parameter"),
            ],
        )
        .except(
            "how far and how wide a walk goes is a parameter with a range; a budget that is spent is 422 or a warning",
        ),
        row(5, "node or edge count limit of the instance: 507 graph-full", Vec::new())
            .except("an instance has no such limit"),
    ]
}

fn goal() -> serde_json::Value {
    json!({"goal": {"capability": "military.forces", "at_least": 3}})
}

fn dangling() -> Vec<Case> {
    let pledge = |field: &str, value: &str| {
        post("/v1/commitments", &with(commitment(), field, value)).is(422, "dangling-reference")
    };
    vec![
        pledge("pledger", "country:ZZ").error("/pledger", "dangling-reference"),
        pledge("beneficiary", "organization:nowhere").error("/beneficiary", "dangling-reference"),
        pledge("coalition", "0198c0de-0000-7000-8000-000000000000").error("/coalition", "dangling-reference"),
        post("/v1/commitments", &with(commitment(), "evidence", json!([{"source": "source:none"}])))
            .is(422, "dangling-reference")
            .error("/evidence/0/source", "dangling-reference"),
        post(
            "/v1/commitments",
            &with(commitment(), "links", json!([{"type": "supports", "edge": "0198c0de-0000-7000-8000-000000000000"}])),
        )
        .is(422, "dangling-reference")
        .error("/links/0/edge", "dangling-reference"),
        // An end of a wrong kind is there, and not allowed.
        post("/v1/commitments", &with(commitment(), "pledger", "condition:us-backing")).is(422, "validation"),
    ]
}

fn constraints() -> Vec<Case> {
    vec![
        run("a self-loop", |servers| async move {
            let client = Client::new(&servers);
            let draft = relation("part_of", "country:GB", "country:GB");
            let body = client.post("/v1/relations", &draft).await?.must(409, "constraint")?;
            ensure!(body.to_string().contains("self-loop"), "{body}");
            Ok(())
        }),
        run("a cycle in part_of", |servers| async move {
            let client = Client::new(&servers);
            let names: Vec<String> = (0..3).map(|_| crate::drafts::slug()).collect();
            for name in &names {
                client.create("/v1/places", &with(place(), "slug", name.as_str())).await?;
            }
            let reference = |n: usize| format!("place:{}", names[n % 3]);
            for n in 0..2 {
                client.create("/v1/relations", &relation("part_of", &reference(n), &reference(n + 1))).await?;
            }
            let reply = client.post("/v1/relations", &relation("part_of", &reference(2), &reference(0))).await?;
            let body = reply.must(409, "constraint")?;
            ensure!(body.to_string().contains("part-of-cycle"), "{body}");
            Ok(())
        }),
        run("the same edge twice", |servers| async move {
            let client = Client::new(&servers);
            let (a, b) = (crate::drafts::slug(), crate::drafts::slug());
            for name in [&a, &b] {
                client.create("/v1/places", &with(place(), "slug", name.as_str())).await?;
            }
            let draft = relation("part_of", &format!("place:{a}"), &format!("place:{b}"));
            client.create("/v1/relations", &draft).await?;
            let body = client.post("/v1/relations", &draft).await?.must(409, "constraint")?;
            ensure!(body.to_string().contains("duplicate-edge"), "{body}");
            Ok(())
        }),
    ]
}

fn in_use() -> Vec<Case> {
    vec![
        run("with counts", |servers| async move {
            let client = Client::new(&servers);
            let tag = client.get("/v1/countries/GB").await?.header("etag");
            let reply = client.send("DELETE", "/v1/countries/GB", &[&format!("If-Match: {tag}")], None).await?;
            let body = reply.must(409, "in-use")?;
            ensure!(body.to_string().contains("commitment"), "{body}");
            Ok(())
        }),
        run("cascade needs the admin scope, and has it", |servers| async move {
            let client = Client::new(&servers);
            let slug = crate::drafts::slug();
            let (path, tag) = client.create("/v1/places", &with(place(), "slug", slug.as_str())).await?;
            let reference = format!("place:{slug}");
            let (edge, _) = client.create("/v1/relations", &relation("part_of", &reference, "country:GB")).await?;
            let target = format!("{path}?cascade=true");
            let headers = [format!("If-Match: {tag}")];
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            client.send("DELETE", &target, &headers, None).await?.must(403, "insufficient-scope")?;
            let admin = Client::with(&servers, Kind::Plain, "rules");
            let reply = admin.send("DELETE", &target, &headers, None).await?;
            ensure!(matches!(reply.status, 200 | 204), "{}\n{}", reply.head, reply.text());
            for gone in [path, edge] {
                let reply = client.get(&gone).await?;
                ensure!(matches!(reply.status, 404 | 410), "{gone}: {}", reply.head);
            }
            Ok(())
        }),
    ]
}
