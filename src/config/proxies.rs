//! Whose word counts about where a request came from.

use std::{fmt, net::IpAddr, str::FromStr};

/// The proxies in front of Usher. Nobody else can say where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// # Errors
    /// Names the first part that is not an address or a network.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `peer` is one of them. An IPv4 address in its IPv6 clothes (`::ffff:10.0.0.7`) counts as what it is.
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(peer))
    }

    /// Tells if one of them may be another machine than this.
    pub(super) fn has_another_machine(&self) -> bool {
        self.0.iter().any(|network| !(network.address.is_loopback() && (network.address.is_ipv6() || network.length >= 8)))
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, network) in self.0.iter().enumerate() {
            write!(f, "{}{network}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The addresses that share their first `length` bits with `address`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    length: u32,
}

impl Network {
    fn contains(self, peer: IpAddr) -> bool {
        self.address.is_ipv4() == peer.is_ipv4() && first_bits(peer, self.length) == first_bits(self.address, self.length)
    }
}

/// An address as a number, all but its first `length` bits zero. Both kinds fill the number from its high end.
fn first_bits(address: IpAddr, length: u32) -> u128 {
    let bits = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    };
    bits & !u128::MAX.checked_shr(length).unwrap_or(0)
}

fn bit_count(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an address or a network; write 10.0.0.7, 192.168.0.0/16 or fd00::/8, separated by commas");
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = bit_count(address);
        let length = match length {
            None => most,
            // `parse` alone would take "+8".
            Some(length) if length.bytes().all(|c| c.is_ascii_digit()) => length.parse().map_err(|_| wrong())?,
            Some(_) => return Err(wrong()),
        };
        if length > most {
            return Err(format!("{text:?} has more than {most} bits after the slash"));
        }
        if first_bits(address, length) != first_bits(address, most) {
            return Err(format!("{text:?} is neither an address nor the beginning of a network; write {address} to trust it alone"));
        }
        let network = match (address, address.to_canonical()) {
            (IpAddr::V6(_), v4 @ IpAddr::V4(_)) if length >= 96 => Self { address: v4, length: length - 96 },
            _ => Self { address, length },
        };
        if network.length == 0 {
            return Err(format!("{text:?} is every address there is: anybody could say where they come from; name the proxies"));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        if self.length < bit_count(self.address) { write!(f, "/{}", self.length) } else { Ok(()) }
    }
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
            ("10.0.0.0/33", "more than 32 bits"),
            ("fd00::/129", "more than 128 bits"),
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
