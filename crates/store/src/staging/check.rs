//! What is wrong with the staged rows, by the line that each came from.

use pledgegraph_model::{EdgeId, EdgeKind, EntityKind, EntityRef};
use sqlx::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

use crate::code_text::CodeText;
use crate::refusal::{is_transient, refusal};
use crate::row::Table;
use crate::{StoreError, WriteError};

/// A staged row that cannot be written.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The line that it came from; 0 when that is not known.
    pub line: i64,
    /// Why.
    pub error: WriteError,
}

/// Everything that is wrong with the staged rows, at most `limit` of each kind, so that the lock is taken only for rows
/// that will very likely do.
pub(crate) async fn check(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let mut refusals = taken_rows(conn, limit, false).await?;
    refusals.extend(taken_references(conn, limit).await?);
    refusals.extend(named(conn, limit).await?);
    refusals.extend(ends(conn, limit).await?);
    refusals.extend(links(conn, limit).await?);
    refusals.extend(self_loops(conn, limit).await?);
    Ok(refusals)
}

/// Rows that no longer take the place of what they were compared with. To be asked under the lock, where it holds until
/// the commit; that a new row is new is for the keys of the tables.
pub(crate) async fn changed(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    taken_rows(conn, limit, true).await
}

/// Rows of which the database now says something else than the import saw when it staged them; of those that replace
/// others only, or of all.
async fn taken_rows(conn: &mut PgConnection, limit: i64, replacing: bool) -> Result<Vec<Refusal>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.line as "line!", s.id as "id!", 'entity' as "subject!", s.replaces as "replaces!",
               e.kind as "standing?", s.kind as "kind!", e.version as "version?"
           from stage_entity s left join entity e on e.id = s.id
           where (s.replaces or not $2)
               and ((e.id is not null) <> s.replaces or e.kind <> s.kind or e.hash <> s.standing)
           union all
           select s.line, s.id, 'edge', s.replaces, e.kind, s.kind, e.version
           from stage_edge s left join edge e on e.id = s.id
           where (s.replaces or not $2)
               and ((e.id is not null) <> s.replaces or e.kind <> s.kind or e.hash <> s.standing)
           limit $1"#,
        limit,
        replacing
    );
    let refusals = rows.fetch_all(conn).await?.into_iter().map(|found| {
        let row = Table::named(&found.subject).row(found.id);
        let error = match found.standing {
            None => WriteError::Stale { row, current: None },
            Some(standing) if standing != found.kind => WriteError::KindChanged(row),
            Some(_) if found.replaces => WriteError::Stale { row, current: found.version },
            Some(_) => WriteError::DuplicateId,
        };
        Refusal { line: found.line, error }
    });
    Ok(refusals.collect())
}

/// References that another entity has, now or before a merge or a renaming.
async fn taken_references(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.line, kind as "kind: CodeText<EntityKind>", slug from stage_entity s
           where exists (select from entity e where e.kind = s.kind and e.slug = s.slug and e.id <> s.id)
              or exists (select from redirect r where r.kind = s.kind and r.slug = s.slug and r.entity_id <> s.id)
           order by s.line limit $1"#,
        limit
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows.map(|row| Refusal { line: row.line, error: reference_taken(row.kind.0, &row.slug) }).collect())
}

fn reference_taken(kind: EntityKind, slug: &str) -> WriteError {
    match slug.parse() {
        Ok(slug) => WriteError::DuplicateReference(EntityRef { kind, slug }),
        Err(_) => WriteError::Refused { constraint: "entity_reference".to_owned() },
    }
}

/// Names of entities that do not exist, or are of a kind that does not belong there.
async fn named(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let rows = sqlx::query!(
        // The lines are looked up for the few that are wrong: joined to all, they mislead the planner to a nested loop.
        r#"with wrong as materialized (
               select n.row_id, n.pointer, n.named_id, n.expected, k.kind as found
               from stage_named n left join stage_known k on k.id = n.named_id
               where k.id is null or k.kind <> n.expected limit $1)
           select l.line as "line!", w.row_id as "row_id!", w.pointer as "pointer!", w.named_id as "named_id!",
               w.expected as "expected: CodeText<EntityKind>", w.found as "found: CodeText<EntityKind>"
           from wrong w join stage_line l on l.row_id = w.row_id"#,
        limit
    );
    let refusals = rows.fetch_all(conn).await?.into_iter().map(|wrong| {
        let (row, pointer) = (wrong.row_id, wrong.pointer);
        let error = match (wrong.found, wrong.expected) {
            (Some(CodeText(found)), Some(CodeText(expected))) => {
                WriteError::WrongKind { row, pointer, expected, found }
            }
            _ => WriteError::DanglingReference { row, pointer, missing: wrong.named_id },
        };
        Refusal { line: wrong.line, error }
    });
    Ok(refusals.collect())
}

/// Edges that may not join what they join.
async fn ends(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let rows = sqlx::query!(
        r#"select e.line, e.id, e.kind as "kind: CodeText<EdgeKind>", s.kind as "subject!: CodeText<EntityKind>",
               o.kind as "object!: CodeText<EntityKind>"
           from stage_edge e join stage_known s on s.id = e.subject_id join stage_known o on o.id = e.object_id
           where (e.kind, s.kind, o.kind) not in (select kind, subject_kind, object_kind from edge_triple)
           order by e.line limit $1"#,
        limit
    );
    let refusals = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let (edge, kind) = (EdgeId(row.id), row.kind.0);
        let error = WriteError::EdgeEnds { edge, kind, subject: row.subject.0, object: row.object.0 };
        Refusal { line: row.line, error }
    });
    Ok(refusals.collect())
}

/// Links to edges that neither stand nor are staged.
async fn links(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let rows = sqlx::query!(
        r#"select e.line, e.id, l.ordinal, l.target_id
           from stage_edge_link l join stage_edge e on e.id = l.edge_id
           where not exists (select from edge t where t.id = l.target_id)
             and not exists (select from stage_edge t where t.id = l.target_id)
           order by e.line limit $1"#,
        limit
    );
    let refusals = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let pointer = format!("/links/{}/edge", row.ordinal);
        let error = WriteError::DanglingReference { row: row.id, pointer, missing: row.target_id };
        Refusal { line: row.line, error }
    });
    Ok(refusals.collect())
}

/// Agents of attributions that are no entities. A look into every chain: asked only once the trigger has refused one.
async fn agents(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let rows = sqlx::query!(
        r#"select e.line, e.id, v.ordinal, (a.link ->> 'agent')::uuid as "agent!", a.place as "place!"
           from stage_evidence v join stage_edge e on e.id = v.edge_id
               cross join lateral jsonb_array_elements(v.attribution) with ordinality a (link, place)
           where v.attribution is not null and a.link ? 'agent'
             and not exists (select from stage_known k where k.id = (a.link ->> 'agent')::uuid)
           order by e.line limit $1"#,
        limit
    );
    let refusals = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let pointer = format!("/evidence/{}/attribution/{}/agent", row.ordinal, row.place - 1);
        Refusal { line: row.line, error: WriteError::DanglingReference { row: row.id, pointer, missing: row.agent } }
    });
    Ok(refusals.collect())
}

/// Edges that join an entity to itself where that is not allowed: the rule `edge_self_loop` of the table.
async fn self_loops(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let lines = sqlx::query_scalar!(
        "select line from stage_edge
         where subject_id = object_id and kind in ('part_of', 'membership', 'sidelines', 'request') order by line limit $1",
        limit
    );
    Ok(of_rule("edge_self_loop", lines.fetch_all(conn).await?))
}

/// Statements that something is part of what is part of it. Walks up from every staged one: asked only once the trigger
/// has refused them.
async fn part_of_cycles(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let lines = sqlx::query_scalar!(
        r#"with recursive
           staged as (select line, subject_id, object_id from stage_edge
                      where kind = 'part_of' and polarity = 'asserted' and rank <> 'deprecated'),
           step as (select subject_id, object_id from staged
                    union select subject_id, object_id from edge
                    where kind = 'part_of' and polarity = 'asserted' and rank <> 'deprecated'),
           up (line, origin, at) as (
               select line, subject_id, object_id from staged
               union select up.line, up.origin, step.object_id from up join step on step.subject_id = up.at
               where up.at <> up.origin)
           select distinct line as "line!" from up where at = origin order by 1 limit $1"#,
        limit
    );
    Ok(of_rule("edge_part_of_cycle", lines.fetch_all(conn).await?))
}

/// Statements that have a `not` over a condition that has a test, and conditions that are given a test under a `not`: of
/// what stands and of what is staged. Walks all trees with a `not`: asked only once the trigger has refused them.
async fn negated_tests(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let lines = sqlx::query_scalar!(
        r#"with recursive
           tree as (select edge_id, node, parent, op, condition_id from stage_edge_condition
                    union all select edge_id, node, parent, op, condition_id from edge_condition
                    where edge_id not in (select id from stage_edge)),
           negated (edge_id, node, condition_id) as (
               select edge_id, node, condition_id from tree where op = 'not'
               union select t.edge_id, t.node, t.condition_id from negated n
                   join tree t on t.edge_id = n.edge_id and t.parent = n.node),
           tested as (select id from stage_entity where detail ? 'test'
                      union all select id from entity where detail ? 'test' and id not in (select id from stage_entity))
           select distinct l.line as "line!"
           from negated n join tested t on t.id = n.condition_id
               join stage_line l on l.row_id = n.edge_id or l.row_id = t.id and not exists (
                   select from stage_edge e where e.id = n.edge_id)
           order by 1 limit $1"#,
        limit
    );
    Ok(of_rule("edge_condition_negated_test", lines.fetch_all(conn).await?))
}

/// Statements that supersede themselves through others. Walks from every staged one: asked only once the trigger has
/// refused them.
async fn supersedes_cycles(conn: &mut PgConnection, limit: i64) -> Result<Vec<Refusal>, StoreError> {
    let lines = sqlx::query_scalar!(
        r#"with recursive
           step as (select edge_id, target_id from stage_edge_link where link = 'supersedes'
                    union select edge_id, target_id from edge_link
                    where link = 'supersedes' and edge_id not in (select id from stage_edge)),
           reach (origin, at) as (
               select edge_id, target_id from stage_edge_link where link = 'supersedes'
               union select r.origin, s.target_id from reach r join step s on s.edge_id = r.at where r.at <> r.origin)
           select distinct e.line as "line!" from reach r join stage_edge e on e.id = r.origin
           where r.at = r.origin order by 1 limit $1"#,
        limit
    );
    Ok(of_rule("edge_link_supersedes_cycle", lines.fetch_all(conn).await?))
}

fn of_rule(constraint: &str, lines: Vec<i64>) -> Vec<Refusal> {
    lines.into_iter().map(|line| Refusal { line, error: WriteError::of_constraint(constraint) }).collect()
}

/// Which lines the database meant when it refused the rows under the lock. The transaction has gone back to where they
/// were staged. `Err` when the failure is not theirs.
pub(crate) async fn of_refusal(
    conn: &mut PgConnection,
    error: sqlx::Error,
    limit: i64,
) -> Result<Vec<Refusal>, WriteError> {
    let Some((constraint, row)) = refused_row(&error) else { return Err(of_database(error)) };
    let found = match constraint.as_str() {
        "evidence_agent" => agents(conn, limit).await,
        "edge_part_of_cycle" => part_of_cycles(conn, limit).await,
        "edge_condition_negated_test" => negated_tests(conn, limit).await,
        "edge_link_supersedes_cycle" => supersedes_cycles(conn, limit).await,
        _ => check(conn, limit).await,
    };
    let found = found.map_err(WriteError::of_failure)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let line = match row {
        Some(row) => line_of(conn, row).await.map_err(|error| WriteError::of_failure(error.into()))?,
        None => None,
    };
    Ok(vec![Refusal { line: line.unwrap_or_default(), error: of_database(error) }])
}

/// The line of a row.
async fn line_of(conn: &mut PgConnection, row: Uuid) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(r#"select line as "line!" from stage_line where row_id = $1"#, row).fetch_optional(conn).await
}

/// The constraint that refused a row, and the row's identifier, which is the first column of all tables of the graph.
fn refused_row(error: &sqlx::Error) -> Option<(String, Option<Uuid>)> {
    let refused = refusal(error)?;
    let code = refused.code();
    if is_transient(error) || !(code.starts_with("22") || code.starts_with("23")) {
        return None;
    }
    let detail = refused.detail().unwrap_or_default();
    let words = detail.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    let row = words.filter(|word| word.len() == 36).find_map(|word| Uuid::parse_str(word).ok());
    Some((refused.constraint().unwrap_or(code).to_owned(), row))
}

/// What the database's answer means to whoever loads.
pub(crate) fn of_database(error: sqlx::Error) -> WriteError {
    if is_transient(&error) {
        return WriteError::of_failure(error.into());
    }
    let Some(refused) = refusal(&error) else { return WriteError::Unavailable(Arc::new(error.into())) };
    match (refused.code(), refused.constraint()) {
        ("23505", Some("entity_pkey" | "edge_pkey" | "stage_entity_pkey" | "stage_edge_pkey")) => {
            WriteError::DuplicateId
        }
        (code, constraint) if code.starts_with("22") || code.starts_with("23") => {
            WriteError::of_constraint(constraint.unwrap_or(code))
        }
        _ => WriteError::of_failure(error.into()),
    }
}
