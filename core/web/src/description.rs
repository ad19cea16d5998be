//! Session descriptions (RFC 8866, RFC 9429): what a browser says of its side, and what it is told of the
//! other, which never wrote one.

use data_encoding::HEXUPPER;
use handfast_device::GuestKeys;
use handfast_protocol::link::MAX_MESSAGE;
use handfast_token::{
    BrowserIce, Candidate, CandidateAddress, Candidates, Fingerprint, IceCredentials, IcePassword,
    InvitationKeys, MdnsName, Reply,
};
use std::net::{IpAddr, SocketAddr};

/// The port of SCTP in the tunnel, which nothing ever looks at.
const SCTP_PORT: u16 = 5000;

/// A description that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this browser describes its connections in another way: try another browser")]
pub struct NotUsable;

/// What a browser says of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// The certificate that it will prove.
    pub fingerprint: Fingerprint,
    /// The credentials that it chose.
    pub browser: BrowserIce,
    /// Where it says that it is: often a name that only its own network can resolve, or nothing.
    pub candidates: Candidates,
}

impl Local {
    /// Reads a browser's own description.
    ///
    /// # Errors
    /// [`NotUsable`] without a fingerprint by SHA-256, or credentials of a form that is known.
    pub fn read(sdp: &str) -> Result<Self, NotUsable> {
        let fingerprint = attribute(sdp, "fingerprint").ok_or(NotUsable)?;
        let ufrag = attribute(sdp, "ice-ufrag").ok_or(NotUsable)?;
        let password = attribute(sdp, "ice-pwd").ok_or(NotUsable)?;
        let mut candidates = Vec::new();
        for candidate in attributes(sdp, "candidate").filter_map(candidate) {
            // What cannot be written beside those before it is left out.
            candidates.push(candidate);
            if Candidates::new(candidates.clone()).is_err() {
                candidates.pop();
            }
        }
        let ice = IceCredentials {
            ufrag: ufrag.to_owned(),
            password: IcePassword::new(password).ok_or(NotUsable)?,
        };
        Ok(Self {
            fingerprint: read_fingerprint(fingerprint).ok_or(NotUsable)?,
            browser: BrowserIce::new(&ice).ok_or(NotUsable)?,
            candidates: Candidates::new(candidates).map_err(|_| NotUsable)?,
        })
    }
}

/// What a guest's browser is told of the host of an invitation, so that its checks are knocks there. `local` is
/// its own side.
///
/// # Errors
/// [`NotUsable`] if the host could not be told the browser's credentials.
pub fn of_host(host: &GuestKeys, local: &Local) -> Result<String, NotUsable> {
    let ice = match &host.browser {
        Some(chosen) => chosen.credentials(),
        None => {
            let ufrag = host
                .keys
                .ufrag_for_browser(local.fingerprint, &local.browser.credentials());
            IceCredentials {
                ufrag: ufrag.ok_or(NotUsable)?,
                ..host.keys.host_ice()
            }
        }
    };
    // The browser greets first, as every guest does.
    Ok(described("passive", &ice, host.host, &host.addresses))
}

/// What a host's browser is told of the guest who made this reply.
pub fn of_guest(keys: &InvitationKeys, guest: &Reply) -> String {
    let ice = match &guest.browser {
        Some(chosen) => chosen.credentials(),
        None => keys.guest_ice(guest.fingerprint),
    };
    described("active", &ice, guest.fingerprint, &guest.candidates)
}

fn described(
    setup: &str,
    ice: &IceCredentials,
    fingerprint: Fingerprint,
    addresses: &[Candidate],
) -> String {
    let mut lines = vec![
        "v=0".to_owned(),
        "o=- 1 1 IN IP4 0.0.0.0".to_owned(),
        "s=-".to_owned(),
        "t=0 0".to_owned(),
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel".to_owned(),
        "c=IN IP4 0.0.0.0".to_owned(),
        "a=mid:0".to_owned(),
        format!("a=setup:{setup}"),
        format!("a=ice-ufrag:{}", ice.ufrag),
        format!("a=ice-pwd:{}", ice.password.expose()),
        format!("a=fingerprint:sha-256 {}", write_fingerprint(fingerprint)),
        format!("a=sctp-port:{SCTP_PORT}"),
        format!("a=max-message-size:{MAX_MESSAGE}"),
    ];
    lines.extend(addresses.iter().zip(1..).map(|(candidate, number)| {
        let (host, port) = match &candidate.address {
            CandidateAddress::Ip(address) => (address.ip().to_string(), address.port()),
            CandidateAddress::Mdns { name, port } => (name.as_str().to_owned(), *port),
        };
        format!("a=candidate:{number} 1 udp 2130706431 {host} {port} typ host")
    }));
    lines.push(String::new());
    lines.join("\r\n")
}

fn attributes<'a>(sdp: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let values = sdp.lines().filter_map(move |line| {
        let line = line.strip_prefix("a=")?;
        line.strip_prefix(name)?.strip_prefix(':')
    });
    values.map(str::trim)
}

fn attribute<'a>(sdp: &'a str, name: &'a str) -> Option<&'a str> {
    attributes(sdp, name).next()
}

fn read_fingerprint(value: &str) -> Option<Fingerprint> {
    let (hash, hex) = value.split_once(' ')?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let hex = hex.replace(':', "").to_ascii_uppercase();
    let bytes = HEXUPPER.decode(hex.as_bytes()).ok()?;
    bytes.try_into().ok().map(Fingerprint)
}

fn write_fingerprint(fingerprint: Fingerprint) -> String {
    let pairs = fingerprint.0.map(|byte| format!("{byte:02X}"));
    pairs.join(":")
}

/// One line (RFC 8839 §5.1): `foundation component transport priority address port typ type ..`
fn candidate(value: &str) -> Option<Candidate> {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    let [_, component, transport, _, address, port, _, kind, ..] = words.as_slice() else {
        return None;
    };
    if *component != "1" || !transport.eq_ignore_ascii_case("udp") {
        return None;
    }
    let port: u16 = port.parse().ok().filter(|port| *port != 0)?;
    let ip = address.parse::<IpAddr>().ok();
    match (*kind, ip) {
        ("host", Some(ip)) => Some(Candidate::host(SocketAddr::new(ip, port))),
        ("srflx", Some(ip)) => Some(Candidate::server_reflexive(SocketAddr::new(ip, port))),
        ("host", None) => Some(Candidate {
            kind: handfast_token::CandidateKind::Host,
            address: CandidateAddress::Mdns {
                name: MdnsName::new(address).ok()?,
                port,
            },
        }),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use handfast_protocol::certificate::Certificate;
    use handfast_token::Secret;

    /// As Chromium 156 writes it, for a connection with one negotiated channel.
    pub(crate) const CHROMIUM: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
        m=application 54405 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 192.0.2.2\r\n\
        a=candidate:3885 1 udp 2113937151 1b4e28ba-2fa1-11d2-883f-0016d3cca427.local 54405 typ host generation 0 network-cost 999\r\n\
        a=candidate:77 1 udp 1677729535 8.8.4.4 40001 typ srflx raddr 0.0.0.0 rport 0\r\n\
        a=candidate:78 1 tcp 1518280447 192.168.0.2 9 typ host tcptype active\r\n\
        a=ice-ufrag:rnWW\r\na=ice-pwd:h1wYalX/uX6eUNT0ffyalxKR\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20\r\n\
        a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

    #[test]
    fn a_browser_says_its_certificate_its_credentials_and_where_it_is() {
        let local = Local::read(CHROMIUM).unwrap();
        assert_eq!(
            local.fingerprint,
            Fingerprint(std::array::from_fn(|i| i as u8 + 1))
        );
        let ice = local.browser.credentials();
        assert_eq!(ice.ufrag, "rnWW");
        assert_eq!(ice.password.expose(), "h1wYalX/uX6eUNT0ffyalxKR");
        assert_eq!(local.candidates.len(), 2, "{:?}", local.candidates);
        assert_eq!(
            local.candidates[1].reflexive(),
            Some("8.8.4.4:40001".parse().unwrap())
        );
    }

    #[test]
    fn a_host_reads_in_the_knock_what_the_browser_was_told_to_say() {
        let keys = InvitationKeys::derive(&Secret::new([7; 16]));
        let local = Local::read(CHROMIUM).unwrap();
        let at = [
            Candidate::host("192.168.0.9:4000".parse().unwrap()),
            Candidate::host("[fd00::2]:4000".parse().unwrap()),
        ];
        let host = GuestKeys {
            certificate: Certificate::new(Vec::new(), local.fingerprint),
            keys: keys.clone(),
            host: Fingerprint([0xab; 32]),
            addresses: at.to_vec(),
            browser: None,
        };
        let told = of_host(&host, &local).unwrap();
        let ufrag = attribute(&told, "ice-ufrag").unwrap();
        let ice = local.browser.credentials();
        let knocker = keys.knocker(ufrag, &ice.ufrag).unwrap();
        assert_eq!(
            (knocker.fingerprint, knocker.guest),
            (local.fingerprint, ice)
        );
        let read = attribute(&told, "fingerprint").and_then(read_fingerprint);
        assert_eq!(read, Some(Fingerprint([0xab; 32])));
        let named: Vec<Candidate> = attributes(&told, "candidate")
            .filter_map(candidate)
            .collect();
        assert_eq!(named, at);
        assert!(told.ends_with("\r\n") && !told.contains("\r\n\r\n"));
    }

    #[test]
    fn a_browser_that_hosts_is_told_of_its_guest_what_the_guest_goes_by() {
        let keys = InvitationKeys::derive(&Secret::new([7; 16]));
        let guest = Fingerprint([9; 32]);
        let at = [Candidate::host("192.168.0.9:4000".parse().unwrap())];
        let chosen = Local::read(CHROMIUM).unwrap().browser;
        for browser in [None, Some(chosen)] {
            let ice = match &browser {
                Some(chosen) => chosen.credentials(),
                None => keys.guest_ice(guest),
            };
            let reply = Reply {
                fingerprint: guest,
                candidates: Candidates::new(at.to_vec()).unwrap(),
                browser,
            };
            let told = of_guest(&keys, &reply);
            assert_eq!(attribute(&told, "setup"), Some("active"), "it greets first");
            assert_eq!(attribute(&told, "ice-ufrag"), Some(&ice.ufrag[..]));
            assert_eq!(attribute(&told, "ice-pwd"), Some(ice.password.expose()));
            let named = attributes(&told, "candidate").filter_map(candidate);
            assert_eq!(named.collect::<Vec<_>>(), at);
        }
    }

    #[test]
    fn what_is_no_description_of_a_browser_is_refused() {
        for missing in ["a=fingerprint:sha-256", "a=ice-ufrag:", "a=ice-pwd:"] {
            let without = CHROMIUM.replace(missing, "a=other:");
            assert_eq!(Local::read(&without), Err(NotUsable), "{missing}");
        }
        let sha1 = CHROMIUM.replace("sha-256", "sha-1");
        assert_eq!(Local::read(&sha1), Err(NotUsable));
        assert_eq!(Local::read(""), Err(NotUsable));
    }
}
