//! Whether the firewall of this machine lets in whoever was not sent to before.
//!
//! The system is not asked, which few may: it is tried. A datagram to all hosts (224.0.0.1) that may not
//! leave this machine comes back to it the way that those of others come in, by the same interface and to
//! the same port, and as nothing that was asked for. So the rules for others decide about it. On Linux
//! only; elsewhere such a datagram takes another way, or cannot be sent from such a socket.

use handfast_token::random_bytes;
use socket2::{Domain, Protocol, Socket as RawSocket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// All hosts on one link. Every interface hears it, so nobody has to be told of a membership.
const ALL_HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);

/// How often a datagram is sent, and how long each has to come back. None leaves the machine.
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_millis(100);

/// Whether somebody who was not sent to is let in to one of these sockets. None if that cannot be tried:
/// on systems other than Linux, where all addresses are of IPv6, and on interfaces that know no multicast.
/// Takes a third of a second at most for each address, and nothing leaves this machine.
///
/// A rule may treat what is for all hosts in another way than what is for one, so false says only that it
/// is likely.
pub async fn lets_in(sockets: &[SocketAddr]) -> Option<bool> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let mut known = None;
    for socket in sockets {
        let SocketAddr::V4(own) = socket else {
            continue;
        };
        if own.ip().is_loopback() || !hears_all_hosts(*own.ip()) {
            continue;
        }
        match is_heard(*own.ip(), own.port()).await {
            Ok(true) => return Some(true),
            Ok(false) => known = Some(false),
            Err(error) => log::debug!("the firewall was not tried: {}", error.kind()),
        }
    }
    known
}

/// Sends to all hosts by the interface of this address, to this port, and says whether it came in.
async fn is_heard(own: Ipv4Addr, port: u16) -> io::Result<bool> {
    let raw = RawSocket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    raw.set_nonblocking(true)?;
    raw.set_multicast_if_v4(&own)?;
    raw.set_multicast_loop_v4(true)?;
    raw.set_multicast_ttl_v4(0)?;
    // Bound to the group, it shares the port with the socket that this is about.
    raw.bind(&SocketAddr::from((ALL_HOSTS, port)).into())?;
    let socket = UdpSocket::from_std(raw.into())?;
    let word: [u8; 16] = random_bytes().map_err(|_| io::ErrorKind::Other)?;
    for _ in 0..TRIES {
        socket.send_to(&word, (ALL_HOSTS, port)).await?;
        if timeout(PATIENCE, hear(&socket, &word)).await.is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Waits until this word comes in.
async fn hear(socket: &UdpSocket, word: &[u8]) {
    let mut buffer = [0; 32];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, _)) if buffer.get(..length) == Some(word) => return,
            Ok(_) => {}
            // Nothing comes in any more, so the time that is left passes.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether the interface of this address is in the group of all hosts. Tunnels are not, and nothing that is
/// sent to it comes back there.
fn hears_all_hosts(own: Ipv4Addr) -> bool {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut has_it = interfaces
        .iter()
        .filter(|interface| interface.ip() == IpAddr::V4(own));
    let Some(interface) = has_it.next() else {
        return false;
    };
    // Of the thread, because that is whose network the sockets are in.
    let table = std::fs::read_to_string("/proc/thread-self/net/igmp").unwrap_or_default();
    is_in_group(&table, &interface.name, ALL_HOSTS)
}

/// Whether Linux's table of groups has this one below this interface: a line with its number and name, then
/// one for each group, in the byte order of the machine.
fn is_in_group(table: &str, interface: &str, group: Ipv4Addr) -> bool {
    let wanted = format!("{:08X}", u32::from_ne_bytes(group.octets()));
    let mut is_here = false;
    for line in table.lines().skip(1) {
        let mut columns = line.split_ascii_whitespace();
        match line.starts_with(char::is_whitespace) {
            true if is_here && columns.next() == Some(&wanted) => return true,
            true => {}
            false => {
                let name = columns.nth(1).map(|name| name.trim_end_matches(':'));
                is_here = name == Some(interface);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn the_groups_of_an_interface_are_its_own() {
        let table = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n\
            1\tlo        :     1      V3\n\
            \t\t\t\t010000E0     1 0:00000000\t\t0\n\
            2\ttun0      :     0      V3\n\
            3\teth0.7    :     2      V3\n\
            \t\t\t\tFB0000E0     1 0:00000000\t\t0\n\
            \t\t\t\t010000E0     1 0:00000000\t\t0\n";
        for (interface, expected) in [
            ("lo", true),
            ("tun0", false),
            ("eth0.7", true),
            ("eth0", false),
        ] {
            assert_eq!(
                is_in_group(table, interface, ALL_HOSTS),
                expected,
                "{interface}"
            );
        }
    }

    #[tokio::test]
    async fn of_a_machine_alone_and_of_ipv6_nothing_is_known() {
        let sockets = ["127.0.0.1:4000", "[2001:db8::1]:4000"].map(|text| text.parse().unwrap());
        assert_eq!(lets_in(&sockets).await, None);
    }

    proptest! {
        #[test]
        fn any_table_is_read(table in "[ \t\n0-9a-zA-Z:]{0,300}") {
            let _ = is_in_group(&table, "e", ALL_HOSTS);
        }
    }
}
