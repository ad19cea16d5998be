//! The servers that may be asked how this device looks from outside, as people name them.

use std::net::SocketAddr;
use std::str::FromStr;

/// The port of STUN (RFC 8489 §18.6).
const PORT: u16 = 3478;

/// A STUN server: a name or an address, and a UDP port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StunServer {
    host: String,
    port: u16,
}

/// Not the name of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a server is a name or an address, like stun.example.org or 192.0.2.1:3478")]
pub struct NotAServer;

impl StunServer {
    /// The servers that are asked if the person names no other: run by organisations that offer them
    /// to everybody, on three networks. They see an address and a port, and nothing of what for.
    pub fn usual() -> Vec<Self> {
        [
            "stun.cloudflare.com",
            "stun.nextcloud.com:443",
            "stun.l.google.com:19302",
        ]
        .iter()
        .filter_map(|name| name.parse().ok())
        .collect()
    }

    /// The name, or the address as a text.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The UDP port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for StunServer {
    type Err = NotAServer;

    fn from_str(text: &str) -> Result<Self, NotAServer> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Self::checked(address.ip().to_string(), address.port());
        }
        if let Ok(ip) = text.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
            return Self::checked(ip.to_string(), PORT);
        }
        match text.rsplit_once(':') {
            Some((host, port)) => {
                Self::checked(host.to_owned(), port.parse().map_err(|_| NotAServer)?)
            }
            None => Self::checked(text.to_owned(), PORT),
        }
    }
}

impl StunServer {
    fn checked(host: String, port: u16) -> Result<Self, NotAServer> {
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        let is_name = !host.is_empty()
            && host.len() <= 253
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        if port != 0 && (is_address || is_name) {
            Ok(Self { host, port })
        } else {
            Err(NotAServer)
        }
    }
}

impl std::fmt::Display for StunServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_with_or_without_a_port() {
        for (text, told) in [
            ("stun.example.org", "stun.example.org:3478"),
            ("stun.example.org:443", "stun.example.org:443"),
            ("192.0.2.1", "192.0.2.1:3478"),
            ("192.0.2.1:19302", "192.0.2.1:19302"),
            ("[2a02::53]:1", "[2a02::53]:1"),
            ("2a02::53", "[2a02::53]:3478"),
            ("[2a02::53]", "[2a02::53]:3478"),
        ] {
            let server: StunServer = text.parse().unwrap();
            assert_eq!(server.to_string(), told);
            assert_eq!(told.parse::<StunServer>().unwrap(), server);
        }
    }

    #[test]
    fn what_names_no_server_is_refused() {
        for text in [
            "",
            ":3478",
            "stun.example.org:",
            "a:0",
            "a:65536",
            "a b",
            "stun:x.org:1",
            "x/y",
        ] {
            assert_eq!(text.parse::<StunServer>(), Err(NotAServer), "{text:?}");
        }
    }

    #[test]
    fn the_usual_servers_are_more_than_one() {
        assert!(StunServer::usual().len() >= 2);
    }
}
