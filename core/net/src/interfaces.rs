//! The addresses of this device, for shells that do not hand in their own.

use std::net::IpAddr;

/// Which of this device's addresses to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every address that others can reach.
    Network,
    /// Only this machine: for tests and the demonstration.
    Loopback,
}

/// The addresses of this device: private ones first, one for each interface and family, no
/// link-local IPv6 (its scope cannot travel) and no deprecated duplicates.
///
/// # Errors
/// When the operating system does not list its interfaces.
pub fn local_addresses(reach: Reach) -> std::io::Result<Vec<IpAddr>> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()?
        .into_iter()
        .filter(|interface| interface.is_oper_up())
        .map(|interface| interface.ip())
        .filter(|address| match (reach, address) {
            (Reach::Loopback, address) => address.is_loopback(),
            (Reach::Network, IpAddr::V4(v4)) => !v4.is_loopback() && !v4.is_unspecified(),
            (Reach::Network, IpAddr::V6(v6)) => {
                !v6.is_loopback() && !v6.is_unspecified() && !v6.is_unicast_link_local()
            }
        })
        .collect();
    addresses.sort_by_key(|address| match address {
        IpAddr::V4(v4) if v4.is_private() => 0,
        IpAddr::V4(v4) if !v4.is_link_local() => 1,
        IpAddr::V6(_) => 2,
        IpAddr::V4(_) => 3,
    });
    addresses.dedup();
    Ok(addresses)
}
