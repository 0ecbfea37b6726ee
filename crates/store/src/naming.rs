//! Which rows still name what a write would remove. Asked only after a refusal.

use std::collections::BTreeMap;

use pledgegraph_model::Removed;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::prepared::{Key, PreparedWrite};

/// Counts the rows that name an entity or edge that the write would remove, by what they are; those that the write itself
/// changes are left out. Looks through all attributions, as the trigger does that keeps speakers.
pub(crate) async fn count(conn: &mut PgConnection, write: &PreparedWrite) -> Result<BTreeMap<String, i64>, StoreError> {
    let (mut entities, mut edges) = (Vec::new(), Vec::new());
    for removed in write.removes() {
        match removed {
            Removed::Entity(id) => entities.push(id.0),
            Removed::Edge(id) => edges.push(id.0),
        }
    }
    let changed: Vec<Uuid> = write.writes().iter().filter_map(row).collect();
    let rows = sqlx::query!(
        r#"select what as "what!", count(distinct id) as "count!"
           from (
               select kind as what, id from edge where subject_id = any($1)
               union all select kind, id from edge where object_id = any($1)
               union all select kind, id from edge where coalition_id = any($1)
               union all select kind, id from edge where meeting_id = any($1)
               union all select kind, id from edge where place_id = any($1)
               union all select kind, id from edge where acting_through_id = any($1)
               union all select e.kind, e.id from edge_condition c join edge e on e.id = c.edge_id
                   where c.condition_id = any($1)
               union all select 'evidence', edge_id from evidence where source_id = any($1)
               union all select 'attribution', edge_id
                   from evidence, jsonb_array_elements(attribution) link
                   where cardinality($1::uuid[]) > 0 and (link ->> 'agent')::uuid = any($1)
               union all select 'condition_test', id from entity
                   where detail ? 'test' and actor_id = any($1)
               union all select 'publisher', id from entity where detail ? 'publisher' and publisher_id = any($1)
               union all select 'link', edge_id from edge_link where target_id = any($2)
           ) naming
           where id <> all($3)
           group by what"#,
        &entities,
        &edges,
        &changed
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.what, row.count)).collect())
}

fn row(key: &Key) -> Option<Uuid> {
    match key {
        Key::Entity(id) | Key::Edge(id) => Some(*id),
        Key::Reference(..) | Key::Hierarchy | Key::Idempotency(_) => None,
    }
}
