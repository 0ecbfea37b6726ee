//! The proxies in front of the service, and whom they speak for.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::FORWARDED;
use ipnet::IpNet;

/// As most proxies say it; each adds the address that it was asked from.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The addresses of proxies whose word counts.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// Those at addresses in these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Whether the address is that of a proxy.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks, of a request that came from `peer`: a proxy says so in `Forwarded` (RFC 7239) or `X-Forwarded-For`. What one
    /// of them does not write it may pass on as the client made it up; so where both are there and differ, none counts.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.has(peer) {
            return peer;
        }
        let forwarded = self.nearest(peer, &list(headers, FORWARDED.as_str()), of_element);
        let x_forwarded_for = self.nearest(peer, &list(headers, X_FORWARDED_FOR), address);
        match (forwarded, x_forwarded_for) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => peer,
        }
    }

    /// Each proxy adds to the end. So the client is the last that is no proxy of ours, and what stands before was said by
    /// somebody else. `None` when nothing is said.
    fn nearest(&self, peer: IpAddr, said: &[&str], read: fn(&str) -> Option<IpAddr>) -> Option<IpAddr> {
        let mut nearest = None;
        for element in said.iter().rev() {
            let Some(address) = read(element) else { return Some(nearest.unwrap_or(peer)) };
            nearest = Some(address);
            if !self.has(address) {
                break;
            }
        }
        nearest
    }
}

/// The elements of a header that is a list, over all its lines. No address has a comma in it, so quotes need no heed: what
/// an unclosed one would swallow was written after it.
fn list<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    // What is no text stays an element, one that cannot be read.
    headers.get_all(name).iter().flat_map(|line| line.to_str().unwrap_or("?").split(',')).collect()
}

/// `for=192.0.2.60;proto=https`
fn of_element(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).and_then(|(_, value)| address(value))
}

/// An address, with a port or without: `192.0.2.60`, `"[2001:db8::1]:4711"`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let bare = bracketed.unwrap_or(text).parse();
    bare.or_else(|_| text.parse().map(|with_port: SocketAddr| with_port.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    /// Who asks, by proxies at 10.0.0.0/8 and `2001:db8:9::1`, the first of which has 10.0.0.1.
    fn client(headers: &[(&str, &str)]) -> String {
        let proxies =
            Proxies::new(["10.0.0.0/8", "2001:db8:9::1/128"].map(|network| network.parse().expect("a network")));
        let headers = headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        });
        proxies.client("10.0.0.1".parse().expect("an address"), &headers.collect()).to_string()
    }

    #[test]
    fn the_last_that_is_no_proxy_asks() {
        for (said, asks) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("proto=https; for=\"192.0.2.60:80\"", "192.0.2.60"),
            ("for=1.1.1.1, for=192.0.2.43, for=\"[2001:db8:9::1]\", for=10.9.9.9", "192.0.2.43"),
            ("for=10.0.0.7, for=10.0.0.8", "10.0.0.7"),
            ("for=\"[::ffff:192.0.2.60]\"", "192.0.2.60"),
            ("for=\", for=192.0.2.60", "192.0.2.60"),
            ("for=192.0.2.60, for=unknown", "10.0.0.1"),
            ("for=192.0.2.60, for=unknown, for=10.0.0.8", "10.0.0.8"),
            ("for=192.0.2.60, by=1.1.1.1", "10.0.0.1"),
            ("for=_hidden", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(client(&[("forwarded", said)]), asks, "{said}");
        }
        for (said, asks) in [
            ("1.1.1.1, 192.0.2.60, 10.3.3.3", "192.0.2.60"),
            ("192.0.2.60:4711", "192.0.2.60"),
            ("2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("192.0.2.60,nonsense", "10.0.0.1"),
        ] {
            assert_eq!(client(&[("x-forwarded-for", said)]), asks, "{said}");
        }
    }

    #[test]
    fn lines_are_one_list_and_two_headers_must_agree() {
        let asks = |headers: &[(&str, &str)]| client(headers);
        assert_eq!(asks(&[("forwarded", "for=1.1.1.1"), ("forwarded", "for=192.0.2.60")]), "192.0.2.60");
        assert_eq!(asks(&[("forwarded", "for=192.0.2.60"), ("x-forwarded-for", "192.0.2.60")]), "192.0.2.60");
        assert_eq!(asks(&[("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "192.0.2.60")]), "10.0.0.1");
        assert_eq!(asks(&[]), "10.0.0.1");
    }

    #[test]
    fn nobody_else_is_listened_to() {
        let headers = HeaderMap::from_iter([(FORWARDED, HeaderValue::from_static("for=192.0.2.60"))]);
        let peer = "10.0.0.1".parse().expect("an address");
        assert_eq!(Proxies::default().client(peer, &headers), peer);
    }
}
