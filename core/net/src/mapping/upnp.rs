//! Asking by UPnP-IGD: a search, a description, and three calls (UPnP WANIPConnection:1, §2.4). Only
//! IPv4. Every address that a router names is followed only to that router.

use super::description::{element, services};
use super::http::{self, Response};
use super::ssdp::{self, Location};
use super::{Grant, LIFETIME, Router, useful};
use crate::socket::bind_plain;
use handfast_protocol::network::MappingError;
use handfast_token::{Range, random_bytes};
use socket2::SockRef;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long the search and all that follows from it may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long one call may take, and making a mapping.
const CALL_PATIENCE: Duration = Duration::from_secs(1);

/// A search is repeated so often.
const REPEAT: Duration = Duration::from_millis(500);

/// The most answers to a search that are looked at.
const MOST_ANSWERS: usize = 256;

/// The most routers that are asked to describe themselves, and the most services asked of each.
const MOST_ASKED: usize = 4;

/// The port outside is taken by somebody else (§2.4.16).
const TAKEN: &str = "718";

/// The router knows mappings without end only (§2.4.16).
const ENDLESS_ONLY: &str = "725";

/// What a router shows its owner.
const LABEL: &str = "Handfast";

/// A service that opens ports, at a router with a useful address.
pub(super) struct Service {
    kind: &'static str,
    at: Location,
    address: IpAddr,
}

/// Searches a router that opens ports and has a useful address outside.
pub(super) async fn search(local: SocketAddr, router: &Router) -> Result<Service, MappingError> {
    if router.search.is_empty() {
        return Err(MappingError::NotOffered);
    }
    let deadline = Instant::now() + PATIENCE;
    let socket = bind_plain(local.ip()).map_err(crate::error::socket)?;
    if let IpAddr::V4(v4) = local.ip() {
        // Otherwise the group is searched in whichever network the system likes best.
        SockRef::from(&socket).set_multicast_if_v4(&v4).ok();
    }
    let mut failure = match router.control {
        Some(_) => MappingError::NotOffered,
        None => MappingError::NoRouter,
    };
    let mut asked: Vec<Location> = Vec::new();
    let mut buffer = [0; 2048];
    let mut left = MOST_ANSWERS;
    while Instant::now() < deadline && left > 0 {
        for to in &router.search {
            for search in ssdp::searches(*to) {
                if let Err(error) = socket.send_to(search.as_bytes(), to).await {
                    log::debug!("search for a router: {error}");
                }
            }
        }
        let repeat = deadline.min(Instant::now() + REPEAT);
        while left > 0 && asked.len() < MOST_ASKED {
            let Ok(received) = timeout_at(repeat, socket.recv_from(&mut buffer)).await else {
                break;
            };
            left -= 1;
            // What cannot be received is an earlier search that was refused.
            let Ok((length, from)) = received else {
                continue;
            };
            if !is_router(from.ip(), router) {
                continue;
            }
            let answer = buffer.get(..length).unwrap_or_default();
            let Some(location) = ssdp::location(answer, from.ip()) else {
                failure = failure.max(MappingError::Unusable);
                continue;
            };
            if asked.contains(&location) {
                continue;
            }
            asked.push(location.clone());
            let described = timeout_at(deadline, describe(local.ip(), &location, router)).await;
            match described.unwrap_or(Err(MappingError::Unusable)) {
                Ok(service) => return Ok(service),
                Err(error) => failure = failure.max(error),
            }
        }
        if asked.len() == MOST_ASKED {
            break;
        }
    }
    Err(failure)
}

/// Whether this can be the router of the own network: the one that is known, or somebody near.
fn is_router(address: IpAddr, router: &Router) -> bool {
    match router.control {
        Some(known) => known.ip() == address,
        None => matches!(
            Range::of(address),
            Range::Private | Range::Carrier | Range::Link
        ),
    }
}

/// Follows the answer to a search to a service that opens ports.
async fn describe(
    local: IpAddr,
    location: &Location,
    router: &Router,
) -> Result<Service, MappingError> {
    let Location { at, path } = location;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    let description = http::exchange(local, location, &request).await?;
    // A base of its own, from the time of UPnP 1.0.
    let base = element(&description.body, "URLBase").and_then(|base| location.join(&base));
    let base = base.as_ref().unwrap_or(location);
    let mut failure = MappingError::Unusable;
    for (kind, reference) in services(&description.body).into_iter().take(MOST_ASKED) {
        let Some(at) = base.join(&reference) else {
            continue;
        };
        let mut service = Service {
            kind,
            at,
            address: Ipv4Addr::UNSPECIFIED.into(),
        };
        match service.external_address(local).await {
            Ok(address) => {
                service.address = address;
                match useful(service.grant(1, LIFETIME), router.is_useful) {
                    Ok(_) => return Ok(service),
                    Err(error) => failure = failure.max(error),
                }
            }
            Err(error) => failure = failure.max(error),
        }
    }
    Err(failure)
}

impl Service {
    async fn external_address(&self, local: IpAddr) -> Result<IpAddr, MappingError> {
        let said = self.call(local, "GetExternalIPAddress", &[]).await;
        let said = said.map_err(Fault::into_error)?;
        match element(&said, "NewExternalIPAddress").as_deref() {
            // How a router says that it has none.
            Some("") => Err(MappingError::NotPublic),
            Some(text) => text.parse().map_err(|_| MappingError::Unusable),
            None => Err(MappingError::Unusable),
        }
    }

    fn grant(&self, port: u16, lifetime: Duration) -> Grant {
        Grant {
            external: SocketAddr::new(self.address, port),
            lifetime,
        }
    }

    /// Calls an action with arguments that need no escaping, and returns what it says.
    async fn call(
        &self,
        local: IpAddr,
        action: &str,
        arguments: &[(&str, String)],
    ) -> Result<String, Fault> {
        let kind = self.kind;
        let arguments: String = arguments
            .iter()
            .map(|(name, value)| format!("<{name}>{value}</{name}>"))
            .collect();
        let body = format!(
            "<?xml version=\"1.0\"?>\r\n\
             <s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>\
             <u:{action} xmlns:u=\"{kind}\">{arguments}</u:{action}></s:Body></s:Envelope>\r\n"
        );
        let Location { at, path } = &self.at;
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {at}\r\nContent-Type: text/xml; charset=\"utf-8\"\r\n\
             Content-Length: {length}\r\nSOAPAction: \"{kind}#{action}\"\r\nConnection: close\r\n\r\n{body}"
        );
        let response = timeout(CALL_PATIENCE, http::exchange(local, &self.at, &request)).await;
        match response.unwrap_or(Err(MappingError::Unusable)) {
            Ok(Response { status: 200, body }) => Ok(body),
            Ok(Response { body, .. }) => Err(Fault::Said(element(&body, "errorCode"))),
            Err(error) => Err(Fault::Failed(error)),
        }
    }
}

/// How a call went wrong.
enum Fault {
    /// The router said no, with this number.
    Said(Option<String>),
    Failed(MappingError),
}

impl Fault {
    fn is(&self, number: &str) -> bool {
        matches!(self, Self::Said(Some(said)) if said == number)
    }

    fn into_error(self) -> MappingError {
        match self {
            Self::Said(Some(_)) => MappingError::Refused,
            Self::Said(None) => MappingError::Unusable,
            Self::Failed(error) => error,
        }
    }
}

/// A mapping made by UPnP.
pub(super) struct Mapping {
    service: Service,
    local: SocketAddr,
    external_port: u16,
    /// The router takes no lifetime, so that the mapping stays until it is removed.
    is_endless: bool,
}

impl Mapping {
    /// Maps the same port outside, or else one of two others.
    pub(super) async fn make(
        service: Service,
        local: SocketAddr,
    ) -> Result<(Self, Grant), MappingError> {
        let made = timeout(CALL_PATIENCE, Self::try_ports(service, local)).await;
        made.unwrap_or(Err(MappingError::Unusable))
    }

    async fn try_ports(service: Service, local: SocketAddr) -> Result<(Self, Grant), MappingError> {
        let random: [u8; 4] = random_bytes().map_err(|_| MappingError::Socket)?;
        // In the range that nobody is assigned (RFC 6335 §6).
        let other = |a, b| 0xc000 | u16::from_be_bytes([a, b]);
        let [a, b, c, d] = random;
        let mut mapping = Self {
            service,
            local,
            external_port: 0,
            is_endless: false,
        };
        let mut refusal = MappingError::Refused;
        for port in [local.port(), other(a, b), other(c, d)] {
            mapping.external_port = port;
            let mut added = mapping.add().await;
            if let Err(fault) = &added
                && fault.is(ENDLESS_ONLY)
            {
                mapping.is_endless = true;
                added = mapping.add().await;
            }
            match added {
                Ok(()) => {
                    let grant = mapping.service.grant(port, LIFETIME);
                    return Ok((mapping, grant));
                }
                Err(fault) if fault.is(TAKEN) => {}
                Err(fault) => {
                    refusal = fault.into_error();
                    break;
                }
            }
        }
        Err(refusal)
    }

    /// Asks for the same again.
    pub(super) async fn renew(&self) -> Result<Grant, MappingError> {
        let address = self.service.external_address(self.local.ip()).await?;
        self.add().await.map_err(Fault::into_error)?;
        Ok(Grant {
            external: SocketAddr::new(address, self.external_port),
            lifetime: LIFETIME,
        })
    }

    pub(super) async fn remove(&self) -> Result<(), MappingError> {
        let arguments = self.outside();
        let gone = self
            .service
            .call(self.local.ip(), "DeletePortMapping", &arguments);
        gone.await.map(drop).map_err(Fault::into_error)
    }

    fn outside(&self) -> [(&'static str, String); 3] {
        [
            ("NewRemoteHost", String::new()),
            ("NewExternalPort", self.external_port.to_string()),
            ("NewProtocol", "UDP".to_owned()),
        ]
    }

    async fn add(&self) -> Result<(), Fault> {
        let lifetime = match self.is_endless {
            true => 0,
            false => LIFETIME.as_secs(),
        };
        let mut arguments = self.outside().to_vec();
        arguments.extend([
            ("NewInternalPort", self.local.port().to_string()),
            ("NewInternalClient", self.local.ip().to_string()),
            ("NewEnabled", "1".to_owned()),
            ("NewPortMappingDescription", LABEL.to_owned()),
            ("NewLeaseDuration", lifetime.to_string()),
        ]);
        let local = self.local.ip();
        let added = self.service.call(local, "AddPortMapping", &arguments);
        added.await.map(drop)
    }
}
