//! Each part of the rule, left out or changed, is seen by some history.

use anyhow::{Context as _, Result};
use pledgegraph_tests::database::TestDb;
use sqlx::{Executor as _, Row as _};

use super::histories::HISTORIES;
use super::{write, wrong};

/// A function, a part of it, and another in its place, with which some history has another standing.
const MUTANTS: &[(&str, &str, &str)] = &[
    (RULE, "f.polarity = 'denied'", "false"),
    (RULE, "f.polarity = 'unknown'", "false"),
    (RULE, "f.rank = 'deprecated'", "false"),
    (RULE, "when f.from_first > day or", "when"),
    (RULE, "f.kind = 'commitment' and f.said_first > day", "f.said_first > day"),
    (RULE, "or f.kind = 'commitment' and f.said_first > day", ""),
    (RULE, "f.until_last < day or", ""),
    (RULE, "f.until_last < day", "f.until_first < day"),
    (RULE, "f.until_last < day", "f.until_last <= day"),
    (RULE, "or f.ended_by <= day", ""),
    (RULE, "f.ended_by <= day", "f.ended_by < day"),
    (RULE, "when r.certain", "when r.id is not null"),
    (RULE, "when o.certain", "when o.id is not null"),
    (RULE, "when not f.modality_counts", "when false"),
    (RULE, "f.from_stated and not f.from_last <= day or", ""),
    (RULE, "f.until_stated and not f.until_first >= day", "false"),
    (RULE, "f.until_stated and", ""),
    (RULE, "or r.id is not null", ""),
    (RULE, "or o.id is not null", ""),
    (RULE, "or d.id is not null", ""),
    (RULE, "when f.from_last <= day then true", "when f.from_first <= day then true"),
    (RULE, "when f.last <= day then true", "when true then true"),
    (RULE, "where s.sound and s.begun", "where s.begun"),
    (RULE, "f.id in (select target_id from link where link.begun)", "false"),
    (RULE, "c.subject_id is not distinct from x.subject_id and", ""),
    (RULE, "where not exists (select from takes_back b", "where exists (select from takes_back b"),
    (RULE, "b.taken = l.target_id and not c.replaced", "b.taken = l.target_id"),
    (RULE, "cross join lateral (select x.mission union select 'unspecified')", "cross join lateral (select x.mission)"),
    (RULE, "union select x.coalition_id where x.coalition_id is not null", ""),
    (RULE, "where c.id <> x.id and c.sound and", "where c.id <> x.id and"),
    (RULE, "and not c.replaced and c.begun", "and c.begun"),
    (RULE, "(c.coalition_id is null or c.coalition_id = x.coalition_id)", "true"),
    (
        RULE,
        "(c.coalition_id is null or c.coalition_id = x.coalition_id)",
        "c.coalition_id is not distinct from x.coalition_id",
    ),
    (RULE, "c.place_id is null or", ""),
    (RULE, "and (c.area is null or c.area = x.area)", ""),
    (RULE, "c.area is null or", ""),
    (RULE, "c.first = x.first\n", "false\n"),
    (RULE, "or not c.said and not x.said and exists", "or not c.said and exists"),
    (RULE, "or not c.said and not x.said and exists", "or not c.said and not x.said or exists"),
    (RULE, "is distinct from (x.capability", "is not distinct from (x.capability"),
    (RULE, "c.begun and not c.conditional as certain", "c.begun as certain"),
    (RULE, "v.later and v.begun and not v.conditional", "v.later and v.begun"),
    (RULE, "v.later and v.begun and not v.conditional", "v.later and not v.conditional"),
    (RULE, "v.later and v.begun and not v.conditional", "v.begun and not v.conditional"),
    (RULE, "not v.earlier and", ""),
    (RULE, "and (v.later or not v.exception)", ""),
    (RULE, "and not exists (select from takes_back b where b.taker = v.by)", ""),
    (RULE, "where v.casts_doubt and v.later", "where v.casts_doubt"),
    (RULE, "where v.casts_doubt and v.later", "where false"),
    (RULE, "c.stance = 'refused' and c.stage", "c.stage"),
    (RULE, "and c.stage <> 'cancelled' and x.firmness", "and x.firmness"),
    (RULE, "x.stage <> 'delivered' and case", "case"),
    (RULE, "c.firmness in (1, 2) and", "false and"),
    (RULE, "c.firmness in (1, 2) and not c.negative", "c.firmness in (1, 2)"),
    (RULE, "when x.negative then c.firmness", "when false then c.firmness"),
    (RULE, "in ('contradicts', 'alternative_reading')\n        union", "in ('contradicts')\n        union"),
    (RULE, "union select target_id, edge_id from edge_link", "union select edge_id, edge_id from edge_link"),
    (RULE, "where p.sound and", "where"),
    (RULE, "and not (x.rank = 'preferred' and p.rank <> 'preferred')", ""),
    (RULE, "and p.rank <> 'preferred')", ")"),
    (RULE, "d.polarity = 'denied' and", ""),
    (RULE, "d.rank <> 'deprecated' and", ""),
    (RULE, "and d.modality_counts and not", "and not"),
    (RULE, "and not d.last < x.first", ""),
    (RULE, "not d.last < x.first", "d.first > x.last"),
    (RULE, "when 'membership' then d.detail", "when 'nothing' then d.detail"),
    (RULE, "(d.detail -> 'type', d.detail -> 'text')", "(x.detail -> 'type', d.detail -> 'text')"),
    (SIGN, "of_stage <> 'delivered' and", ""),
    (SIGN, "of_stage = 'cancelled' or", ""),
    (SIGN, ">= 3", ">= 4"),
    (SIGN, ">= 3", ">= 1"),
    (SIGN, "and stage <> 'cancelled'", ""),
    (SIGN, "stance_rank(of_stance) >= 1", "stance_rank(of_stance) >= 3"),
    (SIGN, "stance_rank(of_stance) >= 1", "stance_rank(of_stance) >= 0"),
    (SIGN, "'declined'", "'refused'"),
    (SIGN, "or stage = 'cancelled'", ""),
    (WIDER, "select 'unspecified' where", "select 'unspecified' where false and"),
    (WIDER, "[1:depth]", ""),
];

const RULE: &str = "statement_standing_on(date)";
const SIGN: &str = "opposite_sign(text, text, text, text)";
const WIDER: &str = "capability_or_wider(text)";

/// A table that misses a part of the rule is no proof of it.
#[tokio::test]
async fn no_part_of_the_rule_can_be_left_out() -> Result<()> {
    let db = TestDb::new().await?;
    let mut conn = db.connect().await?;
    write(&mut conn, HISTORIES.iter().map(|(history, ..)| *history)).await?;
    let mut unseen = Vec::new();
    for (function, part, other) in MUTANTS {
        let query = format!("select pg_get_functiondef('{function}'::regprocedure)");
        let definition: String = conn.fetch_one(sqlx::AssertSqlSafe(query)).await?.get(0);
        assert!(definition.contains(part), "{function} has no {part}");
        conn.execute("begin").await?;
        let mutant = definition.replacen(part, other, 1);
        conn.execute(sqlx::AssertSqlSafe(mutant)).await.with_context(|| format!("{part} -> {other}"))?;
        if wrong(&mut conn).await?.is_empty() {
            unseen.push(format!("{part} -> {other}"));
        }
        conn.execute("rollback").await?;
    }
    assert!(unseen.is_empty(), "no history tells these from the rule:\n{}", unseen.join("\n"));
    Ok(())
}
