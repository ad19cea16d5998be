//! Asking a known router by PCP and NAT-PMP, which share one port of it.

use super::pcp::Map;
use super::{Grant, Router, nat_pmp, useful};
use crate::socket::bind_plain;
use handfast_protocol::network::MappingError;
use handfast_token::random_bytes;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// Where routers listen for both (RFC 6887 §19.1).
pub(super) const PORT: u16 = 5351;

/// How long a router has to answer. The standards would wait for minutes; it is in the same room.
const PATIENCE: Duration = Duration::from_millis(500);

/// A question is repeated so often.
const REPEAT: Duration = Duration::from_millis(150);

/// The most datagrams that are looked at for one answer.
const MOST_DATAGRAMS: usize = 64;

/// The longest message of PCP (RFC 6887 §7).
const LONGEST: usize = 1100;

/// A mapping made by PCP or NAT-PMP.
pub(super) struct Control {
    /// Nobody but the router is heard on it.
    socket: UdpSocket,
    map: Map,
    /// Made by PCP, or by NAT-PMP.
    by_pcp: bool,
}

impl Control {
    /// Asks by both at once: PCP for the mapping, NAT-PMP for the address outside only, so that
    /// never more than one mapping is made.
    pub(super) async fn ask(
        local: SocketAddr,
        router: &Router,
    ) -> Result<(Self, Grant), MappingError> {
        let at = router.control.ok_or(MappingError::NoRouter)?;
        let socket = connect(local.ip(), at).await?;
        let nonce = random_bytes().map_err(|_| MappingError::Socket)?;
        let map = Map { local, nonce };
        let mut control = Self {
            socket,
            map,
            by_pcp: true,
        };
        let address = match control.first_answer().await? {
            First::Mapped(grant) => {
                let useful = useful(grant, router.is_useful);
                if useful.is_err() {
                    control.remove().await.ok();
                }
                return useful.map(|grant| (control, grant));
            }
            First::Address(address) => address,
        };
        control.by_pcp = false;
        let probable = Grant {
            external: SocketAddr::new(address, local.port()),
            lifetime: super::LIFETIME,
        };
        let probable = useful(probable, router.is_useful)?;
        let grant = control.renew(probable.external).await?;
        Ok((control, useful(grant, router.is_useful)?))
    }

    /// Asks for the same again, best with the same address outside.
    pub(super) async fn renew(&self, external: SocketAddr) -> Result<Grant, MappingError> {
        if self.by_pcp {
            let request = self.map.request(Some(external));
            return self.exchange(&request, |got| self.map.response(got)).await;
        }
        let address = self.exchange(&nat_pmp::ADDRESS_REQUEST, nat_pmp::address);
        let address = address.await?;
        let internal = self.map.local.port();
        let request = nat_pmp::request(internal, external.port());
        let mapped = self.exchange(&request, |got| nat_pmp::response(got, internal));
        let (port, lifetime) = mapped.await?;
        Ok(Grant {
            external: SocketAddr::from((address, port)),
            lifetime,
        })
    }

    /// Asks for the end of the mapping.
    pub(super) async fn remove(&self) -> Result<(), MappingError> {
        if self.by_pcp {
            let request = self.map.removal();
            let gone = self.exchange(&request, |got| self.map.response(got));
            gone.await.map(drop)
        } else {
            let internal = self.map.local.port();
            let request = nat_pmp::removal(internal);
            let gone = self.exchange(&request, |got| nat_pmp::response(got, internal));
            gone.await.map(drop)
        }
    }

    /// What both protocols come to: the mapping by PCP, or else the address by NAT-PMP.
    async fn first_answer(&self) -> Result<First, MappingError> {
        let pcp = self.map.request(None);
        let is_ipv6 = self.map.local.is_ipv6();
        let mut by_pcp = None;
        let mut by_nat_pmp = is_ipv6.then_some(Err(MappingError::NotOffered));
        let questions: &[&[u8]] = match is_ipv6 {
            true => &[&pcp],
            false => &[&pcp, &nat_pmp::ADDRESS_REQUEST],
        };
        let heard = self.converse(questions, |datagram| {
            let mut understood = true;
            if let Some(mapped) = self.map.response(datagram) {
                by_pcp = Some(mapped);
            } else if let Some(address) = nat_pmp::address(datagram) {
                by_nat_pmp = Some(address);
            } else if nat_pmp::refuses_pcp(datagram) {
                by_pcp = Some(Err(MappingError::NotOffered));
            } else {
                understood = false;
            }
            let is_settled =
                matches!(by_pcp, Some(Ok(_))) || (by_pcp.is_some() && by_nat_pmp.is_some());
            (understood, is_settled)
        });
        let silence = heard.await;
        match (by_pcp, by_nat_pmp) {
            (Some(Ok(grant)), _) => Ok(First::Mapped(grant)),
            (_, Some(Ok(address))) => Ok(First::Address(address.into())),
            (pcp, nat_pmp) => {
                let said = [pcp.and_then(Result::err), nat_pmp.and_then(Result::err)];
                let worst = said.into_iter().chain([silence.err()]).flatten().max();
                Err(worst.unwrap_or(MappingError::NotOffered))
            }
        }
    }

    async fn exchange<T>(
        &self,
        question: &[u8],
        read: impl Fn(&[u8]) -> Option<Result<T, MappingError>>,
    ) -> Result<T, MappingError> {
        let mut answer = None;
        let questions = [question];
        let heard = self.converse(&questions, |datagram| {
            answer = read(datagram);
            (answer.is_some(), answer.is_some())
        });
        let silence = heard.await;
        let nothing = || Err(silence.err().unwrap_or(MappingError::NotOffered));
        answer.unwrap_or_else(nothing)
    }

    /// Repeats the questions and hands over what comes, until that says that it was understood and
    /// is enough, or until the router had its time.
    async fn converse(
        &self,
        questions: &[&[u8]],
        mut take: impl FnMut(&[u8]) -> (bool, bool),
    ) -> Result<(), MappingError> {
        let deadline = Instant::now() + PATIENCE;
        let mut failure = MappingError::NotOffered;
        let mut buffer = [0; LONGEST];
        let mut left = MOST_DATAGRAMS;
        while Instant::now() < deadline && left > 0 {
            for question in questions {
                self.socket.send(question).await.map_err(refused)?;
            }
            let repeat = deadline.min(Instant::now() + REPEAT);
            while left > 0 {
                let Ok(received) = timeout_at(repeat, self.socket.recv(&mut buffer)).await else {
                    break;
                };
                left -= 1;
                let length = received.map_err(refused)?;
                match take(buffer.get(..length).unwrap_or_default()) {
                    (_, true) => return Ok(()),
                    (false, _) => failure = MappingError::Unusable,
                    (true, false) => {}
                }
            }
        }
        Err(failure)
    }
}

/// The first thing that is known.
enum First {
    Mapped(Grant),
    Address(IpAddr),
}

async fn connect(local: IpAddr, router: SocketAddr) -> Result<UdpSocket, MappingError> {
    let socket = bind_plain(local).map_err(crate::error::socket)?;
    socket.connect(router).await.map_err(crate::error::socket)?;
    Ok(socket)
}

/// A router whose port is closed says so at once.
fn refused(error: io::Error) -> MappingError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => MappingError::NotOffered,
        _ => crate::error::socket(error),
    }
}
