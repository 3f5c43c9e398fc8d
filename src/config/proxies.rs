//! Trusted reverse proxies.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;

/// Addresses and networks of reverse proxies whose `X-Forwarded-For` is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses a list of addresses and networks.
    ///
    /// # Errors
    /// Names the first part that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| parse_network(part.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// True if `peer` is a trusted proxy. An IPv4-mapped IPv6 address (`::ffff:10.0.0.7`) counts as IPv4.
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// True if a proxy may be another machine than this one.
    pub(super) fn has_another_machine(&self) -> bool {
        self.0.iter().any(|network| !(network.addr().is_loopback() && (network.addr().is_ipv6() || network.prefix_len() >= 8)))
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, network) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            if network.prefix_len() == network.max_prefix_len() { network.addr().fmt(f)? } else { network.fmt(f)? }
        }
        Ok(())
    }
}

/// Parses an address or a network. An IPv4-mapped IPv6 address is read as IPv4.
fn parse_network(text: &str) -> Result<IpNet, String> {
    let wrong = || format!("{text:?} is not an address or a network; write 10.0.0.7, 192.168.0.0/16 or fd00::/8, separated by commas");
    let network =
        if text.contains('/') { text.parse::<IpNet>().map_err(|_| wrong())? } else { text.parse::<IpAddr>().map_err(|_| wrong())?.into() };
    let (address, length) = (network.addr(), network.prefix_len());
    if network != network.trunc() {
        return Err(format!("{text:?} is neither an address nor the beginning of a network; write {address} to trust it alone"));
    }
    let network = match (address, address.to_canonical()) {
        (IpAddr::V6(_), v4 @ IpAddr::V4(_)) if length >= 96 => IpNet::new_assert(v4, length - 96),
        _ => network,
    };
    if network.prefix_len() == 0 {
        return Err(format!("{text:?} is every address there is: anybody could say where they come from; name the proxies"));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(proxies: &str, peer: &str) -> bool {
        TrustedProxies::parse(proxies).unwrap().contains(peer.parse().unwrap())
    }

    #[test]
    fn an_address_belongs_to_the_networks_that_share_its_beginning() {
        for (proxies, peer, belongs) in [
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("192.168.128.0/17", "192.168.128.0", true),
            ("192.168.128.0/17", "192.168.127.255", false),
            ("128.0.0.0/1", "255.1.2.3", true),
            ("128.0.0.0/1", "127.1.2.3", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.7", "10.0.0.7", true),
            ("10.0.0.0/8", "a00::1", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("2001:db8::1", "2001:db8::1", true),
            ("2001:db8::1", "2001:db8::2", false),
            ("8000::/1", "255.0.0.1", false),
            ("127.0.0.1, ::1,10.0.0.0/8", "::1", true),
            ("127.0.0.1, ::1,10.0.0.0/8", "10.9.9.9", true),
            ("127.0.0.1, ::1,10.0.0.0/8", "172.16.0.1", false),
        ] {
            assert_eq!(contains(proxies, peer), belongs, "{proxies} {peer}");
        }
        assert!(!TrustedProxies::default().contains(IpAddr::from([127, 0, 0, 1])));
    }

    #[test]
    fn what_is_neither_address_nor_network_is_refused() {
        for (text, why) in [
            ("proxy.example.com", "not an address or a network"),
            ("10.0.0.7:80", "not an address or a network"),
            ("10.0.0.7,", "\"\" is not an address"),
            ("10.0.0/8", "not an address or a network"),
            ("10.0.0.0/", "not an address or a network"),
            ("10.0.0.0/+8", "not an address or a network"),
            ("10.0.0.0/33", "not an address or a network"),
            ("fd00::/129", "not an address or a network"),
            ("10.0.0.1/8", "write 10.0.0.1 to trust it alone"),
            ("0.0.0.0/0", "every address there is"),
            ("::/0", "every address there is"),
            ("::ffff:0:0/96", "every address there is"),
        ] {
            let error = TrustedProxies::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn they_are_shown_as_they_are_understood() {
        let shown = |text| TrustedProxies::parse(text).unwrap().to_string();
        assert_eq!(shown("10.0.0.0/8 , ::1,::ffff:10.0.0.7,fd00::/8"), "10.0.0.0/8, ::1, 10.0.0.7, fd00::/8");
        assert_eq!(TrustedProxies::default().to_string(), "none");
    }
}
