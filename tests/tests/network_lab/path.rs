//! A path through the core that delays, jitters and loses in bursts.
//!
//! This is a TUN device with a small program of ours behind it, as kernels may lack the queueing
//! discipline for it. Equal seeds lose equal packets. Servers in the core are not behind it.

use crate::space::Space;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tun_rs::{DeviceBuilder, SyncDevice};

/// What becomes of packets, in both directions together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
    /// How long every packet takes at least.
    pub(crate) delay: Duration,
    /// How much longer it may take. Packets never overtake each other.
    pub(crate) jitter: Duration,
    pub(crate) loss: Bursts,
    pub(crate) seed: u64,
}

impl Conditions {
    /// 450 ms there and back, and 12 packets of 100 lost.
    pub(crate) fn slow(seed: u64) -> Self {
        Self::bursty([210, 30], 0.0517, seed)
    }

    /// 800 ms there and back, and 25 packets of 100 lost.
    pub(crate) fn slow_and_poor(seed: u64) -> Self {
        Self::bursty([380, 40], 0.1389, seed)
    }

    /// Bursts of four packets, of which seven of ten are lost.
    fn bursty(delay_and_jitter: [u64; 2], begins: f64, seed: u64) -> Self {
        let [delay, jitter] = delay_and_jitter.map(Duration::from_millis);
        let loss = Bursts {
            begins,
            ends: 0.25,
            loses: 0.7,
        };
        Self {
            delay,
            jitter,
            loss,
            seed,
        }
    }
}

/// Loss after Gilbert and Elliott: the path is good or bad, and changes with each packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bursts {
    /// How probably a good path turns bad.
    pub(crate) begins: f64,
    /// How probably a bad path turns good.
    pub(crate) ends: f64,
    /// The share of packets that a bad path loses; a good one loses none.
    pub(crate) loses: f64,
}

/// The path, until dropped.
pub(crate) struct Path<'a>(&'a Space);

const DEVICE: &str = "path";

impl<'a> Path<'a> {
    /// Leads everything that the core forwards through such a path.
    pub(crate) fn lead(core: &'a Space, conditions: Conditions) -> Self {
        let device = core.inside(|| DeviceBuilder::new().name(DEVICE).build_sync());
        let device = Arc::new(device.expect("a TUN device"));
        core.ip(&format!("link set {DEVICE} up"));
        for family in ["-4", "-6"] {
            core.run("ip", &[family, "-batch", "-"], &routes());
        }
        let (sender, due) = channel();
        let forwarder = Forwarder {
            conditions,
            random: conditions.seed,
            is_bad: false,
        };
        let out = device.clone();
        std::thread::spawn(move || forwarder.take(&device, &sender));
        std::thread::spawn(move || deliver(&out, &due));
        Self(core)
    }
}

impl Drop for Path<'_> {
    fn drop(&mut self) {
        // Its readers see an error and end.
        let _ = self.0.try_run("ip", &["link", "del", DEVICE], "");
    }
}

fn routes() -> String {
    let rules =
        ["host", "guest", "elsewhere"].map(|from| format!("rule add iif {from} lookup 7\n"));
    format!("route add default dev {DEVICE} table 7\n{}", rules.concat())
}

type Due = (Instant, Vec<u8>);

struct Forwarder {
    conditions: Conditions,
    random: u64,
    is_bad: bool,
}

impl Forwarder {
    fn take(mut self, device: &SyncDevice, sender: &Sender<Due>) {
        let mut buffer = vec![0; 65_536];
        while let Ok(length) = device.recv(&mut buffer) {
            if self.is_lost() {
                continue;
            }
            let jitter = self.conditions.jitter.mul_f64(self.draw());
            let at = Instant::now() + self.conditions.delay + jitter;
            if sender.send((at, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    }

    fn is_lost(&mut self) -> bool {
        let Bursts {
            begins,
            ends,
            loses,
        } = self.conditions.loss;
        let turns = if self.is_bad { ends } else { begins };
        self.is_bad ^= self.draw() < turns;
        self.is_bad && self.draw() < loses
    }

    /// The next random number from 0 to 1 (splitmix64).
    fn draw(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn deliver(device: &SyncDevice, due: &Receiver<Due>) {
    for (at, packet) in due {
        std::thread::sleep(at.saturating_duration_since(Instant::now()));
        let _ = device.send(&packet);
    }
}
