//! Two links joined in memory, with seeded loss, delay and cuts: a simulated network for tests.
//!
//! It keeps every promise of a [`Link`]: order, delivery, back-pressure, one final state. Loss shows
//! as what a reliable transport makes of it, a later arrival. It never changes a byte, and it runs
//! under a paused clock.

use bytes::Bytes;
use handfast_protocol::link::{Link, LinkEnd, LinkError, LinkState};
use handfast_token::Fingerprint;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// How the path between the two behaves, the same in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// From one end to the other.
    pub delay: Duration,
    /// Share of messages that get lost, 0.0 to 1.0 (exclusive), each time they are sent.
    pub loss: f64,
    /// How much later a lost message is sent again.
    pub retransmission: Duration,
    /// Messages on the way before the sender is held back.
    pub window: usize,
}

impl Default for Conditions {
    /// A perfect path.
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            loss: 0.0,
            retransmission: Duration::from_millis(200),
            window: 256,
        }
    }
}

/// What happens to the path from outside.
#[derive(Clone, Debug)]
pub struct Controls {
    path: Arc<Path>,
}

impl Controls {
    /// Silences the path: both links are interrupted, and what is under way waits.
    pub fn cut(&self) {
        self.path.change(LinkState::Interrupted);
    }

    /// Opens the path again; what waited arrives.
    pub fn restore(&self) {
        self.path.change(LinkState::Open);
    }

    /// Ends both links as if nothing had been heard for too long. What is under way is gone.
    pub fn lose(&self) {
        self.path.end([LinkError::Lost; 2]);
    }
}

/// Two joined links and the power over the path between them. The fingerprints come from the seed.
/// Must be called inside a tokio runtime.
///
/// ```
/// use handfast_sim::link::{Conditions, pair};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # runtime.block_on(async {
/// let (left, mut right, _path) = pair(1, Conditions::default());
/// left.send("hello".into()).await?;
/// assert_eq!(right.receive().await?, "hello");
/// # Ok(())
/// # })
/// # }
/// ```
pub fn pair(seed: u64, conditions: Conditions) -> (Link, Link, Controls) {
    let mut random = SplitMix64(seed);
    let fingerprints = [random.fingerprint(), random.fingerprint()];
    let (left, left_end) = Link::new(fingerprints[0], fingerprints[1]);
    let (right, right_end) = Link::new(fingerprints[1], fingerprints[0]);
    let (left_end, left_state, left_cut) = open(left_end);
    let (right_end, right_state, right_cut) = open(right_end);
    let path = Arc::new(Path {
        state: watch::Sender::new(LinkState::Open),
        ends: [left_state, right_state],
    });
    let directions = [
        (0, left_end.outgoing, right_end.incoming),
        (1, right_end.outgoing, left_end.incoming),
    ];
    for (from, outgoing, incoming) in directions {
        let way = Way {
            from,
            conditions,
            random: SplitMix64(random.bits()),
            path: path.clone(),
        };
        tokio::spawn(way.serve(outgoing, incoming));
    }
    for (from, mut cut) in [(0, left_cut), (1, right_cut)] {
        let path = path.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = path.wait_for(is_over) => {}
                () = LinkEnd::is_cut(&mut cut) => path.end(closed_by(from)),
            }
        });
    }
    (left, right, Controls { path })
}

/// The queues of one end, without the state that both directions share.
struct Queues {
    outgoing: mpsc::Receiver<Bytes>,
    incoming: mpsc::Sender<Bytes>,
}

fn open(end: LinkEnd) -> (Queues, watch::Sender<LinkState>, mpsc::Receiver<()>) {
    let LinkEnd {
        outgoing,
        incoming,
        state,
        cut,
        ..
    } = end;
    (Queues { outgoing, incoming }, state, cut)
}

/// How either end sees that the one with this number was closed.
fn closed_by(from: usize) -> [LinkError; 2] {
    let mut reasons = [LinkError::ClosedByPeer; 2];
    reasons[from] = LinkError::ClosedHere;
    reasons
}

/// The state of the path, and where each end is told of it.
#[derive(Debug)]
struct Path {
    state: watch::Sender<LinkState>,
    ends: [watch::Sender<LinkState>; 2],
}

impl Path {
    fn change(&self, to: LinkState) {
        for state in self.ends.iter().chain([&self.state]) {
            state.send_if_modified(|now| {
                let change = !is_over(now) && *now != to;
                if change {
                    *now = to;
                }
                change
            });
        }
    }

    fn end(&self, reasons: [LinkError; 2]) {
        for (end, why) in self.ends.iter().zip(reasons) {
            end.send_if_modified(|now| {
                let change = !is_over(now);
                if change {
                    *now = LinkState::Closed(why);
                }
                change
            });
        }
        self.state.send_replace(LinkState::Closed(LinkError::Lost));
    }

    async fn wait_for(&self, wanted: impl FnMut(&LinkState) -> bool) {
        // The sender lives as long as the path, so the wait cannot fail.
        let _ = self.state.subscribe().wait_for(wanted).await;
    }
}

fn is_over(state: &LinkState) -> bool {
    matches!(state, LinkState::Closed(_))
}

/// One direction.
struct Way {
    from: usize,
    conditions: Conditions,
    random: SplitMix64,
    path: Arc<Path>,
}

impl Way {
    async fn serve(mut self, outgoing: mpsc::Receiver<Bytes>, incoming: mpsc::Sender<Bytes>) {
        let path = self.path.clone();
        tokio::select! {
            () = path.wait_for(is_over) => {}
            () = self.carry(outgoing, &incoming) => path.end(closed_by(self.from)),
        }
        // Only now does the receiver see the end of its queue: the reason stands already.
        drop(incoming);
    }

    /// Carries until the sender is gone and everything it sent has arrived.
    async fn carry(&mut self, mut outgoing: mpsc::Receiver<Bytes>, incoming: &mpsc::Sender<Bytes>) {
        let mut flight: VecDeque<(Instant, Bytes)> = VecDeque::new();
        let mut ended = false;
        let mut state = self.path.state.subscribe();
        loop {
            while let Some((_, message)) = flight.pop_front_if(|(due, _)| *due <= Instant::now()) {
                let _ = state.wait_for(|state| *state == LinkState::Open).await;
                // A receiver that was dropped hears nothing; that is no concern of the sender's.
                let _ = incoming.send(message).await;
            }
            let due = flight.front().map(|(due, _)| *due);
            tokio::select! {
                message = outgoing.recv(), if !ended && flight.len() < self.conditions.window => {
                    match message {
                        Some(message) => flight.push_back((self.arrival(flight.back()), message)),
                        None => ended = true,
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
                else => return,
            }
        }
    }

    /// When a message sent now arrives; never before the one ahead of it.
    fn arrival(&mut self, ahead: Option<&(Instant, Bytes)>) -> Instant {
        let mut due = Instant::now() + self.conditions.delay;
        while self.random.share() < self.conditions.loss {
            due += self.conditions.retransmission;
        }
        ahead.map_or(due, |(other, _)| due.max(*other))
    }
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014). Not for secrets.
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0.0..1.0.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn fingerprint(&mut self) -> Fingerprint {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes());
        }
        Fingerprint(bytes)
    }
}

/// The seeds of the lives that are lived: `HANDFAST_SEEDS` asks for another number of them than is usual, and
/// `HANDFAST_SEED` for this one alone, with its log.
pub fn seeds(usual: u64) -> std::ops::Range<u64> {
    let asked = |name| std::env::var(name).ok()?.parse().ok();
    match (asked("HANDFAST_SEED"), asked("HANDFAST_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, many) => 0..many.unwrap_or(usual),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const LOSSY: Conditions = Conditions {
        delay: Duration::from_millis(40),
        loss: 0.2,
        retransmission: Duration::from_millis(200),
        window: 16,
    };

    fn message(n: u32) -> Bytes {
        Bytes::copy_from_slice(&n.to_le_bytes())
    }

    #[tokio::test(start_paused = true)]
    async fn a_lossy_path_delivers_everything_in_order_and_late() {
        let (left, mut right, _controls) = pair(7, LOSSY);
        let start = Instant::now();
        let sender = tokio::spawn(async move {
            for n in 0..500 {
                left.send(message(n)).await.expect("open");
            }
            left
        });
        for n in 0..500 {
            assert_eq!(right.receive().await, Ok(message(n)));
        }
        assert!(start.elapsed() > Duration::from_secs(2));
        drop(sender);
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_seed_gives_the_same_path() {
        let mut times = Vec::new();
        for seed in [7, 7, 8] {
            let (left, mut right, _controls) = pair(seed, LOSSY);
            let start = Instant::now();
            for n in 0..100 {
                left.send(message(n)).await.expect("open");
                right.receive().await.expect("open");
            }
            times.push((start.elapsed(), left.local_fingerprint()));
        }
        assert_eq!(times[0], times[1]);
        assert_ne!(times[0], times[2]);
    }

    #[tokio::test]
    async fn each_end_sees_the_other_s_fingerprint() {
        let (left, right, _controls) = pair(1, Conditions::default());
        assert_eq!(left.local_fingerprint(), right.remote_fingerprint());
        assert_eq!(left.remote_fingerprint(), right.local_fingerprint());
        assert_ne!(left.local_fingerprint(), right.local_fingerprint());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_waits_holds_the_sender_back() {
        let (left, _right, _controls) = pair(1, LOSSY);
        let mut sent = 0;
        while timeout(Duration::from_secs(60), left.send(message(sent)))
            .await
            .is_ok()
        {
            sent += 1;
        }
        assert!((100..250).contains(&sent), "{sent}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_path_holds_messages_until_it_is_restored() {
        let (left, mut right, controls) = pair(1, LOSSY);
        controls.cut();
        left.send(message(1)).await.expect("waits");
        assert!(
            timeout(Duration::from_secs(9), right.receive())
                .await
                .is_err()
        );
        assert_eq!(*right.state().borrow(), LinkState::Interrupted);
        controls.restore();
        assert_eq!(*left.state().borrow(), LinkState::Open);
        assert_eq!(right.receive().await, Ok(message(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_path_ends_both_links_for_good() {
        let (left, mut right, controls) = pair(1, LOSSY);
        controls.lose();
        controls.restore();
        assert_eq!(right.receive().await, Err(LinkError::Lost));
        assert_eq!(*left.state().borrow(), LinkState::Closed(LinkError::Lost));
        while left.send(message(1)).await.is_ok() {}
        assert_eq!(left.send(message(1)).await, Err(LinkError::Lost));
    }

    #[tokio::test(start_paused = true)]
    async fn cutting_one_end_delivers_nothing_more() {
        let (left, mut right, controls) = pair(1, LOSSY);
        controls.cut();
        for n in 0..10 {
            left.send(message(n)).await.expect("waits");
        }
        left.cutter().cut();
        assert_eq!(right.receive().await, Err(LinkError::ClosedByPeer));
        let closed = LinkState::Closed(LinkError::ClosedHere);
        assert_eq!(*left.state().borrow(), closed);
    }

    #[tokio::test(start_paused = true)]
    async fn closing_one_end_delivers_first_and_then_closes_the_other() {
        let (left, mut right, _controls) = pair(1, LOSSY);
        for n in 0..10 {
            left.send(message(n)).await.expect("open");
        }
        let state = left.state();
        left.shutdown().await;
        for n in 0..10 {
            assert_eq!(right.receive().await, Ok(message(n)));
        }
        assert_eq!(right.receive().await, Err(LinkError::ClosedByPeer));
        assert_eq!(*state.borrow(), LinkState::Closed(LinkError::ClosedHere));
    }
}
