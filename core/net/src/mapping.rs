//! A way in from outside: the router of this network is asked to forward one of its UDP ports to a
//! socket here.
//!
//! Three protocols do that, and a router speaks any of them or none: PCP (RFC 6887), NAT-PMP
//! (RFC 6886) and UPnP-IGD. All are asked at the same time, and one mapping is made. What a router
//! says is not believed: an address that is not public is told apart, everything has a limit in time
//! and bytes, and nothing is sent to anybody but the router and the group in which routers listen.
//!
//! A mapping lets in whoever finds it. It leads to one socket, which answers strangers
//! nothing, and is taken away when it is no longer wanted.

mod control;
mod description;
mod gateway;
mod http;
mod nat_pmp;
mod pcp;
mod ssdp;
#[cfg(test)]
mod tests;
mod upnp;

use crate::boxed::boxed;
use control::Control;
use handfast_protocol::network::MappingError;
use handfast_token::Range;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a mapping is asked for. One that is forgotten, by a crash, is gone after that.
const LIFETIME: Duration = Duration::from_secs(20 * 60);

/// A mapping is renewed no more often than this, whatever lifetime the router grants.
const RENEWAL_AT_LEAST: Duration = Duration::from_secs(15);

/// How long taking a mapping away may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// Who is asked, and where they listen.
#[derive(Clone, Debug)]
struct Router {
    /// Where PCP and NAT-PMP listen, if the router is known.
    control: Option<SocketAddr>,
    /// Where routers that speak UPnP are searched.
    search: Vec<SocketAddr>,
    /// Whose external addresses count. Tests have no public one.
    is_useful: fn(IpAddr) -> bool,
}

impl Router {
    fn of(local: IpAddr, gateway: Option<IpAddr>) -> Self {
        let control = match gateway {
            Some(gateway) => Some(SocketAddr::new(gateway, control::PORT)),
            None => gateway::of(local, control::PORT),
        };
        let group = SocketAddr::from((ssdp::GROUP, ssdp::PORT));
        // Where multicast is not for everybody, as on some phones, a call by name still works.
        let direct = control.map(|at| SocketAddr::new(at.ip(), ssdp::PORT));
        let search = match local {
            IpAddr::V4(_) => direct.into_iter().chain([group]).collect(),
            IpAddr::V6(_) => Vec::new(),
        };
        Self {
            control,
            search,
            is_useful: |address| Range::of(address) == Range::Public,
        }
    }
}

/// What a router granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grant {
    external: SocketAddr,
    lifetime: Duration,
}

/// How a mapping was made, and what is needed to renew it and to take it away.
enum Way {
    Control(Control),
    Upnp(upnp::Mapping),
}

impl Way {
    async fn renew(&self, grant: Grant) -> Result<Grant, MappingError> {
        match self {
            Self::Control(control) => control.renew(grant.external).await,
            Self::Upnp(mapping) => mapping.renew().await,
        }
    }

    async fn remove(&self) {
        let removed = async {
            match self {
                Self::Control(control) => control.remove().await,
                Self::Upnp(mapping) => mapping.remove().await,
            }
        };
        match tokio::time::timeout(FAREWELL, removed).await {
            Ok(Ok(())) => log::debug!("the port mapping is taken away"),
            _ => log::debug!("the router did not say that the port mapping is taken away"),
        }
    }
}

/// The permission to ask the router for a port, or its refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskRouter {
    /// The router may not be asked.
    No,
    /// The router may be asked. On phones the shell knows its address; elsewhere the system is asked.
    Yes(Option<IpAddr>),
}

/// A port of the router that leads to a socket here, renewed for as long as this lives. Dropping it
/// takes it away from the router in the background; [`Self::end`] waits for that.
#[derive(Debug)]
pub struct PortMapping {
    external: watch::Receiver<Option<SocketAddr>>,
    end: oneshot::Sender<()>,
    keeper: JoinHandle<()>,
}

impl PortMapping {
    /// Asks the router to forward a UDP port of its own to the socket that is bound to `local`. The
    /// answer is there within about three seconds, whatever the router does. `gateway` is the
    /// address of the router where the shell knows it, as on phones; without it the system is asked,
    /// and where that does not tell, only a router that speaks UPnP is found. For a socket on IPv6,
    /// the router is asked by PCP to let others in through its firewall.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`MappingError`] says why there is none.
    pub async fn ask(local: SocketAddr, gateway: Option<IpAddr>) -> Result<Self, MappingError> {
        Self::ask_router(local, Router::of(local.ip(), gateway)).await
    }

    /// The same, if the router may be asked, for the first of these sockets that may need it: behind an
    /// address that is not public, or behind the firewall of IPv6. IPv4 first, which everybody has.
    /// None if nobody was asked.
    pub async fn ask_for(
        sockets: &[SocketAddr],
        router: AskRouter,
    ) -> Option<Result<Self, MappingError>> {
        let AskRouter::Yes(gateway) = router else {
            return None;
        };
        let may_need = |socket: &&SocketAddr| match (socket.ip(), Range::of(socket.ip())) {
            (IpAddr::V4(_), range) => matches!(range, Range::Private | Range::Carrier),
            (IpAddr::V6(_), range) => range == Range::Public,
        };
        let mut last = None;
        for is_ipv4 in [true, false] {
            let mut own = sockets.iter().filter(|own| own.is_ipv4() == is_ipv4);
            if let Some(socket) = own.find(may_need) {
                let gateway = gateway.filter(|gateway| gateway.is_ipv4() == is_ipv4);
                match Self::ask(*socket, gateway).await {
                    Ok(mapping) => return Some(Ok(mapping)),
                    Err(error) => last = last.max(Some(error)),
                }
            }
        }
        last.map(Err)
    }

    async fn ask_router(local: SocketAddr, router: Router) -> Result<Self, MappingError> {
        let (way, grant) = negotiate(local, &router).await?;
        let (told, external) = watch::channel(Some(grant.external));
        let (end, ended) = oneshot::channel();
        let keeper = tokio::spawn(boxed(keep(way, grant, router.is_useful, told, ended)));
        Ok(Self {
            external,
            end,
            keeper,
        })
    }

    /// Where the socket is reached from outside. None while the router does not renew the mapping.
    pub fn external(&self) -> Option<SocketAddr> {
        *self.external.borrow()
    }

    /// Takes the mapping away, and waits up to half a second until the router says so.
    pub async fn end(self) {
        drop(self.end);
        let _ = self.keeper.await;
    }
}

/// Asks in every way at the same time. PCP and NAT-PMP are preferred: they answer sooner, and their
/// mappings end by themselves.
async fn negotiate(local: SocketAddr, router: &Router) -> Result<(Way, Grant), MappingError> {
    let mut search = pin!(upnp::search(local, router));
    let mut by_control = pin!(Control::ask(local, router));
    let mut found = None;
    let refusal = loop {
        tokio::select! {
            asked = &mut by_control => match asked {
                Ok((control, grant)) => return Ok((Way::Control(control), grant)),
                Err(error) => break error,
            },
            searched = &mut search, if found.is_none() => found = Some(searched),
        }
    };
    log::debug!("port mapping by PCP and NAT-PMP: {refusal}");
    let found = match found {
        Some(found) => found,
        None => search.await,
    };
    let mapped = match found {
        Ok(service) => upnp::Mapping::make(service, local).await,
        Err(error) => Err(error),
    };
    match mapped {
        Ok((mapping, grant)) => Ok((Way::Upnp(mapping), grant)),
        Err(error) => {
            log::debug!("port mapping by UPnP: {error}");
            Err(error.max(refusal))
        }
    }
}

/// Renews a mapping at half its lifetime until it is not wanted any more, and takes it away then.
async fn keep(
    way: Way,
    mut grant: Grant,
    is_useful: fn(IpAddr) -> bool,
    told: watch::Sender<Option<SocketAddr>>,
    mut ended: oneshot::Receiver<()>,
) {
    let mut until = Instant::now() + grant.lifetime;
    loop {
        let half = until.saturating_duration_since(Instant::now()) / 2;
        tokio::select! {
            // Dropped is what it is at the end; nothing is ever sent.
            _ = &mut ended => break,
            () = tokio::time::sleep(half.max(RENEWAL_AT_LEAST)) => {}
        }
        let renewed = tokio::select! {
            _ = &mut ended => break,
            renewed = way.renew(grant) => renewed,
        };
        let external = match renewed {
            Ok(renewed) => {
                let useful = useful(renewed, is_useful);
                if let Ok(renewed) = useful {
                    grant = renewed;
                    until = Instant::now() + grant.lifetime;
                }
                useful.ok().map(|grant| grant.external)
            }
            Err(error) => {
                log::debug!("the port mapping is not renewed: {error}");
                let is_alive = Instant::now() < until;
                (*told.borrow()).filter(|_| is_alive)
            }
        };
        told.send_if_modified(|known| std::mem::replace(known, external) != external);
    }
    way.remove().await;
}

/// What a router granted, if it helps: an address and port that are reached from outside. Its
/// lifetime is cut to what was asked for, so that a router that was restarted is asked again soon.
fn useful(grant: Grant, is_useful: fn(IpAddr) -> bool) -> Result<Grant, MappingError> {
    let address = grant.external.ip();
    if grant.external.port() == 0 || grant.lifetime.is_zero() {
        Err(MappingError::Unusable)
    } else if !is_useful(address) {
        // Or none at all, which routers write as zeros.
        Err(MappingError::NotPublic)
    } else {
        Ok(Grant {
            lifetime: grant.lifetime.min(LIFETIME),
            ..grant
        })
    }
}
