//! The desktop peer.
fn main() {}
