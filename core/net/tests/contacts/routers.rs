//! Both are at home, behind routers that let in only what was asked for, in networks that this test makes
//! for itself. Nobody in between is asked anything.
//!
//! Needs root, `ip` and `nft`; without them it says so.

use crate::pair::{NOON, hours, opened, setup, talk_once};
use handfast_net::Endpoint;
use handfast_protocol::reconnect::Part;
use handfast_token::Candidate;
use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const PORT: u16 = 41_000;

/// Two devices, each behind a router, and between the routers nothing but a wire. Gone when dropped.
struct Homes(String);

impl Homes {
    /// None, with a word, where they cannot be built.
    fn build() -> Option<Self> {
        let homes = Self(format!("hf-again-{}", std::process::id()));
        if !rustix::process::geteuid().is_root() || !run("command -v ip && command -v nft") {
            eprintln!("skipped: needs root, ip and nft");
            return None;
        }
        let name = &homes.0;
        let built = ["a", "b"].iter().all(|side| {
            run(&format!(
                "ip netns add {name}-{side} && ip netns add {name}-r{side} &&
                 ip -n {name}-{side} link add eth0 type veth peer name home netns {name}-r{side} &&
                 ip -n {name}-{side} addr add 10.0.0.2/24 dev eth0 &&
                 ip -n {name}-{side} link set eth0 up &&
                 ip -n {name}-{side} route add default via 10.0.0.1 &&
                 ip -n {name}-r{side} addr add 10.0.0.1/24 dev home &&
                 ip -n {name}-r{side} link set home up &&
                 ip netns exec {name}-r{side} sysctl -qw net.ipv4.ip_forward=1"
            ))
        });
        let joined = run(&format!(
            "ip -n {name}-ra link add out type veth peer name out netns {name}-rb"
        ));
        let routed = [("a", 1), ("b", 2)].iter().all(|(side, last)| {
            run(&format!(
                "ip -n {name}-r{side} addr add 9.0.0.{last}/24 dev out &&
                 ip -n {name}-r{side} link set out up &&
                 ip netns exec {name}-r{side} nft -f - <<'END'
                 table ip home {{
                     chain translate {{
                         type nat hook postrouting priority 100;
                         oifname out masquerade
                     }}
                     chain itself {{
                         type filter hook input priority 0;
                         iifname out drop
                     }}
                     chain through {{
                         type filter hook forward priority 0;
                         iifname out ct state new drop
                     }}
                 }}
END"
            ))
        });
        if built && joined && routed {
            return Some(homes);
        }
        eprintln!("skipped: no network namespaces");
        None
    }

    /// Both routers start again, and know nothing of what passed.
    fn restart_routers(&self) {
        for side in ["a", "b"] {
            run(&format!(
                "ip netns exec {}-r{side} conntrack -F 2>/dev/null",
                self.0
            ));
        }
    }

    /// What this side's process does from the first knock to a few words, and how long it takes until it has
    /// a link. Then the process ends without a word.
    fn process(
        &self,
        part: Part,
        hour: u32,
        ready: &Arc<Barrier>,
    ) -> std::thread::JoinHandle<Duration> {
        let (side, there) = match part {
            Part::Initiator => ("a", [9, 0, 0, 2]),
            Part::Responder => ("b", [9, 0, 0, 1]),
        };
        let namespace = format!("/run/netns/{}-{side}", self.0);
        let ready = ready.clone();
        std::thread::spawn(move || {
            let namespace = File::open(namespace).unwrap();
            let kind = Some(rustix::thread::LinkNameSpaceType::Network);
            rustix::thread::move_into_link_name_space(namespace.as_fd(), kind).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let took = runtime.block_on(async {
                let endpoint = Endpoint::bind(&[[10, 0, 0, 2].into()], Some(PORT)).unwrap();
                let there = Candidate::host(SocketAddr::from((there, PORT)));
                ready.wait();
                let began = Instant::now();
                let mut connector = endpoint.seek(setup(part, hours(1, &[hour]), vec![there]));
                let mut link = opened(&mut connector).await;
                let took = began.elapsed();
                talk_once(&mut link, part).await;
                // Until the other one has heard its word as well.
                let heard = tokio::task::spawn_blocking(move || ready.wait());
                heard.await.unwrap();
                took
            });
            // Its tasks are dropped where they stand, and say no goodbye.
            drop(runtime);
            took
        })
    }

    fn meet(&self, hour: u32) -> [Duration; 2] {
        let ready = Arc::new(Barrier::new(2));
        [Part::Initiator, Part::Responder]
            .map(|part| self.process(part, hour, &ready))
            .map(|process| process.join().unwrap())
    }
}

impl Drop for Homes {
    fn drop(&mut self) {
        for side in ["a", "b", "ra", "rb"] {
            run(&format!("ip netns del {}-{side} 2>/dev/null", self.0));
        }
    }
}

fn run(script: &str) -> bool {
    let output = Command::new("sh").args(["-c", script]).output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn two_behind_routers_meet_again_by_knocking_after_both_and_their_routers_were_restarted() {
    let Some(homes) = Homes::build() else { return };
    for hour in [NOON, NOON, NOON + 1] {
        let took = homes.meet(hour);
        eprintln!("{took:?}");
        homes.restart_routers();
    }
}
