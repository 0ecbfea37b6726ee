//! What is told though it is not what was committed: somebody changed it past the log.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use pledgegraph_live::Differences;
use pledgegraph_model::Removed;
use pledgegraph_wire::answers::warning::WarningBody;

/// The header of answers that may tell something else than was committed. An open set of kinds of warnings.
pub(crate) const WARNING: HeaderName = HeaderName::from_static("pledgegraph-warning");

/// The kind of the warning.
const KIND: &str = "content-differs";

/// Warns in an answer.
pub(crate) fn put(response: &mut Response) {
    response.headers_mut().insert(WARNING, HeaderValue::from_static(KIND));
}

/// The warning that names what differs.
pub(crate) fn warning(differences: &Differences) -> Option<WarningBody> {
    if differences.is_none() {
        return None;
    }
    let rows = match differences.rows {
        0 => None,
        1 => Some("1 record is not what was committed".to_owned()),
        many => Some(format!("{many} records are not what was committed")),
    };
    let digest = differences.digest.then(|| "the records are not those of the digest of the last commit".to_owned());
    let found = [rows, digest].into_iter().flatten().collect::<Vec<_>>().join(", and ");
    let address = |row: &Removed| match row {
        Removed::Entity(id) => format!("/v1/entities/{id}"),
        Removed::Edge(id) => format!("/v1/edges/{id}"),
    };
    let records = differences.named.iter().map(address).collect();
    let detail = format!("{found}: the database was changed past the log; it is served as it stands");
    Some(WarningBody { records: Some(records), ..WarningBody::new(KIND, detail) })
}
