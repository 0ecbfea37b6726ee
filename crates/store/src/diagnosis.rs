//! Which rule a refused write broke, in the words of the model. Runs only after a refusal.

use std::collections::HashMap;

use pledgegraph_model::{Code, Edge, EntityKind, EntityRef, Removed};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::prepared::{Key, PreparedWrite, named_entities, pointer_in_entity};
use crate::refusal::refusal;
use crate::row::id_of;
use crate::table::column;
use crate::{StoreError, WriteError, edges, entities, naming};

/// Names the rule that a write broke, given what the database said; `Err` when the failure is not the write's fault.
/// The write is not in the database: it was rolled back.
pub(crate) async fn of_refusal(
    conn: &mut PgConnection,
    write: &PreparedWrite,
    error: sqlx::Error,
) -> Result<WriteError, StoreError> {
    let Some(refusal) = refusal(&error) else { return Err(error.into()) };
    let (code, constraint) = (refusal.code().to_owned(), refusal.constraint().map(str::to_owned));
    match (code.as_str(), constraint.as_deref()) {
        // A foreign key, or the null that a missing end leaves behind.
        ("23503" | "23502", _) => unmet_reference(conn, write).await,
        ("23505", Some("entity_reference" | "entity_redirect")) => taken_reference(conn, write).await,
        ("23505", Some("entity_pkey" | "edge_pkey")) => Ok(WriteError::DuplicateId),
        // Data exceptions and the other integrity constraints.
        (code, constraint) if code.starts_with("22") || code.starts_with("23") => {
            Ok(WriteError::of_constraint(constraint.unwrap_or(code)))
        }
        _ => Err(error.into()),
    }
}

/// The kinds of all entities that the write names: those that stand, those that it brings, without what it removes.
async fn kinds(conn: &mut PgConnection, write: &PreparedWrite) -> Result<HashMap<Uuid, EntityKind>, StoreError> {
    let entity = |key: Key| if let Key::Entity(id) = key { Some(id) } else { None };
    let ids: Vec<Uuid> = write.reads().into_iter().filter_map(entity).collect();
    let standing = entities::standing(conn, &ids).await?;
    let mut kinds: HashMap<_, _> = standing.into_iter().map(|(id, entity)| (id, entity.kind)).collect();
    kinds.extend(write.entities().map(|(entity, _)| (entity.id.0, entity.kind)));
    for removed in write.removes() {
        if let Key::Entity(id) = Key::from(removed) {
            kinds.remove(&id);
        }
    }
    Ok(kinds)
}

async fn unmet_reference(conn: &mut PgConnection, write: &PreparedWrite) -> Result<WriteError, StoreError> {
    let kinds = kinds(conn, write).await?;
    for (entity, _) in write.entities() {
        if let Some(missing) = entity.references().into_iter().find(|id| !kinds.contains_key(&id.0)) {
            let pointer = pointer_in_entity(entity).to_owned();
            return Ok(WriteError::DanglingReference { row: entity.id.0, pointer, missing: missing.0 });
        }
    }
    for (edge, _) in write.edges() {
        if let Some(error) = wrong_entity(edge, &kinds) {
            return Ok(error);
        }
    }
    let targets: Vec<Uuid> = write.edges().flat_map(|(edge, _)| &edge.links).map(|link| link.edge.0).collect();
    let mut standing = edges::standing(conn, &targets).await?;
    for removed in write.removes() {
        if let Removed::Edge(id) = removed {
            standing.remove(&id.0);
        }
    }
    for (edge, _) in write.edges() {
        for (i, link) in edge.links.iter().enumerate() {
            if !standing.contains_key(&link.edge.0) && write.edges().all(|(other, _)| other.id != link.edge) {
                let (pointer, missing) = (format!("/links/{i}/edge"), link.edge.0);
                return Ok(WriteError::DanglingReference { row: edge.id.0, pointer, missing });
            }
        }
    }
    Ok(WriteError::InUse { counts: naming::count(conn, write).await? })
}

fn wrong_entity(edge: &Edge, kinds: &HashMap<Uuid, EntityKind>) -> Option<WriteError> {
    let row = edge.id.0;
    for named in named_entities(edge) {
        match (kinds.get(&named.id.0), named.expected) {
            (None, _) => {
                return Some(WriteError::DanglingReference { row, pointer: named.pointer, missing: named.id.0 });
            }
            (Some(found), Some(expected)) if *found != expected => {
                return Some(WriteError::WrongKind { row, pointer: named.pointer, expected, found: *found });
            }
            _ => {}
        }
    }
    let (subject, object) = (*kinds.get(&edge.subject.0)?, *kinds.get(&edge.object.0)?);
    let (edge, kind) = (edge.id, edge.kind());
    (!kind.joins(subject, object)).then_some(WriteError::EdgeEnds { edge, kind, subject, object })
}

/// The reference that another entity has, or had; of the write's own rows and of those that it removes only what they are
/// afterwards counts.
async fn taken_reference(conn: &mut PgConnection, write: &PreparedWrite) -> Result<WriteError, StoreError> {
    let mut wanted: Vec<(EntityRef, Uuid, Uuid)> = Vec::new();
    for (entity, _) in write.entities() {
        let own = (entity.reference(), entity.id);
        wanted.extend([own].into_iter().chain(entity.redirected()).map(|(r, id)| (r, id.0, entity.id.0)));
    }
    let changed: Vec<Uuid> =
        write.entities().map(|(entity, _)| entity.id.0).chain(write.removes().map(id_of)).collect();
    let taken = sqlx::query_scalar!(
        r#"select w.place as "place!"
           from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) with ordinality w (kind, slug, id, owner, place)
           where exists (select from entity e where e.id <> all($5) and e.kind = w.kind and e.slug = w.slug)
               or exists (select from entity e where e.id <> all($5) and e.id = w.id)
               or exists (select from redirect r where r.entity_id <> all($5) and r.kind = w.kind
                          and r.slug = w.slug)
               or exists (select from redirect r where r.entity_id <> all($5) and r.id = w.id)
           order by place limit 1"#,
        &column(&wanted, |w| w.0.kind.as_str()) as _,
        &column(&wanted, |w| w.0.slug.as_str().to_owned()),
        &column(&wanted, |w| w.1),
        &column(&wanted, |w| w.2),
        &changed
    );
    let taken = taken.fetch_optional(conn).await?.and_then(|place| usize::try_from(place - 1).ok());
    let twice = || {
        let shared = |(i, a): (usize, &(EntityRef, Uuid, Uuid))| {
            wanted.iter().take(i).any(|b| a.2 != b.2 && (a.0 == b.0 || a.1 == b.1))
        };
        wanted.iter().enumerate().position(shared)
    };
    let found = taken.or_else(twice).and_then(|place| wanted.get(place));
    Ok(match found {
        Some((reference, ..)) => WriteError::DuplicateReference(reference.clone()),
        None => WriteError::Refused { constraint: "entity_reference".to_owned() },
    })
}
