//! The system tells of addresses that come and go, in a network namespace that this test makes for itself.
//!
//! Needs Linux and root; without them it says so.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests

use handfast_net::AddressChanges;
use std::fs::File;
use std::future::Future;
use std::os::fd::AsFd;
use std::process::Command;
use std::task::{Context, Waker};
use std::time::Duration;

/// How long something may take that happens at once.
const SOON: Duration = Duration::from_secs(60);

/// A network namespace; gone when dropped.
struct Namespace(String);

impl Namespace {
    fn new() -> Option<Self> {
        let name = format!("changes{}", std::process::id());
        ip(&["netns", "add", &name]).then_some(Self(name))
    }

    fn enter(&self) {
        let namespace = File::open(format!("/run/netns/{}", self.0)).unwrap();
        let kind = Some(rustix::thread::LinkNameSpaceType::Network);
        rustix::thread::move_into_link_name_space(namespace.as_fd(), kind).unwrap();
    }

    fn address(&self, change: &str, address: &str) {
        let line = ["-n", &self.0, "addr", change, address, "dev", "lo"];
        assert!(ip(&line), "ip {line:?}");
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["netns", "del", &self.0]);
    }
}

fn ip(arguments: &[&str]) -> bool {
    let output = Command::new("ip").args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

fn is_pending(future: impl Future) -> bool {
    let mut future = std::pin::pin!(future);
    let polled = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    polled.is_pending()
}

#[test]
fn an_address_that_comes_or_goes_is_told_once() {
    let Some(namespace) = Namespace::new() else {
        return println!("skipped: no network namespaces");
    };
    let told = std::thread::spawn(move || {
        namespace.enter();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let changes = AddressChanges::listen();
            assert!(is_pending(changes.next()));
            for (change, address) in [
                ("add", "10.7.7.7/24"),
                ("add", "fd00:7::7/64"),
                ("del", "10.7.7.7/24"),
            ] {
                namespace.address(change, address);
                tokio::time::timeout(SOON, changes.next())
                    .await
                    .unwrap_or_else(|_| panic!("nobody tells of {change} {address}"));
            }
        });
    });
    told.join().unwrap();
}
