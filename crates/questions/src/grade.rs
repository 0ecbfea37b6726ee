//! How exactly a statement is what was asked for.
//!
//! Of commitments that were asked for by a firm stance, a capability or a stated condition, the nearest ones are found too:
//! less firm, of a wider capability, on a condition that is only implied. Each says what it gives up.

use pledgegraph_graph::{EdgeView, Node};
use pledgegraph_model::{Conditions, EntityId, EntityKind, Explicitness, Query, QueryTarget, Stance, Where, month_of};

/// How exactly an answer is what was asked for; best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// As asked.
    Exact,
    /// A narrower capability than was asked for.
    ByHierarchy,
    /// Something was given up.
    Relaxed,
}

impl Grade {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::ByHierarchy => "by_hierarchy",
            Self::Relaxed => "relaxed",
        }
    }
}

/// What a relaxed answer gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relaxation {
    /// It is less firm than asked.
    Stance,
    /// Its capability is wider than asked.
    Capability,
    /// It is of a group whose countries are not named.
    Group,
    /// The condition is implied and not stated.
    Explicitness,
    /// Others say so of the actor: they expect, assess or concede it.
    Modality,
    /// When it was said is not known well enough to be sure.
    Date,
}

impl Relaxation {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stance => "stance",
            Self::Capability => "capability",
            Self::Group => "group",
            Self::Explicitness => "explicitness",
            Self::Modality => "modality",
            Self::Date => "date",
        }
    }
}

/// Whether near misses are found too.
pub(crate) fn relaxes(query: &Query) -> bool {
    query.find == QueryTarget::Commitments
}

/// The query with a less firm stance, the next wider capability, and groups of countries beside countries.
pub(crate) fn wider(query: &Query) -> Query {
    let mut wider = query.clone();
    let which = &mut wider.which;
    if which.stance_min.is_some_and(|least| least.at_least(Stance::Willing)) {
        which.stance_min = Some(Stance::Willing);
    }
    if which.stance == [Stance::Refused] {
        which.stance.push(Stance::Declined);
    }
    which.capability = which.capability.iter().map(|code| code.parent().unwrap_or(*code)).collect();
    if asks_for_countries(query)
        && let Some(such) = &mut which.subject_is
    {
        such.kind.push(EntityKind::Group);
    }
    wider
}

/// Whether countries are asked for, and nothing else is said of them.
fn asks_for_countries(query: &Query) -> bool {
    let countries = Where { kind: vec![EntityKind::Country], ..Where::all() };
    query.which.subject_is.as_deref() == Some(&countries)
}

/// Whether a commitment is of a capability that is asked for, a narrower or a wider one.
pub(crate) fn is_on_line(query: &Query, view: &EdgeView<'_>) -> bool {
    let asked = &query.which.capability;
    let own = view.detail().commitment().map(|commitment| commitment.capability);
    asked.is_empty() || own.is_none_or(|own| asked.iter().any(|asked| own.is_within(*asked) || asked.is_within(own)))
}

/// How exactly a statement is what was asked for, and what it gives up.
pub(crate) fn given_up(query: &Query, view: &EdgeView<'_>, relaxes: bool) -> (Grade, Vec<Relaxation>) {
    let of_pledge = Some(view).filter(|_| relaxes).and_then(|view| given_up_of_pledge(query, view));
    let (mut up, narrower) = of_pledge.unwrap_or_default();
    let is_own = query.which.modality.is_empty() && (relaxes || query.find == QueryTarget::Memberships);
    if is_own && !view.modality().counts() {
        up.push(Relaxation::Modality);
    }
    let (from, to) = (query.which.said_from, query.which.said_to);
    let months: Vec<u32> = query.which.month.iter().filter_map(|month| month_of(month)).collect();
    let date = view.when().and_then(|date| date.edtf.as_ref());
    if !months.is_empty() && !date.is_some_and(|edtf| months.iter().any(|month| edtf.certainly_in_month(*month))) {
        up.push(Relaxation::Date);
    }
    if from.or(to).is_some() && !view.said_at().edtf.as_ref().is_some_and(|edtf| edtf.certainly_in(from, to)) {
        up.push(Relaxation::Date);
    }
    let grade = match (up.is_empty(), narrower) {
        (true, false) => Grade::Exact,
        (true, true) => Grade::ByHierarchy,
        (false, _) => Grade::Relaxed,
    };
    (grade, up)
}

/// What a commitment gives up, and whether its capability is narrower than was asked for.
fn given_up_of_pledge(query: &Query, view: &EdgeView<'_>) -> Option<(Vec<Relaxation>, bool)> {
    let commitment = view.detail().commitment()?;
    let which = &query.which;
    let mut up = Vec::new();
    let mut narrower = false;
    let is_less = which.stance_min.is_some_and(|least| !commitment.stance.at_least(least));
    if is_less || (!which.stance.is_empty() && !which.stance.contains(&commitment.stance)) {
        up.push(Relaxation::Stance);
    }
    if asks_for_countries(query) && view.subject().kind() == EntityKind::Group {
        up.push(Relaxation::Group);
    }
    if !which.capability.is_empty() {
        if which.capability.iter().any(|asked| commitment.capability.is_within(*asked)) {
            narrower = !which.capability.contains(&commitment.capability);
        } else {
            up.push(Relaxation::Capability);
        }
    }
    let is_implied = |id: &EntityId| is_implied(view, *id, commitment.conditions.as_deref());
    if which.explicitness.is_none() && asked_conditions(which).iter().any(is_implied) {
        up.push(Relaxation::Explicitness);
    }
    Some((up, narrower))
}

/// The conditions that a query names, in its branches that all hold too.
fn asked_conditions(which: &Where) -> Vec<EntityId> {
    let branches = which.all_of.iter().flat_map(|branch| &branch.condition);
    which.condition.iter().chain(branches).copied().collect()
}

/// Whether a condition is a leaf of the tree, and only implied.
fn is_implied(view: &EdgeView<'_>, id: EntityId, tree: Option<&Conditions<Node>>) -> bool {
    let leaves = tree.map(|tree| tree.root.leaves()).unwrap_or_default();
    let mut own = leaves.iter().filter(|(condition, _)| view.is(**condition, id)).peekable();
    own.peek().is_some() && own.all(|(_, explicitness)| *explicitness == Explicitness::Implied)
}
