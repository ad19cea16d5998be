//! The name service of the local network, for desktops: DNS-SD by the crate `mdns-sd`.

use handfast_protocol::discovery::{
    Announcement, Discovery, DiscoveryEvent, Found, InstanceName, MOST_ADDRESSES, SERVICE,
};
use mdns_sd::{
    IfKind, Receiver, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo, TxtProperty,
};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How many things that were heard may wait. What is beyond them is heard again when it is repeated.
const MOST_WAITING: usize = 256;

/// How many announcements are remembered by their full names, to know which one is over.
const MOST_NAMES: usize = 512;

/// How long it may take to say goodbye.
const FAREWELL: Duration = Duration::from_millis(500);

/// Announces and listens by multicast. It is made and used within a tokio runtime, and says goodbye when it is
/// dropped, which takes a moment.
pub struct LocalNetwork {
    daemon: ServiceDaemon,
    service: String,
    /// The full name of what is announced.
    announced: Option<String>,
    browsing: Option<JoinHandle<()>>,
    heard: (mpsc::Sender<DiscoveryEvent>, mpsc::Receiver<DiscoveryEvent>),
}

impl LocalNetwork {
    /// On the interfaces of these addresses alone.
    ///
    /// # Errors
    /// When no thread or socket can be had.
    pub fn of(addresses: &[IpAddr]) -> io::Result<Self> {
        let network = Self {
            daemon: ServiceDaemon::new().map_err(io::Error::other)?,
            service: format!("{SERVICE}.local."),
            announced: None,
            browsing: None,
            heard: mpsc::channel(MOST_WAITING),
        };
        let interfaces: Vec<IfKind> = addresses.iter().copied().map(IfKind::Addr).collect();
        let daemon = &network.daemon;
        daemon
            .disable_interface(IfKind::All)
            .and_then(|()| daemon.enable_interface(interfaces))
            .map_err(io::Error::other)?;
        Ok(network)
    }

    fn register(&self, announcement: &Announcement) -> mdns_sd::Result<String> {
        let name = announcement.name();
        let txt = announcement.txt().into_iter().map(TxtProperty::from);
        let info = ServiceInfo::new(
            &self.service,
            &name,
            &format!("{name}.local."),
            (),
            announcement.port(),
            txt.collect::<Vec<_>>(),
        )?;
        let mut info = info.enable_addr_auto();
        // Nobody else has that name, so nobody has to be asked for it first.
        info.set_requires_probe(false);
        let full = info.get_fullname().to_owned();
        self.daemon.register(info)?;
        Ok(full)
    }
}

impl Discovery for LocalNetwork {
    fn announce(&mut self, announcement: Option<&Announcement>) {
        if let Some(name) = self.announced.take() {
            // Whoever waits for the result would only hear that it was said.
            let _ = self.daemon.unregister(&name);
        }
        let registered = announcement.map(|announcement| self.register(announcement));
        self.announced = registered.and_then(|registered| {
            registered
                .inspect_err(|error| log::warn!("nothing is announced in this network: {error}"))
                .ok()
        });
    }

    fn browse(&mut self, browses: bool) {
        match (browses, self.browsing.take()) {
            (true, Some(browsing)) => self.browsing = Some(browsing),
            (true, None) => match self.daemon.browse(&self.service) {
                Ok(events) => {
                    let listening = listen(events, self.service.clone(), self.heard.0.clone());
                    self.browsing = Some(tokio::spawn(listening));
                }
                Err(error) => log::warn!("nobody is looked for in this network: {error}"),
            },
            (false, Some(browsing)) => {
                browsing.abort();
                let _ = self.daemon.stop_browse(&self.service);
            }
            (false, None) => {}
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<DiscoveryEvent> {
        match self.heard.1.poll_recv(context) {
            Poll::Ready(Some(event)) => Poll::Ready(event),
            // It holds a sender itself.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for LocalNetwork {
    fn drop(&mut self) {
        if let Some(browsing) = self.browsing.take() {
            browsing.abort();
        }
        self.announce(None);
        if let Ok(ended) = self.daemon.shutdown() {
            // The goodbye is sent by then.
            let _ = ended.recv_timeout(FAREWELL);
        }
    }
}

/// Passes on what is announced as contacts do.
async fn listen(
    events: Receiver<ServiceEvent>,
    service: String,
    heard: mpsc::Sender<DiscoveryEvent>,
) {
    let mut names: HashMap<String, InstanceName> = HashMap::new();
    while let Ok(event) = events.recv_async().await {
        let news = match event {
            ServiceEvent::ServiceResolved(resolved) => {
                let found = read(&resolved, &service);
                if let Some(found) = &found
                    && (names.len() < MOST_NAMES || names.contains_key(&resolved.fullname))
                {
                    let instance = found.announcement.instance();
                    names.insert(resolved.fullname.clone(), instance);
                }
                found.map(DiscoveryEvent::Found)
            }
            ServiceEvent::ServiceRemoved(_, name) => names.remove(&name).map(DiscoveryEvent::Gone),
            _ => None,
        };
        if let Some(news) = news
            && let Err(mpsc::error::TrySendError::Closed(_)) = heard.try_send(news)
        {
            return;
        }
    }
}

fn read(resolved: &ResolvedService, service: &str) -> Option<Found> {
    let name = resolved.fullname.strip_suffix(service)?;
    let name = name.strip_suffix('.')?;
    let txt = resolved.txt_properties.iter();
    let txt = txt.map(|property| (property.key(), property.val().unwrap_or_default()));
    let announcement = Announcement::parse(name, resolved.port, txt)?;
    let mut addresses: Vec<SocketAddr> = resolved
        .addresses
        .iter()
        .map(|address| SocketAddr::new(address.to_ip_addr(), resolved.port))
        .collect();
    addresses.sort_unstable();
    addresses.truncate(MOST_ADDRESSES);
    Some(Found {
        announcement,
        addresses,
    })
}
