//! A router that opens ports, as homes have it: miniupnpd between two networks that this test makes
//! for itself. What is sent from outside arrives at the socket inside.
//!
//! Needs Linux, root, nftables and miniupnpd; without them it says so.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests

use handfast_net::{AskRouter, Endpoint, PortMapping};
use handfast_protocol::network::MappingError;
use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const INSIDE: &str = "10.77.0.2";
const OUTSIDE: &str = "9.0.0.2";
const PUBLIC: &str = "9.0.0.1";

/// What the router speaks.
#[derive(Clone, Copy, Debug, Default)]
struct Offer {
    upnp: bool,
    /// NAT-PMP, and PCP unless that is kept from it.
    control: bool,
    pcp: bool,
    /// The address towards the outside, if it is not a public one.
    external: Option<&'static str>,
}

const EVERYTHING: Offer = Offer {
    upnp: true,
    control: true,
    pcp: true,
    external: None,
};

/// Three namespaces in a row: a device, a router, the outside. Gone when dropped.
struct Home {
    name: String,
    folder: PathBuf,
    daemon: Option<Child>,
}

impl Home {
    /// None, with a word, where it cannot be built.
    fn build(offer: Offer) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if !rustix::process::geteuid().is_root() {
            println!("skipped: needs root");
            return None;
        }
        for tool in ["ip", "nft", "miniupnpd"] {
            let found = Command::new("sh")
                .args(["-c", &format!("command -v {tool}")])
                .output();
            if !found.unwrap().status.success() {
                println!("skipped: needs {tool}");
                return None;
            }
        }
        // Names of interfaces have room for 15 letters.
        let name = format!(
            "hm{}{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir(&folder).unwrap();
        let mut home = Self {
            name,
            folder,
            daemon: None,
        };
        if !home.ip(&format!("netns add {}i", home.name)) {
            println!("skipped: no network namespaces");
            return None;
        }
        home.lay_cables(offer.external.unwrap_or(PUBLIC));
        home.set_rules(offer);
        if offer.upnp || offer.control {
            home.start_daemon(offer);
        }
        Some(home)
    }

    fn ip(&self, arguments: &str) -> bool {
        let status = Command::new("ip")
            .args(arguments.split(' '))
            .stderr(Stdio::null())
            .status();
        status.unwrap().success()
    }

    fn lay_cables(&self, external: &str) {
        let n = &self.name;
        for line in [
            format!("netns add {n}r"),
            format!("netns add {n}o"),
            format!("link add {n}a netns {n}i type veth peer name {n}b netns {n}r"),
            format!("link add {n}d netns {n}o type veth peer name {n}c netns {n}r"),
            format!("-n {n}i addr add {INSIDE}/24 dev {n}a"),
            format!("-n {n}r addr add 10.77.0.1/24 dev {n}b"),
            format!("-n {n}r addr add {external}/24 dev {n}c"),
            format!("-n {n}o addr add {OUTSIDE}/24 dev {n}d"),
            format!("-n {n}i link set {n}a up"),
            format!("-n {n}r link set {n}b up"),
            format!("-n {n}r link set {n}c up"),
            format!("-n {n}o link set {n}d up"),
            format!("-n {n}i route add default via 10.77.0.1"),
        ] {
            assert!(self.ip(&line), "ip {line}");
        }
    }

    fn set_rules(&self, offer: Offer) {
        let n = &self.name;
        // The first byte behind the header of UDP is the version.
        let pcp = match offer.pcp {
            true => "",
            false => "udp dport 5351 @th,64,8 2 drop;",
        };
        let rules = format!(
            "table inet filter {{
                chain input {{ type filter hook input priority 0; {pcp} }}
                chain forward {{ type filter hook forward priority 0; policy drop;
                    ct state established,related accept; iifname {n}b accept; jump maps; }}
                chain maps {{ }}
                chain prerouting {{ type nat hook prerouting priority -100; jump in_maps; }}
                chain in_maps {{ }}
                chain postrouting {{ type nat hook postrouting priority 100; jump out_maps;
                    oifname {n}c masquerade; }}
                chain out_maps {{ }}
            }}"
        );
        let mut nft = self.in_router("nft");
        let mut nft = nft.args(["-f", "-"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = nft.stdin.take().unwrap();
        input.write_all(rules.as_bytes()).unwrap();
        drop(input);
        assert!(nft.wait().unwrap().success());
        let forward = self
            .in_router("sysctl")
            .args(["-qw", "net.ipv4.ip_forward=1"])
            .status();
        assert!(forward.unwrap().success());
    }

    fn in_router(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &format!("{}r", self.name), program]);
        command
    }

    fn start_daemon(&mut self, offer: Offer) {
        let n = &self.name;
        let yes = |is: bool| if is { "yes" } else { "no" };
        let config = format!(
            "ext_ifname={n}c\nlistening_ip={n}b\nenable_upnp={}\nenable_natpmp={}\nsecure_mode=yes\n\
             min_lifetime=1\nmax_lifetime=86400\nuuid=00000000-0000-0000-0000-000000000001\n\
             upnp_table_name=filter\nupnp_nat_table_name=filter\nupnp_forward_chain=maps\n\
             upnp_nat_chain=in_maps\nupnp_nat_postrouting_chain=out_maps\n\
             allow 1024-65535 10.77.0.0/24 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n",
            yes(offer.upnp),
            yes(offer.control),
        );
        let path = self.folder.join("config");
        std::fs::write(&path, config).unwrap();
        let log = File::create(self.folder.join("log")).unwrap();
        let daemon = self
            .in_router("miniupnpd")
            .arg("-d")
            .arg("-f")
            .arg(&path)
            .arg("-P")
            .arg(self.folder.join("pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.daemon = Some(daemon.unwrap());
        let port = if offer.control { ":5351" } else { ":1900" };
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let open = self.in_router("ss").arg("-uln").output().unwrap();
            if String::from_utf8_lossy(&open.stdout).contains(port) {
                return;
            }
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap();
            assert!(Instant::now() < until, "no miniupnpd: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the router forwards.
    fn mappings(&self) -> String {
        let rules = self
            .in_router("nft")
            .args(["list", "chain", "inet", "filter", "in_maps"])
            .output();
        String::from_utf8(rules.unwrap().stdout).unwrap()
    }

    fn has_mapping(&self) -> bool {
        self.mappings().contains("dnat")
    }

    /// Does something as the device inside.
    fn inside<T: Send>(&self, work: impl AsyncFnOnce() -> T + Send) -> T {
        self.at('i', work)
    }

    /// Does something in one of the namespaces, on a thread of its own.
    fn at<T: Send>(&self, place: char, work: impl AsyncFnOnce() -> T + Send) -> T {
        let namespace = File::open(format!("/run/netns/{}{place}", self.name)).unwrap();
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let kind = Some(rustix::thread::LinkNameSpaceType::Network);
                rustix::thread::move_into_link_name_space(namespace.as_fd(), kind).unwrap();
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.unwrap().block_on(work())
            });
            thread.join().unwrap()
        })
    }

    /// Sends a greeting from outside, and says whether it arrives at this socket inside.
    fn lets_in(&self, socket: &UdpSocket, external: SocketAddr) -> bool {
        self.at('o', async || {
            let outside = UdpSocket::bind((OUTSIDE, 0)).unwrap();
            outside.send_to(b"good morning", external).unwrap();
        });
        socket
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let mut buffer = [0; 64];
        match socket.recv_from(&mut buffer) {
            Ok((length, from)) => {
                assert_eq!(&buffer[..length], b"good morning");
                assert_eq!(from.ip().to_string(), OUTSIDE);
                true
            }
            Err(_) => false,
        }
    }

    fn stop_daemon(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.stop_daemon();
        for place in ['i', 'r', 'o'] {
            self.ip(&format!("netns del {}{place}", self.name));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Asks for a mapping inside, greets from outside through it, and ends it.
fn a_way_in(offer: Offer) {
    let Some(home) = Home::build(offer) else {
        return;
    };
    let began = Instant::now();
    let (socket, external) = home.inside(async || {
        let socket = UdpSocket::bind((INSIDE, 0)).unwrap();
        let local = socket.local_addr().unwrap();
        let mapping = PortMapping::ask(local, None).await.unwrap();
        println!("{offer:?}: {} ms", began.elapsed().as_millis());
        let external = mapping.external().unwrap();
        assert_eq!(external.ip().to_string(), PUBLIC);
        assert!(home.has_mapping());
        assert!(home.lets_in(&socket, external));
        mapping.end().await;
        (socket, external)
    });
    assert!(!home.has_mapping(), "{}", home.mappings());
    assert!(!home.lets_in(&socket, external));
}

#[test]
fn a_port_is_opened_by_pcp() {
    a_way_in(EVERYTHING);
}

#[test]
fn a_port_is_opened_by_nat_pmp_where_pcp_is_silent() {
    a_way_in(Offer {
        pcp: false,
        upnp: false,
        ..EVERYTHING
    });
}

#[test]
fn a_port_is_opened_by_upnp_where_nothing_else_is_spoken() {
    a_way_in(Offer {
        control: false,
        ..EVERYTHING
    });
}

#[test]
fn a_dropped_mapping_is_taken_away() {
    let Some(home) = Home::build(EVERYTHING) else {
        return;
    };
    home.inside(async || {
        let socket = UdpSocket::bind((INSIDE, 0)).unwrap();
        let local = socket.local_addr().unwrap();
        drop(PortMapping::ask(local, None).await.unwrap());
        let until = Instant::now() + Duration::from_secs(5);
        while home.has_mapping() {
            assert!(Instant::now() < until, "{}", home.mappings());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}

#[test]
fn a_port_that_opens_when_nobody_wants_it_any_more_is_closed_again() {
    let Some(home) = Home::build(EVERYTHING) else {
        return;
    };
    home.inside(async || {
        let endpoint = Endpoint::bind(&[INSIDE.parse().unwrap()], None).unwrap();
        let reaching = endpoint.reach_out(AskRouter::Yes(None));
        // The router has heard the question by then, and hardly more.
        let _ = tokio::time::timeout(Duration::from_millis(1), reaching).await;
        // It is closed by what is still under way; whatever that takes, it ends.
        let metrics = tokio::runtime::Handle::current().metrics();
        let until = Instant::now() + Duration::from_secs(60);
        while metrics.num_alive_tasks() > 0 {
            assert!(Instant::now() < until, "{}", home.mappings());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(!home.has_mapping(), "{}", home.mappings());
}

#[test]
fn two_sockets_have_a_way_in_each() {
    let Some(home) = Home::build(EVERYTHING) else {
        return;
    };
    home.inside(async || {
        let sockets = [(); 2].map(|()| UdpSocket::bind((INSIDE, 0)).unwrap());
        let mut mappings = Vec::new();
        for socket in &sockets {
            let local = socket.local_addr().unwrap();
            mappings.push(PortMapping::ask(local, None).await.unwrap());
        }
        for (socket, mapping) in sockets.iter().zip(&mappings) {
            assert!(home.lets_in(socket, mapping.external().unwrap()));
        }
    });
}

fn refusal(offer: Offer) -> Option<(MappingError, Duration)> {
    let home = Home::build(offer)?;
    let began = Instant::now();
    let error = home.inside(async || {
        let socket = UdpSocket::bind((INSIDE, 0)).unwrap();
        let local = socket.local_addr().unwrap();
        PortMapping::ask(local, None).await.unwrap_err()
    });
    assert!(!home.has_mapping(), "{}", home.mappings());
    Some((error, began.elapsed()))
}

#[test]
fn a_router_that_offers_nothing_is_soon_given_up() {
    let Some((error, took)) = refusal(Offer::default()) else {
        return;
    };
    assert_eq!(error, MappingError::NotOffered);
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_router_behind_another_one_is_told_apart() {
    for external in ["192.168.50.1", "100.64.3.1"] {
        for control in [true, false] {
            let offer = Offer {
                external: Some(external),
                control,
                ..EVERYTHING
            };
            let Some((error, _)) = refusal(offer) else {
                return;
            };
            assert_eq!(error, MappingError::NotPublic, "{external} {control}");
        }
    }
}
