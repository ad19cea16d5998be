//! Two contacts look for each other over real sockets on this machine.

#![allow(clippy::unwrap_used)] // helpers of tests

mod again;
#[cfg(target_os = "linux")]
// which answers on all of 127/8, so that its addresses stand for networks
mod captures;
mod meeting;
mod pair;
#[cfg(target_os = "linux")]
mod routers;
