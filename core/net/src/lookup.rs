//! The addresses of the servers that may be asked.

use crate::boxed::boxed;
use handfast_protocol::network::StunServer;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a name may take to become an address.
const PATIENCE: Duration = Duration::from_secs(2);

/// The addresses of these servers, all names looked up at the same time, those that answer first
/// first. At most one of each family for each server.
pub(crate) async fn lookup(servers: &[StunServer]) -> Vec<SocketAddr> {
    let mut lookups = JoinSet::new();
    for server in servers {
        let place = (server.host().to_owned(), server.port());
        lookups.spawn(boxed(timeout(PATIENCE, async move {
            let found: Vec<SocketAddr> = lookup_host(place).await.ok()?.collect();
            let first = |v4: bool| found.iter().find(|a| a.is_ipv4() == v4).copied();
            Some([first(true), first(false)])
        })));
    }
    let mut addresses = Vec::new();
    while let Some(done) = lookups.join_next().await {
        if let Ok(Ok(Some(found))) = done {
            addresses.extend(found.into_iter().flatten());
        }
    }
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_need_no_lookup_and_a_name_without_an_address_costs_nothing_else() {
        let servers = ["127.0.0.1:5", "name.invalid"].map(|name| name.parse().unwrap());
        let addresses = lookup(&servers).await;
        assert_eq!(addresses, [SocketAddr::from(([127, 0, 0, 1], 5))]);
    }
}
