//! All code lists, for `/v1/vocabulary`.

use crate::{
    ActionClass, AliasKind, Area, AttendanceMode, AttendanceRole, AttributionMode, AttributionRole, Capability, Code,
    CodeEntry, ConditionKind, ConditionOp, Conditionality, ConveningClaim, ConveningFormat, ConveningStatus, CountOp,
    DateMatch, EdgeKind, EntityKind, Explicitness, Ground, LinkType, Listed, Mapping, MembershipRole, Mission,
    Modality, OrganizationClass, OutcomeValue, Polarity, Precision, QueryAsk, QueryField, QueryTarget, Rank, Relation,
    RemarkType, RequestOutcome, Specificity, Stage, Stance, Standing, Truth,
};

/// A code list with its codes, labels, definitions and mappings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    /// Name of the list.
    pub name: &'static str,
    /// The codes in their published order.
    pub codes: Vec<(&'static CodeEntry, &'static [Mapping])>,
}

fn list<C: Code>() -> CodeList {
    CodeList { name: C::LIST, codes: C::ALL.iter().map(|c| (c.entry(), c.mappings())).collect() }
}

/// Every code list, by name.
pub fn code_lists() -> Vec<CodeList> {
    let mut lists = vec![
        list::<ActionClass>(),
        list::<AliasKind>(),
        list::<Area>(),
        list::<AttendanceMode>(),
        list::<AttendanceRole>(),
        list::<AttributionMode>(),
        list::<AttributionRole>(),
        list::<Capability>(),
        list::<ConditionKind>(),
        list::<ConditionOp>(),
        list::<Conditionality>(),
        list::<ConveningClaim>(),
        list::<ConveningFormat>(),
        list::<ConveningStatus>(),
        list::<CountOp>(),
        list::<DateMatch>(),
        list::<EdgeKind>(),
        list::<EntityKind>(),
        list::<Explicitness>(),
        list::<Ground>(),
        list::<LinkType>(),
        list::<Listed>(),
        list::<MembershipRole>(),
        list::<Mission>(),
        list::<Modality>(),
        list::<OrganizationClass>(),
        list::<OutcomeValue>(),
        list::<Polarity>(),
        list::<Precision>(),
        list::<QueryAsk>(),
        list::<QueryField>(),
        list::<QueryTarget>(),
        list::<Rank>(),
        list::<Relation>(),
        list::<RemarkType>(),
        list::<RequestOutcome>(),
        list::<Specificity>(),
        list::<Stage>(),
        list::<Stance>(),
        list::<Standing>(),
        list::<Truth>(),
    ];
    lists.sort_by_key(|l| l.name);
    lists
}
