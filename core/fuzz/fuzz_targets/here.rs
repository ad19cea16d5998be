//! Any bytes as a *here* token of one contact: nobody without its finding key can make one that opens.

#![no_main]

use handfast_protocol::handshake::StaticKey;
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_token::{Secret, SealedHere};
use libfuzzer_sys::fuzz_target;

const NOW: u64 = 1_795_000_000;

fuzz_target!(|bytes: &[u8]| {
    let contact = ReconnectKeys::from_first_meeting(&Secret::new([7; 32]), NOW, NOW);
    let maker = StaticKey::new(Secret::new([8; 32])).public();
    if let Ok(token) = SealedHere::parse(bytes) {
        assert_eq!(token.as_bytes(), bytes);
        assert!(contact.finding.open_here(&token, maker, NOW).is_err());
        let _ = contact.finding.here(&token);
    }
});
