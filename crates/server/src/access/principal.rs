//! Who a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::request::Parts;
use pledgegraph_live::{Origin, Scope};
use uuid::Uuid;

use crate::layers::request_id::RequestId;

/// Who a request comes from, once its credentials are accepted. It stands in the extensions of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The name of the token, or the subject of the JWT.
    pub name: String,
    /// The token; `None` for a JWT.
    pub token: Option<Uuid>,
    /// What they may do; it includes the lesser scopes. `None`: known, and no more than that.
    pub scope: Option<Scope>,
}

impl Principal {
    /// Whether they may do what needs this scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scope.is_some_and(|own| own.includes(scope))
    }

    /// What tells principals apart: a name alone may be that of a token or the subject of a JWT.
    pub fn key(&self) -> String {
        match self.token {
            Some(id) => format!("token:{id}"),
            None => format!("subject:{}", self.name),
        }
    }
}

/// The address that a request comes from: of the connection, in the extensions of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// The part of an address that one customer cannot vary: of IPv6 the first 64 bits.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Who asked for a write and how, for the log: principal, token, request and address, as far as they are known.
pub fn origin(parts: &Parts) -> Origin {
    let principal = parts.extensions.get::<Principal>();
    Origin {
        principal: principal.map(|principal| principal.name.clone()),
        token: principal.and_then(|principal| principal.token),
        request: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        address: parts.extensions.get::<ClientAddress>().map(|address| address.0.to_string()),
    }
}
