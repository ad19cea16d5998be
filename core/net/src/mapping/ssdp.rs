//! Messages of SSDP, the search of UPnP (UPnP Device Architecture 1.1, §1.3).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The group in which devices of this network listen.
pub(super) const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

/// Where they listen.
pub(super) const PORT: u16 = 1900;

/// What a router that opens ports calls itself.
const TARGETS: [&str; 2] = [
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
];

/// Where a device describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) at: SocketAddr,
    /// Begins with a slash and holds printable ASCII only.
    pub(super) path: String,
}

/// One search for each kind of router.
pub(super) fn searches(at: SocketAddr) -> impl Iterator<Item = String> {
    TARGETS.into_iter().map(move |target| {
        format!(
            "M-SEARCH * HTTP/1.1\r\nHOST: {at}\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: {target}\r\n\r\n"
        )
    })
}

/// Where the answering device describes itself. None if the datagram is no answer, or leads to
/// another device than the one it came from.
pub(super) fn location(datagram: &[u8], from: IpAddr) -> Option<Location> {
    let text = std::str::from_utf8(datagram).ok()?;
    let mut lines = text.lines();
    let status = lines.next()?;
    if !(status.starts_with("HTTP/1.") && status.contains(" 200")) {
        return None;
    }
    let url = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("location"))?
        .1;
    let location = Location::parse(url.trim())?;
    (location.at.ip() == from).then_some(location)
}

impl Location {
    /// Reads a URL with the scheme http, an IPv4 address and no name.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let cut = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(cut)?;
        let at = match host.parse() {
            Ok(SocketAddr::V4(at)) => at.into(),
            Ok(SocketAddr::V6(_)) => return None,
            Err(_) => SocketAddr::from((host.parse::<Ipv4Addr>().ok()?, 80)),
        };
        let path = if path.is_empty() { "/" } else { path };
        let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic());
        (at.port() != 0 && is_plain).then(|| Self {
            at,
            path: path.to_owned(),
        })
    }

    /// Follows a reference that this device gave, to itself.
    pub(super) fn join(&self, reference: &str) -> Option<Self> {
        if reference.starts_with("http://") {
            return Self::parse(reference).filter(|to| to.at.ip() == self.at.ip());
        }
        let slash = if reference.starts_with('/') { "" } else { "/" };
        Self::parse(&format!("http://{}{slash}{reference}", self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 0, 1));

    fn answer(location: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nLocation: {location}\r\n\r\n")
    }

    fn located(url: &str) -> Option<Location> {
        location(answer(url).as_bytes(), ROUTER)
    }

    #[test]
    fn a_router_says_where_it_describes_itself() {
        let location = located("http://192.168.0.1:5000/rootDesc.xml").unwrap();
        assert_eq!(location.at, SocketAddr::new(ROUTER, 5000));
        assert_eq!(location.path, "/rootDesc.xml");
        assert_eq!(located("http://192.168.0.1").unwrap().at.port(), 80);
    }

    #[test]
    fn nobody_is_sent_elsewhere() {
        for url in [
            "http://192.168.0.2:5000/rootDesc.xml",
            "http://127.0.0.1:5000/rootDesc.xml",
            "http://router.local/rootDesc.xml",
            "http://192.168.0.1:0/",
            "http://192.168.0.1:5000/a b",
            "http://user@192.168.0.1:5000/",
            "https://192.168.0.1:5000/",
            "file:///etc/passwd",
        ] {
            assert_eq!(located(url), None, "{url}");
        }
        let here = located("http://192.168.0.1:5000/rootDesc.xml").unwrap();
        assert_eq!(here.join("http://192.168.0.2/ctl"), None);
        assert_eq!(here.join("/ctl\r\nEvil: 1"), None);
    }

    #[test]
    fn references_stay_with_the_device() {
        let here = located("http://192.168.0.1:5000/rootDesc.xml").unwrap();
        for reference in [
            "/ctl/IP?x=1",
            "ctl/IP?x=1",
            "http://192.168.0.1:5000/ctl/IP?x=1",
        ] {
            let joined = here.join(reference).unwrap();
            assert_eq!((joined.at, joined.path.as_str()), (here.at, "/ctl/IP?x=1"));
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_read(garbage in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = location(&bytes, ROUTER);
            if let Some(found) = located(&garbage) {
                prop_assert_eq!(found.at.ip(), ROUTER);
            }
            if let Some(found) = located(&format!("http://192.168.0.1:5000{garbage}")) {
                prop_assert!(found.path.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }
}
