//! Any bytes at the socket of a waiting host: as they are, and behind the beginning of a right knock.

#![no_main]

use handfast_net::fuzz::a_knock;
use handfast_token::Secret;
use handfast_token::{Fingerprint, InvitationKeys};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let keys = InvitationKeys::derive(&Secret::new([7; 16]));
    a_knock(bytes, &keys);

    let guest = Fingerprint([9; 32]);
    let username = format!("{}:{}", keys.host_ice().ufrag, guest.to_ufrag());
    behind(&username, bytes, &keys);
    // What a browser would say: a fragment behind the host's, and its own.
    let text: String = bytes.iter().map(|byte| char::from(byte & 0x7f)).collect();
    let _ = keys.knocker(&format!("{}{text}", keys.host_ice().ufrag), "rnWW");
    let text = &text[..text.len().min(100)];
    behind(&format!("{}{text}", keys.host_ice().ufrag), bytes, &keys);
});

/// The bytes behind a USERNAME, in messages of both types.
fn behind(username: &str, bytes: &[u8], keys: &InvitationKeys) {
    let mut attributes = vec![0, 6, 0, username.len() as u8];
    attributes.extend(username.as_bytes());
    attributes.resize(attributes.len().next_multiple_of(4), 0);
    attributes.extend(bytes);
    attributes.truncate(usize::from(u16::MAX));
    for kind in [[0, 1], [1, 0x11]] {
        let mut datagram = kind.to_vec();
        datagram.extend((attributes.len() as u16).to_be_bytes());
        datagram.extend([0x21, 0x12, 0xa4, 0x42]);
        datagram.extend([5; 12]);
        datagram.extend(&attributes);
        a_knock(&datagram, keys);
    }
}
