//! The ways by which a contact was reached last.

use super::StoreError;
use super::record::{Reader, Writer};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The most ways that are kept to one contact; the newest.
pub const MAX_WAYS: usize = 8;

/// The most bytes of one.
pub(super) const WAY: usize = 2 * SOCKET + 1 + 16 + 8;

/// Bytes of an address and its port.
const SOCKET: usize = 16 + 2;

/// A way between this device and a contact that has carried something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Way {
    /// The UDP socket of this device, as the contact saw it.
    pub ours: SocketAddr,
    /// Theirs, as this device saw it.
    pub theirs: SocketAddr,
    /// The router of the network that this device was in, by which a network of private addresses is
    /// recognised.
    pub router: Option<IpAddr>,
    /// When a check over it was last answered, in seconds since 1970-01-01 UTC.
    pub at: u64,
}

impl Way {
    /// As it is kept: addresses of one family each, without a scope or a flow of IPv6.
    fn plain(self) -> Self {
        let plain = |at: SocketAddr| SocketAddr::new(at.ip().to_canonical(), at.port());
        Self {
            ours: plain(self.ours),
            theirs: plain(self.theirs),
            router: self.router.map(|router| router.to_canonical()),
            at: self.at,
        }
    }
}

/// Takes a way up, in the place of what is known of the same address of theirs, unless that is newer. The
/// oldest makes room.
pub(super) fn add(ways: &mut Vec<Way>, new: Way) {
    let new = new.plain();
    let is_same = |old: &Way| old.theirs == new.theirs;
    if ways.iter().any(|old| is_same(old) && old.at > new.at) {
        return;
    }
    ways.retain(|old| !is_same(old));
    let place = ways.partition_point(|old| old.at > new.at);
    ways.insert(place, new);
    ways.truncate(MAX_WAYS);
}

/// `count u8 | (ours 18 | theirs 18 | 0/1, router 16 | at u64)*`, where an address is IPv6, or IPv4 mapped to
/// it, and a socket its address and its port.
///
/// # Errors
/// [`StoreError::TooLong`] for more than [`MAX_WAYS`].
pub(super) fn write(writer: Writer, ways: &[Way]) -> Result<Writer, StoreError> {
    if ways.len() > MAX_WAYS {
        return Err(StoreError::TooLong);
    }
    let writer = writer.byte(ways.len() as u8);
    Ok(ways.iter().fold(writer, |writer, way| {
        let writer = write_socket(write_socket(writer, way.ours), way.theirs);
        let writer = match way.router {
            None => writer.byte(0),
            Some(router) => writer.byte(1).raw(&octets(router)),
        };
        writer.u64(way.at)
    }))
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<Way>, StoreError> {
    let count = usize::from(reader.byte()?);
    if count > MAX_WAYS {
        return Err(StoreError::Damaged);
    }
    let mut ways: Vec<Way> = Vec::with_capacity(count);
    for _ in 0..count {
        let way = Way {
            ours: read_socket(reader)?,
            theirs: read_socket(reader)?,
            router: match reader.byte()? {
                0 => None,
                1 => Some(read_ip(reader)?),
                _ => return Err(StoreError::Damaged),
            },
            at: reader.u64()?,
        };
        let is_in_order = ways.last().is_none_or(|last| last.at >= way.at);
        if !is_in_order || ways.iter().any(|old| old.theirs == way.theirs) {
            return Err(StoreError::Damaged);
        }
        ways.push(way);
    }
    Ok(ways)
}

fn write_socket(writer: Writer, at: SocketAddr) -> Writer {
    writer.raw(&octets(at.ip())).u16(at.port())
}

fn read_socket(reader: &mut Reader<'_>) -> Result<SocketAddr, StoreError> {
    Ok(SocketAddr::new(read_ip(reader)?, reader.u16()?))
}

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

fn read_ip(reader: &mut Reader<'_>) -> Result<IpAddr, StoreError> {
    Ok(Ipv6Addr::from(reader.array::<16>()?).to_canonical())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn way(host: u8, at: u64) -> Way {
        Way {
            ours: SocketAddr::from(([192, 168, 0, 1], 4000)),
            theirs: SocketAddr::from(([192, 168, 0, host], 4000)),
            router: None,
            at,
        }
    }

    fn known(all: &[Way]) -> Vec<Way> {
        let mut ways = Vec::new();
        all.iter().for_each(|one| add(&mut ways, *one));
        ways
    }

    #[test]
    fn the_newest_ways_are_kept_and_no_address_of_theirs_twice() {
        let all: Vec<Way> = (0..20).map(|host| way(host, host.into())).collect();
        let mut ways = known(&all);
        let moments = |ways: &[Way]| ways.iter().map(|way| way.at).collect::<Vec<_>>();
        assert_eq!(moments(&ways), [19, 18, 17, 16, 15, 14, 13, 12]);
        // One that is known moves to the front, and says what is known of it now.
        let again = Way {
            router: Some(IpAddr::from([192, 168, 0, 254])),
            ..way(15, 30)
        };
        add(&mut ways, again);
        assert_eq!(moments(&ways), [30, 19, 18, 17, 16, 14, 13, 12]);
        assert_eq!(ways[0], again);
        // What was written late takes nothing back, and what is older than all finds no room.
        add(&mut ways, way(15, 29));
        add(&mut ways, way(99, 1));
        assert_eq!(moments(&ways), [30, 19, 18, 17, 16, 14, 13, 12]);
        assert_eq!(ways[0], again);
    }

    #[test]
    fn a_mapped_address_and_a_scope_are_kept_as_the_plain_address() {
        let mapped = Way {
            theirs: "[::ffff:192.168.0.2]:4000".parse().unwrap(),
            ..way(9, 5)
        };
        assert_eq!(known(&[mapped, way(2, 5)]), [way(2, 5)]);
        let scoped = Way {
            theirs: "[fe80::1%3]:4000".parse().unwrap(),
            ..way(9, 5)
        };
        let plain = "[fe80::1]:4000".parse().unwrap();
        assert_eq!(known(&[scoped])[0].theirs, plain);
    }

    pub(crate) fn any_ways() -> impl Strategy<Value = Vec<Way>> {
        let ip = || {
            prop_oneof![
                any::<[u8; 4]>().prop_map(IpAddr::from),
                any::<[u8; 16]>().prop_map(IpAddr::from),
            ]
        };
        let socket = || (ip(), any::<u16>()).prop_map(SocketAddr::from);
        let one = (socket(), socket(), prop::option::of(ip()), 0u64..9);
        let one = one.prop_map(|(ours, theirs, router, at)| Way {
            ours,
            theirs,
            router,
            at,
        });
        prop::collection::vec(one, 0..12).prop_map(|all| known(&all))
    }
}
