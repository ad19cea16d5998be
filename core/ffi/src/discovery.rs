//! The local network's name service, which is the phone's own: contacts find each other by it where addresses have
//! changed.

use super::CallbackError;
use super::handfast::address;
use handfast_native::NameService;
use handfast_native::discovery::{
    self, Announcement, DiscoveryEvent, Found, InstanceName, MOST_ADDRESSES, MOST_INSTANCES,
    SERVICE,
};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// What is announced in the local network (RFC 6763). All of it is public, and tells a stranger nothing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Service {
    /// The name of the instance, without type and domain: another one in each hour and network.
    pub name: String,
    /// The UDP port.
    pub port: u16,
    /// The TXT record.
    pub txt: HashMap<String, Vec<u8>>,
}

/// The type under which services are announced and looked for. Its domain is `local`.
#[uniffi::export]
pub fn service_type() -> String {
    SERVICE.to_owned()
}

/// The phone's name service. It is asked from a thread of the core, one thing after the other: hand it over to your own
/// and return. An exception is contained, and nobody is found then.
#[uniffi::export(with_foreign)]
pub trait Discovery: Send + Sync {
    /// Announces this in the place of what was announced before; with none, nothing any more.
    fn announce(&self, service: Option<Service>) -> Result<(), CallbackError>;
    /// Looks for what others announce and tells the finder, in the place of an earlier one; with none, not any more.
    /// What this device announces itself may be among it.
    fn browse(&self, finder: Option<Arc<Finder>>) -> Result<(), CallbackError>;
}

/// Whom a phone tells what it finds in the local network. It proves nothing: it says where to knock.
#[derive(uniffi::Object)]
pub struct Finder {
    tell: mpsc::Sender<DiscoveryEvent>,
    /// What was told, by its name as the phone writes it.
    known: Mutex<HashMap<String, InstanceName>>,
}

#[uniffi::export]
impl Finder {
    /// Somebody announces this at these addresses, in the usual notation, or is at other ones now. What nobody would
    /// announce is passed over.
    pub fn found(&self, service: Service, addresses: Vec<String>) {
        let Some((name, found)) = read(&service, &addresses) else {
            return;
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_INSTANCES && !known.contains_key(&service.name) {
            return;
        }
        known.insert(service.name, name);
        self.say(DiscoveryEvent::Found(found));
    }

    /// What was announced under this name is over.
    pub fn gone(&self, name: String) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = known.remove(&name) {
            self.say(DiscoveryEvent::Gone(name));
        }
    }
}

impl Finder {
    /// Whoever floods the network is not listened to for a moment; what is there is announced again.
    fn say(&self, event: DiscoveryEvent) {
        if self.tell.try_send(event).is_err() {
            log::debug!("more is announced than is looked at");
        }
    }
}

fn read(service: &Service, addresses: &[String]) -> Option<(InstanceName, Found)> {
    let txt = service.txt.iter();
    let txt = txt.map(|(key, value)| (key.as_str(), value.as_slice()));
    let announcement = Announcement::parse(&service.name, service.port, txt)?;
    let addresses = addresses.iter().filter_map(|text| address(text).ok());
    let addresses = addresses.map(|address| SocketAddr::new(address, service.port));
    let addresses: Vec<SocketAddr> = addresses.take(MOST_ADDRESSES).collect();
    let found = Found {
        announcement,
        addresses,
    };
    Some((found.announcement.instance(), found))
}

impl From<&Announcement> for Service {
    fn from(announcement: &Announcement) -> Self {
        let txt = announcement.txt().into_iter();
        Self {
            name: announcement.name(),
            port: announcement.port(),
            txt: txt.map(|(key, value)| (key.to_owned(), value)).collect(),
        }
    }
}

/// The phone's own as the device uses it.
pub(super) fn name_service(phone: Arc<dyn Discovery>) -> NameService {
    NameService::new(move |_| {
        let (tell, heard) = mpsc::channel(MOST_INSTANCES);
        let phone = phone.clone();
        Ok(Box::new(OnPhone {
            phone,
            tell,
            heard,
            browses: false,
        }))
    })
}

struct OnPhone {
    phone: Arc<dyn Discovery>,
    tell: mpsc::Sender<DiscoveryEvent>,
    heard: mpsc::Receiver<DiscoveryEvent>,
    browses: bool,
}

impl discovery::Discovery for OnPhone {
    fn announce(&mut self, announcement: Option<&Announcement>) {
        let service = announcement.map(Service::from);
        contained(|| self.phone.announce(service));
    }

    fn browse(&mut self, browses: bool) {
        if std::mem::replace(&mut self.browses, browses) == browses {
            return;
        }
        let finder = browses.then(|| {
            Arc::new(Finder {
                tell: self.tell.clone(),
                known: Mutex::default(),
            })
        });
        contained(|| self.phone.browse(finder));
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<DiscoveryEvent> {
        match self.heard.poll_recv(context) {
            Poll::Ready(Some(event)) => Poll::Ready(event),
            // It holds an end of its own.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for OnPhone {
    fn drop(&mut self) {
        contained(|| self.phone.browse(None));
        contained(|| self.phone.announce(None));
    }
}

fn contained(ask: impl FnOnce() -> Result<(), CallbackError>) {
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(Ok(())) => {}
        Ok(Err(_)) => log::warn!("the name service threw an exception"),
        Err(_) => log::warn!("the name service panicked"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_native::token::Secret;

    #[test]
    fn what_is_announced_is_read_as_it_was_meant_and_nonsense_is_passed_over() {
        let seed = Secret::new([7; 32]);
        let announcement = Announcement::new([1; 16], 4711, &[[2; 4]], &seed).unwrap();
        let service = Service::from(&announcement);
        let (tell, mut heard) = mpsc::channel(MOST_INSTANCES);
        let finder = Finder {
            tell,
            known: Mutex::default(),
        };
        let places = ["192.0.2.1", "nowhere", "fe80::1%wlan0"].map(str::to_owned);
        finder.found(service.clone(), places.to_vec());
        finder.found(
            Service {
                port: 0,
                ..service.clone()
            },
            places.to_vec(),
        );
        finder.gone("somebody".to_owned());
        finder.gone(service.name.clone());
        let addresses = ["192.0.2.1:4711", "[fe80::1]:4711"].map(|text| text.parse().unwrap());
        let found = Found {
            announcement,
            addresses: addresses.to_vec(),
        };
        assert_eq!(heard.try_recv(), Ok(DiscoveryEvent::Found(found)));
        assert_eq!(heard.try_recv(), Ok(DiscoveryEvent::Gone([1; 16])));
        assert!(heard.try_recv().is_err());
    }

    #[test]
    fn a_flood_of_announcements_takes_no_memory() {
        let (tell, mut heard) = mpsc::channel(MOST_INSTANCES);
        let finder = Finder {
            tell,
            known: Mutex::default(),
        };
        for number in 0..4 * MOST_INSTANCES {
            let mut name = [0; 16];
            name[..8].copy_from_slice(&(number as u64).to_le_bytes());
            let one = Announcement::new(name, 1, &[[0; 4]], &Secret::new([7; 32])).unwrap();
            finder.found(Service::from(&one), vec!["192.0.2.1".to_owned(); 100]);
        }
        assert_eq!(finder.known.lock().unwrap().len(), MOST_INSTANCES);
        let mut told = 0;
        while let Ok(DiscoveryEvent::Found(found)) = heard.try_recv() {
            assert_eq!(found.addresses.len(), MOST_ADDRESSES);
            told += 1;
        }
        assert_eq!(told, MOST_INSTANCES);
    }
}
