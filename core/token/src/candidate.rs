//! Where a device can be reached, packed as tightly as one QR code asks for.
//!
//! This file judges the encoding only: a list that it reads has exactly one encoding.
//! [`admit`](super::admit) judges to which addresses a device may send at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use data_encoding::HEXLOWER;

use super::reader::{Reader, write_prefixed};
use super::{FieldError, TokenError};

/// The most candidates in one invitation or reply.
pub const MAX_CANDIDATES: usize = 8;

/// The most bytes that a list of candidates takes with its count: one name, seven times IPv6.
pub(super) const MAX_LIST_BYTES: usize = 1 + 67 + 7 * 19;

/// How a candidate was learned (RFC 8445 §5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CandidateKind {
    /// An address of the device's own interfaces.
    Host,
    /// The address that a server outside saw.
    ServerReflexive,
}

/// Address and UDP port of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CandidateAddress {
    /// An IP address. Scope and flow label of IPv6 do not travel.
    Ip(SocketAddr),
    /// A name that only the local network resolves.
    Mdns {
        /// The name.
        name: MdnsName,
        /// The UDP port.
        port: u16,
    },
}

impl CandidateAddress {
    /// The UDP port.
    pub fn port(&self) -> u16 {
        match self {
            Self::Ip(address) => address.port(),
            Self::Mdns { port, .. } => *port,
        }
    }
}

/// One way to reach a device over UDP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Its address and port.
    pub address: CandidateAddress,
    /// How it was learned.
    pub kind: CandidateKind,
}

impl Candidate {
    /// A candidate with an address of the device's own.
    pub fn host(address: SocketAddr) -> Self {
        Self {
            address: CandidateAddress::Ip(address),
            kind: CandidateKind::Host,
        }
    }

    /// A candidate with the address that a server outside saw.
    pub fn server_reflexive(address: SocketAddr) -> Self {
        Self {
            address: CandidateAddress::Ip(address),
            kind: CandidateKind::ServerReflexive,
        }
    }

    /// The address, if it is known and not a name.
    pub fn ip(&self) -> Option<SocketAddr> {
        match self.address {
            CandidateAddress::Ip(address) => Some(address),
            CandidateAddress::Mdns { .. } => None,
        }
    }

    /// The address, if a server outside saw it.
    pub fn reflexive(&self) -> Option<SocketAddr> {
        match self.kind {
            CandidateKind::ServerReflexive => self.ip(),
            CandidateKind::Host => None,
        }
    }
}

/// An mDNS host name of one label, in lower case: `label.local` (RFC 6762 §3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MdnsName(String);

impl MdnsName {
    /// Takes a name with its `.local`, in any case.
    ///
    /// # Errors
    /// [`FieldError::NotAnMdnsName`] unless the label has 1 to 63 letters, digits and inner hyphens.
    pub fn new(name: &str) -> Result<Self, FieldError> {
        let name = name.to_ascii_lowercase();
        let label = name
            .strip_suffix(".local")
            .ok_or(FieldError::NotAnMdnsName)?;
        let well_formed = (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-');
        if well_formed {
            Ok(Self(name))
        } else {
            Err(FieldError::NotAnMdnsName)
        }
    }

    /// The whole name, `.local` included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn label(&self) -> &str {
        self.0.strip_suffix(".local").unwrap_or(&self.0)
    }

    /// The bytes of a label in the usual form of a UUID (RFC 9562 §4), as browsers choose it.
    fn uuid(&self) -> Option<[u8; 16]> {
        let label = self.label().as_bytes();
        let hyphens = [8, 13, 18, 23];
        if label.len() != 36 || hyphens.iter().any(|&at| label[at] != b'-') {
            return None;
        }
        let mut hex = [0; 32];
        let digits = label
            .iter()
            .enumerate()
            .filter(|(at, _)| !hyphens.contains(at));
        for (place, (_, digit)) in hex.iter_mut().zip(digits) {
            *place = *digit;
        }
        let mut uuid = [0; 16];
        HEXLOWER.decode_mut(&hex, &mut uuid).ok()?;
        Some(uuid)
    }

    fn from_uuid(uuid: [u8; 16]) -> Self {
        let mut name = HEXLOWER.encode(&uuid);
        for hyphen in [8, 13, 18, 23] {
            name.insert(hyphen, '-');
        }
        Self(name + ".local")
    }

    fn from_label(label: &[u8]) -> Result<Self, TokenError> {
        let label = std::str::from_utf8(label).map_err(|_| FieldError::NotAnMdnsName)?;
        let name = Self::new(&format!("{label}.local"))?;
        if name.label() != label {
            return Err(TokenError::Malformed("a name in upper case"));
        }
        if name.uuid().is_some() {
            return Err(TokenError::Malformed("a UUID written as a name"));
        }
        Ok(name)
    }
}

/// Up to [`MAX_CANDIDATES`] candidates in the writer's order: no address twice, at most one mDNS
/// name, and that as a host candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates(Vec<Candidate>);

impl Candidates {
    /// Takes the list, without the scopes and flow labels of IPv6 addresses.
    ///
    /// # Errors
    /// [`FieldError`] names the rule that the list breaks.
    pub fn new(mut list: Vec<Candidate>) -> Result<Self, FieldError> {
        if list.len() > MAX_CANDIDATES {
            return Err(FieldError::TooManyCandidates);
        }
        for candidate in &mut list {
            if let CandidateAddress::Ip(address) = &mut candidate.address {
                *address = SocketAddr::new(address.ip(), address.port());
            }
        }
        let mut names = 0;
        for (place, candidate) in list.iter().enumerate() {
            if list[..place]
                .iter()
                .any(|earlier| earlier.address == candidate.address)
            {
                return Err(FieldError::DuplicateCandidate);
            }
            if matches!(candidate.address, CandidateAddress::Mdns { .. }) {
                names += 1;
                if candidate.kind == CandidateKind::ServerReflexive {
                    return Err(FieldError::ReflexiveMdnsName);
                }
            }
        }
        if names > 1 {
            Err(FieldError::SecondMdnsName)
        } else {
            Ok(Self(list))
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.0.len() as u8);
        let mut previous_port = None;
        for candidate in &self.0 {
            let port = candidate.address.port();
            let shared = previous_port == Some(port);
            let mut head = if shared { SHARED_PORT } else { 0 };
            if candidate.kind == CandidateKind::ServerReflexive {
                head |= REFLEXIVE;
            }
            match &candidate.address {
                CandidateAddress::Ip(address) => write_ip(head, address.ip(), out),
                CandidateAddress::Mdns { name, .. } => write_name(head, name, out),
            }
            if !shared {
                out.extend_from_slice(&port.to_le_bytes());
            }
            previous_port = Some(port);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, TokenError> {
        let count = usize::from(reader.byte()?);
        if count > MAX_CANDIDATES {
            return Err(FieldError::TooManyCandidates.into());
        }
        let mut list = Vec::with_capacity(count);
        let mut previous_port = None;
        for _ in 0..count {
            let candidate = read_candidate(reader, previous_port)?;
            previous_port = Some(candidate.address.port());
            list.push(candidate);
        }
        Ok(Self::new(list)?)
    }
}

impl std::ops::Deref for Candidates {
    type Target = [Candidate];
    fn deref(&self) -> &[Candidate] {
        &self.0
    }
}

impl IntoIterator for Candidates {
    type Item = Candidate;
    type IntoIter = std::vec::IntoIter<Candidate>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

// The head byte of a candidate: a class in the low four bits, two flags above them, two zero bits.
const CLASS: u8 = 0x0f;
const IPV4_192_168: u8 = 1;
const IPV4_10: u8 = 2;
const IPV4: u8 = 3;
const IPV6: u8 = 4;
const MDNS_UUID: u8 = 5;
const MDNS_LABEL: u8 = 6;
const REFLEXIVE: u8 = 0x10;
const SHARED_PORT: u8 = 0x20;

fn write_ip(head: u8, address: IpAddr, out: &mut Vec<u8>) {
    let mut put = |class, octets: &[u8]| {
        out.push(head | class);
        out.extend_from_slice(octets);
    };
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [192, 168, tail @ ..] => put(IPV4_192_168, &tail),
            [10, tail @ ..] => put(IPV4_10, &tail),
            octets => put(IPV4, &octets),
        },
        IpAddr::V6(v6) => put(IPV6, &v6.octets()),
    }
}

fn write_name(head: u8, name: &MdnsName, out: &mut Vec<u8>) {
    match name.uuid() {
        Some(uuid) => {
            out.push(head | MDNS_UUID);
            out.extend_from_slice(&uuid);
        }
        None => {
            out.push(head | MDNS_LABEL);
            write_prefixed(name.label().as_bytes(), out);
        }
    }
}

fn read_candidate(
    reader: &mut Reader<'_>,
    previous_port: Option<u16>,
) -> Result<Candidate, TokenError> {
    enum Place {
        Ip(IpAddr),
        Name(MdnsName),
    }
    let v4 = |octets: [u8; 4]| Place::Ip(Ipv4Addr::from(octets).into());

    let head = reader.byte()?;
    if head & !(CLASS | REFLEXIVE | SHARED_PORT) != 0 {
        return Err(TokenError::Malformed("an unknown mark on an address"));
    }
    let place = match head & CLASS {
        IPV4_192_168 => reader.array().map(|[c, d]| v4([192, 168, c, d]))?,
        IPV4_10 => reader.array().map(|[b, c, d]| v4([10, b, c, d]))?,
        IPV4 => match reader.array::<4>()? {
            [192, 168, ..] | [10, ..] => {
                return Err(TokenError::Malformed("a long form of a short address"));
            }
            octets => v4(octets),
        },
        IPV6 => Place::Ip(Ipv6Addr::from(reader.array::<16>()?).into()),
        MDNS_UUID => Place::Name(MdnsName::from_uuid(reader.array()?)),
        MDNS_LABEL => Place::Name(MdnsName::from_label(reader.prefixed()?)?),
        _ => return Err(TokenError::Malformed("an unknown class of address")),
    };
    let port = if head & SHARED_PORT != 0 {
        previous_port.ok_or(TokenError::Malformed("a shared port before any port"))?
    } else {
        let port = reader.u16()?;
        if previous_port == Some(port) {
            return Err(TokenError::Malformed("a repeated port"));
        }
        port
    };
    let kind = match head & REFLEXIVE {
        0 => CandidateKind::Host,
        _ => CandidateKind::ServerReflexive,
    };
    let address = match place {
        Place::Ip(ip) => CandidateAddress::Ip(SocketAddr::new(ip, port)),
        Place::Name(name) => CandidateAddress::Mdns { name, port },
    };
    Ok(Candidate { address, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(list: Vec<Candidate>) -> Vec<u8> {
        let mut out = Vec::new();
        Candidates::new(list).unwrap().write(&mut out);
        out
    }

    fn read(bytes: &[u8]) -> Result<Candidates, TokenError> {
        let mut reader = Reader::new(bytes);
        let list = Candidates::read(&mut reader)?;
        reader.finish()?;
        Ok(list)
    }

    fn ip(text: &str) -> Candidate {
        Candidate::host(text.parse().unwrap())
    }

    fn mdns(name: &str) -> Candidate {
        let address = CandidateAddress::Mdns {
            name: MdnsName::new(name).unwrap(),
            port: 9,
        };
        Candidate {
            address,
            kind: CandidateKind::Host,
        }
    }

    #[test]
    fn each_class_takes_the_bytes_it_needs() {
        let uuid = "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9.local";
        for (candidate, expected) in [
            (ip("192.168.1.2:258"), "010101020201"),
            (ip("10.1.2.3:258"), "01020102030201"),
            (ip("172.16.1.2:258"), "0103ac1001020201"),
            (
                ip("[2a00::1]:258"),
                "01042a0000000000000000000000000000010201",
            ),
            (mdns(uuid), "01050a1b2c3d4e5f40718293a4b5c6d7e8f90900"),
            (mdns("Tablet.local"), "010605 7461626c6574 0900"),
        ] {
            let bytes = written(vec![candidate.clone()]);
            assert_eq!(
                HEXLOWER.encode(&bytes),
                expected.replace(' ', ""),
                "{candidate:?}"
            );
            assert_eq!(read(&bytes).unwrap()[..], [candidate]);
        }
    }

    #[test]
    fn a_port_is_written_once_while_it_stays_the_same() {
        let reflexive = Candidate::server_reflexive("198.18.0.1:9".parse().unwrap());
        let list = vec![
            ip("192.168.0.1:9"),
            reflexive,
            ip("10.0.0.1:8"),
            mdns("a.local"),
        ];
        let bytes = written(list.clone());
        assert_eq!(
            HEXLOWER.encode(&bytes),
            "04 0100010900 33c6120001 020000010800 0600610900".replace(' ', "")
        );
        assert_eq!(read(&bytes).unwrap()[..], list[..]);
    }

    #[test]
    fn every_second_encoding_is_refused() {
        for (why, hex) in [
            ("192.168 in the long class", "0103c0a801020201"),
            ("10/8 in the long class", "01030a0102030201"),
            ("class 0", "010001020201"),
            ("class 7", "010701020201"),
            ("bit 6", "014101020201"),
            ("bit 7", "018101020201"),
            ("shared port first", "01210102"),
            ("repeated port", "02010102020101 01030201"),
            ("duplicate", "020101020201210102"),
            ("duplicate of another kind", "020101020201310102"),
            ("nine", "09"),
            (
                "UUID as a label",
                "01062330613162326333642d346535662d343037312d383239332d6134623563366437653866390900",
            ),
            ("upper-case label", "010600410900"),
            ("label with a dot", "010602612e610900"),
            ("label with a hyphen at its end", "010601612d0900"),
            ("reflexive name", "011600610900"),
            ("two names", "0206006109002600 62"),
            ("cut address", "0101010202"),
            ("cut count", ""),
            ("trailing byte", "01010102020100"),
        ] {
            let bytes = HEXLOWER.decode(hex.replace(' ', "").as_bytes()).unwrap();
            assert!(read(&bytes).is_err(), "{why}");
        }
    }

    #[test]
    fn the_largest_list_is_as_large_as_promised() {
        let mut list: Vec<_> = (1..8).map(|n| ip(&format!("[2a00::{n}]:{n}"))).collect();
        list.push(mdns(&format!("{}.local", "a".repeat(63))));
        assert_eq!(written(list).len(), MAX_LIST_BYTES);
    }

    #[test]
    fn what_cannot_travel_is_left_out_before_it_is_compared() {
        let scoped = std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 9, 1, 2);
        let list = vec![Candidate::host(scoped.into()), ip("[fe80::1]:9")];
        assert_eq!(Candidates::new(list), Err(FieldError::DuplicateCandidate));
    }
}
