//! The UN M49 regions that countries are contained in: a code list, not entities.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context as _, Result, ensure};
use pledgegraph_model::{Lang, Slug};
use serde::Deserialize;

const REGIONS: &str = include_str!("../data/regions.toml");

/// A region of UN M49.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Three digits.
    pub code: String,
    /// Readable, unique among the regions.
    pub slug: Slug,
    /// The name in each language.
    pub names: BTreeMap<Lang, String>,
    /// Code of the region that contains it; none for the world.
    pub parent: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    region: Vec<Region>,
}

/// All regions, by code.
///
/// # Errors
/// When the embedded file cannot be read or a parent is no region; a released binary gives none, for a test reads it.
pub fn regions() -> Result<Vec<Region>> {
    let Table { region: mut regions } = toml::from_str(REGIONS).context("regions.toml")?;
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    let codes: HashSet<&str> = regions.iter().map(|r| r.code.as_str()).collect();
    for region in &regions {
        let known = region.parent.as_deref().is_none_or(|parent| codes.contains(parent));
        ensure!(known, "regions.toml: {}: its parent is no region", region.code);
    }
    Ok(regions)
}
