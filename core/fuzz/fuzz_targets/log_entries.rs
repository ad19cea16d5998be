//! Any bytes as a frame about logs, as an entry, as what an entry says and as a bundle: each has one
//! encoding.

#![no_main]

use handfast_protocol::handshake::StaticKey;
use handfast_protocol::log::{Body, Bundle, Entry, Kind, Message};
use handfast_token::Secret;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::parse(bytes.to_vec().into()) {
        let (head, tail) = message.encode();
        assert_eq!([&head[..], &tail[..]].concat(), bytes);
    }
    if let Ok(entry) = Entry::parse(bytes.to_vec().into()) {
        assert_eq!(entry.to_bytes(), bytes);
        assert_eq!(entry.length(), bytes.len());
        if let Ok(body) = entry.read() {
            assert_eq!(body.kind(), entry.header.kind);
        }
    }
    if let Some((&kind, body)) = bytes.split_first()
        && let Ok(read) = Body::parse(Kind(kind), body.to_vec().into())
    {
        assert_eq!(read.to_bytes(), body);
    }
    if let Ok(bundle) = Bundle::parse(bytes) {
        let maker = StaticKey::new(Secret::new([1; 32])).public();
        assert_eq!(bundle.as_bytes(), bytes);
        assert!(bundle.open(&Secret::new([2; 32]), maker).is_err());
    }
});
