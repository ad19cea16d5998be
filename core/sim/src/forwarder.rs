//! A path with seeded loss and delay, and as narrow as wanted: a UDP forwarder on this machine, for measurements and tests.
//!
//! Whoever is to be reached over the bad path is reached at the forwarder's address instead.

use crate::SplitMix64;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use std::{io, thread};

/// What the path does to datagrams, in each direction on its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    /// How long every datagram takes.
    pub delay: Duration,
    /// The share of datagrams that vanish, from 0 to 1.
    pub loss: f64,
    /// Equal seeds lose equal datagrams.
    pub seed: u64,
}

/// Forwards between whoever writes to it first and one target, until dropped.
pub struct Forwarder {
    address: SocketAddr,
    forger: Forger,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    cut: AtomicBool,
    carries: AtomicUsize,
    forwarded: AtomicU64,
    bytes: AtomicU64,
    lost: AtomicU64,
}

impl Forwarder {
    /// Starts forwarding to `target`, which must be on this machine.
    ///
    /// # Errors
    /// When no socket can be opened.
    pub fn start(target: SocketAddr, conditions: Conditions) -> io::Result<Self> {
        let near = open()?;
        let far = open()?;
        let (near_again, far_again) = (near.try_clone()?, far.try_clone()?);
        let address = near.local_addr()?;
        let shared = Arc::new(Shared {
            carries: AtomicUsize::new(usize::MAX),
            ..Shared::default()
        });
        let caller = Arc::new(Mutex::new(None));
        let to_target = Direction {
            from: near.try_clone()?,
            to: far.try_clone()?,
            random: SplitMix64(conditions.seed),
            conditions,
            shared: shared.clone(),
        };
        let to_caller = Direction {
            from: far,
            to: near,
            random: SplitMix64(conditions.seed ^ 0x9e37_79b9),
            conditions,
            shared: shared.clone(),
        };
        let forger = Forger {
            near: Arc::new(near_again),
            far: Arc::new(far_again),
            target,
            caller: caller.clone(),
        };
        let seen = caller.clone();
        to_target.start(move |source| {
            *lock(&seen) = Some(source);
            Some(target)
        });
        to_caller.start(move |_| *lock(&caller));
        Ok(Self {
            address,
            forger,
            shared,
        })
    }

    /// Where to send instead of to the target.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A stranger who can write the addresses of both.
    pub fn forger(&self) -> Forger {
        self.forger.clone()
    }

    /// Lets nothing through from now on, or everything again.
    pub fn cut(&self, cut: bool) {
        self.shared.cut.store(cut, Ordering::Relaxed);
    }

    /// Drops every datagram of more bytes than this from now on, without a word.
    pub fn carry(&self, most: usize) {
        self.shared.carries.store(most, Ordering::Relaxed);
    }

    /// Bytes in the datagrams let through so far.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::Relaxed)
    }

    /// Datagrams let through, and lost, so far.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.shared.forwarded.load(Ordering::Relaxed),
            self.shared.lost.load(Ordering::Relaxed),
        )
    }
}

/// Sends datagrams that seem to come from the other side.
#[derive(Clone)]
pub struct Forger {
    near: Arc<UdpSocket>,
    far: Arc<UdpSocket>,
    target: SocketAddr,
    caller: Arc<Mutex<Option<SocketAddr>>>,
}

impl Forger {
    /// Sends to the target, as if from whoever writes to it.
    pub fn to_target(&self, datagram: &[u8]) {
        let _ = self.far.send_to(datagram, self.target);
    }

    /// Sends to whoever writes to the target, as if from there.
    pub fn to_caller(&self, datagram: &[u8]) {
        if let Some(caller) = *lock(&self.caller) {
            let _ = self.near.send_to(datagram, caller);
        }
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

struct Direction {
    from: UdpSocket,
    to: UdpSocket,
    random: SplitMix64,
    conditions: Conditions,
    shared: Arc<Shared>,
}

type Delayed = Arc<(Mutex<VecDeque<(Instant, SocketAddr, Vec<u8>)>>, Condvar)>;

impl Direction {
    fn start(mut self, target_for: impl Fn(SocketAddr) -> Option<SocketAddr> + Send + 'static) {
        let delayed = (!self.conditions.delay.is_zero()).then(|| self.start_delivery());
        thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !self.shared.stop.load(Ordering::Relaxed) {
                let Ok((length, source)) = self.from.recv_from(&mut buffer) else {
                    continue;
                };
                let Some(target) = target_for(source) else {
                    continue;
                };
                let is_too_large = length > self.shared.carries.load(Ordering::Relaxed);
                if self.is_lost() || is_too_large {
                    self.shared.lost.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                self.shared.forwarded.fetch_add(1, Ordering::Relaxed);
                let bytes = &self.shared.bytes;
                bytes.fetch_add(length as u64, Ordering::Relaxed);
                match &delayed {
                    None => drop(self.to.send_to(&buffer[..length], target)),
                    Some(queue) => {
                        let at = Instant::now() + self.conditions.delay;
                        lock(&queue.0).push_back((at, target, buffer[..length].to_vec()));
                        queue.1.notify_one();
                    }
                }
            }
        });
    }

    fn start_delivery(&self) -> Delayed {
        let queue: Delayed = Arc::default();
        let (waiting, shared) = (queue.clone(), self.shared.clone());
        let to = self.to.try_clone();
        thread::spawn(move || {
            let Ok(to) = to else { return };
            while !shared.stop.load(Ordering::Relaxed) {
                let next = lock(&waiting.0).pop_front();
                if let Some((at, target, datagram)) = next {
                    thread::sleep(at.saturating_duration_since(Instant::now()));
                    let _ = to.send_to(&datagram, target);
                } else {
                    let guard = lock(&waiting.0);
                    if guard.is_empty() {
                        drop(waiting.1.wait_timeout(guard, Duration::from_millis(50)));
                    }
                }
            }
        });
        queue
    }

    fn is_lost(&mut self) -> bool {
        // One step for each datagram, so a seed repeats itself.
        self.random.share() < self.conditions.loss || self.shared.cut.load(Ordering::Relaxed)
    }
}

fn open() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    // So that a stopped forwarder is noticed.
    socket.set_read_timeout(Some(Duration::from_millis(100)))?;
    let raw = socket2::SockRef::from(&socket);
    let _ = raw.set_recv_buffer_size(4 * 1024 * 1024);
    Ok(socket)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
