//! A local network in memory: what one device announces, those on the same network hear.

use handfast_protocol::discovery::{Announcement, Discovery, DiscoveryEvent, Found};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A network that devices can be on. Clones are the same network.
#[derive(Clone, Default)]
pub struct SimNetwork(Arc<Mutex<Vec<Device>>>);

struct Device {
    address: IpAddr,
    announces: Option<Announcement>,
    browses: bool,
    heard: VecDeque<DiscoveryEvent>,
    waker: Option<Waker>,
}

impl Device {
    fn found(&self) -> Option<DiscoveryEvent> {
        let announcement = self.announces.clone()?;
        let addresses = vec![SocketAddr::new(self.address, announcement.port())];
        Some(DiscoveryEvent::Found(Found {
            announcement,
            addresses,
        }))
    }

    fn hear(&mut self, event: DiscoveryEvent) {
        self.heard.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl SimNetwork {
    /// A device at that address joins.
    pub fn join(&self, address: IpAddr) -> SimDiscovery {
        let mut devices = self.lock();
        devices.push(Device {
            address,
            announces: None,
            browses: false,
            heard: VecDeque::new(),
            waker: None,
        });
        SimDiscovery {
            network: self.clone(),
            at: devices.len() - 1,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Device>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One device's view of a [`SimNetwork`], which it leaves when this is dropped.
pub struct SimDiscovery {
    network: SimNetwork,
    at: usize,
}

impl SimDiscovery {
    /// Everybody else who listens hears this.
    fn tell(&self, devices: &mut [Device], event: &DiscoveryEvent) {
        let others = devices.iter_mut().enumerate();
        for (_, other) in others.filter(|(at, other)| *at != self.at && other.browses) {
            other.hear(event.clone());
        }
    }
}

impl Discovery for SimDiscovery {
    fn announce(&mut self, announcement: Option<&Announcement>) {
        let mut devices = self.network.lock();
        let before = std::mem::replace(&mut devices[self.at].announces, announcement.cloned());
        if let Some(before) = before {
            self.tell(&mut devices, &DiscoveryEvent::Gone(before.instance()));
        }
        if let Some(found) = devices[self.at].found() {
            self.tell(&mut devices, &found);
        }
    }

    fn browse(&mut self, browses: bool) {
        let mut devices = self.network.lock();
        let others = devices.iter().enumerate().filter(|(at, _)| *at != self.at);
        let there: Vec<_> = others.filter_map(|(_, other)| other.found()).collect();
        let own = &mut devices[self.at];
        if !std::mem::replace(&mut own.browses, browses) && browses {
            there.into_iter().for_each(|found| own.hear(found));
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<DiscoveryEvent> {
        let own = &mut self.network.lock()[self.at];
        match own.heard.pop_front() {
            Some(event) => Poll::Ready(event),
            None => {
                own.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for SimDiscovery {
    fn drop(&mut self) {
        self.browse(false);
        self.announce(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_token::Secret;

    fn announcement(name: u8) -> Announcement {
        Announcement::new([name; 16], 4000, &[[1; 4]], &Secret::new([1; 32]))
            .expect("one who may find it")
    }

    /// The names that were heard of: those found, and those that are over.
    fn heard(device: &mut SimDiscovery) -> (Vec<u8>, Vec<u8>) {
        let (mut found, mut gone) = (Vec::new(), Vec::new());
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(event) = device.poll_event(&mut context) {
            match event {
                DiscoveryEvent::Found(other) => found.push(other.announcement.instance()[0]),
                DiscoveryEvent::Gone(name) => gone.push(name[0]),
            }
        }
        (found, gone)
    }

    #[test]
    fn those_on_one_network_hear_each_other_and_nobody_else() {
        let [home, away] = [(); 2].map(|()| SimNetwork::default());
        let join = |network: &SimNetwork, last| network.join(IpAddr::from([10, 0, 0, last]));
        let (mut one, mut other) = (join(&home, 1), join(&home, 2));
        let mut elsewhere = join(&away, 1);
        one.announce(Some(&announcement(1)));
        other.browse(true);
        elsewhere.browse(true);
        assert_eq!(heard(&mut other), (vec![1], vec![]));
        one.announce(Some(&announcement(2)));
        assert_eq!(heard(&mut other), (vec![2], vec![1]));
        one.browse(true);
        assert_eq!(heard(&mut one), (vec![], vec![]));
        drop(one);
        assert_eq!(heard(&mut other), (vec![], vec![2]));
        assert_eq!(heard(&mut elsewhere), (vec![], vec![]));
    }
}
