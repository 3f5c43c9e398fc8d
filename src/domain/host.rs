//! Hosts of URLs.

use std::net::IpAddr;

/// True if a host is this machine, so that traffic to it crosses no network.
pub fn is_this_machine(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().map(|address| address.to_canonical());
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}
