//! Messages of PCP, the Port Control Protocol (RFC 6887): the MAP request and its response.

use super::{Grant, LIFETIME};
use handfast_protocol::network::MappingError;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

const VERSION: u8 = 2;
const MAP: u8 = 1;
const RESPONSE: u8 = 0x80;
const UDP: u8 = 17;
/// The router itself has no address that helps (§7.4).
const NETWORK_FAILURE: u8 = 7;
/// A header of 24 bytes and the 36 of MAP (§7.1, §11.1).
const LENGTH: usize = 60;

/// One mapping: who asks for it, and by which number it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Map {
    pub(super) local: SocketAddr,
    /// Whoever knows it may change the mapping.
    pub(super) nonce: [u8; 12],
}

impl Map {
    /// Asks for it, best at this address outside.
    pub(super) fn request(&self, suggested: Option<SocketAddr>) -> Vec<u8> {
        self.write(LIFETIME, suggested)
    }

    /// Asks for its end (§15.1).
    pub(super) fn removal(&self) -> Vec<u8> {
        self.write(Duration::ZERO, None)
    }

    fn write(&self, lifetime: Duration, suggested: Option<SocketAddr>) -> Vec<u8> {
        // Zeros of the family that is wanted, where nothing is suggested (§11.1).
        let nowhere = match self.local {
            SocketAddr::V4(_) => SocketAddr::from(([0, 0, 0, 0], 0)),
            SocketAddr::V6(_) => SocketAddr::from(([0; 16], 0)),
        };
        let suggested = suggested.unwrap_or(nowhere);
        let seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
        let mut out = Vec::with_capacity(LENGTH);
        out.extend_from_slice(&[VERSION, MAP, 0, 0]);
        out.extend_from_slice(&seconds.to_be_bytes());
        out.extend_from_slice(&in_sixteen(self.local.ip()));
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&[UDP, 0, 0, 0]);
        out.extend_from_slice(&self.local.port().to_be_bytes());
        out.extend_from_slice(&suggested.port().to_be_bytes());
        out.extend_from_slice(&in_sixteen(suggested.ip()));
        out
    }

    /// What a datagram says to the request. None if it is no response to it.
    pub(super) fn response(&self, datagram: &[u8]) -> Option<Result<Grant, MappingError>> {
        let [VERSION, operation, _, result, rest @ ..] = datagram else {
            return None;
        };
        if *operation != (RESPONSE | MAP) || datagram.len() < LENGTH {
            return None;
        }
        let (lifetime, rest) = rest.split_first_chunk::<4>()?;
        // The server's age and what is reserved.
        let (_, rest) = rest.split_first_chunk::<16>()?;
        let (nonce, rest) = rest.split_first_chunk::<12>()?;
        let ([protocol, ..], rest) = rest.split_first_chunk::<4>()?;
        let (internal, rest) = rest.split_first_chunk::<2>()?;
        let (external, rest) = rest.split_first_chunk::<2>()?;
        let (address, _) = rest.split_first_chunk::<16>()?;
        let is_ours = *nonce == self.nonce
            && *protocol == UDP
            && u16::from_be_bytes(*internal) == self.local.port();
        if !is_ours {
            return None;
        }
        let address = Ipv6Addr::from(*address).to_canonical();
        Some(match result {
            0 => Ok(Grant {
                external: SocketAddr::new(address, u16::from_be_bytes(*external)),
                lifetime: Duration::from_secs(u32::from_be_bytes(*lifetime).into()),
            }),
            &NETWORK_FAILURE => Err(MappingError::NotPublic),
            _ => {
                log::debug!("PCP result {result}");
                Err(MappingError::Refused)
            }
        })
    }
}

/// An address in the one form that PCP has: IPv4 is mapped into IPv6 (§5).
fn in_sixteen(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map() -> Map {
        Map {
            local: "192.168.0.2:4000".parse().unwrap(),
            nonce: *b"twelve bytes",
        }
    }

    fn response(map: &Map, result: u8, external: SocketAddr) -> Vec<u8> {
        let mut out = map.request(Some(external));
        out[1] |= RESPONSE;
        out[3] = result;
        out
    }

    #[test]
    fn a_request_is_laid_out_as_the_standard_says() {
        let request = map().request(None);
        assert_eq!(request.len(), 60);
        assert_eq!(request[..8], [2, 1, 0, 0, 0, 0, 0x04, 0xb0]);
        assert_eq!(
            request[8..24],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 168, 0, 2]
        );
        assert_eq!(&request[24..36], b"twelve bytes");
        assert_eq!(request[36..44], [17, 0, 0, 0, 0x0f, 0xa0, 0, 0]);
        assert_eq!(
            request[44..],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0]
        );
        assert_eq!(map().removal()[4..8], [0; 4]);
    }

    #[test]
    fn a_grant_is_read_in_both_families() {
        for external in ["8.8.4.4:5000", "[2a02:810a::1]:5000"] {
            let external = external.parse().unwrap();
            let grant = map().response(&response(&map(), 0, external));
            let lifetime = LIFETIME;
            assert_eq!(grant, Some(Ok(Grant { external, lifetime })));
        }
    }

    #[test]
    fn a_refusal_is_told_from_what_is_not_for_us() {
        let external = "8.8.4.4:5000".parse().unwrap();
        let refusal = response(&map(), 2, external);
        assert_eq!(map().response(&refusal), Some(Err(MappingError::Refused)));
        for (at, what) in [
            (0, "version"),
            (1, "operation"),
            (30, "nonce"),
            (36, "protocol"),
            (41, "port"),
        ] {
            let mut other = response(&map(), 0, external);
            other[at] ^= 1;
            assert_eq!(map().response(&other), None, "{what}");
        }
        let short = &response(&map(), 0, external)[..59];
        assert_eq!(map().response(short), None);
    }

    proptest! {
        #[test]
        fn any_datagram_is_read(mut datagram in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = map().response(&datagram);
            if let [version, operation, ..] = &mut datagram[..] {
                (*version, *operation) = (VERSION, RESPONSE | MAP);
            }
            let _ = map().response(&datagram);
        }
    }
}
