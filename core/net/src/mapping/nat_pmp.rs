//! Messages of NAT-PMP, the NAT Port Mapping Protocol (RFC 6886), which knows IPv4 only.

use super::LIFETIME;
use handfast_protocol::network::MappingError;
use std::net::Ipv4Addr;
use std::time::Duration;

const VERSION: u8 = 0;
const EXTERNAL_ADDRESS: u8 = 0;
const MAP_UDP: u8 = 1;
const RESPONSE: u8 = 0x80;
const UNSUPPORTED_VERSION: u16 = 1;
/// The router itself has no address that helps (§3.5).
const NETWORK_FAILURE: u16 = 3;

/// Asks for the router's address outside (§3.2).
pub(super) const ADDRESS_REQUEST: [u8; 2] = [VERSION, EXTERNAL_ADDRESS];

/// The router's address outside. None if the datagram does not tell it.
pub(super) fn address(datagram: &[u8]) -> Option<Result<Ipv4Addr, MappingError>> {
    let [VERSION, operation, result @ ..] = datagram else {
        return None;
    };
    let (result, rest) = result.split_first_chunk::<2>()?;
    if *operation != (RESPONSE | EXTERNAL_ADDRESS) {
        return None;
    }
    if let Err(error) = judge(u16::from_be_bytes(*result)) {
        return Some(Err(error));
    }
    // The router's age comes first.
    let (_, rest) = rest.split_first_chunk::<4>()?;
    let (address, _) = rest.split_first_chunk::<4>()?;
    Some(Ok(Ipv4Addr::from(*address)))
}

/// Asks for a mapping of this UDP port, best to that one outside (§3.3).
pub(super) fn request(internal: u16, suggested: u16) -> [u8; 12] {
    write(internal, suggested, LIFETIME)
}

/// Asks for its end (§3.4).
pub(super) fn removal(internal: u16) -> [u8; 12] {
    write(internal, 0, Duration::ZERO)
}

fn write(internal: u16, external: u16, lifetime: Duration) -> [u8; 12] {
    let [i, n] = internal.to_be_bytes();
    let [e, x] = external.to_be_bytes();
    let seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
    let [a, b, c, d] = seconds.to_be_bytes();
    [VERSION, MAP_UDP, 0, 0, i, n, e, x, a, b, c, d]
}

/// The port outside and how long it is good. None if the datagram is no response for this port.
pub(super) fn response(
    datagram: &[u8],
    internal: u16,
) -> Option<Result<(u16, Duration), MappingError>> {
    let [VERSION, operation, rest @ ..] = datagram else {
        return None;
    };
    let (result, rest) = rest.split_first_chunk::<2>()?;
    let (_, rest) = rest.split_first_chunk::<4>()?;
    let (port, rest) = rest.split_first_chunk::<2>()?;
    if *operation != (RESPONSE | MAP_UDP) || u16::from_be_bytes(*port) != internal {
        return None;
    }
    if let Err(error) = judge(u16::from_be_bytes(*result)) {
        return Some(Err(error));
    }
    let (external, rest) = rest.split_first_chunk::<2>()?;
    let (lifetime, _) = rest.split_first_chunk::<4>()?;
    let lifetime = Duration::from_secs(u32::from_be_bytes(*lifetime).into());
    Some(Ok((u16::from_be_bytes(*external), lifetime)))
}

/// Whether this is how a router says that it knows NAT-PMP and not PCP (RFC 6887 §9).
pub(super) fn refuses_pcp(datagram: &[u8]) -> bool {
    matches!(datagram, [VERSION, _, 0, result, ..] if u16::from(*result) == UNSUPPORTED_VERSION)
}

fn judge(result: u16) -> Result<(), MappingError> {
    match result {
        0 => Ok(()),
        UNSUPPORTED_VERSION => Err(MappingError::NotOffered),
        NETWORK_FAILURE => Err(MappingError::NotPublic),
        _ => {
            log::debug!("NAT-PMP result {result}");
            Err(MappingError::Refused)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_are_laid_out_as_the_standard_says() {
        assert_eq!(
            request(4000, 5000),
            [0, 1, 0, 0, 0x0f, 0xa0, 0x13, 0x88, 0, 0, 0x04, 0xb0]
        );
        assert_eq!(removal(4000), [0, 1, 0, 0, 0x0f, 0xa0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(
            address(&[0, 128, 0, 0, 1, 2, 3, 4, 8, 8, 4, 4]),
            Some(Ok(Ipv4Addr::new(8, 8, 4, 4)))
        );
        let granted = [0, 129, 0, 0, 1, 2, 3, 4, 0x0f, 0xa0, 0x13, 0x88, 0, 0, 0, 9];
        assert_eq!(
            response(&granted, 4000),
            Some(Ok((5000, Duration::from_secs(9))))
        );
    }

    #[test]
    fn a_refusal_is_told_from_what_is_not_for_us() {
        let refused = [0, 129, 0, 2, 1, 2, 3, 4, 0x0f, 0xa0, 0, 0, 0, 0, 0, 0];
        assert_eq!(response(&refused, 4000), Some(Err(MappingError::Refused)));
        assert_eq!(response(&refused, 4001), None);
        assert_eq!(address(&refused), None);
        assert_eq!(
            address(&[0, 128, 0, 3, 1, 2, 3, 4]),
            Some(Err(MappingError::NotPublic))
        );
        assert_eq!(address(&[0, 128, 0, 0, 1, 2, 3, 4, 8, 8, 4]), None);
        assert!(refuses_pcp(&[0, 129, 0, 1, 1, 2, 3, 4]));
        assert!(!refuses_pcp(&[0, 128, 0, 0, 1, 2, 3, 4]));
    }

    proptest! {
        #[test]
        fn any_datagram_is_read(mut datagram in proptest::collection::vec(any::<u8>(), 0..24)) {
            for operation in [EXTERNAL_ADDRESS, MAP_UDP] {
                if let [version, kind, ..] = &mut datagram[..] {
                    (*version, *kind) = (VERSION, RESPONSE | operation);
                }
                let _ = address(&datagram);
                let _ = response(&datagram, 0);
                let _ = refuses_pcp(&datagram);
            }
        }
    }
}
