//! Any bytes as the header of a container: what is read is written back as it was.

#![no_main]

use handfast_core::seal::{Header, Limits, Lock};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(header) = Header::parse(bytes) else {
        return;
    };
    assert!(bytes.starts_with(&header.to_bytes()));
    if let Lock::Answers { cost, .. } = header.lock
        && Limits::PHONE.check(&cost).is_ok()
    {
        assert_eq!(Limits::DESKTOP.check(&cost), Ok(()));
    }
});
