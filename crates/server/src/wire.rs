//! What goes over the wire: bodies that borrow from a snapshot and are written straight to the answer.
//!
//! Statements and entities are written member by member from the tables of the model, which also say which members a
//! collection has. What is absent is left out, never `null`.

pub(crate) mod codes;
pub(crate) mod condition;
pub(crate) mod condition_test;
pub(crate) mod date;
pub(crate) mod edge;
pub(crate) mod entity;
pub(crate) mod evidence;
pub(crate) mod force;
pub(crate) mod in_graph;
pub(crate) mod included;
pub(crate) mod list;
pub(crate) mod meeting;
pub(crate) mod member;
pub(crate) mod moment;
pub(crate) mod problem;
pub(crate) mod query;
pub(crate) mod question;
pub(crate) mod reference;
pub(crate) mod service;
pub(crate) mod summary;
pub(crate) mod value;
pub(crate) mod vocabulary;
pub(crate) mod warning;

use chrono::NaiveDate;
use pledgegraph_graph::{Counted, Evaluation, Forces, Graph};
use serde::{Serialize, Serializer};

/// What every body is written with: the snapshot and the language of labels.
#[derive(Clone, Copy)]
pub(crate) struct Wire<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) lang: &'g str,
    /// What counts, for bodies that say how statements stand.
    pub(crate) counted: Option<&'g Counted>,
    /// What is in force, for bodies that say so.
    pub(crate) forces: Option<&'g Forces>,
    /// Why, for bodies that say so.
    pub(crate) force: Option<&'g Evaluation>,
    /// On which day.
    pub(crate) day: Option<NaiveDate>,
}

impl<'g> Wire<'g> {
    pub(crate) fn new(graph: &'g Graph, lang: &'g str) -> Self {
        Self { graph, lang, counted: None, forces: None, force: None, day: None }
    }

    /// The same, for bodies that say how statements stand.
    pub(crate) fn with_standing(self, counted: &'g Counted) -> Self {
        Self { counted: Some(counted), ..self }
    }

    /// The same, for commitments that say if they are in force.
    pub(crate) fn with_forces(self, forces: Option<&'g Forces>) -> Self {
        Self { forces, ..self }
    }

    /// The same, for bodies that say why something is in force.
    pub(crate) fn with_force(self, force: Option<&'g Evaluation>, day: Option<NaiveDate>) -> Self {
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
