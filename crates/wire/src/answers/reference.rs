//! How a body names another entity.

use pledgegraph_graph::{EntityView, Node};
use pledgegraph_model::{Code, Entity};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Wire;

/// An entity by its reference and label.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = Reference)]
pub struct ReferenceBody<'g> {
    /// `kind:slug`, accepted wherever an identifier is.
    #[serde(rename = "ref")]
    #[schema(value_type = String, example = "country:GB")]
    pub(crate) reference: RefText<'g>,
    /// Its name in the language asked, else in English, else in any.
    #[schema(example = "United Kingdom")]
    pub label: &'g str,
    /// The language of the label, where it is not the one asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "en")]
    pub(crate) label_lang: Option<&'g str>,
}

/// A reference, written without making it.
#[derive(Clone, Copy)]
pub struct RefText<'g>(pub &'g Entity);

impl std::fmt::Display for RefText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.0.kind.as_str(), self.0.slug.as_str())
    }
}

impl Serialize for RefText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'g> Wire<'g> {
    /// The label of an entity, and its language where it is not the one asked.
    pub fn label(self, view: &EntityView<'g>) -> (&'g str, Option<&'g str>) {
        let (label, lang) = view.label(self.lang);
        (label, (lang != self.lang).then_some(lang))
    }

    /// How a body names an entity.
    pub fn reference(self, view: &EntityView<'g>) -> ReferenceBody<'g> {
        let (label, label_lang) = self.label(view);
        ReferenceBody { reference: RefText(view.entity()), label, label_lang }
    }

    /// How a body names the entity of a handle.
    pub fn node(self, node: Node) -> ReferenceBody<'g> {
        self.reference(&self.graph.at(node))
    }
}
