//! A conversation that is running survives what networks do to it.

use crate::faults::Fault;
use crate::lab_or_skip;
use crate::nat::Network::{PortRestricted, Public};
use std::time::Duration;

#[test]
fn a_conversation_comes_back_with_every_message_once() {
    lab_or_skip!();
    let scenes = [
        (
            Fault::Cut(Duration::from_secs(1)),
            PortRestricted,
            PortRestricted,
        ),
        (
            Fault::Cut(Duration::from_secs(5)),
            PortRestricted,
            PortRestricted,
        ),
        (Fault::Restart, PortRestricted, PortRestricted),
        (Fault::GuestRoams, Public, PortRestricted),
        (Fault::HostRoams, PortRestricted, Public),
    ];
    std::thread::scope(|scope| {
        for (fault, host, guest) in scenes {
            scope.spawn(move || {
                let back = fault.strike(host, guest);
                eprintln!("{fault}: back after {:?}", back.seconds);
                assert!(
                    back.complete,
                    "{fault}: not every message once: {}",
                    back.told
                );
                assert!(back.seconds.is_some(), "{fault}: never back: {}", back.told);
            });
        }
    });
}
