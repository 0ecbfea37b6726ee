//! The kinds of nodes.

use crate::code::code_list;

code_list! {
    /// The kind of an entity; it never changes.
    EntityKind in "entity_kinds" {
        Country = "country", "Country", "دولة", "A country or territory of ISO 3166-1.", "دولة أو إقليم في ISO 3166-1.";
        Coalition = "coalition", "Coalition", "تحالف", "States that act together for a purpose.", "دول تعمل معًا لغرض.";
        Organization = "organization", "Organization", "منظمة", "An organised body: international, government, armed force, media.",
            "هيئة منظمة: دولية أو حكومية أو عسكرية أو إعلامية.";
        Group = "group", "Group", "مجموعة", "A set that no source lists in full.", "مجموعة لا يسردها أي مصدر كاملة.";
        Person = "person", "Person", "شخص", "A person, named or anonymous.", "شخص مسمّى أو مجهول.";
        Meeting = "meeting", "Meeting", "اجتماع", "A meeting, summit or conference.", "اجتماع أو قمة أو مؤتمر.";
        Place = "place", "Place", "مكان", "A place that is not a country.", "مكان ليس دولة.";
        Condition = "condition", "Condition", "شرط", "What pledges hang on.", "ما تتوقف عليه التعهدات.";
        Source = "source", "Source", "مصدر", "A document.", "وثيقة.";
    }
}

impl EntityKind {
    /// What can act as a state or body does.
    pub const ACTORS: &'static [Self] = &[Self::Country, Self::Coalition, Self::Organization];
    /// The same, and sets of them.
    pub const ACTORS_AND_GROUPS: &'static [Self] = &[Self::Country, Self::Coalition, Self::Organization, Self::Group];
    /// What can speak.
    pub const AGENTS: &'static [Self] =
        &[Self::Country, Self::Coalition, Self::Organization, Self::Group, Self::Person];
    /// Whose words a statement can rest on; where a name alone is given, a person first.
    pub const SPEAKERS: &'static [Self] =
        &[Self::Person, Self::Organization, Self::Country, Self::Coalition, Self::Group, Self::Source];
    /// Through what an actor acts.
    pub const BODIES: &'static [Self] = &[Self::Person, Self::Organization];
    /// Where something is.
    pub const PLACES: &'static [Self] = &[Self::Place, Self::Country];

    /// Whether it can act as a state or body does: country, coalition or organization.
    pub fn is_actor(self) -> bool {
        Self::ACTORS.contains(&self)
    }
}
