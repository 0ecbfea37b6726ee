//! The members of a `where`, as they are said.

use pledgegraph_model::{
    AttendanceMode, AttendanceRole, Capability, Code, CodeEntry, ConditionKind, Conditionality, EntityKind,
    Explicitness, MembershipRole, Mission, Modality, OrganizationClass, Polarity, RemarkType, Stage, Stance, Standing,
    Truth,
};

/// What a member of a `where` holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holds {
    Entities,
    Codes(fn() -> Vec<&'static CodeEntry>),
    /// One code and not a list of them.
    Code(fn() -> Vec<&'static CodeEntry>),
    /// One text or day.
    Text,
    /// Several texts.
    Texts,
    /// A tree.
    Where,
    /// Several trees.
    Branches,
    /// Statements that it is an end of.
    Related,
}

/// The codes of a list.
pub(crate) fn entries<C: Code>() -> Vec<&'static CodeEntry> {
    C::ALL.iter().map(|code| code.entry()).collect()
}

/// The members of a `where`, in the order in which they are said.
pub(crate) const MEMBERS: [(&str, Holds); 43] = [
    ("subject", Holds::Entities),
    ("subject_is", Holds::Where),
    ("object", Holds::Entities),
    ("object_is", Holds::Where),
    ("is", Holds::Entities),
    ("kind", Holds::Codes(entries::<EntityKind>)),
    ("region", Holds::Texts),
    ("class", Holds::Codes(entries::<OrganizationClass>)),
    ("condition_kind", Holds::Codes(entries::<ConditionKind>)),
    ("capability", Holds::Codes(entries::<Capability>)),
    ("mission", Holds::Codes(entries::<Mission>)),
    ("stance", Holds::Codes(entries::<Stance>)),
    ("stance_min", Holds::Code(entries::<Stance>)),
    ("stage", Holds::Codes(entries::<Stage>)),
    ("coalition", Holds::Entities),
    ("condition", Holds::Entities),
    ("explicitness", Holds::Code(entries::<Explicitness>)),
    ("conditionality", Holds::Codes(entries::<Conditionality>)),
    ("meeting", Holds::Entities),
    ("place", Holds::Entities),
    ("acting_through", Holds::Entities),
    ("agent", Holds::Entities),
    ("source", Holds::Entities),
    ("modality", Holds::Codes(entries::<Modality>)),
    ("polarity", Holds::Codes(entries::<Polarity>)),
    ("standing", Holds::Codes(entries::<Standing>)),
    ("membership_role", Holds::Codes(entries::<MembershipRole>)),
    ("attendance_role", Holds::Codes(entries::<AttendanceRole>)),
    ("attendance_mode", Holds::Codes(entries::<AttendanceMode>)),
    ("remark_type", Holds::Codes(entries::<RemarkType>)),
    ("in_force", Holds::Codes(entries::<Truth>)),
    ("said_from", Holds::Text),
    ("said_to", Holds::Text),
    ("month", Holds::Texts),
    ("recorded_from", Holds::Text),
    ("valid_at", Holds::Text),
    ("q", Holds::Text),
    ("about", Holds::Related),
    ("subject_of", Holds::Related),
    ("object_of", Holds::Related),
    ("all_of", Holds::Branches),
    ("any_of", Holds::Branches),
    ("none_of", Holds::Branches),
];
