//! What a commitment hangs on: a tree over shared condition entities.

use serde::{Deserialize, Serialize};

use crate::code::code_list;
use crate::field::{Field, FieldType as _, MAX_PARTS, Table, Takes};
use crate::{Capability, EntityKind, Explicitness, Stance};

/// The deepest tree that is accepted; a single leaf has depth 1.
pub const MAX_CONDITION_DEPTH: usize = 8;

code_list! {
    /// The kind of a condition entity. The first three have a test and are decided from commitments.
    ConditionKind in "condition_kinds" {
        ThirdPartyBacking = "third_party_backing", "Third-party backing", "دعم طرف ثالث",
            "A named actor backs it with a capability.", "يسانده طرف مسمّى بقدرة معينة.";
        ReciprocalCommitment = "reciprocal_commitment", "Reciprocal commitment", "التزام متبادل",
            "Another actor commits in return.", "يلتزم طرف آخر بالمقابل.";
        ParticipationThreshold = "participation_threshold", "Participation threshold", "حد أدنى للمشاركة",
            "Enough actors take part.", "يشارك عدد كافٍ من الأطراف.";
        Ceasefire = "ceasefire", "Ceasefire", "وقف إطلاق النار",
            "A ceasefire holds.", "وقف إطلاق النار قائم.";
        PeaceAgreement = "peace_agreement", "Peace agreement", "اتفاق سلام",
            "A peace agreement is reached.", "التوصل إلى اتفاق سلام.";
        Mandate = "mandate", "Mandate", "تفويض",
            "An international body gives a mandate.", "تمنح هيئة دولية تفويضًا.";
        HostConsent = "host_consent", "Host consent", "موافقة البلد المضيف",
            "The host agrees.", "يوافق البلد المضيف.";
        LegalBasis = "legal_basis", "Legal basis", "أساس قانوني",
            "A legal basis exists.", "وجود أساس قانوني.";
        RulesOfEngagement = "rules_of_engagement", "Rules of engagement", "قواعد الاشتباك",
            "Rules of engagement are agreed and kept.", "الاتفاق على قواعد الاشتباك والالتزام بها.";
        DomesticApproval = "domestic_approval", "Domestic approval", "موافقة داخلية",
            "Parliament, government or people approve.", "موافقة البرلمان أو الحكومة أو الشعب.";
        BurdenSharing = "burden_sharing", "Burden sharing", "تقاسم الأعباء",
            "Others carry their share.", "يتحمل الآخرون نصيبهم.";
        ResourceAvailability = "resource_availability", "Resource availability", "توفر الموارد",
            "Means or stocks are available.", "توفر الوسائل أو المخزونات.";
        SecuritySituation = "security_situation", "Security situation", "الوضع الأمني",
            "The security situation allows it.", "يسمح الوضع الأمني بذلك.";
        AdversaryAction = "adversary_action", "Adversary action", "تصرف الخصم",
            "The adversary does or refrains from something.", "يقوم الخصم بفعل أو يمتنع عنه.";
        Deadline = "deadline", "Deadline", "موعد نهائي",
            "A date passes.", "حلول موعد.";
        Other = "other", "Other", "أخرى",
            "A condition of another kind.", "شرط من نوع آخر.";
    }
}

impl ConditionKind {
    /// Whether conditions of this kind carry a [`ConditionTest`].
    pub fn has_test(self) -> bool {
        matches!(self, Self::ThirdPartyBacking | Self::ReciprocalCommitment | Self::ParticipationThreshold)
    }
}

/// What decides a condition of the first three kinds: counted positions that reach `min_stance`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionTest<N> {
    /// Whose position decides; absent for a participation threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<N>,
    /// The capability, children included.
    pub capability: Capability,
    /// The least stance that makes it true.
    pub min_stance: Stance,
    /// How many actors must reach it, as in "if at least three countries send forces"; only for a participation threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
}

impl<N> ConditionTest<N> {
    pub(crate) fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<ConditionTest<M>, E> {
        Ok(ConditionTest {
            actor: self.actor.map(f).transpose()?,
            capability: self.capability,
            min_stance: self.min_stance,
            n: self.n,
        })
    }
}

code_list! {
    /// What a node of a condition tree says of the nodes under it.
    ConditionOp in "condition_ops" {
        AllOf = "all_of", "All of", "كل ما يلي", "Every one of them.", "كل واحد منها.";
        AnyOf = "any_of", "Any of", "أي مما يلي", "At least one of them.", "واحد منها على الأقل.";
        AtLeast = "at_least", "At least k of", "عدد منها على الأقل", "At least `k` of them.", "عدد معين منها على الأقل.";
        Not = "not", "Not", "ليس", "The one under it does not hold; only over conditions without a test.",
            "ما تحته غير متحقق؛ فقط فوق الشروط التي لا اختبار لها.";
        Condition = "condition", "Condition", "شرط", "A leaf: one condition.", "ورقة: شرط واحد.";
    }
}

code_list! {
    /// How the whole tree bears on the pledge: "X only if Y" or "X if Y".
    Relation in "relations" default Necessary {
        Necessary = "necessary", "Necessary", "شرط لازم",
            "False makes the pledge false, true makes it true as far as stated.", "انتفاؤه ينفي التعهد.";
        Sufficient = "sufficient", "Sufficient", "شرط كافٍ",
            "True makes the pledge true, false leaves it unknown.", "تحققه يحقق التعهد.";
    }
}

/// One node of a condition tree. One shape for all operators, so that every client can read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionNode<N> {
    /// What the node says of `of`, or `condition` for a leaf.
    pub op: ConditionOp,
    /// The nodes under it; empty for a leaf.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Self>,
    /// How many must hold; only with `at_least`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<u32>,
    /// The condition entity; only on a leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<N>,
    /// Whether the source states this condition or implies it; only on a leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicitness: Option<Explicitness>,
}

/// A whole tree and how it bears on the pledge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions<N> {
    /// How the tree bears on the pledge.
    #[serde(default)]
    pub relation: Relation,
    /// The root.
    pub root: ConditionNode<N>,
}

/// The fields of a node of a condition tree.
pub static CONDITION_NODE: Table = Table {
    schema: "ConditionNodeDraft",
    description: "One node of a condition tree: one shape for all operators. At most 8 deep.",
    fields: &[
        Field::required(
            "op",
            ConditionOp::TAKES,
            "What the node says of `of`; `condition` for a leaf. `not` stands over one node, and only over conditions without a test.",
        )
        .example(r#""condition""#),
        Field::optional(
            "of",
            Takes::List { of: &Takes::Object(&CONDITION_NODE), min: 1, max: MAX_PARTS },
            "The nodes under it; left out on a leaf.",
        ),
        Field::optional("k", Takes::Integer { min: 1, max: MAX_PARTS as u64 }, "How many must hold; only with `at_least`."),
        Field::optional("condition", Takes::Reference(&[EntityKind::Condition]), "The condition; only on a leaf.")
            .example(r#""condition:us-backing""#),
        Field::optional(
            "explicitness",
            Explicitness::TAKES,
            "Whether the source states the condition or implies it; only on a leaf, `explicit` if left out.",
        ),
    ],
    read_only: &[],
};

/// The fields of what decides a condition.
pub static CONDITION_TEST: Table = Table {
    schema: "ConditionTestDraft",
    description: "What decides a condition: the counted position of `actor` on `capability` reaches `min_stance`; for a \
        participation threshold, those of `n` actors do.",
    fields: &[
        Field::optional(
            "actor",
            Takes::Reference(EntityKind::AGENTS),
            "Whose position decides; left out for a participation threshold, required otherwise.",
        )
        .example(r#""country:US""#),
        Field::required("capability", Capability::TAKES, "The capability, children included.")
            .example(r#""political.backstop""#),
        Field::required("min_stance", Stance::TAKES, "The least stance that makes it true; not `not_stated`.")
            .example(r#""pledged""#),
        Field::optional(
            "n",
            Takes::Integer { min: 1, max: 1_000_000 },
            "How many actors must reach it; only for a participation threshold.",
        ),
    ],
    read_only: &[],
};

impl<N> ConditionNode<N> {
    /// A leaf.
    pub fn leaf(condition: N, explicitness: Explicitness) -> Self {
        Self {
            op: ConditionOp::Condition,
            of: Vec::new(),
            k: None,
            condition: Some(condition),
            explicitness: Some(explicitness),
        }
    }

    /// The leaves, left to right, each with its explicitness.
    pub fn leaves(&self) -> Vec<(&N, Explicitness)> {
        let mut found = Vec::new();
        let mut stack = vec![self];
        while let Some(node) = stack.pop() {
            if let (Some(condition), Some(explicitness)) = (&node.condition, node.explicitness) {
                found.push((condition, explicitness));
            }
            stack.extend(node.of.iter().rev());
        }
        found
    }

    /// The conditions that stand under a `not`.
    pub fn negated_leaves(&self) -> Vec<&N> {
        let mut found = Vec::new();
        let mut stack = vec![(self, false)];
        while let Some((node, negated)) = stack.pop() {
            if let (true, Some(condition)) = (negated, &node.condition) {
                found.push(condition);
            }
            stack.extend(node.of.iter().map(|child| (child, negated || node.op == ConditionOp::Not)));
        }
        found
    }

    /// What is wrong with the shape of the tree, each with the JSON pointer of the node under `pointer`; empty when it
    /// is well-formed: arity by operator, `k` in range, depth at most [`MAX_CONDITION_DEPTH`].
    pub fn shape_errors(&self, pointer: &str) -> Vec<(String, &'static str)> {
        let mut errors = Vec::new();
        self.check_shape(pointer, 1, &mut errors);
        errors
    }

    fn check_shape(&self, pointer: &str, depth: usize, errors: &mut Vec<(String, &'static str)>) {
        let mut fail = |text| errors.push((pointer.to_owned(), text));
        if depth > MAX_CONDITION_DEPTH {
            fail("the tree is deeper than 8 nodes");
            return;
        }
        let is_leaf = self.op == ConditionOp::Condition;
        if is_leaf != self.condition.is_some() || is_leaf != self.explicitness.is_some() {
            fail("`condition` and `explicitness` belong on a leaf (op `condition`) and are required there");
        }
        match self.op {
            ConditionOp::Condition if !self.of.is_empty() => fail("a leaf has no `of`"),
            ConditionOp::Not if self.of.len() != 1 => fail("`not` stands over exactly one node"),
            ConditionOp::AllOf | ConditionOp::AnyOf | ConditionOp::AtLeast if self.of.is_empty() => {
                fail("`of` is empty");
            }
            _ => {}
        }
        match (self.op, self.k) {
            (ConditionOp::AtLeast, Some(k)) if k >= 1 && k as usize <= self.of.len() => {}
            (ConditionOp::AtLeast, _) => fail("`at_least` needs `k` from 1 to the number of nodes under it"),
            (_, Some(_)) => fail("`k` belongs to `at_least`"),
            (_, None) => {}
        }
        for (i, child) in self.of.iter().enumerate() {
            child.check_shape(&format!("{pointer}/of/{i}"), depth + 1, errors);
        }
    }

    fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<ConditionNode<M>, E> {
        let mut of = Vec::with_capacity(self.of.len());
        for child in self.of {
            of.push(child.try_map(f)?);
        }
        let condition = self.condition.map(f).transpose()?;
        Ok(ConditionNode { op: self.op, of, k: self.k, condition, explicitness: self.explicitness })
    }
}

impl<N> Conditions<N> {
    pub(crate) fn try_map<M, E>(self, f: &mut impl FnMut(N) -> Result<M, E>) -> Result<Conditions<M>, E> {
        Ok(Conditions { relation: self.relation, root: self.root.try_map(f)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(json: &str) -> ConditionNode<String> {
        serde_json::from_str(json).expect("well-formed JSON")
    }

    #[test]
    fn shapes() {
        let leaf = r#"{"op":"condition","condition":"condition:x","explicitness":"implied"}"#;
        for (json, problems) in [
            (leaf.to_owned(), 0),
            (format!(r#"{{"op":"all_of","of":[{leaf},{leaf}]}}"#), 0),
            (format!(r#"{{"op":"at_least","k":2,"of":[{leaf},{leaf}]}}"#), 0),
            (format!(r#"{{"op":"at_least","k":3,"of":[{leaf},{leaf}]}}"#), 1),
            (format!(r#"{{"op":"at_least","of":[{leaf}]}}"#), 1),
            (format!(r#"{{"op":"not","of":[{leaf},{leaf}]}}"#), 1),
            (r#"{"op":"any_of"}"#.to_owned(), 1),
            (r#"{"op":"condition"}"#.to_owned(), 1),
            (format!(r#"{{"op":"all_of","k":1,"of":[{leaf}]}}"#), 1),
        ] {
            assert_eq!(tree(&json).shape_errors("").len(), problems, "{json}");
        }
        let deep = (0..8).fold(leaf.to_owned(), |inner, _| format!(r#"{{"op":"not","of":[{inner}]}}"#));
        assert_eq!(tree(&deep).shape_errors("/conditions").len(), 1);
    }

    #[test]
    fn leaves_come_left_to_right() {
        let node = ConditionNode {
            op: ConditionOp::AllOf,
            of: vec![ConditionNode::leaf(1, Explicitness::Implied), ConditionNode::leaf(2, Explicitness::Explicit)],
            k: None,
            condition: None,
            explicitness: None,
        };
        assert_eq!(node.leaves(), [(&1, Explicitness::Implied), (&2, Explicitness::Explicit)]);
    }
}
