//! Which scope a call needs: decided here for all operations, from what each declares and `cascade`.

use pledgegraph_live::Scope;
use pledgegraph_wire::request::given::decode;

use crate::endpoint::Needs;

/// What a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Required {
    /// Nothing, and credentials are not looked at.
    Nothing,
    /// Nothing, but credentials that are sent must be good.
    Optional,
    /// A principal with this scope.
    Scope(Scope),
}

/// What a call needs. `needs` is what its operation says; `None` where there is no such operation.
pub(crate) fn required(needs: Option<Needs>, query: Option<&str>, closed_reads: bool) -> Required {
    match needs {
        Some(Needs::Nothing) => Required::Nothing,
        Some(Needs::Read) if closed_reads => Required::Scope(Scope::Read),
        Some(Needs::Read) | None => Required::Optional,
        Some(Needs::Write) if !cascades(query) => Required::Scope(Scope::Write),
        Some(Needs::Write | Needs::Admin) => Required::Scope(Scope::Admin),
    }
}

/// Whether `cascade` is given as anything but `false`, however it is encoded.
fn cascades(query: Option<&str>) -> bool {
    parameters(query).any(|(name, value)| name == "cascade" && value != "false")
}

/// The parameters of a query, decoded; those that cannot be are refused further in.
pub(super) fn parameters(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    query.unwrap_or_default().split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(name)?.into_owned(), decode(value).unwrap_or_default().into_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_needs_what_the_table_says() {
        let (read, write, admin) =
            (Required::Scope(Scope::Read), Required::Scope(Scope::Write), Required::Scope(Scope::Admin));
        let (nothing, optional) = (Required::Nothing, Required::Optional);
        for (needs, query, open, closed) in [
            (Some(Needs::Nothing), None, nothing, nothing),
            (Some(Needs::Read), None, optional, read),
            (Some(Needs::Read), Some("cascade=true"), optional, read),
            (Some(Needs::Write), None, write, write),
            (Some(Needs::Write), Some("cascade=true"), admin, admin),
            (Some(Needs::Write), Some("x=1&cascad%65=tru%65"), admin, admin),
            (Some(Needs::Write), Some("cascade=false"), write, write),
            (Some(Needs::Admin), None, admin, admin),
            (None, None, optional, optional),
            (None, Some("cascade=true"), optional, optional),
        ] {
            for (closed_reads, expected) in [(false, open), (true, closed)] {
                let found = required(needs, query, closed_reads);
                assert_eq!(found, expected, "{needs:?} {query:?} closed: {closed_reads}");
            }
        }
    }
}
