//! What two people hand each other: invitation and reply, and every form they take on the way.

mod fingerprint;

pub use fingerprint::Fingerprint;
