//! The rules that a record of a data file keeps, beyond what its type can say.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail, ensure};
use pledgegraph_model::{
    Code as _, Edge, EdgeDetail, Entity, EntityDetail, EntityId, EntityKind, EntityRef, check_name,
};

/// Names are names, a checksum is one.
pub(super) fn entity(entity: &Entity<EntityRef>) -> Result<()> {
    let aliases = entity.aliases.iter().map(|alias| alias.text.as_str());
    for name in entity.names.iter().map(|(_, name)| name).chain(aliases) {
        check_name(name).with_context(|| format!("the name `{name}`"))?;
    }
    let EntityDetail::Source(source) = &entity.detail else { return Ok(()) };
    if let Some(date) = &source.published {
        ensure!(!date.ended, "only `valid_until` of a statement has `ended`");
    }
    if let Some(sum) = &source.sha256 {
        let hex = sum.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        ensure!(hex && sum.len() == 64, "`sha256` has 64 lower-case hexadecimal digits");
    }
    Ok(())
}

/// The kind allows the ends, every other reference is of the kind that its field wants, and the statement is whole.
pub(super) fn edge(edge: &Edge, entities: &HashMap<EntityId, &Entity>) -> Result<()> {
    let kind_of = |id: &EntityId| entities.get(id).map(|e| e.kind);
    if let (Some(subject), Some(object)) = (kind_of(&edge.subject), kind_of(&edge.object)) {
        let article = |kind: EntityKind| if kind == EntityKind::Organization { "an" } else { "a" };
        ensure!(
            edge.kind().joins(subject, object),
            "no {} goes from {} {subject} to {} {object}",
            edge.kind(),
            article(subject),
            article(object)
        );
    }
    if let Some((pointer, text)) = edge.errors().first() {
        bail!("{pointer}: {text}");
    }
    for (id, allowed) in wanted(edge) {
        let Some(found) = entities.get(&id).filter(|e| !allowed.contains(&e.kind)) else { continue };
        let allowed: Vec<_> = allowed.iter().map(|kind| kind.as_str()).collect();
        bail!("`{}` stands where a {} belongs", found.reference(), allowed.join(" or "));
    }
    for condition in edge.negated_leaves() {
        let tested = entities.get(condition).filter(|e| e.detail.test().is_some());
        if let Some(condition) = tested {
            bail!("`not` stands over `{}`, which has a test", condition.reference());
        }
    }
    Ok(())
}

/// Every reference but the ends, with the kinds that may stand there.
fn wanted(edge: &Edge) -> Vec<(EntityId, &'static [EntityKind])> {
    use EntityKind::{Coalition, Condition, Country, Group, Meeting, Organization, Person, Place, Source};
    let mut wanted: Vec<(EntityId, &'static [EntityKind])> = Vec::new();
    for piece in &edge.evidence {
        wanted.push((piece.source, &[Source]));
        let agents = piece.attribution.iter().filter_map(|link| link.agent);
        wanted.extend(agents.map(|id| (id, &[Country, Coalition, Organization, Group, Person] as &[_])));
    }
    let mut want = |id: Option<EntityId>, kinds: &'static [EntityKind]| wanted.extend(id.map(|id| (id, kinds)));
    match &edge.detail {
        EdgeDetail::Commitment(commitment) => {
            want(commitment.coalition, &[Coalition]);
            want(commitment.place, &[Place, Country]);
            want(commitment.meeting, &[Meeting]);
            want(commitment.acting_through, &[Person, Organization]);
            for (condition, _) in commitment.conditions.iter().flat_map(|tree| tree.root.leaves()) {
                want(Some(*condition), &[Condition]);
            }
        }
        EdgeDetail::Attendance(attendance) => want(attendance.place, &[Place, Country]),
        EdgeDetail::Request(request) => want(request.acting_through, &[Person, Organization]),
        _ => {}
    }
    wanted
}
