//! What goes over the wire: bodies that borrow from a snapshot and are written straight to the answer.
//!
//! Statements and entities are written member by member from the tables of the model, which also say which members a
//! collection has. What is absent is left out, never `null`.

pub mod codes;
pub mod condition;
pub(crate) mod condition_test;
pub(crate) mod date;
pub mod edge;
pub mod entity;
pub mod evidence;
pub mod force;
pub(crate) mod in_graph;
pub mod included;
pub mod list;
pub(crate) mod meeting;
pub mod member;
pub mod moment;
pub mod problem;
pub mod query;
pub mod question;
pub mod reference;
pub mod service;
pub mod summary;
pub(crate) mod value;
pub mod vocabulary;
pub mod warning;

use chrono::NaiveDate;
use pledgegraph_graph::{Counted, Evaluation, Forces, Graph};
use serde::{Serialize, Serializer};

/// What every body is written with: the snapshot and the language of labels.
#[derive(Clone, Copy)]
#[must_use]
pub struct Wire<'g> {
    /// The snapshot that answers.
    pub graph: &'g Graph,
    /// The language of labels.
    pub lang: &'g str,
    /// What counts, for bodies that say how statements stand.
    pub counted: Option<&'g Counted>,
    /// What is in force, for bodies that say so.
    pub forces: Option<&'g Forces>,
    /// Why, for bodies that say so.
    pub force: Option<&'g Evaluation>,
    /// On which day.
    pub day: Option<NaiveDate>,
}

impl<'g> Wire<'g> {
    /// Of a snapshot, in a language.
    pub fn new(graph: &'g Graph, lang: &'g str) -> Self {
        Self { graph, lang, counted: None, forces: None, force: None, day: None }
    }

    /// The same, for bodies that say how statements stand.
    pub fn with_standing(self, counted: &'g Counted) -> Self {
        Self { counted: Some(counted), ..self }
    }

    /// The same, for commitments that say if they are in force.
    pub fn with_forces(self, forces: Option<&'g Forces>) -> Self {
        Self { forces, ..self }
    }

    /// The same, for bodies that say why something is in force.
    pub fn with_force(self, force: Option<&'g Evaluation>, day: Option<NaiveDate>) -> Self {
        Self { force, day, ..self }
    }
}

/// A list whose bodies are made while it is written.
#[derive(Clone, Copy)]
pub(crate) struct Each<'g, T, U> {
    items: &'g [T],
    wire: Wire<'g>,
    body: fn(Wire<'g>, &'g T) -> U,
}

impl<'g, T, U> Each<'g, T, U> {
    pub(crate) fn new(items: &'g [T], wire: Wire<'g>, body: fn(Wire<'g>, &'g T) -> U) -> Self {
        Self { items, wire, body }
    }
}

impl<T, U: Serialize> Serialize for Each<'_, T, U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().map(|item| (self.body)(self.wire, item)))
    }
}
